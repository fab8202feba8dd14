import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { certificateValidity } from './issue.ts'
import { madeMs, renewAfterMs } from './renewal.ts'

const day = 86_400_000

test('renewal is between 50 and 80 % of what a certificate lasts', () => {
  const validity = certificateValidity(0, 90 * day)
  assert.equal(renewAfterMs(validity, { next: () => 0 }), 45 * day)
  assert.equal(renewAfterMs(validity, { next: () => 0.5 }), 58.5 * day)
  fc.assert(
    fc.property(
      fc.integer({ min: 30 * 60_000, max: 400 * day }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (lifeMs, chance) => {
        const validity = certificateValidity(1e12, lifeMs)
        assert.equal(madeMs(validity), 1e12)
        const ageMs = renewAfterMs(validity, { next: () => chance })
        assert.ok(ageMs >= lifeMs * 0.499_999 && ageMs <= lifeMs * 0.800_001)
      },
    ),
  )
})

test('a certificate of half an hour is not old when it is new', () => {
  assert.equal(renewAfterMs(certificateValidity(0, 30 * 60_000), { next: () => 0 }), 15 * 60_000)
})

test('one that never was valid is due', () => {
  assert.equal(renewAfterMs({ notBeforeMs: 100, notAfterMs: 200 }, { next: () => 0.5 }), 0)
})
