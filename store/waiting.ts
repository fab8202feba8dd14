// Who waits for what Raft decides: reads until what they must see is applied here, changes of members until
// they are in force here.

import { StatusError } from '../api/errors.ts'
import type { Read } from './raft/core.ts'

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: StatusError) => void
}

export class Waiting {
  /** Reads by the number that Raft gave them, until it says at which index. */
  readonly #reads = new Map<number, Waiter>()
  /** Who waits for an index to be applied. A change of members also has the term that its entry must then have: otherwise it was replaced. */
  #applied: (Waiter & { readonly index: number; readonly term?: number })[] = []

  forRead(id: number): Promise<void> {
    return new Promise((resolve, reject) => this.#reads.set(id, { resolve, reject }))
  }

  forEntry(index: number, term: number): Promise<void> {
    return new Promise((resolve, reject) => this.#applied.push({ index, term, resolve, reject }))
  }

  /** Reads that Raft has given an index, or given up, wait for that index now, or are refused. Call `applied` afterwards. */
  confirm(reads: readonly Read[]): void {
    for (const { id, index } of reads) {
      const waiter = this.#reads.get(id)
      this.#reads.delete(id)
      if (waiter === undefined) continue
      if (index === null) waiter.reject(new StatusError('Unavailable', 'the leader changed before the read was confirmed: try again'))
      else this.#applied.push({ ...waiter, index })
    }
  }

  /** The state has everything up to `index`. An entry whose term, by `termAt`, is another than expected was replaced by a later leader's. */
  applied(index: number, termAt: (index: number) => number | undefined): void {
    if (!this.#applied.some((waiter) => waiter.index <= index)) return
    const due = this.#applied.filter((waiter) => waiter.index <= index)
    this.#applied = this.#applied.filter((waiter) => waiter.index > index)
    for (const { index: at, term, resolve, reject } of due) {
      if (term === undefined || termAt(at) === term) resolve()
      else reject(new StatusError('Unknown', 'leadership was lost before the members were changed: look whether they are'))
    }
  }

  fail(reason: StatusError): void {
    const waiters = [...this.#reads.values(), ...this.#applied]
    this.#reads.clear()
    this.#applied = []
    for (const { reject } of waiters) reject(reason)
  }
}
