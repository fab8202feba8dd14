// What an agent does next about a task, given what it has observed and what managers want: the whole
// state machine of a task on its node. It takes one step at a time, so that a change of mind between
// two steps is always noticed, and it may be asked again after any crash.

import type { Desired, TaskState } from '../api/objects.ts'
import { compareStates } from '../api/task.ts'
import type { TaskStatus } from '../api/types/task.ts'
import type { Exit, NodeFault } from './executor.ts'

/**
 * `nothing` waits until managers want something else. `accept`, `begin-preparing` and `begin-starting` only
 * write the state down; `prepare`, `start`, `wait` and `stop` are the executor's work.
 */
export type Step = 'nothing' | 'accept' | 'begin-preparing' | 'prepare' | 'begin-starting' | 'start' | 'wait' | 'stop'

/**
 * Preparing, Starting and Running are finished even where they lead past `desired`: a prepared task with
 * desired Ready stays at Ready, and a running one may complete whatever is wanted.
 */
export function nextStep(observed: TaskState, desired: Desired): Step {
  if (desired === 'Shutdown' || desired === 'Remove') return compareStates(observed, 'Complete') >= 0 ? 'nothing' : 'stop'
  if (compareStates(observed, desired) > 0) return 'nothing'
  if (observed === 'Preparing') return 'prepare'
  if (observed === 'Starting') return 'start'
  if (observed === 'Running') return 'wait'
  if (compareStates(observed, desired) >= 0) return 'nothing'
  if (observed === 'Accepted') return 'begin-preparing'
  if (observed === 'Ready') return 'begin-starting'
  return 'accept'
}

/** What becomes of a task whose step failed for good. */
export function failedState(observed: TaskState): 'Rejected' | 'Failed' {
  return compareStates(observed, 'Starting') < 0 ? 'Rejected' : 'Failed'
}

/**
 * The status after the program ended although it was wanted. A task found unhealthy has failed, whatever its exit code, and so
 * has one that ended with its node: it did not finish what it was for.
 */
export function endedStatus(status: TaskStatus, exit: Exit): TaskStatus {
  const after = { ...status, ...exitFacts(exit), at: exit.at }
  if (status.health === 'Unhealthy')
    return { ...after, state: 'Failed', message: 'failed', error: status.error ?? 'failed its health check' }
  if (exit.nodeFault !== undefined)
    return {
      ...after,
      state: 'Failed',
      message: wordsOf[exit.nodeFault],
      error: exit.reason ?? describeExit(exit),
      nodeFault: exit.nodeFault,
    }
  if (exit.exitCode === 0 && exit.reason === undefined) return withoutError({ ...after, state: 'Complete', message: 'finished' })
  return { ...after, state: 'Failed', message: 'failed', error: describeExit(exit) }
}

const wordsOf: Readonly<Record<NodeFault, string>> = { Stopped: 'stopped with its node', Lost: 'lost by its node' }

/** Exit code and signal, as a status carries them. */
export function exitFacts(exit: Exit): Pick<TaskStatus, 'exitCode' | 'signal'> {
  return {
    ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }),
    ...(exit.signal === undefined ? {} : { signal: exit.signal }),
  }
}

export function withoutError(status: TaskStatus): TaskStatus {
  const { error: _, ...rest } = status
  return rest
}

function describeExit(exit: Exit): string {
  const how =
    exit.signal === undefined
      ? exit.exitCode === undefined
        ? 'ended, and nobody saw how'
        : `exited with code ${exit.exitCode}`
      : `ended by ${exit.signal}`
  return exit.reason === undefined ? how : `${how}: ${exit.reason}`
}
