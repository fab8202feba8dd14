import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KitObject } from '../../api/objects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { forecastDrain, formatForecast } from './drain-forecast.ts'

const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 1 })

function node(name: string, memoryBytes = 4e9, availability: 'Active' | 'Drain' = 'Active'): KitObject {
  const description = {
    hostname: `host-${name}`,
    platform: { os: 'linux', arch: 'amd64' },
    resources: { cpus: 4, memoryBytes },
    executor: 'process',
  } as const
  return { kind: 'Node', metadata: metadata(name), spec: { availability }, status: { state: 'Ready', role: 'Worker', description } }
}

/** A service, its revision, and its tasks on those nodes. */
function service(name: string, memory: string, on: readonly string[], isGlobal = false): readonly KitObject[] {
  const template = { resources: { reservations: { memory } } }
  return [
    { kind: 'Service', metadata: metadata(name), spec: { template, ...(isGlobal ? { mode: 'Global' as const } : {}) }, status: {} },
    {
      kind: 'Revision',
      metadata: metadata(`${name}-r`),
      spec: { service: name, serviceUid: `uid-${name}`, number: 1, template },
      status: {},
    },
    ...on.map(
      (nodeName, at): KitObject => ({
        kind: 'Task',
        metadata: { name: `${name}.${at + 1}`, resourceVersion: 0, createdAt: 1 },
        spec: {
          service: name,
          serviceUid: `uid-${name}`,
          revision: `${name}-r`,
          attempt: 1,
          desired: 'Running',
          nodeName,
          ...(isGlobal ? { node: nodeName } : { slot: at + 1 }),
        },
        status: { state: 'Running', at: 1 },
      }),
    ),
  ]
}

async function forecast(objects: readonly (KitObject | readonly KitObject[])[], of = 'a'): Promise<string> {
  const store = createMemoryStore()
  await store.commit({ writes: objects.flat().map((object) => ({ op: 'create', object })) })
  const before = JSON.stringify([...store.view.list('Task')])
  const text = formatForecast(store.view, forecastDrain(store.view, of))
  assert.equal(JSON.stringify([...store.view.list('Task')]), before, 'nothing is written')
  return text
}

const cases: readonly { readonly name: string; readonly objects: readonly (KitObject | readonly KitObject[])[]; readonly says: string }[] = [
  { name: 'an empty node', objects: [node('a'), node('b')], says: 'nothing runs there' },
  { name: 'tasks spread over the others', objects: [node('a'), node('b'), node('c'), service('web', '1G', ['a', 'a'])], says: '2 tasks go to host-b 1, host-c 1' },
  { name: 'what runs elsewhere stays there, and takes room', objects: [node('a'), node('b'), node('c'), service('big', '3.5G', ['b']), service('web', '1G', ['a'])], says: '1 task goes to host-c 1' },
  { name: 'nodes that are drained take nothing', objects: [node('a'), node('b', 4e9, 'Drain'), service('web', '1G', ['a'])], says: 'task web.1 does NOT fit elsewhere: 1 node not available for new tasks' },
  { name: 'some fit, and some do not', objects: [node('a'), node('b', 2.5e9), service('web', '1G', ['a', 'a', 'a'])], says: '2 tasks go to host-b 2\ntask web.3 does NOT fit elsewhere: insufficient resources on 1 node' },
  { name: 'the only node', objects: [node('a'), service('web', '1G', ['a'])], says: 'task web.1 does NOT fit elsewhere: there is no other node' },
  { name: 'global services', objects: [node('a'), node('b'), service('log', '1M', ['a', 'b'], true)], says: '1 task of a global service ends' },
] // biome-ignore format: a table

for (const { name, objects, says } of cases) test(`draining: ${name}`, async () => assert.equal(await forecast(objects), says))
