// The rollout of a service as a pure decision: whether one starts, which slots take the next step within
// the budget, what its failures amount to, and when it is over (slots.md, "Update, per service").

import { isBeforeStep, isDue } from '../../api/clock-step.ts'
import type { Service, Task, UpdateStatus } from '../../api/objects.ts'
import type { UpdatePolicyMs } from '../../api/schema/defaults.ts'
import { maxWritesPerCommit } from '../../api/store.ts'
import { howItEnded } from '../slots/how-it-ended.ts'
import { hasPaused, isPaused, isRollback, isRolling, targetOf } from '../slots/policy.ts'

/** The service is written with them. */
const mostCounted = maxWritesPerCommit - 1

/** What the slots say, counted. */
export interface RolloutFacts {
  /** Slots in row 7 or 10 that the rollout would still touch. */
  readonly outOfDate: number
  readonly inTheAir: number
  readonly unsettled: number
  readonly lastSettledAt: number
  /** Tasks of the rollout that ended by themselves and are not counted yet. */
  readonly uncounted: readonly Task[]
  /** The task that says most for its revision, if any runs or has finished. */
  readonly best: Task | undefined
  /** Open tasks of another revision than `revision`. */
  countOthers(revision: string): number
  /** ms since 1970. */
  readonly now: number
}

export type RolloutStep =
  | { readonly kind: 'start'; readonly update: Omit<UpdateStatus, 'id'>; readonly lastGood: string | undefined }
  /** Somebody paused it, or lets it go on. */
  | { readonly kind: 'pause' | 'resume'; readonly update: UpdateStatus }
  /** Count these tasks; the rollout goes on, pauses or turns round. */
  | { readonly kind: 'count'; readonly tasks: readonly Task[]; readonly update: UpdateStatus; readonly turnsRound: boolean }
  | { readonly kind: 'finish'; readonly update: UpdateStatus; readonly lastGood: string | undefined }
  /** A revision that no rollout brought has shown that it runs: what a rollback of the next goes to. */
  | { readonly kind: 'good'; readonly lastGood: string }
  /** Nothing about the service; slots may move, `budget` of them. */
  | { readonly kind: 'roll'; readonly budget: number; readonly finishAt: number | undefined }
  | { readonly kind: 'rest'; readonly goodAt?: number }

export function decide(service: Service, policy: UpdatePolicyMs, facts: RolloutFacts): RolloutStep {
  const { status } = service
  const { update } = status
  if (status.revision === undefined) return { kind: 'rest' }
  if (update !== undefined && facts.uncounted.length > 0 && (isRolling(service) || hasPaused(service)))
    return count(service, update, policy, facts)
  if (update !== undefined && hasPaused(service)) return mayResume(service, update, policy) ? resume(update) : { kind: 'rest' }
  if (update !== undefined && isRolling(service)) {
    if (isPaused(service)) return pause(update)
    if (facts.outOfDate === 0 && facts.unsettled === 0) return finish(service, update, policy, facts)
    const budget = policy.parallelism === 0 ? Number.POSITIVE_INFINITY : Math.max(0, policy.parallelism - facts.inTheAir)
    return { kind: 'roll', budget, finishAt: undefined }
  }
  if (facts.outOfDate > 0) {
    const lastGood = status.lastGood ?? goodUntilNow(status.revision, policy, facts)
    return { kind: 'start', update: begin(service, status.revision, lastGood, facts), lastGood }
  }
  const goodAt =
    update?.of === status.revision || status.lastGood === status.revision ? undefined : whenGood(status.revision, policy, facts)
  if (goodAt === undefined) return { kind: 'rest' }
  return goodAt <= facts.now ? { kind: 'good', lastGood: status.revision } : { kind: 'rest', goodAt }
}

/** When a revision that no rollout watches has run for the monitor time, or at once when a task of it has finished its work. */
function whenGood(revision: string, { monitorMs }: UpdatePolicyMs, { best, now }: RolloutFacts): number | undefined {
  if (best?.spec.revision !== revision) return undefined
  const { settledAt = now } = best.spec
  return best.status.state === 'Complete' || isBeforeStep(settledAt, now) ? now : settledAt + monitorMs
}

/** The first revision, replaced before it has run for the monitor time: good as far as anybody can tell, unless its slot has failed before. */
function goodUntilNow(replacedBy: string, policy: UpdatePolicyMs, facts: RolloutFacts): string | undefined {
  const { best, now } = facts
  if (best === undefined || best.spec.revision === replacedBy) return undefined
  const isGood = best.spec.attempt === 1 || (whenGood(best.spec.revision, policy, facts) ?? Number.POSITIVE_INFINITY) <= now
  return isGood ? best.spec.revision : undefined
}

