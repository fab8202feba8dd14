import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import type { KitObject, Node, Service, Source, Task } from '../api/objects.ts'
import { filters } from '../controllers/scheduler/filters.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import { createClusterMetrics, maxServices } from './cluster-metrics.ts'

function service(name: string, status: Service['status'] = {}): Service {
  const metadata = { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 }
  return { kind: 'Service', metadata, spec: { template: { image: 'i' } }, status }
}

let tasks = 0
function task(of: string, status: Partial<Task['status']>, desired: Task['spec']['desired'] = 'Running'): Task {
  tasks += 1
  return {
    kind: 'Task',
    metadata: { name: `${of}.${tasks}.a`, resourceVersion: 0, createdAt: 0 },
    spec: { service: of, serviceUid: `uid-${of}`, slot: tasks, revision: 'r', attempt: 1, desired },
    status: { state: 'Running', at: 0, ...status },
  }
}

function node(name: string, status: Node['status'], spec: Node['spec'] = {}): Node {
  return { kind: 'Node', metadata: { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 }, spec, status }
}

/** Samples of what a store with these objects tells. */
async function samples(objects: readonly KitObject[], leads = true): Promise<ReadonlyMap<string, number>> {
  const store = createMemoryStore()
  for (let at = 0; at < objects.length; at += 500)
    await store.commit({ writes: objects.slice(at, at + 500).map((object) => ({ op: 'create', object })) })
  const registry = new Registry()
  await createClusterMetrics({ registry, store, leads: () => leads, pause: () => Promise.resolve() })()
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]))
}

test('services: wanted, running, healthy, and how their rollout stands', async () => {
  const update = { id: 'u', of: 'r', target: 'r', state: 'Paused', startedAt: 0, total: 1, failures: 1 } as const
  const told = await samples([
    service('web', { replicas: { desired: 3, running: 2, completed: 1 }, update }),
    service('new'),
    task('web', { health: 'Healthy' }),
    task('web', { health: 'Starting' }),
    task('web', { state: 'Failed' }),
    task('web', {}, 'Shutdown'),
  ])
  for (const [sample, value] of [
    ['kit_service_replicas_desired{service="web"}', 3],
    ['kit_service_replicas_running{service="web"}', 2],
    ['kit_service_replicas_completed{service="web"}', 1],
    ['kit_service_replicas_healthy{service="web"}', 1],
    ['kit_service_rollout{service="web",state="Paused"}', 1],
    ['kit_service_replicas_desired{service="new"}', 0],
    ['kit_tasks{state="Running"}', 3],
    ['kit_tasks{state="Failed"}', 1],
    ['kit_tasks{state="Orphaned"}', 0],
    ['kit_objects{kind="Service"}', 2],
    ['kit_services_omitted', 0],
  ] as const)
    assert.equal(told.get(sample), value, sample)
  assert.ok(![...told.keys()].some((sample) => sample.startsWith('kit_service_rollout{service="new"')))
})

const refused = (at: number, count: number): string => `no suitable node (${filters[at]?.explain(count)})`
const waiting: readonly (readonly [reason: string, status: Partial<Task['status']>])[] = [
  ['allocation', { state: 'New' }],
  ['scheduling', { state: 'Pending' }],
  ['any_node', { state: 'Pending', error: 'no suitable node' }],
  ...['node_available', 'resources', 'plugins', 'constraints', 'platform', 'host_ports', 'max_replicas'].map(
    (reason, at) => [reason, { state: 'Pending', error: refused(at, 12) }] as const,
  ),
]
for (const [reason, status] of waiting)
  test(`a task waits for ${reason}`, async () => {
    const told = await samples([task('web', status), task('web', status, 'Shutdown'), task('web', {})])
    const pending = [...told].filter(([sample]) => sample.startsWith('kit_tasks_pending'))
    assert.deepEqual(
      pending.filter(([, count]) => count > 0),
      [[`kit_tasks_pending{reason="${reason}"}`, 1]],
    )
    assert.equal(pending.length, waiting.length, 'every reason is told, with 0 where there is none')
  })

test('nodes by role, state and availability, and those whose executor is in trouble', async () => {
  const description = {
    hostname: 'h',
    platform: { os: 'linux', arch: 'x64' },
    resources: { cpus: 1, memoryBytes: 1 },
    executor: 'docker',
  } as const
  const told = await samples([
    node('a', { state: 'Ready', description }, { role: 'Manager' }),
    node('b', { state: 'Ready', description: { ...description, trouble: 'the engine is away' } }),
    node('c', { state: 'Down' }, { availability: 'Drain' }),
    node('d', { state: 'Down' }, { availability: 'Drain' }),
  ])
  const nodes = [...told].filter(([sample]) => sample.startsWith('kit_nodes'))
  assert.deepEqual(nodes, [
    ['kit_nodes{role="Manager",state="Ready",availability="Active"}', 1],
    ['kit_nodes{role="Worker",state="Ready",availability="Active"}', 1],
    ['kit_nodes{role="Worker",state="Down",availability="Drain"}', 2],
    ['kit_nodes_with_trouble', 1],
  ])
})

test('sources by whether the cluster is as their files say, those that nobody has looked at among the unknown', async () => {
  const source = (name: string, ready?: 'True' | 'False' | 'Unknown'): Source => ({
    kind: 'Source',
    metadata: { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { path: '/srv' },
    status:
      ready === undefined ? {} : { conditions: [{ type: 'Ready', status: ready, reason: 'R', message: 'm', lastTransitionTime: 't' }] },
  })
  const told = await samples([source('a', 'True'), source('b', 'True'), source('c', 'False'), source('d', 'Unknown'), source('e')])
  const sources = [...told].filter(([sample]) => sample.startsWith('kit_sources'))
  assert.deepEqual(sources, [
    ['kit_sources{ready="True"}', 2],
    ['kit_sources{ready="False"}', 1],
    ['kit_sources{ready="Unknown"}', 2],
  ])
})

test('services beyond the bound have no series, and are counted', async () => {
  const told = await samples(Array.from({ length: maxServices + 7 }, (_, at) => service(`s${String(at).padStart(5, '0')}`)))
  assert.equal(told.get('kit_services_omitted'), 7)
  assert.equal([...told.keys()].filter((sample) => sample.startsWith('kit_service_replicas_desired')).length, maxServices)
})

test('a manager that does not lead tells nothing of the cluster', async () => {
  assert.deepEqual([...(await samples([service('web'), task('web', {}), node('a', {})], false))], [])
})
