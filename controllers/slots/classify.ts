// The slot contract: what a slot is, and so which one controller may act on it. The first matching row
// decides; a row that names nobody means nobody. Pure. The rows and their numbers are those of the
// binding rule set that was modelled over 50,000 random histories; change them only with such a run.
// Read next: slot-index.ts keeps the rows of every slot up to date; write.ts makes the writes.

import assert from 'node:assert/strict'
import { isDue } from '../../api/clock-step.ts'
import type { Node, Service, Task } from '../../api/objects.ts'
import { claims, hasReached, isEnded, isOpen, isSelfEnded, isSwept, isWanted } from '../../api/task.ts'

import { isPaused, rolloutPolicyOf, targetOf } from './policy.ts'

export type Row =
  /** 1. The service is gone or being deleted: reaper. */
  | { readonly row: 'orphaned' }
  /** 2. More slots than wanted, or a node that may not have one: replicated, global. */
  | { readonly row: 'surplus'; readonly nodeGone: boolean }
  /** 2a. A node that may not have one, and nothing is wanted there: nobody. */
  | { readonly row: 'absent' }
  /** 3. Open tasks on a bad node: drain. */
  | { readonly row: 'misplaced'; readonly tasks: readonly { readonly task: Task; readonly reason: MisplacedReason }[] }
  /** 4. Open tasks that their node no longer fits: placement. */
  | { readonly row: 'unfit'; readonly tasks: readonly { readonly task: Task; readonly reason: string }[] }
  /** 5. Too many open tasks: update stops all but one. */
  | { readonly row: 'crowded'; readonly stop: readonly Task[] }
  /** 6. The newest claim has ended: restart decides what follows. */
  | { readonly row: 'ended'; readonly task: Task }
  /** 7. Not started, and of a revision that nobody wants any more: update. */
  | { readonly row: 'stale'; readonly task: Task }
  /** 8. Held at Ready: restart releases it, from `dueAt` (ms since 1970) or when its predecessor has stopped. */
  | { readonly row: 'waiting'; readonly task: Task; readonly due: boolean }
  /** 9. Claims that have a successor already: restart. */
  | { readonly row: 'superseded'; readonly tasks: readonly Task[] }
  /** 10. Started, and of another revision: update. `open` is absent when the slot has finished. */
  | {
      readonly row: 'outdated'
      readonly open: Task | undefined
      readonly newest: Task
      readonly nodePaused: boolean
      readonly givenUp: boolean
    }
  /** 11. A start-first replacement is in progress: nobody. */
  | { readonly row: 'replacing' }
  /** 12. Nothing claims it, and something should: replicated, global. */
  | { readonly row: 'empty' }
  /** 13. As it should be: nobody. */
  | { readonly row: 'settled' }

export type RowName = Row['row']
export type MisplacedReason = 'NodeDrain' | 'NodeDown' | 'NodeRemoved'

/** A row, and when passing time alone may change it (ms since 1970). */
export interface Classified {
  readonly row: Row
  readonly revisitAt?: number
}

export interface SlotFacts {
  readonly service: Service
  /** Every task of the slot, in any order. */
  readonly tasks: readonly Task[]
  /** The node's name in global services. */
  readonly nodeSlot: string | undefined
  /** Whether replicas want this slot filled: it is one of the lowest free numbers while too few slots are claimed. */
  readonly isWanted: boolean
  /** Whether it is beyond the first `replicas` in the order in which slots are kept. */
  readonly isSurplus: boolean
  /** ms since 1970. */
  readonly now: number
}

/** What the rules ask about nodes. */
export interface NodeFacts {
  node(name: string): Node | undefined
  /** The service's present placement holds on the node. */
  satisfies(node: Node, service: Service): boolean
  /** Hash of the service's present placement. */
  placementHash(service: Service): string
  /** Why a task no longer fits on its node (constraints or resources), if so. */
  whyUnfit(task: Task, service: Service, node: Node): string | undefined
}

export function isBad(node: Node | undefined): boolean {
  return node === undefined || node.status.state === 'Down' || node.spec.availability === 'Drain'
}

/** On its way out: told to stop, still there, on a node that could tell us. */
export function isLeaving(task: Task, nodes: Pick<NodeFacts, 'node'>): boolean {
  if (!isWanted(task, 'Shutdown') || isEnded(task)) return false
  const node = nodes.node(task.spec.nodeName ?? '')
  return node !== undefined && node.status.state !== 'Down'
}

