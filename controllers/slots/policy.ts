// The policies that the slot contract reads, with defaults and in milliseconds. Parsed once per template:
// stored specs are immutable, so their identity is the key.

import { durationMs } from '../../api/duration.ts'

import type { Service, TaskTemplate } from '../../api/objects.ts'

export interface RestartPolicy {
  readonly condition: 'Any' | 'OnFailure' | 'None'
  readonly delayMs: number
  /** 0: no limit. */
  readonly maxAttempts: number
  /** 0: every restart counts. */
  readonly windowMs: number
}

export interface UpdatePolicy {
  /** 0: all at once. */
  readonly parallelism: number
  readonly delayMs: number
  readonly monitorMs: number
  readonly failureAction: 'Pause' | 'Continue' | 'Rollback'
  readonly maxFailureRatio: number
  readonly order: 'StopFirst' | 'StartFirst'
}

const restartPolicies = new WeakMap<TaskTemplate, RestartPolicy>()

export function restartPolicyOf(template: TaskTemplate): RestartPolicy {
  const known = restartPolicies.get(template)
  if (known !== undefined) return known
  const { condition = 'Any', delay = '5s', maxAttempts = 0, window = '0s' } = template.restart ?? {}
  const policy = { condition, delayMs: durationMs(delay), maxAttempts, windowMs: durationMs(window) }
  restartPolicies.set(template, policy)
  return policy
}

/** How long a task may take to stop; the cap on waiting for it is at least a minute (slots.md). */
export function stopCapMs(template: TaskTemplate): number {
  return Math.max(60_000, durationMs(template.stopGracePeriod ?? '10s') + 10_000)
}

/** The policy of the rollout under way: that of rollbacks while one is. */
export function updatePolicyOf(service: Service): UpdatePolicy {
  const settings = isRollback(service) ? service.spec.rollback : service.spec.update
  const {
    parallelism = 1,
    delay = '0s',
    monitor = '5s',
    failureAction = 'Pause',
    maxFailureRatio = 0,
    order = 'StopFirst',
  } = settings ?? {}
  return { parallelism, delayMs: durationMs(delay), monitorMs: durationMs(monitor), failureAction, maxFailureRatio, order }
}

/** A rollback holds for the revision that it was started against. */
export function isRollback({ status }: Service): boolean {
  return status.update !== undefined && status.update.of === status.revision && status.update.state.startsWith('Rollback')
}

/** The revision that tasks should have: the present one, or while a rollback holds the one it returns to. */
export function targetOf(service: Service): string | undefined {
  return isRollback(service) ? service.status.update?.target : service.status.revision
}

export function isPaused({ status }: Service): boolean {
  return status.update !== undefined && status.update.of === status.revision && status.update.state.endsWith('Paused')
}

export function replicasOf({ spec }: Service): number {
  return spec.replicas ?? 1
}
