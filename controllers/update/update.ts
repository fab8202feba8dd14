// Update: a new revision takes the place of the old one, slot by slot; pause and rollback when it fails.
//
// Acts on rows 5 (crowded: one stays), 7 (stale: not started, replaced at once) and 10 (outdated: replaced
// within the budget), and owns Service.status.update, lastGood and previousGood. A rollout starts, counts and ends by
// what the store says, so a new leader goes on exactly where the last one was.

import { contentHash } from '../../api/content-name.ts'
import type { Service, UpdateStatus } from '../../api/objects.ts'
import type { Commit, Write } from '../../api/store.ts'
import { isOpen } from '../../api/task.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, Fact, Result } from '../runtime/controller.ts'
import type { Row } from '../slots/classify.ts'
import { isRolling, rolloutPolicyOf, targetOf } from '../slots/policy.ts'
import { earliest, lookAgainAt, type SlotControllerDeps, watchSlots } from '../slots/slot-controller.ts'
import type { ServiceSlots, SlotEntry } from '../slots/slot-index.ts'
import { anyLeaving, createTask, holdFor, serviceGuard, slotCommit, stopTask } from '../slots/write.ts'
import { decide, type RolloutFacts, type RolloutStep } from './decide.ts'

type Outdated = SlotEntry<Extract<Row, { row: 'outdated' }>>
type Stale = SlotEntry<Extract<Row, { row: 'stale' }>>

export function updateController(deps: SlotControllerDeps): Controller {
  const { store, clock, slots } = deps
  return {
    name: 'update',
    watches: watchSlots(slots),
    writes: {
      Task: ['create', 'spec.desired', 'spec.stop', 'spec.verdict', 'spec.settledAt', 'spec.rollout'],
      Service: ['status.update', 'status.lastGood', 'status.previousGood'],
    },
    async reconcile(key) {
      const mine = slots.of(key)
      const service = store.view.get('Service', key)
      if (mine === undefined || service === undefined || service.metadata.deletedAt !== undefined) return {}
      const now = clock.wallMs()
      await commitEach(
        store,
        mine.in('crowded', now).map(({ slot, row }) =>
          slotCommit(
            store.view,
            service,
            slot,
            row.stop.map((task) => stopTask(task, 'update', now, { reason: 'Superseded' })),
          ),
        ),
      )
      if (service.status.revisionGeneration !== service.metadata.generation) return {}
      const step = decide(service, rolloutPolicyOf(service), factsOf(deps, service, mine, now))
      const commit = toCommit(service, step)
      if (commit !== undefined) {
        await store.commit(commit)
        const fact = factOf(service, step)
        if (fact !== undefined) deps.events.record(fact)
        return { requeueAfterMs: 1 } // The service has changed, so what its slots are has changed, too.
      }
      return step.kind === 'roll' ? roll(deps, service, mine, step, now) : lookAgainAt(step.kind === 'rest' ? step.goodAt : undefined, now)
    },
  }
}

function factsOf({ store: { view } }: SlotControllerDeps, service: Service, mine: ServiceSlots, now: number): RolloutFacts {
  const outdated = mine.in('outdated', now).filter(({ row }) => !row.givenUp && !row.nodePaused)
  return {
    ...mine.rollout(now),
    best: mine.bestTask(now),
    outOfDate: mine.count('stale', now) + outdated.length,
    countOthers: (revision) =>
      [...view.tasksOfService(service.metadata.uid)].filter((task) => isOpen(task) && task.spec.revision !== revision).length,
    now,
  }
}

/** What a step writes to the service, and to the tasks that it counted. */
function toCommit(service: Service, step: RolloutStep): Commit | undefined {
  const guards = [serviceGuard(service)]
  switch (step.kind) {
    case 'start':
      return {
        writes: [withStatus(service, { update: { id: newId(service), ...step.update }, ...goodAfter(service, step.lastGood) })],
        guards,
      }
    case 'count': {
      const tasks: Write[] = step.tasks.map((task) => ({
        op: 'update',
        object: { ...task, spec: { ...task.spec, rollout: { id: task.spec.rollout?.id ?? step.update.id, counted: true } } },
      }))
      const update = step.turnsRound ? { ...step.update, id: newId(service) } : step.update
      return { writes: [...tasks, withStatus(service, { update })], guards }
    }
    case 'pause':
    case 'resume':
      return { writes: [withStatus(service, { update: step.update })], guards }
    case 'finish':
      return { writes: [withStatus(service, { update: step.update, ...goodAfter(service, step.lastGood) })], guards }
    case 'good':
      return { writes: [withStatus(service, goodAfter(service, step.lastGood))], guards }
    case 'roll':
    case 'rest':
      return undefined
  }
}

