import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { durationMs, formatDuration, parseDuration } from './duration.ts'

const cases: readonly (readonly [text: string, ms: number | undefined])[] = [
  ['10s', 10_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['0', 0],
  ['0s', 0],
  ['1m0.5s', 60_500],
  ['3us', 0.003],
  ['', undefined],
  ['10', undefined],
  ['-1s', undefined],
  ['+1s', undefined],
  ['1d', undefined],
  ['1 s', undefined],
  ['s', undefined],
  ['.s', undefined],
  ['1e3s', undefined],
  ['99999999999h', undefined],
  [`${'1s'.repeat(100)}`, undefined],
]

for (const [text, ms] of cases) {
  test(`the duration '${text.slice(0, 20)}' is ${ms === undefined ? 'refused' : `${ms} ms`}`, () => {
    assert.equal(parseDuration(text), ms)
  })
}

test('a duration is written in the shortest common way', () => {
  const written = [0, 250, 1500, 10_000, 90_000, 3_600_000, 5_400_000, 0.003, 0.00025].map(formatDuration)
  assert.deepEqual(written, ['0s', '250ms', '1.5s', '10s', '1m30s', '1h', '1h30m', '3us', '250ns'])
})

test('what is written reads back as the same duration', () => {
  fc.assert(fc.property(fc.nat({ max: 2 ** 31 }), (ms) => durationMs(formatDuration(ms)) === ms))
})
