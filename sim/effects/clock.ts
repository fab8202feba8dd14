// Virtual time for one process: a reading of the event queue, with the skew and drift of its own
// clock. Sleeping is an event on the process's lane, so a dead process never wakes up.

import type { Clock } from '../../effects/effects.ts'
import type { Schedule } from './event-queue.ts'

/** 2026-01-01T00:00:00Z: where wall time starts in every simulated run. */
export const simulatedEpochMs = 1_767_225_600_000

/** @param options.skewMs how far its wall time is off, read each time: it may be set while it runs; `rate` how fast its clock runs (1.01: one per cent fast). */
export function createSimulatedClock(schedule: Schedule, options: { readonly skewMs?: number; readonly rate?: number } = {}): Clock {
  const { rate = 1 } = options
  return {
    monotonicMs: () => schedule.nowMs() * rate,
    wallMs: () => simulatedEpochMs + Math.floor(schedule.nowMs() * rate + (options.skewMs ?? 0)),
    sleep(delayMs, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      return new Promise((resolve, reject) => {
        const stop = (): void => {
          cancel()
          reject(signal.reason)
        }
        const cancel = schedule.schedule(Math.max(0, delayMs / rate), () => {
          signal.removeEventListener('abort', stop)
          resolve()
        })
        signal.addEventListener('abort', stop, { once: true })
      })
    },
  }
}
