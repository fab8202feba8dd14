// How long this manager has listened to nodes. A machine that is suspended or starved stands still, and what nodes sent meanwhile
// is read after its timers have fired: by the clock all of them would be silent for too long, and all their tasks replaced.

import type { Clock } from '../../effects/effects.ts'

const lookMs = 200
/** What passes between two looks counts for so much at most. */
const mostPerLookMs = 2 * lookMs

export class Listening {
  readonly #clock: Clock
  #countedMs = 0
  #lookedAtMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lookedAtMs = clock.monotonicMs()
  }

  /** Milliseconds; goes on as the monotonic clock does while this manager gets on, and stands still with it. */
  get ms(): number {
    return this.#countedMs + Math.min(this.#clock.monotonicMs() - this.#lookedAtMs, mostPerLookMs)
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let goesOn = !signal.aborted; goesOn; ) {
      this.#countedMs = this.ms
      this.#lookedAtMs = this.#clock.monotonicMs()
      goesOn = await this.#clock.sleep(lookMs, signal).then(
        () => !signal.aborted,
        () => false,
      )
    }
  }
}
