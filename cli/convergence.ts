// Has what was applied become true? A pure reading of services and tasks, used by `apply`, `up`, `scale`,
// `rollout` and `wait`, so that their exit codes tell the same truth.
//
// A service has converged when its revision is made, no rollout is under way, every wanted slot holds a
// task of that revision that is Running (or has finished for good), nothing else of it still runs, nodes
// listen on its published ports, and that has held for the monitor time: a task that dies a second after its
// start never passes as success.

import { isDue } from '../api/clock-step.ts'
import type { Service, UpdateStatus } from '../api/objects.ts'
import { replicasOf, updatePolicyOf } from '../api/schema/defaults.ts'
import { compareStates, isEnded, isOpen, isWanted, slotOf, type TaskFacts } from '../api/task.ts'

export type Verdict =
  | { readonly outcome: 'converged' }
  /** `stuck`: every unfinished task waits for a node that fits, or for a port; exit code 3 when that lasts. `failure`: how the last attempt ended. */
  | { readonly outcome: 'converging'; readonly stuck: boolean; readonly reason?: string; readonly failure?: string }
  | { readonly outcome: 'failed'; readonly reason: string }
  | { readonly outcome: 'rolledBack'; readonly reason: string }

export interface Progress {
  readonly name: string
  readonly wanted: number
  /** Slots that are as they should be. */
  readonly done: number
  /** The tasks that are not done: those at the wanted revision by observed state, in its order; then those still to be replaced, as `old`. */
  readonly others: readonly (readonly [state: string, count: number])[]
  readonly verdict: Verdict
}

/** Objects as stored and as they travel both have this. */
export type ServiceView = Pick<Service, 'spec' | 'status'> & { readonly metadata: { readonly name: string; readonly generation: number } }
export type TaskView = TaskFacts & { readonly metadata: { readonly name: string } }

/**
 * `tasks` are the service's tasks; `nowMs` is wall time on the clock that wrote `startedAt`. `since` is the
 * generation that the caller's change made: what is reported for an older one is not an answer yet.
 */
export function assess(service: ServiceView, tasks: readonly TaskView[], nowMs: number, since: number): Progress {
  const { status } = service
  const target = rollbackOf(status)?.target ?? status.revision
  const open = tasks.filter(isOpen)
  const counted = latestBySlot(tasks)
  const wanted = service.spec.mode === 'Global' ? (status.replicas?.desired ?? 0) : replicasOf(service)
  const done = counted.filter((task) => isDone(task, target))
  const rest = open.filter((task) => !isDone(task, target))
  const progress = { name: service.metadata.name, wanted, done: done.length, others: countOthers(rest, target) }

  const settled = judge(service, since)
  if (settled !== undefined) return { ...progress, verdict: settled }
  const failed = counted.find(
    (task) => task.spec.verdict === 'Finished' && task.status.state !== 'Complete' && task.spec.revision === target,
  )
  if (failed !== undefined)
    return { ...progress, verdict: { outcome: 'failed', reason: `${failed.metadata.name} ${describeEnd(failed)} and is not restarted` } }
  if (done.length < wanted || rest.length > 0) {
    const refused = status.conditions?.find(({ type }) => type === 'PortsAllocated')
    if (refused?.status === 'False')
      return { ...progress, verdict: { outcome: 'converging', stuck: true, reason: refused.message ?? refused.type } }
    const attempts = attemptsBefore(rest, tasks).filter(({ spec }) => spec.revision === target)
    return { ...progress, verdict: converging(rest, attempts, wanted, done.length) }
  }
  const extra = tasks.find((task) => !isOpen(task) && !isEnded(task))
  if (extra !== undefined)
    return { ...progress, verdict: { outcome: 'converging', stuck: false, reason: `${extra.metadata.name} is stopping` } }
  const unserved = unservedPorts(service)
  if (unserved !== undefined) return { ...progress, verdict: { outcome: 'converging', stuck: false, reason: unserved } }
  const { update } = status
  if (update !== undefined && update.of === target && update.state === 'Updating')
    return { ...progress, verdict: { outcome: 'converging', stuck: false, reason: 'the update is being watched' } }
  const monitorMs = updatePolicyOf(service, 'update').monitorMs
  const youngest = Math.max(
    0,
    ...done.filter((task) => task.status.state === 'Running').map((task) => task.status.startedAt ?? task.status.at),
  )
  if (!isDue(youngest + monitorMs, youngest, nowMs)) {
    return {
      ...progress,
      verdict: { outcome: 'converging', stuck: false, reason: `must stay up ${Math.ceil((youngest + monitorMs - nowMs) / 1000)} s more` },
    }
  }
  return { ...progress, verdict: { outcome: 'converged' } }
}

