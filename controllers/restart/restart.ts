// Restart: what follows when a task has ended, by its revision's policy; and when held tasks may start.
//
// Acts on rows 6 (ended: create a successor or give up), 8 (waiting: release it) and 9 (superseded: take
// the claim away). Everything it must remember is in the tasks: earlier restarts travel from task to task.

import { isBeforeStep } from '../../api/clock-step.ts'
import type { Service, Task } from '../../api/objects.ts'
import { type RestartPolicy, restartPolicyOf } from '../../api/schema/defaults.ts'
import type { Commit } from '../../api/store.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, Fact } from '../runtime/controller.ts'
import { howItEnded } from '../slots/how-it-ended.ts'
import { isPaused, isRolling, targetOf } from '../slots/policy.ts'
import { lookAgainAt, type SlotControllerDeps, watchSlots } from '../slots/slot-controller.ts'
import { createTask, holdFor, slotCommit, stopTask } from '../slots/write.ts'

/** What follows an ended task. */
export type Decision =
  | { readonly kind: 'finish' }
  | { readonly kind: 'replace'; readonly delayMs: number; readonly restarts: readonly number[] }

/**
 * `revisionChanges`: the successor will be of another revision, so nothing that happened counts any more.
 * Node loss never consumes an attempt and is never refused by maxAttempts, nor is the end of a task that ended with its node. Whom
 * drain took from a bad node is replaced without delay (ADR 20).
 */
export function decide(task: Task, policy: RestartPolicy, revisionChanges: boolean, now: number): Decision {
  const { stop, restarts = [] } = task.spec
  const bySelf = stop === undefined && task.status.state !== 'Orphaned' && task.status.nodeFault === undefined
  if (policy.condition === 'None') return { kind: 'finish' }
  const recent =
    policy.windowMs === 0 ? restarts : restarts.filter((at) => at > endOf(task, now) - policy.windowMs && !isBeforeStep(at, now))
  if (bySelf) {
    if (policy.condition === 'OnFailure' && task.status.state === 'Complete') return { kind: 'finish' }
    if (policy.maxAttempts > 0 && recent.length >= policy.maxAttempts) return { kind: 'finish' }
  }
  const atOnce = revisionChanges || stop?.by === 'drain' || stop?.by === 'global'
  const kept = revisionChanges ? [] : recent
  return {
    kind: 'replace',
    delayMs: atOnce ? 0 : policy.delayMs,
    restarts: bySelf && !revisionChanges && policy.maxAttempts > 0 ? [...kept, now] : kept,
  }
}

/**
 * When the task ended, ms. Its own time is the worker's, and that clock may be off: no task ends before the
 * restart that made it, nor in the future.
 */
function endOf(task: Task, now: number): number {
  const made = task.spec.restarts?.at(-1) ?? 0
  return Math.min(Math.max(task.status.at, made), now)
}

export function restartController(deps: SlotControllerDeps): Controller {
  const { store, clock, slots } = deps
  return {
    name: 'restart',
    watches: watchSlots(slots),
    writes: { Task: ['create', 'spec.desired', 'spec.stop', 'spec.verdict', 'spec.settledAt'] },
    async reconcile(key) {
      const mine = slots.of(key)
      if (mine === undefined) return {}
      const now = clock.wallMs()
      const { service } = mine
      const canCreate = service.status.revisionGeneration === service.metadata.generation
      const followed = canCreate ? mine.in('ended', now).map(({ slot, row }) => follow(deps, service, slot, row.task, now)) : []
      const facts = new Map(followed.map(({ commit, fact }) => [commit, fact]))
      const released = mine.in('waiting', now).flatMap(({ slot, row }) => (row.due ? [release(deps, service, slot, row.task)] : []))
      const superseded = mine.in('superseded', now).map(({ slot, row }) => {
        const writes = row.tasks.map((task) => stopTask(task, 'restart', now, { verdict: 'Replaced' }))
        return slotCommit(store.view, service, slot, writes)
      })
      await commitEach(store, [...facts.keys(), ...released, ...superseded], (commit) => {
        const fact = facts.get(commit)
        if (fact !== undefined) deps.events.record(fact)
      })
      const later = clock.wallMs()
      return lookAgainAt(mine.nextRevisit(later), later)
    },
  }
}

interface Step {
  readonly commit: Commit
  readonly fact: Fact | undefined
}

/** Row 6. */
function follow({ store: { view }, nodes }: SlotControllerDeps, service: Service, slot: string, task: Task, now: number): Step {
  const template = view.get('Revision', task.spec.revision)?.spec.template ?? service.spec.template
  const revision = isPaused(service) ? task.spec.revision : (targetOf(service) ?? task.spec.revision)
  const decision = decide(task, restartPolicyOf(template), revision !== task.spec.revision, now)
  if (decision.kind === 'finish') {
    const commit = slotCommit(view, service, slot, [stopTask(task, 'restart', now, { verdict: 'Finished' })])
    return { commit, fact: factOf(service, task, undefined) }
  }
  const isGlobal = service.spec.mode === 'Global'
  const rolloutId = isRolling(service) && takesStep(service, task, revision) ? service.status.update?.id : undefined
  const successor = createTask(
    view,
    {
      service,
      slot,
      revision,
      desired: 'Ready',
      now,
      hold: holdFor(view, service, now + decision.delayMs, now),
      restarts: decision.restarts,
      ...(rolloutId === undefined ? {} : { rolloutId }),
      ...(isGlobal ? { placedFor: nodes.placementHash(service) } : {}),
    },
    'restart',
  )
  const created = successor.flatMap((write) => (write.op === 'create' ? [write.object.metadata.name] : []))
  return { commit: slotCommit(view, service, slot, successor), fact: factOf(service, task, created[0]) }
}

/**
 * After an end of its own the successor is the step that the rollout would have taken, so the rollout watches it (ADR 7). So it
 * does after a step that its node ended: of the revision that says nothing yet (ADR 9).
 */
function takesStep(service: Service, { spec, status }: Task, revision: string): boolean {
  if (spec.stop !== undefined) return false
  const isSameStep = status.nodeFault !== undefined && spec.rollout?.id === service.status.update?.id
  return revision !== spec.revision || isSameStep
}

/**
 * One event per service and sort of end, however often it happens: a crash loop must not drive everything else out.
 * What was taken off its node is told of there, and what has completed for good is as it should be.
 */
function factOf(service: Service, task: Task, successor: string | undefined): Fact | undefined {
  const { state } = task.status
  if (task.spec.stop !== undefined || (successor === undefined && state === 'Complete')) return undefined
  const how = howItEnded(task)
  const message =
    successor === undefined
      ? `${task.metadata.name} ${how}, and by its restart policy nothing follows`
      : `${successor} takes the place of ${task.metadata.name}, which ${how}`
  const reason = successor === undefined ? 'NotRestarted' : 'Restarted'
  const object = { kind: 'Service', name: service.metadata.name } as const
  return {
    object,
    type: state === 'Complete' || task.status.nodeFault !== undefined ? 'Normal' : 'Warning',
    reason,
    message,
    series: `${service.metadata.uid} ${how}`,
  }
}

/** Row 8. */
function release({ store: { view } }: SlotControllerDeps, service: Service, slot: string, task: Task): Commit {
  return slotCommit(view, service, slot, [{ op: 'update', object: { ...task, spec: { ...task.spec, desired: 'Running' } } }])
}
