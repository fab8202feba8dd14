// The outline of the stored log without its data: where it begins and ends, and which terms its
// entries have. Appending and recovering check against the same rules, in this file only.
//
//   first ≤ index < next; indexes +1; terms never fall along the log

import type { Entry } from '../raft/entry.ts'

export class LogShape {
  #first: number
  #next: number
  /** Runs of equal terms: `from` is the first index of a run; rising in both. */
  #runs: { readonly from: number; readonly term: number }[] = []
  /** Term of the entry before `first`, when a snapshot tells it. */
  #baseTerm = 0

  constructor(first: number) {
    this.#first = first
    this.#next = first
  }

  get first(): number {
    return this.#first
  }

  /** One past the last index. */
  get next(): number {
    return this.#next
  }

  get lastTerm(): number {
    return this.#runs.at(-1)?.term ?? this.#baseTerm
  }

  termAt(index: number): number | undefined {
    if (index < this.#first || index >= this.#next) return undefined
    return this.#runs.findLast(({ from }) => from <= index)?.term
  }

  /** Why the change does not fit the log; `undefined` when it does. */
  misfit(truncateFrom: number | undefined, entries: readonly Entry[]): string | undefined {
    if (truncateFrom !== undefined && truncateFrom > this.#next)
      return `cannot truncate from ${truncateFrom}: the log ends before ${this.#next}`
    let index = Math.min(truncateFrom ?? this.#next, this.#next)
    let term = truncateFrom === undefined ? this.lastTerm : (this.termAt(truncateFrom - 1) ?? this.#baseTerm)
    for (const entry of entries) {
      if (entry.index !== index) return `entry ${entry.index} follows entry ${index - 1}`
      if (entry.term < term) return `entry ${entry.index} has term ${entry.term}, the one before it has ${term}`
      term = entry.term
      index += 1
    }
    return undefined
  }

  change(truncateFrom: number | undefined, entries: readonly Entry[]): void {
    if (truncateFrom !== undefined) this.#truncate(truncateFrom)
    for (const { term } of entries) {
      if (this.#runs.at(-1)?.term !== term) this.#runs.push({ from: this.#next, term })
      this.#next += 1
    }
  }

  #truncate(from: number): void {
    while (this.#runs.length > 0 && (this.#runs.at(-1)?.from ?? 0) >= from) this.#runs.pop()
    this.#next = Math.min(this.#next, from)
    if (from < this.#first) {
      this.#first = from
      this.#baseTerm = 0
    }
  }

  /** A snapshot at (index, term) was installed that the log does not contain: it begins anew behind it. */
  reset(index: number, term: number): void {
    this.#first = index + 1
    this.#next = index + 1
    this.#runs = []
    this.#baseTerm = term
  }
}
