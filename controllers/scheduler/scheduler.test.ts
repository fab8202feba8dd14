import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Revision, Service, Task } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { schedulerController } from './scheduler.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

function meta(name: string) {
  return { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 1 }
}

function node(name: string, memoryBytes = 1000, change: Partial<Node['spec']> = {}, state: 'Ready' | 'Down' = 'Ready'): Node {
  const description = {
    hostname: name,
    platform: { os: 'linux', arch: 'amd64' },
    resources: { cpus: 4, memoryBytes },
    executor: 'simulated' as const,
  }
  return { kind: 'Node', metadata: meta(name), spec: change, status: { state, role: 'Worker', description } }
}

function service(name: string, template: Service['spec']['template'] = {}): Service {
  return { kind: 'Service', metadata: meta(name), spec: { template }, status: {} }
}

function revision(name: string, memory?: string): Revision {
  const template = memory === undefined ? {} : { resources: { reservations: { memory } } }
  return {
    kind: 'Revision',
    metadata: meta(`${name}-r`),
    spec: { service: name, serviceUid: `uid-${name}`, number: 1, template },
    status: {},
  }
}

function task(serviceName: string, slot: number, change: Partial<Task['spec']> = {}): Task {
  return {
    kind: 'Task',
    metadata: { name: `${serviceName}.${slot}`, resourceVersion: 0, createdAt: 1 },
    spec: {
      service: serviceName,
      serviceUid: `uid-${serviceName}`,
      slot,
      revision: `${serviceName}-r`,
      attempt: 1,
      desired: 'Running',
      ...change,
    },
    status: { state: 'Pending', at: 1 },
  }
}

async function cluster(...objects: (Node | Service | Revision | Task)[]) {
  const store = createMemoryStore()
  let now = 0
  const clock = { monotonicMs: () => now, wallMs: () => now, sleep: () => Promise.resolve() }
  const first = schedulerController({ store, clock, log })
  const controller = schedulerController({ store: guardStore(store, 'scheduler', first.writes), clock, log })
  let dirty = false
  store.subscribe((events) => {
    for (const { object, previous } of events) {
      const watch = controller.watches[object.kind] as undefined | ((a: unknown, b: unknown) => readonly string[])
      if ((watch?.(object, previous) ?? []).length > 0) dirty = true
    }
  })
  const settle = async () => {
    for (let passes = 0; dirty; passes++) {
      assert(passes < 20, 'the scheduler does not come to rest')
      dirty = false
      const { requeueAfterMs } = await controller.reconcile('schedule', new AbortController().signal)
      if (requeueAfterMs !== undefined) {
        now += requeueAfterMs
        dirty = true
      }
    }
  }
  for (const object of objects) await store.commit({ writes: [{ op: 'create', object }] })
  await settle()
  return { store, settle }
}

function placements(store: Store): Record<string, string> {
  return Object.fromEntries(
    [...store.view.list('Task')].map(({ metadata, spec, status }) => [metadata.name, spec.nodeName ?? status.error ?? status.state]),
  )
}

async function change(store: Store, name: string, alter: (task: Task) => Task): Promise<void> {
  const current = store.view.get('Task', name)
  assert(current !== undefined)
  await store.commit({ writes: [{ op: 'update', object: alter(current) }] })
}

test('tasks of one service spread over the nodes, and say for which placement they were put there', async () => {
  const { store } = await cluster(node('a'), node('b'), service('web'), revision('web'), task('web', 1), task('web', 2))
  assert.deepEqual(placements(store), { 'web.1': 'a', 'web.2': 'b' })
  const placed = store.view.get('Task', 'web.1')
  assert.equal(placed?.status.state, 'Assigned')
  assert.notEqual(placed?.spec.placedFor, undefined)
})

test('a task that fits nowhere says why, and is placed when the task that held the memory has ended', async () => {
  const { store, settle } = await cluster(node('a', 1000), service('web'), revision('web', '600'), task('web', 1), task('web', 2))
  assert.equal(placements(store)['web.2'], 'no suitable node (insufficient resources on 1 node)')
  await change(store, 'web.1', (t) => ({ ...t, spec: { ...t.spec, desired: 'Shutdown' } }))
  await settle()
  assert.match(placements(store)['web.2'] ?? '', /insufficient/, 'memory is held until the task has ended')
  await change(store, 'web.1', (t) => ({ ...t, status: { ...t.status, state: 'Shutdown' } }))
  await settle()
  assert.equal(placements(store)['web.2'], 'a')
  assert.equal(store.view.get('Task', 'web.2')?.status.error, undefined)
})

