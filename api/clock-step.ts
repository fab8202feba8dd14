// Wall time may be set back under a running cluster, by hours. What is stored says when something began, and
// when it is due; after such a step nobody knows how long ago the beginning was.

/** Clocks of managers agree this well, or one of them has been set. */
export const clockToleranceMs = 10_000

/** A time that was noted in the past and lies in the future. */
export function isBeforeStep(at: number, now: number): boolean {
  return at > now + clockToleranceMs
}

/** Whether `dueAt` has come, of what began at `begunAt`. What began before the clock was set back is due: waiting for the old time could take hours. */
export function isDue(dueAt: number, begunAt: number, now: number): boolean {
  return now >= dueAt || isBeforeStep(begunAt, now)
}
