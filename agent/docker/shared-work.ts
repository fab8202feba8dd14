// Work that several callers may want at the same time and that is done once: they share its outcome. A caller
// that gives up leaves it to the others; when nobody is left, the signal of the work fires. Whoever comes
// then waits for its end and begins anew.

interface Running<T> {
  readonly outcome: Promise<T>
  readonly stopper: AbortController
  waiting: number
}

export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>()

  /** Rejects with the signal's reason as soon as it fires. */
  async join(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      const running = this.#running.get(key) ?? this.#begin(key, work)
      if (!running.stopper.signal.aborted) return await this.#share(running, signal)
      await running.outcome.catch(() => {})
    }
  }

  #begin(key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const stopper = new AbortController()
    const outcome = work(stopper.signal).finally(() => this.#running.delete(key))
    outcome.catch(() => {}) // Nobody may be waiting any more.
    const running = { outcome, stopper, waiting: 0 }
    this.#running.set(key, running)
    return running
  }

  async #share(running: Running<T>, signal: AbortSignal): Promise<T> {
    running.waiting += 1
    try {
      return await untilAborted(running.outcome, signal)
    } finally {
      running.waiting -= 1
      if (running.waiting === 0) running.stopper.abort(new Error('nobody waits for it any more'))
    }
  }
}

/** The outcome, or the signal's reason when it fires first; what brings the outcome goes on. */
export function untilAborted<T>(outcome: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    outcome.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
  })
}
