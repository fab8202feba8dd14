import assert from 'node:assert/strict'
import { durationMs } from '../../api/duration.ts'
import type { Service, Task } from '../../api/objects.ts'
import type { StoreView } from '../../api/store.ts'
import type { Checker } from './checker.ts'

/**
 * A rollout never has more slots in the air than its parallelism: tasks that it created and that have not
 * settled, or settled less than `delay` ago. A task that replaces one that never served costs nothing
 * (slots.md, row 7), so only tasks are counted that took the place of a started one.
 */
export function parallelismIsRespected(): Checker {
  const free = new Set<string>()
  return {
    name: 'parallelism and delay are respected',
    observe({ nowMs, view, events }) {
      for (const { type, object } of events) {
        if (type === 'ADDED' && object.kind === 'Task' && object.spec.rollout !== undefined) noteCost(events, object, free)
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

function noteCost(events: readonly { readonly object: { readonly kind: string } }[], created: Task, free: Set<string>): void {
  const replaced = events.some(({ object }) => {
    if (object.kind !== 'Task') return false
    const other = object as Task
    return (
      other !== created &&
      other.spec.serviceUid === created.spec.serviceUid &&
      other.spec.slot === created.spec.slot &&
      other.spec.node === created.spec.node
    )
  })
  // A created task without a stop or verdict beside it in the same entry is a start-first replacement, and costs.
  const neverServed =
    replaced &&
    events.some(
      ({ object }) =>
        object.kind === 'Task' &&
        (object as Task).spec.rollout?.id === created.spec.rollout?.id &&
        object !== created &&
        (object as Task).status.startedAt === undefined,
    )
  if (neverServed) free.add(created.metadata.name)
}

function check(view: StoreView, service: Service, id: string, nowMs: number, free: ReadonlySet<string>): void {
  const update = service.status.update
  const policy = update?.state.startsWith('Rollback') === true ? service.spec.rollback : service.spec.update
  const parallelism = policy?.parallelism ?? 1
  if (parallelism === 0) return
  const delayMs = durationMs(policy?.delay ?? '0s') ?? 0
  const inTheAir = [...view.tasksOfService(service.metadata.uid)].filter(
    ({ metadata, spec }) =>
      spec.rollout?.id === id && !free.has(metadata.name) && (spec.settledAt === undefined || spec.settledAt + delayMs > nowMs),
  )
  assert.ok(
    inTheAir.length <= parallelism,
    `the rollout of ${service.metadata.name} has ${inTheAir.length} tasks in the air, and its parallelism is ${parallelism}: ${inTheAir.map(({ metadata }) => metadata.name).join(', ')}`,
  )
}