export function isCurrent(task: Task, service: Service, nodes: NodeFacts): boolean {
  if (task.spec.revision !== targetOf(service)) return false
  const { nodeName, placedFor } = task.spec
  if (nodeName === undefined || placedFor === nodes.placementHash(service)) return true
  const node = nodes.node(nodeName)
  return node !== undefined && nodes.satisfies(node, service)
}

export function classify(facts: SlotFacts, nodes: NodeFacts): Classified {
  const { service, tasks } = facts
  if (service.metadata.deletedAt !== undefined) return { row: { row: 'orphaned' } }
  const surplus = classifySurplus(facts, nodes)
  if (surplus !== undefined) return { row: surplus }
  const open = tasks.filter(isOpen)
  const misplaced = facts.nodeSlot === undefined ? open.flatMap((task) => misplacement(task, nodes)) : []
  if (misplaced.length > 0) return { row: { row: 'misplaced', tasks: misplaced } }
  const unfit = open.flatMap((task) => unfitness(task, service, nodes))
  if (unfit.length > 0) return { row: { row: 'unfit', tasks: unfit } }
  const crowded = classifyCrowded(open, service, nodes)
  if (crowded !== undefined) return { row: crowded }
  return classifyClaims(facts, open, nodes)
}

/** Rows 2 and 2a. */
function classifySurplus({ service, tasks, nodeSlot, isSurplus }: SlotFacts, nodes: NodeFacts): Row | undefined {
  if (nodeSlot === undefined) return isSurplus ? { row: 'surplus', nodeGone: false } : undefined
  const node = nodes.node(nodeSlot)
  if (node !== undefined && !isBad(node) && nodes.satisfies(node, service)) return undefined
  const anyWanted = tasks.some((task) => !isWanted(task, 'Shutdown'))
  return anyWanted ? { row: 'surplus', nodeGone: node === undefined } : { row: 'absent' }
}

function misplacement(task: Task, nodes: NodeFacts): readonly { readonly task: Task; readonly reason: MisplacedReason }[] {
  if (task.spec.nodeName === undefined) return []
  const node = nodes.node(task.spec.nodeName)
  if (!isBad(node)) return []
  const reason = node === undefined ? 'NodeRemoved' : node.status.state === 'Down' ? 'NodeDown' : 'NodeDrain'
  return [{ task, reason }]
}

function unfitness(task: Task, service: Service, nodes: NodeFacts): readonly { readonly task: Task; readonly reason: string }[] {
  const { nodeName, placedFor } = task.spec
  if (nodeName === undefined || placedFor !== nodes.placementHash(service)) return []
  const node = nodes.node(nodeName)
  const reason = node === undefined ? undefined : nodes.whyUnfit(task, service, node)
  return reason === undefined ? [] : [{ task, reason }]
}

/** Row 5. The one to keep: current and Running, then current, then Running, then the rest; then the highest attempt. */
function classifyCrowded(open: readonly Task[], service: Service, nodes: NodeFacts): Row | undefined {
  if (open.length < 2) return undefined
  const worth = (task: Task): number => (isCurrent(task, service, nodes) ? 2 : 0) + (isRunning(task) ? 1 : 0)
  const [keep, ...others] = open.toSorted((a, b) => worth(b) - worth(a) || b.spec.attempt - a.spec.attempt)
  assert.ok(keep !== undefined, 'two or more tasks are open')
  const stops =
    isRunning(keep) ||
    rolloutPolicyOf(service).order === 'StopFirst' ||
    !others.some(isRunning) ||
    (isCurrent(keep, service, nodes) && others.some((task) => isCurrent(task, service, nodes)))
  return stops ? { row: 'crowded', stop: others } : undefined
}

export function isRunning(task: Task): boolean {
  return task.status.state === 'Running'
}

