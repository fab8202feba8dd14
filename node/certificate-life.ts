// How old a certificate is by the clocks of this machine, which may differ from those of whoever has made it: when the next
// one is due, and how soon to ask again when nobody answers.

import type { Validity } from '../ca/certificate.ts'
import { madeMs, renewAfterMs } from '../ca/renewal.ts'
import type { Clock, Random } from '../effects/effects.ts'

interface LifeDeps {
  readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs'>
  readonly random: Pick<Random, 'next'>
}

export interface Life {
  /** What the clocks here said when it was made. */
  readonly wallMs: number
  readonly monotonicMs: number
  readonly lifeMs: number
  readonly renewAfterMs: number
}

/** After a renewal that failed. */
export const firstRetryMs = 5_000
const longestRetryMs = 3_600_000
/** A try that fails leaves most of the life that is left for others. */
const retryShare = 0.1
/** Clocks of machines differ by that much without anybody minding. */
export const clockToleranceMs = 300_000

/** By what it says of itself. */
export function lifeOnDisk(validity: Validity, { clock, random }: LifeDeps): Life {
  const wallMs = madeMs(validity)
  const monotonicMs = clock.monotonicMs() - (clock.wallMs() - wallMs)
  return { wallMs, monotonicMs, lifeMs: validity.notAfterMs - wallMs, renewAfterMs: renewAfterMs(validity, random) }
}

/** It was made a moment ago, whatever the clock here says. So a clock that is off by hours does not make it old, or young for ever. */
export function lifeFromNow(validity: Validity, { clock, random }: LifeDeps): Life {
  return {
    wallMs: clock.wallMs(),
    monotonicMs: clock.monotonicMs(),
    lifeMs: validity.notAfterMs - madeMs(validity),
    renewAfterMs: Math.max(renewAfterMs(validity, random), firstRetryMs),
  }
}

export function untilDueMs(life: Life, clock: LifeDeps['clock']): number {
  // The clock was ahead when it was made and has been set right: others would say that it is not valid yet.
  if (clock.wallMs() < life.wallMs - clockToleranceMs) return 0
  return life.renewAfterMs - ageMs(life, clock)
}

/** One clock goes on when the other is set back, and that one while the machine sleeps. */
function ageMs({ wallMs, monotonicMs }: Life, clock: LifeDeps['clock']): number {
  return Math.max(clock.wallMs() - wallMs, clock.monotonicMs() - monotonicMs)
}

/** Between two tries, while there is a certificate, or none yet. */
export function longestBetweenTriesMs(life: Life | undefined, clock: LifeDeps['clock']): number {
  const leftMs = life === undefined ? 0 : life.lifeMs - ageMs(life, clock)
  return leftMs <= 0 ? longestRetryMs : Math.min(Math.max(firstRetryMs, leftMs * retryShare), longestRetryMs)
}
