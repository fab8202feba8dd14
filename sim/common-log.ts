// What all managers together have committed: each entry once, in order, as the first of them applies it. Every other
// one must apply the same at that index, also when it replays its own log after a start: that is the promise of Raft,
// seen from the state.

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import type { StoreEvent, StoreView } from '../api/store.ts'
import type { OpenStore } from '../store/store.ts'

export interface CommonLogOptions {
  /** What it throws is given to `fail`. */
  readonly onEntry?: (events: readonly StoreEvent[], store: OpenStore) => void
  /** A manager that was alone came back with an entry that had become durable when nobody was left to hear of it. */
  readonly onReplayed?: (events: readonly StoreEvent[]) => void
  /** A manager leads from now on. It has all that was applied anywhere. */
  readonly onLeads?: (view: StoreView) => void
  readonly fail: (error: unknown) => void
}

export class CommonLog {
  readonly #options: CommonLogOptions
  readonly #digests = new Map<number, number>()
  #last = 0
  #term = 0

  constructor(options: CommonLogOptions) {
    this.#options = options
  }

  /** A manager has started: with what its disk holds, if it is not its first start. */
  follow(store: OpenStore, isRestart: boolean, host: string): void {
    const { onEntry, onReplayed } = this.#options
    if (isRestart)
      for (const events of Map.groupBy(store.history(store.status().snapshotIndex), ({ resourceVersion }) => resourceVersion).values())
        this.#hear(events, host, () => onReplayed?.(events))
    store.subscribe((events) => {
      // With none the state came as a whole: nobody sends what was not applied there.
      if (events.length > 0) this.#hear(events, host, () => onEntry?.(events, store))
    })
    const onLeadership = (leads: boolean): void => {
      if (leads) this.#guard(() => this.#leads(store, host))
    }
    store.onLeadership(onLeadership)
    onLeadership(store.status().leads)
  }

  #leads(store: OpenStore, host: string): void {
    const { term } = store.status()
    if (term < this.#term) return // It stood still when it was elected, and has not heard yet that it was overtaken.
    this.#term = term
    const { resourceVersion } = store.view
    if (resourceVersion < this.#last)
      assert.fail(`${host} leads in term ${term} with the entries up to ${resourceVersion}, and ${this.#last} was applied`)
    this.#options.onLeads?.(store.view)
  }

  #hear(events: readonly StoreEvent[], host: string, onNew: () => void): void {
    const index = events[0]?.resourceVersion ?? 0
    const digest = crc32(JSON.stringify(events.map(({ type, object }) => [type, object])))
    const known = this.#digests.get(index)
    this.#guard(() => {
      if (known !== undefined) assert.equal(digest, known, `${host} applied another entry ${index} than the others`)
      else if (index <= this.#last) assert.fail(`${host} applied the entry ${index}, where the others had none, and are at ${this.#last}`)
      else {
        this.#digests.set(index, digest)
        this.#last = index
        onNew()
      }
    })
  }

  #guard(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.#options.fail(error)
    }
  }
}
