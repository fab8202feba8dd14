import assert from 'node:assert/strict'
import { isBeforeStep } from '../../api/clock-step.ts'
import { durationMs } from '../../api/duration.ts'
import type { Service, Task } from '../../api/objects.ts'
import type { StoreEvent, StoreView } from '../../api/store.ts'
import { hasReached, isEnded, isOpen, slotOf } from '../../api/task.ts'
import type { Checker } from './checker.ts'

/**
 * A rollout never has more slots in the air than its parallelism: tasks that it created and that have not
 * settled, or settled less than `delay` ago. A task that replaces one that never served costs nothing
 * (slots.md, row 7), nor does one that replaces a task that ended by itself (row 6), so only tasks are counted that
 * took the place of one that serves.
 */
export function parallelismIsRespected(): Checker {
  const free = new Set<string>()
  return {
    name: 'parallelism and delay are respected',
    observe({ nowMs, view, events }) {
      for (const { type, object } of events) {
        if (type === 'ADDED' && object.kind === 'Task' && replacesNothingServing(object, events)) free.add(object.metadata.name)
        if (type === 'DELETED' && object.kind === 'Task') free.delete(object.metadata.name)
      }
      const services = new Set(
        events.flatMap(({ type, object }) =>
          type === 'ADDED' && object.kind === 'Task' && object.spec.rollout !== undefined ? [object.spec.service] : [],
        ),
      )
      for (const name of services) {
        const service = view.get('Service', name)
        if (service?.status.update !== undefined) check(view, service, service.status.update.id, nowMs, free)
      }
    },
  }
}

/** What it replaces in the same entry had not started (row 7) or has ended (row 6). */
export function replacesNothingServing(created: Task, events: readonly StoreEvent[]): boolean {
  return events.some(
    ({ object, previous }) =>
      object.kind === 'Task' &&
      previous?.kind === 'Task' &&
      object.spec.serviceUid === created.spec.serviceUid &&
      slotOf(object) === slotOf(created) &&
      ((isOpen(previous) && !hasReached(previous, 'Starting')) || isEnded(previous)),
  )
}

function check(view: StoreView, service: Service, id: string, nowMs: number, free: ReadonlySet<string>): void {
  const update = service.status.update
  const policy = update?.state.startsWith('Rollback') === true ? service.spec.rollback : service.spec.update
  const parallelism = policy?.parallelism ?? 1
  if (parallelism === 0) return
  const delayMs = durationMs(policy?.delay ?? '0s') ?? 0
  const inTheAir = [...view.tasksOfService(service.metadata.uid)].filter(
    ({ metadata, spec }) =>
      spec.rollout?.id === id &&
      !free.has(metadata.name) &&
      (spec.settledAt === undefined || (spec.settledAt + delayMs > nowMs && !isBeforeStep(spec.settledAt, nowMs))),
  )
  assert.ok(
    inTheAir.length <= parallelism,
    `the rollout of ${service.metadata.name} has ${inTheAir.length} tasks in the air, and its parallelism is ${parallelism}: ${inTheAir.map(({ metadata }) => metadata.name).join(', ')}`,
  )
}