test('paused, drained and downed nodes take nothing', async () => {
  const { store } = await cluster(
    node('a', 1000, { availability: 'Pause' }),
    node('b', 1000, { availability: 'Drain' }),
    node('c', 1000, {}, 'Down'),
    service('web'),
    revision('web'),
    task('web', 1),
  )
  assert.equal(placements(store)['web.1'], 'no suitable node (3 nodes not available for new tasks)')
})

test('a node whose executor does not answer takes nothing until it does; what it has stays there', async () => {
  const healthy = node('a')
  const { store, settle } = await cluster(healthy, service('web'), revision('web'), task('web', 1))
  const describe = async (trouble: Readonly<Record<string, string>>): Promise<void> => {
    const current = store.view.get('Node', 'a')
    const { description } = healthy.status
    assert(current !== undefined && description !== undefined)
    await store.commit({
      writes: [{ op: 'update', object: { ...current, status: { ...current.status, description: { ...description, ...trouble } } } }],
    })
    await settle()
  }
  await describe({ trouble: 'the engine does not answer' })
  await store.commit({ writes: [{ op: 'create', object: task('web', 2) }] })
  await settle()
  assert.deepEqual(placements(store), { 'web.1': 'a', 'web.2': 'no suitable node (1 node not available for new tasks)' })
  await describe({})
  assert.deepEqual(placements(store), { 'web.1': 'a', 'web.2': 'a' })
})

test('the limit per node counts wanted tasks only', async () => {
  const limited = { placement: { maxReplicasPerNode: 1 } }
  const { store, settle } = await cluster(node('a'), service('web', limited), revision('web'), task('web', 1), task('web', 2))
  assert.equal(placements(store)['web.2'], 'no suitable node (max replicas per node limit reached on 1 node)')
  await change(store, 'web.1', (t) => ({ ...t, spec: { ...t.spec, desired: 'Shutdown' } }))
  await settle()
  assert.equal(placements(store)['web.2'], 'a')
})

test('a task of a global service is confirmed on its node, or refused in the words of the filter', async () => {
  const given = (slot: number) => task('web', slot, { nodeName: 'a', node: 'a', placedFor: 'x' })
  const { store } = await cluster(node('a', 1000), service('web'), revision('web', '600'), given(1), given(2))
  assert.equal(store.view.get('Task', 'web.1')?.status.state, 'Assigned')
  assert.equal(store.view.get('Task', 'web.2')?.status.state, 'Pending')
  assert.equal(store.view.get('Task', 'web.2')?.status.error, 'insufficient resources on 1 node')
})

test('a task that nobody wants any more is not placed', async () => {
  const { store } = await cluster(node('a'), service('web'), revision('web'), task('web', 1, { desired: 'Shutdown' }))
  assert.deepEqual(placements(store), { 'web.1': 'Pending' })
})

test('a node where a revision failed five times in five minutes is avoided', async () => {
  const failed = Array.from({ length: 5 }, (_, index): Task => {
    const made = task('web', index + 1, { nodeName: 'a', verdict: 'Replaced', desired: 'Shutdown' })
    return { ...made, status: { state: 'Failed', at: 0 } }
  })
  const { store } = await cluster(node('a'), node('b'), service('web'), revision('web'), ...failed, task('web', 6), task('web', 7))
  assert.equal(placements(store)['web.6'], 'b')
  assert.equal(placements(store)['web.7'], 'b')
})

test('a decision that loses a race is undone, and made again on what is there now', async () => {
  const { store, settle } = await cluster(node('a', 1000), service('web'), revision('web', '600'))
  await store.commit({ writes: [{ op: 'create', object: task('web', 1) }] })
  // Under way, but not applied yet when the scheduler decides: its own write will be based on a stale version.
  const touched = change(store, 'web.1', (t) => ({ ...t, status: { ...t.status, message: 'touched' } }))
  await settle()
  await touched
  assert.equal(placements(store)['web.1'], 'a')
})