/** Rows 6 to 13: what the claims of the slot ask for. */
function classifyClaims(facts: SlotFacts, open: readonly Task[], nodes: NodeFacts): Classified {
  const { service, tasks, now } = facts
  const claiming = tasks.filter(claims)
  const newest = claiming.toSorted((a, b) => b.spec.attempt - a.spec.attempt)[0]
  const nodePaused = facts.nodeSlot !== undefined && nodes.node(facts.nodeSlot)?.spec.availability === 'Pause'
  const anyCurrent = open.some((task) => isCurrent(task, service, nodes))
  if (newest !== undefined && (isSelfEnded(newest) || isSwept(newest)) && !anyCurrent) return classifyEnded(newest, nodePaused, now)

  const [only, second] = open
  const single = second === undefined ? only : undefined
  const outOfDate = single !== undefined && !isCurrent(single, service, nodes)
  if (single !== undefined && outOfDate && !hasReached(single, 'Starting') && !isPaused(service) && !nodePaused)
    return { row: { row: 'stale', task: single } }

  const newestOpen = open.toSorted((a, b) => b.spec.attempt - a.spec.attempt)[0]
  if (newestOpen?.spec.desired === 'Ready') return classifyWaiting(newestOpen, tasks, now, nodes)

  const superseded = claiming.filter((task) => !isOpen(task) && (task !== newest || anyCurrent))
  if (superseded.length > 0) return { row: { row: 'superseded', tasks: superseded } }

  if (single !== undefined && outOfDate)
    return { row: { row: 'outdated', open: single, newest: single, nodePaused, givenUp: isGivenUp(service, tasks) } }
  const finished = open.length === 0 && newest?.spec.verdict === 'Finished'
  if (finished && newest.spec.revision !== targetOf(service))
    return { row: { row: 'outdated', open: undefined, newest, nodePaused, givenUp: isGivenUp(service, tasks) } }
  if (second !== undefined) return { row: { row: 'replacing' } }
  if (claiming.length === 0 && isFillable(facts, nodes)) return { row: { row: 'empty' } }
  return { row: { row: 'settled' } }
}

/** Row 6, and where it names nobody. */
function classifyEnded(newest: Task, nodePaused: boolean, now: number): Classified {
  const notBefore = newest.spec.hold?.notBefore ?? 0
  // It failed while it was held: its successor waits for the time that was set for it, so that nothing spins.
  if (isSelfEnded(newest) && newest.spec.desired === 'Ready' && !isDue(notBefore, newest.metadata.createdAt, now))
    return { row: { row: 'settled' }, revisitAt: notBefore }
  if (nodePaused) return { row: { row: 'settled' } }
  return { row: { row: 'ended', task: newest } }
}

/** Row 8. */
function classifyWaiting(task: Task, tasks: readonly Task[], now: number, nodes: NodeFacts): Classified {
  const { notBefore, until } = task.spec.hold ?? { notBefore: 0, until: 0 }
  const waitsFor = tasks.some((other) => other.spec.attempt < task.spec.attempt && isLeaving(other, nodes))
  const { createdAt } = task.metadata
  const mayStart = isDue(notBefore, createdAt, now)
  const due = mayStart && (!waitsFor || isDue(until, createdAt, now))
  const next = mayStart ? until : notBefore
  return { row: { row: 'waiting', task, due }, ...(due ? {} : { revisitAt: next }) }
}

/** A task of the present rollout has finished here for good: the rollout does not come back to this slot. */
function isGivenUp({ status: { update, revision } }: Service, tasks: readonly Task[]): boolean {
  // What the rollout of an earlier revision gave up, the next one tries again.
  if (update === undefined || update.of !== revision) return false
  return tasks.some(({ spec }) => spec.rollout?.id === update.id && spec.verdict === 'Finished')
}

function isFillable({ nodeSlot, isWanted: wanted }: SlotFacts, nodes: NodeFacts): boolean {
  if (nodeSlot === undefined) return wanted
  const node = nodes.node(nodeSlot)
  return node?.status.state === 'Ready' && (node.spec.availability ?? 'Active') === 'Active'
}

/** The order in which replicated slots are kept on scale-down (swarmkit.md §3.3): the first `replicas` stay. */
export function keepOrder(slots: readonly { readonly slot: number; readonly tasks: readonly Task[] }[]): readonly number[] {
  const facts = slots.map(({ slot, tasks }) => {
    const counted = tasks.filter(claims)
    const [only] = counted
    return { slot, running: counted.some(isRunning), node: counted.length === 1 ? only?.spec.nodeName : undefined }
  })
  const ordered = facts.toSorted((a, b) => Number(b.running) - Number(a.running) || a.slot - b.slot)
  const onNode = new Map<string, number>()
  const indexed = ordered.map(({ slot, node }) => {
    if (node === undefined) return { slot, index: Number.POSITIVE_INFINITY }
    const index = (onNode.get(node) ?? 0) + 1
    onNode.set(node, index)
    return { slot, index }
  })
  // toSorted is stable: within one index the order above stays.
  return indexed.toSorted((a, b) => (a.index === b.index ? 0 : a.index - b.index)).map(({ slot }) => slot)
}
