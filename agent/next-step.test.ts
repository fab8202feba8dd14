import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Desired, TaskState } from '../api/objects.ts'
import type { TaskStatus } from '../api/types/task.ts'
import type { Exit } from './executor.ts'
import { endedStatus, failedState, nextStep, type Step } from './next-step.ts'

const desired: readonly Desired[] = ['Ready', 'Running', 'Complete', 'Shutdown', 'Remove']

/** One row per observed state: the step for each desired state, in the order above. */
const table: Readonly<Record<TaskState, readonly [Step, Step, Step, Step, Step]>> = {
  New: ['accept', 'accept', 'accept', 'stop', 'stop'],
  Pending: ['accept', 'accept', 'accept', 'stop', 'stop'],
  Assigned: ['accept', 'accept', 'accept', 'stop', 'stop'],
  Accepted: ['begin-preparing', 'begin-preparing', 'begin-preparing', 'stop', 'stop'],
  Preparing: ['prepare', 'prepare', 'prepare', 'stop', 'stop'],
  Ready: ['nothing', 'begin-starting', 'begin-starting', 'stop', 'stop'],
  Starting: ['nothing', 'start', 'start', 'stop', 'stop'],
  Running: ['nothing', 'wait', 'wait', 'stop', 'stop'],
  Complete: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing'],
  Shutdown: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing'],
  Failed: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing'],
  Rejected: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing'],
  Orphaned: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing'],
}

test('the next step follows from the observed and the desired state', () => {
  for (const [observed, steps] of entries(table))
    for (const [at, wanted] of desired.entries()) assert.equal(nextStep(observed, wanted), steps[at], `${observed}, desired ${wanted}`)
})

test('a failure before the start rejects a task, and one from the start on fails it', () => {
  for (const state of ['Assigned', 'Accepted', 'Preparing', 'Ready'] as const) assert.equal(failedState(state), 'Rejected')
  for (const state of ['Starting', 'Running'] as const) assert.equal(failedState(state), 'Failed')
})

const ends: readonly {
  readonly name: string
  readonly exit: Omit<Exit, 'at'>
  readonly health?: 'Unhealthy'
  readonly expected: Partial<TaskStatus>
}[] = [
  { name: 'success', exit: { exitCode: 0 }, expected: { state: 'Complete', exitCode: 0 } },
  { name: 'a failure', exit: { exitCode: 2 }, expected: { state: 'Failed', exitCode: 2, error: 'exited with code 2' } },
  { name: 'a signal', exit: { signal: 'SIGKILL' }, expected: { state: 'Failed', signal: 'SIGKILL', error: 'ended by SIGKILL' } },
  {
    name: 'out of memory',
    exit: { signal: 'SIGKILL', reason: 'out of memory' },
    expected: { state: 'Failed', signal: 'SIGKILL', error: 'ended by SIGKILL: out of memory' },
  },
  { name: 'a lost record', exit: { reason: 'lost' }, expected: { state: 'Failed', error: 'ended, and nobody saw how: lost' } },
  {
    name: 'a stop of the whole node, even without an error',
    exit: { exitCode: 0, reason: 'its node was stopped', nodeFault: 'Stopped' },
    expected: { state: 'Failed', exitCode: 0, error: 'its node was stopped', nodeFault: 'Stopped' },
  },
  {
    name: 'success after it was unhealthy',
    exit: { exitCode: 0 },
    health: 'Unhealthy',
    expected: { state: 'Failed', exitCode: 0, error: 'failed its health check' },
  },
]
for (const { name, exit, health, expected } of ends) {
  test(`a program's end becomes a status: ${name}`, () => {
    const status: TaskStatus = { state: 'Running', at: 1, ...(health === undefined ? {} : { health }) }
    const { message: _, ...ended } = endedStatus(status, { ...exit, at: 9 })
    assert.deepEqual(ended, { at: 9, ...(health === undefined ? {} : { health }), ...expected })
  })
}

function entries<K extends string, V>(record: Readonly<Record<K, V>>): readonly (readonly [K, V])[] {
  return Object.keys(record).flatMap((key) => (isKey(record, key) ? [[key, record[key]] as const] : []))
}

function isKey<K extends string, V>(record: Readonly<Record<K, V>>, key: string): key is K {
  return Object.hasOwn(record, key)
}
