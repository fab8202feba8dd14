import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Progress, Verdict } from './convergence.ts'
import { ProgressLines } from './progress-lines.ts'

/** Each step is a second after the one before. Returns what was said, and when. */
function said(steps: readonly Pick<Progress, 'done' | 'others' | 'verdict'>[]): readonly string[] {
  const lines = new ProgressLines()
  return steps.flatMap((step, second) => lines.of({ name: 'web', wanted: 2, ...step }, second * 1000).map((line) => `${second} ${line}`))
}

const on = (state: string, count: number) => [[state, count]] as const
const failing = (reason = 'the last attempt exited with 3'): Verdict => ({
  outcome: 'converging',
  stuck: false,
  reason,
  failure: 'the last attempt exited with 3',
})
const waiting: Verdict = { outcome: 'converging', stuck: false }

test('each change is a line, and a moment between two states is none', () => {
  const verdict: Verdict = { outcome: 'converging', stuck: false, reason: 'must stay up 5 s more' }
  assert.deepEqual(
    said([
      { done: 0, others: on('Starting', 2), verdict: waiting },
      { done: 0, others: on('Starting', 2), verdict: waiting },
      { done: 1, others: [], verdict: waiting },
      { done: 2, others: [], verdict },
      { done: 2, others: [], verdict: { ...verdict, reason: 'must stay up 4 s more' } },
      { done: 2, others: [], verdict: { outcome: 'converged' } },
    ]),
    ['0 service/web  0/2  2 starting', '3 service/web  2/2  up, watching that it stays up', '5 service/web  2/2  converged'],
  )
})

test('what fails again and again is told less and less often, until it ends or fails in another way', () => {
  const loop = Array.from({ length: 40 }, (_, second) => ({
    done: second % 2,
    others: on('Starting', 1 + (second % 2)),
    verdict: failing(),
  }))
  assert.deepEqual(
    said([
      { done: 0, others: on('Starting', 2), verdict: waiting },
      ...loop,
      { done: 0, others: on('Ready', 2), verdict: failing('no room') },
      { done: 2, others: [], verdict: { outcome: 'converging', stuck: false, reason: 'must stay up 5 s more' } },
      { done: 2, others: [], verdict: { outcome: 'converged' } },
    ]),
    [
      '0 service/web  0/2  2 starting',
      '1 service/web  0/2  1 starting  the last attempt exited with 3',
      '6 service/web  1/2  2 starting  fails again and again: the last attempt exited with 3',
      '6 `kit logs service/web` says more; Ctrl-C stops only the waiting',
      '16 service/web  1/2  2 starting  fails again and again: the last attempt exited with 3',
      '36 service/web  1/2  2 starting  fails again and again: the last attempt exited with 3',
      '41 service/web  0/2  2 ready  no room',
      '43 service/web  2/2  converged',
    ],
  )
})
