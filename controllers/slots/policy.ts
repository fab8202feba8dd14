// Which revision a service's tasks should have, and by which policy they get there. A rollback holds for
// the revision that it was started against; a newer one ends it.

import type { Service, Task, TaskTemplate } from '../../api/objects.ts'
import { stopGraceMs, type UpdatePolicyMs, updatePolicyOf } from '../../api/schema/defaults.ts'
import { isEnded } from '../../api/task.ts'

const shortestCapMs = 60_000
/** Before the stop signal of a published task: until no node chooses it (5 s), and until its clients are done (10 s). And some to hear of its end. */
const capMarginMs = 20_000

/** How long a successor waits for its predecessor to stop: as long as that may take by its own delays, at least a minute. */
export function stopCapMs(template: TaskTemplate): number {
  return Math.max(shortestCapMs, stopGraceMs(template) + capMarginMs)
}

export function isRollback({ status }: Service): boolean {
  return status.update !== undefined && status.update.of === status.revision && status.update.state.startsWith('Rollback')
}

/** The policy of the rollout under way: that of rollbacks while one is. */
export function rolloutPolicyOf(service: Service): UpdatePolicyMs {
  return updatePolicyOf(service, isRollback(service) ? 'rollback' : 'update')
}

/** The present revision, or while a rollback holds the one it returns to. */
export function targetOf(service: Service): string | undefined {
  return isRollback(service) ? service.status.update?.target : service.status.revision
}

/** A rollout or a rollback of the present revision is under way. */
export function isRolling({ status }: Service): boolean {
  const { update } = status
  return update !== undefined && update.of === status.revision && (update.state === 'Updating' || update.state === 'RollbackStarted')
}

/** By somebody (spec.paused), or by its failures: what serves stays, and what ends is restarted at its own revision. */
export function isPaused(service: Service): boolean {
  return service.spec.paused === true || hasPaused(service)
}

/** Its last rollout stands still, and is not over. */
export function hasPaused({ status }: Service): boolean {
  return status.update !== undefined && status.update.of === status.revision && status.update.state.endsWith('Paused')
}

/** A task of the rollout under way, or of the one that stands still, that ended by itself, and that update has not counted yet (U2). */
export function awaitsCount(task: Task, service: Service): boolean {
  const { rollout, stop } = task.spec
  if (rollout === undefined || rollout.id !== service.status.update?.id) return false
  if (!isRolling(service) && !hasPaused(service)) return false
  return isEnded(task) && stop === undefined && rollout.counted !== true
}