/**
 * Without those that are to stop on a node that does not answer or is gone: nobody can tell them, and what takes their place
 * does not wait for them either.
 */
export function withoutLost<T extends TaskView>(tasks: readonly T[], isLost: (nodeName: string) => boolean): readonly T[] {
  return tasks.filter((task) => {
    const { nodeName } = task.spec
    return nodeName === undefined || !isWanted(task, 'Shutdown') || !isLost(nodeName)
  })
}

/** Why clients cannot reach its published ports yet. */
function unservedPorts({ metadata, status }: ServiceView): string | undefined {
  const ports = (status.endpoint?.ports ?? []).filter(({ publishMode, protocol }) => publishMode === 'Ingress' && protocol !== 'SCTP')
  if (ports.length === 0) return undefined
  const condition = status.conditions?.find(({ type }) => type === 'PortsServed')
  if (condition?.status === 'False') return condition.message ?? 'a node does not listen on its ports'
  return condition?.observedGeneration === metadata.generation ? undefined : 'waiting for nodes to listen on its ports'
}

/** The rollback that holds, if one does: its target is what runs. */
function rollbackOf({ update, revision }: ServiceView['status']): UpdateStatus | undefined {
  return update !== undefined && update.of === revision && update.state.startsWith('Rollback') ? update : undefined
}

/** What the service's own status already decides. */
function judge(service: ServiceView, since: number): Verdict | undefined {
  const { metadata, status } = service
  if (metadata.generation < since || status.revisionGeneration !== metadata.generation || status.replicas === undefined) {
    return { outcome: 'converging', stuck: false, reason: 'waiting for its revision' }
  }
  const { update } = status
  if (update === undefined || update.of !== status.revision) return undefined
  switch (update.state) {
    case 'Updating':
      return undefined
    case 'Completed':
      return undefined
    case 'Paused':
    case 'RollbackPaused':
      if (isToldToGoOn(service, update)) return { outcome: 'converging', stuck: false, reason: 'the update is about to go on' }
      return { outcome: 'failed', reason: whyItPaused(metadata.name, update) }
    case 'RollbackStarted':
      return { outcome: 'converging', stuck: false, reason: `rolling back: ${update.reason ?? 'too many tasks failed'}` }
    case 'RollbackCompleted':
      return { outcome: 'rolledBack', reason: update.reason ?? 'too many tasks failed' }
  }
}

/** Somebody has resumed it, and the controller has not yet. */
function isToldToGoOn({ spec }: ServiceView, update: UpdateStatus): boolean {
  if (spec.paused === true) return false
  const accepted = spec.acceptedFailures?.rollout === update.id ? spec.acceptedFailures.count : 0
  return update.requested === true || (accepted > 0 && update.failures <= accepted)
}

function whyItPaused(service: string, { requested, reason = 'too many tasks failed' }: UpdateStatus): string {
  if (requested === true) return `somebody paused the update; \`kit rollout resume ${service}\` goes on`
  return `the update paused: ${reason}`
}

function converging(rest: readonly TaskView[], attempts: readonly TaskView[], wanted: number, done: number): Verdict {
  const waiting = rest.filter((task) => task.status.state === 'Pending' && task.status.error !== undefined)
  const stuck = waiting.length > 0 && waiting.length === rest.length && done + rest.length >= wanted
  const [example] = stuck ? waiting : rest.filter((task) => task.status.error !== undefined)
  const failure = lastFailure(attempts)
  const reason = example?.status.error ?? failure ?? rest.map(pullOf).find((message) => message !== undefined)
  return { outcome: 'converging', stuck, ...(reason === undefined ? {} : { reason }), ...(failure === undefined ? {} : { failure }) }
}

