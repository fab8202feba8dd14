// What metrics cost: reading them in clusters of several sizes, where all that is counted when somebody asks is counted
// anew; and what is recorded meanwhile, for each commit, reconcile and request.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { Registry } from 'prom-client'
import type { KitObject } from '../../api/objects.ts'
import { maxWritesPerCommit } from '../../api/store.ts'
import { createControllerMetrics } from '../../controllers/runtime/metrics.ts'
import { createClusterMetrics } from '../../server/cluster-metrics.ts'
import { createStoreMetrics } from '../../store/metrics.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { median, print } from './figure.ts'

const rounds = 25
const sizes = [
  { tasks: 10_000, services: 20, nodes: 100 },
  { tasks: 10_000, services: 1_000, nodes: 100 },
  { tasks: 1_000_000, services: 1_000, nodes: 5_000 },
]

for (const size of sizes) {
  const store = createMemoryStore()
  const objects = [...objectsOf(size)]
  for (let at = 0; at < objects.length; at += maxWritesPerCommit)
    await store.commit({ writes: objects.slice(at, at + maxWritesPerCommit).map((object) => ({ op: 'create', object })) })
  const registry = new Registry()
  const count = createClusterMetrics({ registry, store, leads: () => true, pause: () => setImmediate() })
  const held = monitorEventLoopDelay({ resolution: 1 })
  await sleep(50) // It notices a hold only once it has begun to look.
  held.enable()
  await sleep(50)
  held.reset()
  const began = performance.now()
  await count()
  const firstMs = performance.now() - began
  await setImmediate()
  const heldMs = held.max / 1e6
  held.disable()
  const counted: number[] = []
  const whole: number[] = []
  let bytes = 0
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await count()
    counted.push(performance.now() - began)
    bytes = (await registry.metrics()).length
    whole.push(performance.now() - began)
  }
  const what = `${size.tasks} tasks of ${size.services} services`
  print({
    name: `metrics, counting ${what}`,
    value: median(counted),
    unit: 'ms',
    with: { firstMs: Math.round(firstMs), heldMs: Math.round(heldMs) },
  })
  print({
    name: `metrics, the answer about ${what}`,
    value: median(whole),
    unit: 'ms',
    with: { worst: Math.round(Math.max(...whole)), bytes },
  })
}

const registry = new Registry()
const { commits, commitSeconds, fsyncSeconds, walBytes, batchEntries } = createStoreMetrics(registry)
const { reconciles, reconcileSeconds } = createControllerMetrics(registry)
each('a commit', () => {
  commits.inc({ result: 'Committed' })
  commitSeconds.observe(0.001)
})
each('a batch of the log', () => {
  batchEntries.observe(4)
  fsyncSeconds.observe(0.001)
  walBytes.inc(500)
})
each('a reconcile', () => {
  reconciles.inc({ controller: 'replicated', result: 'Done' })
  reconcileSeconds.observe({ controller: 'replicated' }, 0.001)
})

function each(what: string, record: () => void): void {
  const times = 1_000_000
  const began = performance.now()
  for (let at = 0; at < times; at++) record()
  print({ name: `metrics, recording ${what}`, value: ((performance.now() - began) / times) * 1000, unit: 'µs' })
}

function* objectsOf({ tasks, services, nodes }: (typeof sizes)[number]): Iterable<KitObject> {
  const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 })
  for (let at = 0; at < nodes; at++)
    yield { kind: 'Node', metadata: metadata(`node-${at}`), spec: {}, status: { state: 'Ready', role: 'Worker' } }
  for (let at = 0; at < services; at++) {
    const replicas = { desired: tasks / services, running: tasks / services }
    const update = { id: 'u', of: 'r1', target: 'r1', state: 'Completed', startedAt: 0, total: 1, failures: 0 } as const
    yield { kind: 'Service', metadata: metadata(`service-${at}`), spec: { template: { image: 'i' } }, status: { replicas, update } }
  }
  const error = 'no suitable node (2 nodes not available for new tasks; insufficient resources on 98 nodes)'
  for (let at = 0; at < tasks; at++) {
    const service = `service-${at % services}`
    yield {
      kind: 'Task',
      metadata: { name: `${service}.${at}.a`, resourceVersion: 0, createdAt: 0 },
      spec: { service, serviceUid: `uid-${service}`, slot: at, revision: 'r1', attempt: 1, desired: 'Running' },
      // One in ten waits.
      status: at % 10 === 0 ? { state: 'Pending', at: 0, error } : { state: 'Running', at: 0 },
    }
  }
}
