// What was noted before the wall clock was set back by an hour holds nobody up for that hour.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restartPolicyOf } from '../../api/schema/defaults.ts'
import { decide } from '../restart/restart.ts'
import { Failures, failureLimit } from '../scheduler/failures.ts'
import { decide as decideRollout } from '../update/decide.ts'
import { classify } from './classify.ts'
import { nodes, now, service, task } from './testdata/notation.ts'

const hourMs = 3_600_000
const delayMs = 5_000

function heldSince(createdAt: number): ReturnType<typeof task> {
  const held = task('2:Ready#ok/r')
  const spec = { ...held.spec, desired: 'Ready' as const, hold: { notBefore: createdAt + delayMs, until: createdAt + 60_000 } }
  return { ...held, metadata: { ...held.metadata, createdAt }, spec }
}

function isReleased(createdAt: number): boolean {
  const { row } = classify(
    { service: service(), tasks: [heldSince(createdAt)], nodeSlot: undefined, isWanted: false, isSurplus: false, now },
    nodes,
  )
  assert.ok(row.row === 'waiting')
  return row.due
}

test('a held task is released after its delay, and when it was made in what is now the future', () => {
  assert.equal(isReleased(now - delayMs + 1), false)
  assert.equal(isReleased(now - delayMs), true)
  assert.equal(isReleased(now + delayMs), false, 'clocks of managers differ by some seconds')
  assert.equal(isReleased(now + hourMs), true)
})

test('a rollout does not watch for an hour what settled in what is now the future', () => {
  const policy = { parallelism: 1, delayMs, monitorMs: 5_000, failureAction: 'Pause', maxFailureRatio: 0, order: 'StopFirst' } as const
  const facts = { outOfDate: 0, inTheAir: 0, unsettled: 0, uncounted: [], countOthers: () => 0, best: undefined, now }
  const step = (lastSettledAt: number): string => decideRollout(service({ update: 'Updating' }), policy, { ...facts, lastSettledAt }).kind
  assert.equal(step(now), 'roll')
  assert.equal(step(now + hourMs), 'finish')
})

test('restarts in what is now the future use up no attempt', () => {
  const policy = { ...restartPolicyOf({}), maxAttempts: 1, windowMs: 60_000 }
  const failed = (at: number): ReturnType<typeof task> => {
    const ended = task('1:Failed#ok')
    return { ...ended, spec: { ...ended.spec, restarts: [at] } }
  }
  assert.equal(decide(failed(now - 10_000), policy, false, now).kind, 'finish')
  assert.equal(decide(failed(now + hourMs), policy, false, now).kind, 'replace')
})

test('failures in what is now the future speak against no node', () => {
  const failures = new Failures()
  for (let n = 0; n < failureLimit; n++) failures.record('r', 'node', `task-${n}`, now + hourMs)
  assert.equal(failures.faulty('r', now + hourMs).size, 1)
  assert.equal(failures.faulty('r', now).size, 0)
})
