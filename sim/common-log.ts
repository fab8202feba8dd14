// What all managers together have committed: each entry once, in order, as the first of them applies it. Every other
// one must apply the same at that index: that is the promise of Raft, seen from the state.

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import type { StoreEvent, StoreView } from '../api/store.ts'
import type { OpenStore } from '../store/store.ts'

export interface CommonLogOptions {
  /** What it throws is given to `fail`. */
  readonly onEntry?: (events: readonly StoreEvent[], store: OpenStore) => void
  /** A manager came back with entries that nobody has seen yet. */
  readonly onUnseen?: (view: StoreView) => void
  readonly fail: (error: unknown) => void
}

export class CommonLog {
  readonly #options: CommonLogOptions
  readonly #digests = new Map<number, number>()
  #last = 0

  constructor(options: CommonLogOptions) {
    this.#options = options
  }

  /** A manager has started: with what its disk holds, if it is not its first start. */
  follow(store: OpenStore, isRestart: boolean, host: string): void {
    const { onUnseen } = this.#options
    // Every entry that was seen is durable with a majority; whoever lacks some of them has been behind.
    if (isRestart && store.view.resourceVersion >= this.#last) {
      this.#last = store.view.resourceVersion
      onUnseen?.(store.view)
    }
    store.subscribe((events) => this.#applied(events, store, host))
  }

  #applied(events: readonly StoreEvent[], store: OpenStore, host: string): void {
    const { onEntry, onUnseen, fail } = this.#options
    const [first] = events
    const index = first?.resourceVersion ?? store.view.resourceVersion
    if (first === undefined) {
      // The state came as a whole. Nobody sends what was not applied there.
      if (index > this.#last) onUnseen?.(store.view)
      this.#last = Math.max(this.#last, index)
      return
    }
    const digest = crc32(JSON.stringify(events.map(({ type, object }) => [type, object])))
    const known = this.#digests.get(index)
    this.#digests.set(index, digest)
    if (known !== undefined) {
      if (known !== digest) fail(new assert.AssertionError({ message: `${host} applied another entry ${index} than the others` }))
      return
    }
    if (index <= this.#last) return // Of an earlier life, when nobody looked.
    this.#last = index
    try {
      onEntry?.(events, store)
    } catch (error) {
      fail(error)
    }
  }
}
