import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delayBeforeCheckMs, type Health, healthPolicyOf, nextHealth, startingHealth } from './health.ts'

const policy = { test: ['CMD', 'true'], intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 10_000, startIntervalMs: 500 }

test('what a template leaves out is the engine’s default, and so is a zero', () => {
  assert.equal(healthPolicyOf(undefined), undefined)
  assert.equal(healthPolicyOf({}), undefined)
  assert.equal(healthPolicyOf({ test: ['NONE'] }), undefined)
  const defaults = { test: ['CMD', 'true'], intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0, startIntervalMs: 5_000 }
  assert.deepEqual(healthPolicyOf({ test: ['CMD', 'true'] }), defaults)
  assert.deepEqual(healthPolicyOf({ test: ['CMD', 'true'], interval: '0s', retries: 0 }), defaults)
  const given = { test: ['CMD-SHELL', 'x'], interval: '1s', timeout: '2s', retries: 1, startPeriod: '1m', startInterval: '100ms' }
  const expected = { test: ['CMD-SHELL', 'x'], intervalMs: 1000, timeoutMs: 2000, retries: 1, startPeriodMs: 60_000, startIntervalMs: 100 }
  assert.deepEqual(healthPolicyOf(given), expected)
})

/** Results as `<ms since the start>+` (healthy) or `-`, and the health after each. */
const cases: readonly { readonly name: string; readonly results: string; readonly states: string }[] = [
  { name: 'the first success makes it healthy', results: '1000+', states: 'Healthy' },
  { name: 'failures in the start period do not count', results: '1000- 2000- 3000- 9999-', states: 'Starting Starting Starting Starting' },
  { name: 'failures after the start period do', results: '10000- 10500- 11000-', states: 'Starting Starting Unhealthy' },
  { name: 'a success ends the start period', results: '1000+ 2000- 3000- 4000-', states: 'Healthy Healthy Healthy Unhealthy' },
  {
    name: 'a success makes up for the failures before it',
    results: '20000+ 1- 2- 3+ 4- 5-',
    states: 'Healthy Healthy Healthy Healthy Healthy Healthy',
  },
  {
    name: 'failures of the start period are not carried over',
    results: '9000- 9500- 10000- 10500-',
    states: 'Starting Starting Starting Starting',
  },
]
for (const { name, results, states } of cases) {
  test(`health: ${name}`, () => {
    let health: Health = startingHealth
    const seen = results.split(' ').map((result) => {
      health = nextHealth(policy, health, result.endsWith('+'), Number.parseInt(result, 10))
      return health.state
    })
    assert.equal(seen.join(' '), states)
  })
}

test('checks come at the start interval during the start period and at the interval afterwards', () => {
  assert.equal(delayBeforeCheckMs(policy, startingHealth, 0), 500)
  assert.equal(delayBeforeCheckMs(policy, startingHealth, 10_000), 30_000)
  assert.equal(delayBeforeCheckMs(policy, { state: 'Healthy', failures: 0 }, 100), 30_000)
})
