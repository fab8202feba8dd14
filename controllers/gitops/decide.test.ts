import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, nextHealing, type Situation } from './decide.ts'

const nowMs = Date.parse('2026-01-01T12:00:00Z')
const ago = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString().replace('.000', '')
const ready = (reason: string) => [{ type: 'Ready', status: 'True' as const, reason }]
const calm: Situation = {
  spec: { suspend: false, drift: 'Heal' },
  status: { lastAppliedRevision: 'r1', conditions: ready('Applied') },
  revision: 'r1',
  isValid: true,
  prune: { prune: [], kept: [] },
  changes: 0,
  isAsked: false,
  nowMs,
}
const one = { kind: 'Service', metadata: { name: 'web', uid: 'u' } } as const
const pruning = { prune: [one], kept: [] }
const suspended = { suspend: true, drift: 'Heal' } as const
const healed = (count: number, seconds: number) => ({ ...calm.status, healing: { count, at: ago(seconds) } })

const rows: readonly (readonly [when: string, given: Partial<Situation>, expected: string])[] = [
  ['all is as the files say', {}, 'Rest'],
  ['it has never been applied', { status: {} }, 'Apply'],
  ['the files are others', { revision: 'r2' }, 'Apply'],
  ['the files are wrong', { revision: 'r2', isValid: false }, 'Hold InvalidFiles'],
  ['the files have become wrong and something drifts', { revision: 'r2', isValid: false, changes: 2 }, 'Hold InvalidFiles'],
  ['the files are others, and it is suspended', { revision: 'r2', spec: suspended }, 'Hold Suspended'],
  ['something drifts, and it is suspended', { changes: 1, spec: suspended }, 'Hold Suspended'],
  [
    'the files are others, and it is suspended for a while',
    { revision: 'r2', spec: { ...suspended, suspendUntil: ago(-1) } },
    'Hold Suspended',
  ],
  ['the files are others, and it was suspended until now', { revision: 'r2', spec: { ...suspended, suspendUntil: ago(0) } }, 'Apply'],
  ['somebody asks although it is suspended', { spec: suspended, isAsked: true }, 'Apply'],
  ['somebody asks although the files are wrong', { isAsked: true, isValid: false }, 'Hold InvalidFiles'],
  ['the directory is empty', { prune: { ...pruning, refusal: 'Empty' } }, 'Hold Empty'],
  ['somebody asks although it is empty', { prune: { ...pruning, refusal: 'Empty' }, isAsked: true }, 'Hold Empty'],
  ['much would go', { revision: 'r2', prune: { ...pruning, refusal: { token: 't', prune: 4, of: 10 } } }, 'Hold PruneNeedsConsent'],
  ['something is left to prune', { prune: pruning }, 'Apply'],
  ['the last attempt failed', { status: { ...calm.status, conditions: ready('ApplyFailed') } }, 'Apply'],
  ['the last attempt waits for what is in use', { status: { ...calm.status, conditions: ready('Pruning') } }, 'Apply'],
  ['something drifts', { changes: 1 }, 'Apply healing'],
  ['something drifts, and is only reported', { changes: 1, spec: { drift: 'Report' } }, 'Hold Drifted'],
  ['the files are others, and drift is only reported', { revision: 'r2', changes: 1, spec: { drift: 'Report' } }, 'Apply'],
  ['it drifts again at once', { changes: 1, status: healed(1, 0) }, 'Wait 5000'],
  ['it drifts again after a while', { changes: 1, status: healed(1, 5) }, 'Apply healing'],
  ['it has drifted three times', { changes: 1, status: healed(3, 5) }, 'Wait 15000'],
  ['it has drifted for hours', { changes: 1, status: healed(40, 0) }, 'Wait 300000'],
  ['the last time was long ago', { changes: 1, status: healed(40, 901) }, 'Apply healing'],
  ['the clock was set back', { changes: 1, status: healed(40, -3600) }, 'Apply healing'],
]

for (const [when, given, expected] of rows) {
  test(`what a source does when ${when}: ${expected}`, () => {
    const decision = decide({ ...calm, ...given })
    const words: string[] = [decision.do]
    if (decision.do === 'Hold') words.push(decision.reason)
    if (decision.do === 'Wait') words.push(String(decision.ms))
    if (decision.do === 'Apply' && decision.isHealing) words.push('healing')
    assert.equal(words.join(' '), expected)
  })
}

test('healing is counted until it has been quiet for a quarter of an hour', () => {
  assert.deepEqual(nextHealing(undefined, 'now', nowMs), { count: 1, at: 'now' })
  assert.deepEqual(nextHealing({ count: 3, at: ago(60) }, 'now', nowMs), { count: 4, at: 'now' })
  assert.deepEqual(nextHealing({ count: 3, at: ago(901) }, 'now', nowMs), { count: 1, at: 'now' })
})
