// Commits on their way: first waiting to be proposed, then, in the order of the log, waiting to be
// applied. The bounds are here; beyond them a caller is told to come back.

import assert from 'node:assert/strict'
import { StatusError } from '../api/errors.ts'
import type { Committed } from '../api/store.ts'
import type { Outcome } from './mvcc/state.ts'

export const maxOutstanding = 4_096
export const maxOutstandingBytes = 16 * 1024 * 1024

interface Waiting {
  readonly data: Uint8Array
  readonly resolve: (result: Committed) => void
  readonly reject: (error: StatusError) => void
}
interface Proposed extends Waiting {
  readonly index: number
  readonly term: number
}

export class Pending {
  #waiting: Waiting[] = []
  /** By index, ascending; those before `#head` are answered. */
  #proposed: Proposed[] = []
  #head = 0
  #bytes = 0
  /** Who waits for room, the first at `#queueHead`. */
  #queue: (() => void)[] = []
  #queueHead = 0

  get count(): number {
    return this.#waiting.length + this.#proposed.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Whether one more is taken. What is taken is bounded in bytes by one commit more. */
  get hasRoom(): boolean {
    return this.count < maxOutstanding && this.#bytes < maxOutstandingBytes
  }

  /** Resolves, in turn, when there may be room, or when nothing will be taken any more: ask again. */
  whenRoom(): Promise<void> {
    return new Promise((resolve) => this.#queue.push(resolve))
  }

  /** Resolves or rejects when the fate of `data` is known. Throws TooManyRequests. */
  add(data: Uint8Array): Promise<Committed> {
    if (!this.hasRoom)
      throw new StatusError('TooManyRequests', `${this.count} writes of ${this.#bytes} bytes are under way; try again`, {
        retryAfterSeconds: 1,
      })
    this.#bytes += data.length
    return new Promise((resolve, reject) => this.#waiting.push({ data, resolve, reject }))
  }

  /** The commands that nobody proposed yet; `proposed` says where in the log they went. */
  waiting(): readonly Uint8Array[] {
    return this.#waiting.map(({ data }) => data)
  }

  /** All that waited was proposed as entries from `index` on. */
  proposed(term: number, index: number): void {
    assert(this.count === this.#waiting.length || index > (this.#proposed.at(-1)?.index ?? 0), 'the log only grows')
    const entries = this.#waiting.map((waiting, at): Proposed => ({ ...waiting, term, index: index + at }))
    if (this.#head * 2 >= this.#proposed.length) {
      this.#proposed = this.#proposed.slice(this.#head)
      this.#head = 0
    }
    this.#proposed.push(...entries)
    this.#waiting = []
  }

  /** Answers whoever waits for the entry, if it is theirs. */
  applied(index: number, term: number, outcome: Outcome): void {
    const first = this.#proposed[this.#head]
    if (first === undefined || first.index > index) return
    assert.equal(first.index, index, 'entries are applied without gaps')
    this.#head += 1
    this.#bytes -= first.data.length
    assert(this.#bytes >= 0)
    if (first.term !== term) first.reject(unknown('leadership was lost'))
    else if ('refused' in outcome) first.reject(outcome.refused)
    else if ('applied' in outcome) first.resolve({ resourceVersion: outcome.applied.index, isRepeat: true })
    else first.resolve({ resourceVersion: index })
    this.callNext()
  }

  /**
   * Wakes the first of those who wait for room, because one place is free. Whoever is woken either takes the place, or waits
   * again because another one was faster (whose end will wake the next), or has given up and wakes the next itself. So
   * nobody waits while there is room.
   */
  callNext(): void {
    const next = this.#queue[this.#queueHead]
    if (next === undefined) return
    this.#queueHead += 1
    if (this.#queueHead === this.#queue.length) {
      this.#queue = []
      this.#queueHead = 0
    }
    next()
  }

  /**
   * Ends all waiting: from here it cannot be seen any more what becomes of commits that were proposed, so they reject with
   * Unknown. Those that were not proposed reject with Unavailable: they have done nothing and can be asked for again.
   */
  fail(why: string, cause?: unknown): void {
    const proposed = this.#proposed.slice(this.#head)
    const waiting = this.#waiting
    this.#proposed = []
    this.#waiting = []
    this.#head = 0
    this.#bytes = 0
    const queue = this.#queue.slice(this.#queueHead)
    this.#queue = []
    this.#queueHead = 0
    for (const resolve of queue) resolve()
    for (const { reject } of proposed) reject(unknown(why, cause))
    for (const { reject } of waiting) reject(new StatusError('Unavailable', `the write was not begun: ${why}`, {}, { cause }))
  }
}

function unknown(why: string, cause?: unknown): StatusError {
  return new StatusError('Unknown', `the outcome of the write is not known: ${why}`, {}, { cause })
}