/** What ended last where something is on its way: an old failure where all is well now, or of another rollout, says nothing. */
function attemptsBefore(rest: readonly TaskView[], tasks: readonly TaskView[]): readonly TaskView[] {
  const slots = new Set(rest.map(slotOf))
  const last = new Map<string, TaskView>()
  for (const task of tasks) {
    const slot = slotOf(task)
    const known = last.get(slot)
    if (slots.has(slot) && isEnded(task) && (known === undefined || known.spec.attempt < task.spec.attempt)) last.set(slot, task)
  }
  return [...last.values()]
}

/** Why the attempt before did not last, unless that was its node's doing: the next one will say nothing before it has failed in the same way. */
function lastFailure(attempts: readonly TaskView[]): string | undefined {
  const failed = attempts.filter(
    ({ spec: { stop }, status: { state, nodeFault } }) =>
      (stop === undefined || stop.by === 'restart') && (state === 'Failed' || state === 'Rejected') && nodeFault === undefined,
  )
  const [last] = failed.toSorted((a, b) => b.status.at - a.status.at)
  if (last === undefined) return undefined
  const { error, exitCode, health } = last.status
  const saysHow = exitCode !== undefined || health === 'Unhealthy' || error === undefined
  return `the last attempt ${saysHow ? describeEnd(last) : `failed: ${error}`}`
}

/** How far its image is here. */
function pullOf({ status }: TaskView): string | undefined {
  return status.state === 'Preparing' && status.message?.startsWith('pulling ') ? status.message : undefined
}

/** On the wanted revision Running, or ended and, by its restart policy, done for good. */
function isDone(task: TaskView, target: string | undefined): boolean {
  if (task.spec.revision !== target) return false
  if (task.spec.verdict === 'Finished') return task.status.state === 'Complete'
  return isOpen(task) && task.status.state === 'Running'
}

/** Of each slot the task that counts: the newest that is open or finished for good. */
/** What a newcomer asks about: which tasks there are, and how those ended that nothing follows. Of several services. */
export function withoutReplaced<T extends TaskView>(tasks: readonly T[]): readonly T[] {
  const services = Map.groupBy(tasks, ({ spec }) => spec.serviceUid)
  const last = new Set<TaskView>([...services.values()].flatMap(latestBySlot))
  return tasks.filter((task) => !isEnded(task) || last.has(task))
}

function latestBySlot(tasks: readonly TaskView[]): readonly TaskView[] {
  const latest = new Map<string, TaskView>()
  for (const task of tasks) {
    if (!isOpen(task) && task.spec.verdict !== 'Finished') continue
    const known = latest.get(slotOf(task))
    if (known === undefined || known.spec.attempt < task.spec.attempt) latest.set(slotOf(task), task)
  }
  return [...latest.values()]
}

function countOthers(tasks: readonly TaskView[], target: string | undefined): readonly (readonly [string, number])[] {
  const [current, old] = [tasks.filter(({ spec }) => spec.revision === target), tasks.filter(({ spec }) => spec.revision !== target)]
  const counts = new Map<string, number>()
  for (const { status } of current.toSorted((a, b) => compareStates(a.status.state, b.status.state))) {
    counts.set(status.state, (counts.get(status.state) ?? 0) + 1)
  }
  return [...counts, ...(old.length === 0 ? [] : [['old', old.length] as const])]
}

/** As `it …`. What was stopped because it was unhealthy ended for that, whatever its exit code. */
export function describeEnd({ status }: Pick<TaskFacts, 'status'>): string {
  if (status.health === 'Unhealthy' && status.error !== undefined) return status.error
  if (status.exitCode !== undefined) return `exited with ${status.exitCode}`
  if (status.signal !== undefined) return `was ended by ${status.signal}`
  return status.error ?? status.state.toLowerCase()
}