/** What people want to know of a rollout: that it began, stopped, turned round, ended. */
function factOf({ metadata, status }: Service, step: RolloutStep): Fact | undefined {
  if (step.kind === 'good' || step.kind === 'roll' || step.kind === 'rest') return undefined
  const { state, target, total, reason } = step.update
  if (step.kind === 'count' && state === status.update?.state) return undefined
  const object = { kind: 'Service', name: metadata.name } as const
  if (step.kind === 'pause')
    return { object, type: 'Normal', reason: wordOf[state], message: `The rollout of ${target} is paused as spec.paused says` }
  if (step.kind === 'resume') return { object, type: 'Normal', reason: 'RolloutResumed', message: `The rollout of ${target} goes on` }
  const of = { object, reason: wordOf[state] } as const
  const why = reason === undefined || step.kind === 'finish' ? '' : `: ${reason}`
  switch (state) {
    case 'Updating':
      return { ...of, type: 'Normal', message: `The rollout of ${target} starts; slots to change: ${total}` }
    case 'Completed':
      return { ...of, type: 'Normal', message: `The rollout of ${target} is complete` }
    case 'Paused':
      return { ...of, type: 'Warning', message: `The rollout of ${target} is paused${why}` }
    case 'RollbackStarted':
      return { ...of, type: 'Warning', message: `The service goes back to ${target}${why}` }
    case 'RollbackCompleted':
      return { ...of, type: 'Normal', message: `The service is back at ${target}` }
    case 'RollbackPaused':
      return { ...of, type: 'Warning', message: `The way back to ${target} is paused${why}` }
  }
}

const wordOf: Readonly<Record<UpdateStatus['state'], string>> = {
  Updating: 'RolloutStarted',
  Completed: 'RolloutCompleted',
  Paused: 'RolloutPaused',
  RollbackStarted: 'RollbackStarted',
  RollbackCompleted: 'RollbackCompleted',
  RollbackPaused: 'RollbackPaused',
}

/** The good revision before the last good one is remembered: it is what a person who undoes a good one wants back. */
function goodAfter({ status }: Service, lastGood: string | undefined): Partial<Service['status']> {
  if (lastGood === undefined || lastGood === status.lastGood) return {}
  return { lastGood, ...(status.lastGood === undefined ? {} : { previousGood: status.lastGood }) }
}

function withStatus(service: Service, status: Partial<Service['status']>): Write {
  return { op: 'update', object: { ...service, status: { ...service.status, ...status } } }
}

/** Unlike every earlier one: the service has another version each time. */
function newId({ metadata }: Service): string {
  return contentHash([metadata.uid, metadata.resourceVersion])
}

/** Rows 7 and 10. */
async function roll(
  deps: SlotControllerDeps,
  service: Service,
  mine: ServiceSlots,
  step: Extract<RolloutStep, { kind: 'roll' }>,
  now: number,
): Promise<Result> {
  if (!isRolling(service)) return {}
  const stale = mine.in('stale', now).map((entry) => replaceStale(deps, service, entry, now))
  const next = mine.in('outdated', now).filter(({ row }) => !row.givenUp && !row.nodePaused)
  const outdated = next.slice(0, Math.min(step.budget, next.length)).map((entry) => replaceOutdated(deps, service, entry, now))
  await commitEach(deps.store, [...stale, ...outdated])
  const later = deps.clock.wallMs()
  const { nextLanding } = mine.rollout(later)
  return lookAgainAt(earliest(step.finishAt, nextLanding), later)
}

/** It never served, so replacing it costs no budget. */
function replaceStale(
  { store: { view }, nodes }: SlotControllerDeps,
  service: Service,
  { slot, row: { task } }: Stale,
  now: number,
): Commit {
  const rolloutId = task.spec.rollout === undefined ? undefined : service.status.update?.id
  const stop = stopTask(task, 'update', now, { reason: 'Outdated' })
  return slotCommit(view, service, slot, [stop, ...successor(view, nodes, service, slot, now, 'Ready', rolloutId)])
}

function replaceOutdated({ store: { view }, nodes }: SlotControllerDeps, service: Service, { slot, row }: Outdated, now: number): Commit {
  const rolloutId = service.status.update?.id
  if (row.open !== undefined && rolloutPolicyOf(service).order === 'StopFirst') {
    const stop = stopTask(row.open, 'update', now, { reason: 'Outdated' })
    return slotCommit(view, service, slot, [stop, ...successor(view, nodes, service, slot, now, 'Ready', rolloutId)])
  }
  const held = anyLeaving(view, service.metadata.uid, slot, nodes)
  return slotCommit(view, service, slot, successor(view, nodes, service, slot, now, held ? 'Ready' : 'Running', rolloutId))
}

function successor(
  view: SlotControllerDeps['store']['view'],
  nodes: SlotControllerDeps['nodes'],
  service: Service,
  slot: string,
  now: number,
  desired: 'Ready' | 'Running',
  rolloutId: string | undefined,
): readonly Write[] {
  const revision = targetOf(service)
  if (revision === undefined) return []
  const isGlobal = service.spec.mode === 'Global'
  return createTask(
    view,
    {
      service,
      slot,
      revision,
      desired,
      now,
      ...(desired === 'Ready' ? { hold: holdFor(view, service, now, now) } : {}),
      ...(rolloutId === undefined ? {} : { rolloutId }),
      ...(isGlobal ? { placedFor: nodes.placementHash(service) } : {}),
    },
    'update',
  )
}
