// Watching: many readers of one ring. Each keeps the index it has seen and is woken when there is more;
// nothing is queued per reader, so one that stalls costs no memory and at last gets Expired.

import type { StoreEvent } from '../../api/store.ts'
import type { EventRing } from './event-ring.ts'

/** Wakes whoever waits for the next events. */
export class Watchers {
  readonly #wakers = new Set<() => void>()
  #closed: Error | undefined

  /** Call after events were appended to the ring. */
  wake(): void {
    for (const wake of this.#wakers) wake()
  }

  /** Every watch, present and future, ends with `reason` once it has delivered what there is. */
  close(reason: Error): void {
    this.#closed = reason
    this.wake()
  }

  /**
   * Batches of events after `since`, each one or more whole entries. Ends when `signal` fires; throws
   * Expired when the ring no longer reaches back, and the reason of `close`. `ring` is asked again for
   * each batch, because a snapshot from the leader replaces the state and its ring.
   */
  async *watch(ring: () => EventRing, since: number, signal: AbortSignal): AsyncGenerator<readonly StoreEvent[], void, void> {
    let seen = since
    let wake = () => {}
    const waker = () => wake()
    this.#wakers.add(waker)
    signal.addEventListener('abort', waker)
    try {
      while (!signal.aborted) {
        const next = ring().readAfter(seen)
        if (next !== undefined) {
          seen = next.index
          yield next.events
          continue
        }
        if (this.#closed !== undefined) throw this.#closed
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    } finally {
      this.#wakers.delete(waker)
      signal.removeEventListener('abort', waker)
    }
  }
}