/** U1. */
function begin(
  service: Service,
  revision: string,
  lastGood: string | undefined,
  { outOfDate, now }: RolloutFacts,
): Omit<UpdateStatus, 'id'> {
  return {
    of: revision,
    target: targetOf(service) ?? revision,
    ...(lastGood === undefined ? {} : { from: lastGood }),
    state: isRollback(service) ? 'RollbackStarted' : 'Updating',
    startedAt: now,
    total: outOfDate,
    failures: 0,
  }
}

/** U2. */
function count(service: Service, update: UpdateStatus, policy: UpdatePolicyMs, facts: RolloutFacts): RolloutStep {
  const { countOthers, now } = facts
  const uncounted = facts.uncounted.slice(0, mostCounted) // The others next time.
  const failed = uncounted.filter((task) => isFailure(task, policy.monitorMs))
  const failures = update.failures + failed.length
  const counted: UpdateStatus = { ...update, failures }
  const tasks = uncounted
  if (failed.length === 0 || !isTooMuch(service, counted, policy) || policy.failureAction === 'Continue')
    return { kind: 'count', tasks, update: counted, turnsRound: false }
  const reason = describe(failed, failures, update.total, policy.maxFailureRatio)
  const isRollingBack = update.state.startsWith('Rollback')
  const { requested: _, ...ofItself } = counted
  if (policy.failureAction === 'Pause' || isRollingBack || update.from === undefined || update.from === update.target) {
    const state = isRollingBack ? 'RollbackPaused' : 'Paused'
    return { kind: 'count', tasks, update: { ...ofItself, state, reason }, turnsRound: false }
  }
  const total = countOthers(update.from)
  return {
    kind: 'count',
    tasks,
    turnsRound: true,
    update: { ...ofItself, target: update.from, state: 'RollbackStarted', startedAt: now, total, failures: 0, reason },
  }
}

/** Those that somebody has accepted do not count against it. */
function isTooMuch(service: Service, { id, failures, total }: UpdateStatus, { maxFailureRatio }: UpdatePolicyMs): boolean {
  return (failures - acceptedFailures(service, id)) / Math.max(1, total) > maxFailureRatio
}

function acceptedFailures({ spec }: Service, rollout: string): number {
  return spec.acceptedFailures?.rollout === rollout ? spec.acceptedFailures.count : 0
}

function pause(update: UpdateStatus): RolloutStep {
  return { kind: 'pause', update: { ...update, state: update.state === 'RollbackStarted' ? 'RollbackPaused' : 'Paused', requested: true } }
}

/** What somebody paused goes on when they no longer want it paused; what failures paused, when somebody has accepted them. */
function mayResume(service: Service, update: UpdateStatus, policy: UpdatePolicyMs): boolean {
  if (service.spec.paused === true) return false
  return update.requested === true || (acceptedFailures(service, update.id) > 0 && !isTooMuch(service, update, policy))
}

/** Why a service goes back stays known until it is back. */
function resume({ requested: _, reason, ...update }: UpdateStatus): RolloutStep {
  if (update.state !== 'RollbackPaused') return { kind: 'resume', update: { ...update, state: 'Updating' } }
  return { kind: 'resume', update: { ...update, state: 'RollbackStarted', ...(reason === undefined ? {} : { reason }) } }
}

/** It never ran, or not longer than the monitor time. Ending without an error counts, too; ending with its node, or being given up with it, does not (ADR 9). */
function isFailure({ status }: Task, monitorMs: number): boolean {
  if (status.nodeFault !== undefined || status.state === 'Orphaned') return false
  return status.startedAt === undefined || status.at - status.startedAt <= monitorMs
}

function describe(failed: readonly Task[], failures: number, total: number, ratio: number): string {
  const [first] = failed
  const what = first === undefined ? 'a task failed' : `${first.metadata.name} ${howItEnded(first)}`
  return `${what}; ${failures} of ${total} failed, ${Math.round(ratio * 100)} % are tolerated`
}

/** U3. */
function finish(service: Service, update: UpdateStatus, policy: UpdatePolicyMs, { lastSettledAt, now }: RolloutFacts): RolloutStep {
  const watchMs = policy.delayMs >= policy.monitorMs ? policy.delayMs + 1000 : policy.monitorMs
  const begunAt = Math.max(lastSettledAt, update.startedAt)
  const finishAt = begunAt + policy.delayMs + watchMs
  if (!isDue(finishAt, begunAt, now)) return { kind: 'roll', budget: 0, finishAt }
  const isRollingBack = update.state === 'RollbackStarted'
  return {
    kind: 'finish',
    update: { ...update, state: isRollingBack ? 'RollbackCompleted' : 'Completed', completedAt: now },
    // Where failures do not stop a rollout, its end says nothing good.
    lastGood: isRollingBack || isTooMuch(service, update, policy) ? undefined : update.target,
  }
}
