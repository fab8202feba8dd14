import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RestartPolicy } from '../../api/schema/defaults.ts'
import { now, task } from '../slots/testdata/notation.ts'
import { decide } from './restart.ts'

const base: RestartPolicy = { condition: 'Any', delayMs: 5000, maxAttempts: 0, windowMs: 0 }
/** The task ended a second ago. */
const end = now - 1000

const cases: readonly {
  readonly name: string
  readonly task: string
  readonly policy?: Partial<RestartPolicy>
  readonly restarts?: readonly number[]
  readonly changes?: boolean
  readonly expected: 'finish' | { readonly delayMs: number; readonly restarts?: number }
}[] = [
  { name: 'a failed task is replaced after the delay', task: '1:Failed#ok', expected: { delayMs: 5000 } },
  { name: 'a completed one, too, when any end counts', task: '1:Complete#ok', expected: { delayMs: 5000 } },
  { name: 'on failure only, completing is the end', task: '1:Complete#ok', policy: { condition: 'OnFailure' }, expected: 'finish' },
  { name: 'on failure only, failing is not', task: '1:Failed#ok', policy: { condition: 'OnFailure' }, expected: { delayMs: 5000 } },
  { name: 'with no restarts wanted every end is the end', task: '1:Failed#ok', policy: { condition: 'None' }, expected: 'finish' },
  { name: 'also that of a node', task: '1:Running#drained/Sd', policy: { condition: 'None' }, expected: 'finish' },
  { name: 'a drained task is replaced at once', task: '1:Running#drained/Sd', expected: { delayMs: 0 } },
  {
    name: 'a swept task never uses up an attempt',
    task: '1:Running#drained/Sd',
    policy: { maxAttempts: 1 },
    restarts: [1],
    expected: { delayMs: 0, restarts: 1 },
  },
  { name: 'a global task whose node came back is replaced at once', task: '1:Shutdown#ok/Sg', expected: { delayMs: 0 } },
  {
    name: 'an orphaned task is never refused',
    task: '1:Orphaned#gone',
    policy: { maxAttempts: 1 },
    restarts: [1],
    expected: { delayMs: 5000, restarts: 1 },
  },
  {
    name: 'a task that ended with its node uses up no attempt',
    task: '1:Failed#ok/n',
    policy: { maxAttempts: 1 },
    restarts: [1],
    expected: { delayMs: 5000, restarts: 1 },
  },
  {
    name: 'attempts are counted',
    task: '1:Failed#ok',
    policy: { maxAttempts: 2 },
    restarts: [1],
    expected: { delayMs: 5000, restarts: 2 },
  },
  { name: 'and run out', task: '1:Failed#ok', policy: { maxAttempts: 2 }, restarts: [1, 2], expected: 'finish' },
  {
    name: 'only those inside the window count',
    task: '1:Failed#ok',
    policy: { maxAttempts: 2, windowMs: 60_000 },
    restarts: [end - 70_000, end - 10_000],
    expected: { delayMs: 5000, restarts: 2 },
  },
  {
    name: 'the window ends with the failure, not now',
    task: '1:Failed#ok',
    policy: { maxAttempts: 1, windowMs: 60_000 },
    restarts: [end - 59_500],
    expected: 'finish',
  },
  {
    name: "a worker's clock that is behind hides no restart",
    task: '1:Failed#ok',
    policy: { maxAttempts: 1, windowMs: 60_000 },
    restarts: [end + 500],
    expected: 'finish',
  },
  {
    name: 'another revision starts at once and counts anew',
    task: '1:Failed@r1#ok',
    policy: { maxAttempts: 2 },
    restarts: [1],
    changes: true,
    expected: { delayMs: 0, restarts: 0 },
  },
]

for (const { name, task: text, policy, restarts, changes = false, expected } of cases) {
  test(name, () => {
    const ended = task(text)
    const decision = decide(
      { ...ended, spec: { ...ended.spec, ...(restarts === undefined ? {} : { restarts }) } },
      { ...base, ...policy },
      changes,
      now,
    )
    if (expected === 'finish') assert.equal(decision.kind, 'finish')
    else {
      assert.ok(decision.kind === 'replace')
      assert.equal(decision.delayMs, expected.delayMs)
      if (expected.restarts !== undefined) assert.equal(decision.restarts.length, expected.restarts)
    }
  })
}

for (const reason of ['NodeDrain', 'NodeDown', 'NodeRemoved'])
  test(`there is no delay after ${reason}`, () => {
    const ended = task('1:Running#drained/Sd')
    const decision = decide({ ...ended, spec: { ...ended.spec, stop: { by: 'drain', reason, at: end } } }, base, false, now)
    assert.ok(decision.kind === 'replace')
    assert.equal(decision.delayMs, 0)
  })
