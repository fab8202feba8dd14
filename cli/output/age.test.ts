import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAge } from './age.ts'

const cases: readonly (readonly [seconds: number, text: string])[] = [
  [-5, '0s'],
  [0, '0s'],
  [59, '59s'],
  [60, '1m'],
  [150, '2m30s'],
  [45 * 60 + 10, '45m'],
  [3 * 3600 + 12 * 60, '3h12m'],
  [41 * 86_400 + 3600, '41d'],
  [400 * 86_400, '1y35d'],
]
for (const [seconds, text] of cases) {
  test(`${seconds} seconds print as ${text}`, () => assert.equal(formatAge(seconds * 1000), text))
}
