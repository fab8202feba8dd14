// What a task's fields say about it: the predicates of the slot contract that need nothing but the
// task itself. They are used by the store (which counts claims), by the controllers and by the agent.

import type { Desired, Task, TaskState } from './objects.ts'

/** All that the predicates read, so that they hold for a task as stored and as it travels. */
export type TaskFacts = Pick<Task, 'spec' | 'status'>

const stateOrder: Readonly<Record<TaskState, number>> = {
  New: 0,
  Pending: 64,
  Assigned: 192,
  Accepted: 256,
  Preparing: 320,
  Ready: 384,
  Starting: 448,
  Running: 512,
  Complete: 576,
  Shutdown: 640,
  Failed: 704,
  Rejected: 768,
  Orphaned: 832,
}
export const taskStates = Object.keys(stateOrder) as readonly TaskState[]
const desiredOrder: Readonly<Record<Desired, number>> = { Ready: 384, Running: 512, Complete: 576, Shutdown: 640, Remove: 800 }

/** Negative when `a` comes before `b`. Observed state only moves forward in this order. */
export function compareStates(a: TaskState, b: TaskState): number {
  return stateOrder[a] - stateOrder[b]
}

/** Negative when `a` comes before `b`. Desired state only moves forward in this order. */
export function compareDesired(a: Desired, b: Desired): number {
  return desiredOrder[a] - desiredOrder[b]
}

/** Whether the observed state is `state` or a later one. */
export function hasReached(task: TaskFacts, state: TaskState): boolean {
  return stateOrder[task.status.state] >= stateOrder[state]
}

/** Whether managers want `desired` or a later one. */
export function isWanted(task: TaskFacts, desired: Desired): boolean {
  return desiredOrder[task.spec.desired] >= desiredOrder[desired]
}

/** It will not run any more: it ended, or it was called off before a node had it. */
export function isEnded(task: TaskFacts): boolean {
  return hasReached(task, 'Complete') || (isWanted(task, 'Shutdown') && !hasReached(task, 'Assigned'))
}

export function isOpen(task: TaskFacts): boolean {
  return !isWanted(task, 'Shutdown') && !isEnded(task)
}

/** It ended by itself and nobody has decided yet what follows. */
export function isSelfEnded(task: TaskFacts): boolean {
  return isEnded(task) && !isWanted(task, 'Shutdown') && task.spec.verdict === undefined
}

/** It was taken off its node by drain, placement or global, and awaits its successor. */
export function isSwept(task: TaskFacts): boolean {
  const by = task.spec.stop?.by
  return task.spec.desired === 'Shutdown' && task.spec.verdict === undefined && (by === 'drain' || by === 'placement' || by === 'global')
}

/** It may be given connections to the ports that its service publishes. */
export function isEndpoint(task: TaskFacts): boolean {
  const { state, health = 'Healthy' } = task.status
  return state === 'Running' && health === 'Healthy' && !isWanted(task, 'Shutdown')
}

/** Its slot counts as taken. */
export function claims(task: TaskFacts): boolean {
  return isOpen(task) || isSelfEnded(task) || isSwept(task) || (task.spec.verdict === 'Finished' && task.spec.desired !== 'Remove')
}

/** The slot within its service: the number as text, or the node's name in global services. */
export function slotOf(task: TaskFacts): string {
  return task.spec.node ?? String(task.spec.slot)
}
