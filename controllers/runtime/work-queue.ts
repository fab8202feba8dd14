// The queue of a controller: keys to look at. Adding a key that waits already changes nothing; adding one
// that is being worked on makes it come once more afterwards. So any number of notices costs one look,
// and no key is ever worked on twice at once (kubernetes-api.md §2.3; client-go's workqueue).

import type { Clock } from '../../effects/effects.ts'

const firstBackoffMs = 5
const longestBackoffMs = 5 * 60_000

export class WorkQueue {
  readonly #clock: Clock
  readonly #signal: AbortSignal
  /** Waiting, in order. Set and queue at once: a Set keeps the order of insertion. */
  readonly #ready = new Set<string>()
  readonly #processing = new Set<string>()
  /** Added again while being worked on. */
  readonly #again = new Set<string>()
  readonly #failures = new Map<string, number>()
  /** When a delayed key is due (monotonic ms). Only the earliest time counts. */
  readonly #dueMs = new Map<string, number>()
  #timer: AbortController | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  #wake: (() => void) | undefined

  /** Ends with `signal`: what waits then is dropped. */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock
    this.#signal = signal
    signal.addEventListener('abort', () => this.#wake?.(), { once: true })
  }

  get length(): number {
    return this.#ready.size
  }

  /** Keys that are added later. */
  get delayed(): number {
    return this.#dueMs.size
  }

  add(key: string): void {
    if (this.#processing.has(key)) this.#again.add(key)
    else this.#ready.add(key)
    this.#wake?.()
  }

  /** Adds the key after `delayMs`. An earlier time that was asked for before stays. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const dueMs = this.#clock.monotonicMs() + delayMs
    if (dueMs >= (this.#dueMs.get(key) ?? Number.POSITIVE_INFINITY)) return
    this.#dueMs.set(key, dueMs)
    this.#setTimer()
  }

  /** Adds the key after a delay that doubles with each failure since `forget`. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    this.addAfter(key, Math.min(firstBackoffMs * 2 ** failures, longestBackoffMs))
  }

  forget(key: string): void {
    this.#failures.delete(key)
  }

  /** The next key, which the caller must hand back with `done`. `undefined` once the queue has ended. */
  async take(): Promise<string | undefined> {
    for (;;) {
      if (this.#signal.aborted) return undefined
      const [key] = this.#ready
      if (key !== undefined) {
        this.#ready.delete(key)
        this.#processing.add(key)
        return key
      }
      await new Promise<void>((resolve) => {
        const wakeOther = this.#wake
        this.#wake = () => {
          this.#wake = undefined
          wakeOther?.()
          resolve()
        }
      })
    }
  }

  done(key: string): void {
    this.#processing.delete(key)
    if (!this.#again.delete(key)) return
    this.#ready.add(key)
    this.#wake?.()
  }

  #setTimer(): void {
    const next = Math.min(...this.#dueMs.values())
    if (next >= this.#timerAtMs || this.#signal.aborted) return
    this.#timer?.abort()
    const timer = new AbortController()
    this.#timer = timer
    this.#timerAtMs = next
    const signal = AbortSignal.any([this.#signal, timer.signal])
    this.#clock.sleep(Math.max(0, next - this.#clock.monotonicMs()), signal).then(
      () => this.#release(),
      () => {}, // Set anew, or the queue has ended.
    )
  }

  #release(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY
    const nowMs = this.#clock.monotonicMs()
    for (const [key, dueMs] of this.#dueMs) {
      if (dueMs > nowMs) continue
      this.#dueMs.delete(key)
      this.add(key)
    }
    if (this.#dueMs.size > 0) this.#setTimer()
  }
}
