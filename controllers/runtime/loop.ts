// Runs controllers, most of them while this node leads: events of the store make keys dirty, each key is reconciled by
// one worker at a time, failures come back with growing delay. Everything ends with the signal; what a
// controller must remember is in the store, so nothing is lost by that.

import { reasonOf } from '../../api/errors.ts'
import type { Kind, KitObject } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import type { Clock, Log } from '../../effects/effects.ts'
import { traceOf } from '../../effects/thrown.ts'
import type { Controller } from './controller.ts'
import type { ControllerMetrics } from './metrics.ts'
import { WorkQueue } from './work-queue.ts'

export interface LoopDeps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly metrics?: ControllerMetrics
}

/** Keys of one controller that are reconciled at the same time. Reconciling mostly waits for commits. */
const concurrency = 8

/** Resolves when `signal` has fired and every reconcile that was under way has returned. */
export async function runControllers(controllers: readonly Controller[], deps: LoopDeps, signal: AbortSignal): Promise<void> {
  const queues = controllers.map((controller) => ({ controller, queue: new WorkQueue(deps.clock, signal) }))
  const addAll = (): void => {
    for (const { controller, queue } of queues)
      for (const kind of kindsOf(controller)) for (const object of deps.store.view.list(kind)) addKeys(controller, queue, object, undefined)
  }
  const unsubscribe = deps.store.subscribe((events) => {
    if (events.length === 0) addAll() // The state came as a whole: nobody knows what has changed.
    for (const { controller, queue } of queues) {
      for (const { object, previous } of events) addKeys(controller, queue, object, previous)
    }
  })
  for (const { controller, queue } of queues) deps.metrics?.queues.set(controller.name, queue)
  const sleepers = queues.map(({ controller, queue }) => controller.wakes?.((key) => queue.add(key)))
  try {
    for (const { controller, queue } of queues) for (const key of controller.initialKeys ?? []) queue.add(key)
    addAll()
    await Promise.all(
      queues.flatMap(({ controller, queue }) => Array.from({ length: concurrency }, () => work(controller, queue, deps, signal))),
    )
  } finally {
    unsubscribe()
    for (const sleep of sleepers) sleep?.()
    for (const { controller } of queues) deps.metrics?.queues.delete(controller.name)
  }
}

function kindsOf({ watches }: Controller): readonly Kind[] {
  return Object.keys(watches) as Kind[]
}

function addKeys(controller: Controller, queue: WorkQueue, object: KitObject, previous: KitObject | undefined): void {
  // The kind of `object` picks the function that takes that kind; TypeScript cannot follow the pairing.
  const toKeys = controller.watches[object.kind] as ((object: KitObject, previous: KitObject | undefined) => readonly string[]) | undefined
  for (const key of toKeys?.(object, previous) ?? []) queue.add(key)
}

async function work(controller: Controller, queue: WorkQueue, { clock, log, metrics }: LoopDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    const key = await queue.take()
    if (key === undefined) return
    const beganMs = clock.monotonicMs()
    let result = 'Done'
    try {
      const { requeueAfterMs } = await controller.reconcile(key, signal)
      queue.forget(key)
      if (requeueAfterMs !== undefined) queue.addAfter(key, requeueAfterMs)
    } catch (error) {
      result = reasonOf(error) === 'Conflict' ? 'Conflict' : 'Failed'
      if (!signal.aborted) {
        // Somebody else was faster: the state has changed, so the next look decides anew. Not worth a line.
        if (result === 'Failed')
          log.warn('Reconcile failed', {
            controller: controller.name,
            key,
            error: traceOf(error),
          })
        queue.addRateLimited(key)
      }
    } finally {
      queue.done(key)
      metrics?.reconcileSeconds.observe({ controller: controller.name }, (clock.monotonicMs() - beganMs) / 1000)
      metrics?.reconciles.inc({ controller: controller.name, result })
    }
  }
}
