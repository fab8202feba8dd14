import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp, formatTimestampMs, parseTimestamp } from './timestamp.ts'

test('times are written in UTC, to the second or the millisecond', () => {
  assert.equal(formatTimestamp(1_795_520_658_999), '2026-11-24T11:44:18Z')
  assert.equal(formatTimestampMs(1_795_520_658_250), '2026-11-24T11:44:18.250Z')
})

const cases: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['2026-11-24T11:44:18Z', 1_795_520_658_000],
  ['2026-11-24T12:44:18+01:00', 1_795_520_658_000],
  ['2026-11-24t11:44:18.25z', 1_795_520_658_250],
  ['2026-11-24', undefined],
  ['2026-02-30T00:00:00Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-11-24T24:00:00Z', undefined],
  ['2026-11-24T11:60:00Z', undefined],
  ['yesterday', undefined],
]
for (const [text, ms] of cases) {
  test(`the time '${text}' is ${ms === undefined ? 'refused' : ms}`, () => assert.equal(parseTimestamp(text), ms))
}
