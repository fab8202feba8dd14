// Waiting for several things at once without leaving any of them behind: every operation gets a
// signal of its own, and nobody goes on before all of them have settled.

/** Runs `work` with a signal that fires when `signal` does or when `stop` is called. */
export async function withSignal<T>(
  signal: AbortSignal,
  work: (inner: AbortSignal, stop: (reason: unknown) => void) => Promise<T>,
): Promise<T> {
  const inner = new AbortController()
  const stop = (): void => inner.abort(signal.reason)
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  try {
    return await work(inner.signal, (reason) => inner.abort(reason))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The outcome of whichever operation settles first; the others are aborted and waited for, their outcomes dropped. */
export function firstOf<T>(signal: AbortSignal, operations: readonly ((signal: AbortSignal) => Promise<T>)[]): Promise<T> {
  return withSignal(signal, async (inner, stop) => {
    const running = operations.map((operation) => operation(inner))
    try {
      return await Promise.race(running)
    } finally {
      stop(new Error('no longer needed'))
      await Promise.allSettled(running)
    }
  })
}

/** Rejects with the signal's reason when it fires. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** Runs `work` for at most `limitMs`; then its signal fires with an Error of `message`. */
export function within<T>(
  clock: { sleep(delayMs: number, signal: AbortSignal): Promise<void> },
  limitMs: number,
  message: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return firstOf<T>(signal, [
    work,
    async (inner) => {
      await clock.sleep(limitMs, inner)
      throw new Error(message)
    },
  ])
}

/** Something to wait for that happens again and again: `notify` wakes everybody who waits at that moment. */
export class Bell {
  #waiting: (() => void)[] = []

  notify(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }

  /** Resolves at the next `notify`; rejects with the signal's reason when it fires first. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== wake)
        reject(signal.reason)
      }
      const wake = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      this.#waiting.push(wake)
      signal.addEventListener('abort', stop, { once: true })
    })
  }
}
