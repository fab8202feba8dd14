// When a task counts as healthy: pure bookkeeping over the results of its health test, with Compose's
// rules and the engine's defaults. Running the test and waiting between two runs is the task loop's.

import { durationMs } from '../api/duration.ts'
import type { TaskTemplate } from '../api/objects.ts'

export interface HealthPolicy {
  readonly test: readonly string[]
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly retries: number
  readonly startPeriodMs: number
  readonly startIntervalMs: number
}

export interface Health {
  readonly state: 'Starting' | 'Healthy' | 'Unhealthy'
  /** Failures in a row that count. */
  readonly failures: number
}

export const startingHealth: Health = { state: 'Starting', failures: 0 }

/** `undefined`: running is healthy. A zero means the default, as in Compose. */
export function healthPolicyOf(check: TaskTemplate['healthCheck']): HealthPolicy | undefined {
  const test = check?.test ?? []
  if (check === undefined || test[0] === undefined || test[0] === 'NONE') return undefined
  return {
    test,
    intervalMs: orDefault(check.interval, 30_000),
    timeoutMs: orDefault(check.timeout, 30_000),
    retries: check.retries === undefined || check.retries === 0 ? 3 : check.retries,
    startPeriodMs: orDefault(check.startPeriod, 0),
    startIntervalMs: orDefault(check.startInterval, 5_000),
  }
}

/**
 * After one result. During the start period a failure does not count, and the first success ends that
 * period. Afterwards `retries` failures in a row make it unhealthy, and one success makes up for all.
 * @param sinceStartMs time between the start of the program and the start of this run of the test.
 */
export function nextHealth(policy: HealthPolicy, health: Health, healthy: boolean, sinceStartMs: number): Health {
  if (healthy) return { state: 'Healthy', failures: 0 }
  if (health.state === 'Starting' && sinceStartMs < policy.startPeriodMs) return health
  const failures = health.failures + 1
  return { state: failures >= policy.retries ? 'Unhealthy' : health.state, failures }
}

/** Wait before the next run of the test. Also before the first one. */
export function delayBeforeCheckMs(policy: HealthPolicy, health: Health, sinceStartMs: number): number {
  return health.state === 'Starting' && sinceStartMs < policy.startPeriodMs ? policy.startIntervalMs : policy.intervalMs
}

function orDefault(text: string | undefined, defaultMs: number): number {
  const ms = text === undefined ? 0 : durationMs(text)
  return ms === 0 ? defaultMs : ms
}
