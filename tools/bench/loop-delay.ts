// How late the event loop is: what a timer of a millisecond waits longer than that.

import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 1

export interface Delay {
  readonly loopP99Ms: number
  readonly loopMaxMs: number
}

export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor() {
    this.#histogram.enable()
  }

  /** Forgets what was before. */
  reset(): void {
    this.#histogram.reset()
  }

  read(): Delay {
    return { loopP99Ms: late(this.#histogram.percentile(99)), loopMaxMs: late(this.#histogram.max) }
  }
}

function late(nanoseconds: number): number {
  return Number(Math.max(0, nanoseconds / 1e6 - resolutionMs).toFixed(1))
}
