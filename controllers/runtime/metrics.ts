// What controllers measure: how long a reconcile takes, how it ends, and how much waits. Each controller is a label, and
// no key is one: so there are as many series in a cluster of any size.

import { Counter, exponentialBuckets, Gauge, Histogram, type Registry } from 'prom-client'
import type { WorkQueue } from './work-queue.ts'

export interface ControllerMetrics {
  readonly reconcileSeconds: Histogram<'controller'>
  readonly reconciles: Counter<'controller' | 'result'>
  /** Of the controllers that run, by name: most of them only where this manager leads. */
  readonly queues: Map<string, WorkQueue>
}

export function createControllerMetrics(registry: Registry): ControllerMetrics {
  const registers = [registry]
  const queues = new Map<string, WorkQueue>()
  const ofQueues = (name: string, help: string, of: (queue: WorkQueue) => number): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: ['controller'],
      registers,
      collect() {
        this.reset()
        for (const [controller, queue] of queues) this.set({ controller }, of(queue))
      },
    })
  ofQueues('kit_workqueue_depth', 'Keys that wait to be reconciled.', (queue) => queue.length)
  ofQueues(
    'kit_workqueue_delayed',
    'Keys that are looked at again later: after a failure, or because it is not time yet.',
    (queue) => queue.delayed,
  )
  return {
    reconcileSeconds: new Histogram({
      name: 'kit_reconcile_duration_seconds',
      help: 'Of one reconcile, most of which is waiting for commits.',
      labelNames: ['controller'],
      buckets: exponentialBuckets(0.0005, 4, 9),
      registers,
    }),
    reconciles: new Counter({
      name: 'kit_reconciles_total',
      help: 'Reconciles by how they ended: Done, Conflict (somebody else was faster, which is normal), or Failed.',
      labelNames: ['controller', 'result'],
      registers,
    }),
    queues,
  }
}
