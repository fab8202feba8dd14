// The machine's own time.

import { performance } from 'node:perf_hooks'
import type { Clock } from '../effects.ts'

/** Node.js fires a timer at once when its delay does not fit into 31 bits. */
const longestTimerMs = 2 ** 31 - 1

export function createClock(): Clock {
  return {
    monotonicMs: () => performance.now(),
    wallMs: () => Date.now(),
    sleep(delayMs, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      if (delayMs <= 0) return endOfTurn(signal)
      const endMs = performance.now() + delayMs
      return new Promise((resolve, reject) => {
        const timer = (): NodeJS.Timeout => setTimeout(wake, Math.min(longestTimerMs, Math.max(0, endMs - performance.now())))
        const wake = (): void => {
          if (endMs - performance.now() > 1) {
            running = timer()
            return
          }
          signal.removeEventListener('abort', stop)
          resolve()
        }
        const stop = (): void => {
          clearTimeout(running)
          reject(signal.reason)
        }
        let running = timer()
        signal.addEventListener('abort', stop, { once: true })
      })
    },
  }
}

function endOfTurn(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    setImmediate(() => (signal.aborted ? reject(signal.reason) : resolve()))
  })
}
