// The recent past: the events of the last entries, complete and in order, within a bound. Written once
// per entry, whatever the number of readers; each reader remembers the index it has seen. A reader that
// falls out of the ring gets Expired and lists again.

import assert from 'node:assert/strict'
import { StatusError } from '../../api/errors.ts'
import type { StoreEvent } from '../../api/store.ts'

/** Each event keeps the state before and after alive: about 1 KB for a task. */
export const defaultMaxRingEvents = 32_768
/** The most events that a reader is given at once, unless a single entry has more. */
const maxEventsPerRead = 1_000

interface Batch {
  readonly index: number
  readonly events: readonly StoreEvent[]
}

export class EventRing {
  readonly #maxEvents: number
  /** Live batches are those from `#head` on; those before were dropped and their places are undefined. */
  #batches: (Batch | undefined)[] = []
  #head = 0
  #eventCount = 0
  /** Events at or below this index are gone. */
  #floor: number

  constructor(floor: number, maxEvents: number = defaultMaxRingEvents) {
    assert(maxEvents >= 1)
    assert(floor >= 0)
    this.#floor = floor
    this.#maxEvents = maxEvents
  }

  /** Reading after this index, or a later one, is complete. */
  get floor(): number {
    return this.#floor
  }

  append(index: number, events: readonly StoreEvent[]): void {
    assert(events.length > 0, 'an entry without events is not recorded')
    assert(index > (this.#batches.at(-1)?.index ?? this.#floor), 'entries come in order')
    this.#batches.push({ index, events })
    this.#eventCount += events.length
    while (this.#eventCount > this.#maxEvents) this.#dropOldest()
    if (this.#head > 1_024 && this.#head * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#head)
      this.#head = 0
    }
  }

  /** Forgets everything: what follows does not continue from it. */
  reset(floor: number): void {
    this.#batches = []
    this.#head = 0
    this.#eventCount = 0
    this.#floor = floor
  }

  /**
   * The next events after `since`: whole entries, oldest first, and the index up to which they are
   * complete. Undefined when there are none. Throws Expired when some are gone.
   */
  readAfter(since: number): { readonly index: number; readonly events: readonly StoreEvent[] } | undefined {
    let at = this.#firstAfter(since)
    const first = this.#batches[at]
    if (first === undefined) return undefined
    const next = this.#batches[at + 1]
    if (next === undefined || first.events.length + next.events.length > maxEventsPerRead) return first
    const events: StoreEvent[] = []
    let index = since
    for (
      let batch: Batch | undefined = first;
      batch !== undefined && (events.length === 0 || events.length + batch.events.length <= maxEventsPerRead);
    ) {
      events.push(...batch.events)
      index = batch.index
      at += 1
      batch = this.#batches[at]
    }
    return { index, events }
  }

  /** All events after `since`, oldest first. Throws Expired when some are gone. */
  allAfter(since: number): readonly StoreEvent[] {
    return this.#batches.slice(this.#firstAfter(since)).flatMap((batch) => batch?.events ?? [])
  }

  #firstAfter(since: number): number {
    if (since < this.#floor)
      throw new StatusError('Expired', `the history after ${since} is gone; it begins after ${this.#floor}: list again`)
    let [low, high] = [this.#head, this.#batches.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#batches[middle]?.index ?? 0) <= since) low = middle + 1
      else high = middle
    }
    return low
  }

  #dropOldest(): void {
    const oldest = this.#batches[this.#head]
    assert(oldest !== undefined, 'only a ring with events can be too full')
    this.#batches[this.#head] = undefined
    this.#head += 1
    this.#eventCount -= oldest.events.length
    this.#floor = oldest.index
  }
}
