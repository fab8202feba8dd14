import assert from 'node:assert/strict'
import { test } from 'node:test'
import { History, type Outcome } from './history.ts'

/** One after the other: `0` was read, `0>1 done` was written on the ground of what was read, and so on. */
function historyOf(steps: readonly string[]): History {
  const history = new History('0')
  for (const step of steps) {
    const calledMs = performance.now()
    const [, from = '', to = '', outcome = ''] = /^(\w+)>(\w+) (\w+)$/.exec(step) ?? []
    if (from === '') history.read('reader', calledMs, step)
    else history.swap('writer', calledMs, from, to, outcome as Outcome)
    // Whatever comes next was asked after this was answered.
    while (performance.now() === calledMs);
  }
  return history
}

const possible: readonly (readonly [what: string, steps: readonly string[]])[] = [
  ['nothing', []],
  ['what was written is read', ['0', '0>1 done', '1', '1>2 done', '2']],
  ['a conflict, because another one was faster', ['0>1 done', '0>2 stale', '1']],
  ['one without an answer, which was made', ['0>1 unknown', '1', '1>2 done', '2']],
  ['one without an answer, which was not made', ['0>1 unknown', '0', '0>2 done', '2']],
  ['one without an answer, which was made late', ['0>1 unknown', '0', '0>2 stale', '1']],
]
for (const [what, steps] of possible) test(`it can be: ${what}`, () => historyOf(steps).judge('a'))

const impossible: readonly (readonly [what: string, steps: readonly string[], last: string])[] = [
  ['an acknowledged write is lost', ['0>1 done', '0'], 'read 0'],
  ['and is lost before the next one', ['0>1 done', '1', '1>2 done', '2', '1>3 done', '3'], '1 → 3: done'],
  ['a read of what is old', ['0>1 done', '1', '1>2 done', '1', '2'], 'read 1'],
  ['one without an answer is made twice', ['0>1 unknown', '1', '1>2 done', '1'], 'read 1'],
  ['one that was told a conflict was made', ['0', '0>1 stale', '1'], '0 → 1: stale'],
  ['a conflict with nobody', ['0', '0>1 stale', '0'], '0 → 1: stale'],
  ['what nobody has written is read', ['0', '7'], 'read 7'],
]
for (const [what, steps, last] of impossible)
  test(`it cannot be: ${what}`, () => {
    assert.throws(
      () => historyOf(steps).judge('a'),
      (error) => {
        assert.ok(error instanceof Error)
        assert.match(error.message, /^what was told of a has no order, up to:\n/)
        const answered = error.message.split('\n').filter((line) => !line.includes('Infinity'))
        assert.ok(answered.at(-1)?.endsWith(last), error.message)
        return true
      },
    )
  })
