import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stopCapMs } from './policy.ts'

/** Until no node chooses it, until its clients are done, and until its end has been heard of. */
const beforeAndAfterMs = 5_000 + 10_000 + 5_000

for (const { grace, capMs } of [
  { grace: 10, capMs: 60_000 },
  { grace: 40, capMs: 60_000 },
  { grace: 41, capMs: 61_000 },
  { grace: 300, capMs: 320_000 },
]) {
  test(`with a grace period of ${grace} s a successor waits ${capMs / 1000} s at most, in which a published task can stop`, () => {
    assert.equal(stopCapMs({ image: 'app', stopGracePeriod: `${grace}s` }), capMs)
    assert.ok(capMs >= grace * 1000 + beforeAndAfterMs)
  })
}
