// The log in memory: the entries since the last compaction, and how far they are handed out for
// writing, durable, committed, handed out for applying, and applied.
//
//   compacted ≤ applied ≤ applying ≤ min(commit, durable);   durable ≤ offered ≤ last;   commit ≤ last

import assert from 'node:assert/strict'
import type { Entry } from './entry.ts'

export class RaftLog {
  /** The entry before the first that is kept: its index and term. */
  #compactedIndex: number
  #compactedTerm: number
  #entries: Entry[]
  #commit: number
  #applying: number
  #applied: number
  /** Entries up to here were handed out to be written. */
  #offered: number
  /** Entries up to here are on this node's disk, as they are here. */
  #durable: number

  constructor(compacted: { readonly index: number; readonly term: number }, entries: readonly Entry[], commit: number) {
    assert.equal(entries[0]?.index ?? compacted.index + 1, compacted.index + 1, 'the log continues its snapshot')
    this.#compactedIndex = compacted.index
    this.#compactedTerm = compacted.term
    this.#entries = [...entries]
    this.#commit = Math.max(commit, compacted.index)
    this.#applying = compacted.index
    this.#applied = compacted.index
    this.#offered = this.lastIndex
    this.#durable = this.lastIndex
    assert(this.#commit <= this.lastIndex, 'what is known to be committed is in the log')
  }

  get firstIndex(): number {
    return this.#compactedIndex + 1
  }

  get lastIndex(): number {
    return this.#compactedIndex + this.#entries.length
  }

  get lastTerm(): number {
    return this.#entries.at(-1)?.term ?? this.#compactedTerm
  }

  get commit(): number {
    return this.#commit
  }

  get applied(): number {
    return this.#applied
  }

  get durable(): number {
    return this.#durable
  }

  get offered(): number {
    return this.#offered
  }

  /** Undefined when the entry is compacted away or not there yet. */
  termAt(index: number): number | undefined {
    if (index === this.#compactedIndex) return this.#compactedTerm
    return this.#entries[index - this.#compactedIndex - 1]?.term
  }

  matches(index: number, term: number): boolean {
    return this.termAt(index) === term
  }

  /** Whether a log that ends in (term, index) has all that this one has: the term decides, then the index. */
  isUpToDate(index: number, term: number): boolean {
    return term > this.lastTerm || (term === this.lastTerm && index >= this.lastIndex)
  }

  /** The entry at `index`, which must be kept. */
  entryAt(index: number): Entry {
    const entry = this.#entries[index - this.#compactedIndex - 1]
    assert(entry !== undefined, `entry ${index} is in the log`)
    return entry
  }

  /** Whether a change of members is among the entries above `from`, up to `to`. */
  hasConfiguration(from: number, to: number): boolean {
    for (let index = from + 1; index <= to; index += 1) if (this.entryAt(index).type === 'configuration') return true
    return false
  }

  /** From `from` to `to`, both included, cut after `maxBytes`; at least one when there is any. */
  slice(from: number, to: number, maxBytes: number): readonly Entry[] {
    assert(from >= this.firstIndex, 'compacted entries cannot be read')
    assert(to <= this.lastIndex)
    let bytes = 0
    let end = from
    while (end <= to && (end === from || bytes + this.entryAt(end).data.length <= maxBytes)) {
      bytes += this.entryAt(end).data.length
      end += 1
    }
    return this.#entries.slice(from - this.firstIndex, end - this.firstIndex)
  }

  /**
   * Adds entries that follow one that matches. What is equal stays: an old, short message must not drop
   * acknowledged entries. From the first difference on, ours give way.
   */
  merge(entries: readonly Entry[]): void {
    const at = entries.findIndex(({ index, term }) => !this.matches(index, term))
    const [first] = at < 0 ? [] : entries.slice(at)
    if (first === undefined) return
    assert(first.index > this.#commit, 'a committed entry never gives way')
    if (first.index <= this.lastIndex) this.#truncateFrom(first.index)
    this.append(entries.slice(at))
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert.equal(entry.index, this.lastIndex + 1, 'entries have no gaps')
      assert(entry.term >= this.lastTerm, 'terms never go back')
      this.#entries.push(entry)
    }
  }

  commitTo(index: number): void {
    if (index <= this.#commit) return
    assert(index <= this.lastIndex, 'only what is in the log can be committed')
    this.#commit = index
  }

  /** Entries to write next: those that were not handed out yet. */
  takeUnwritten(): readonly Entry[] {
    if (this.#offered === this.lastIndex) return []
    const taken = this.#entries.slice(this.#offered - this.#compactedIndex)
    this.#offered = this.lastIndex
    assert.equal(taken.at(-1)?.index, this.#offered)
    return taken
  }

  /** The write up to (index, term) is on disk. The caller has made sure that no later write undoes it. */
  markDurable(index: number, term: number): void {
    if (index <= this.#durable || !this.matches(index, term)) return
    assert(index <= this.#offered, 'only what was handed out can be on disk')
    this.#durable = index
  }

  /** Committed and durable here, not handed out yet, at most `maxBytes` (at least one). */
  takeCommitted(maxBytes: number): readonly Entry[] {
    const to = Math.min(this.#commit, this.#durable)
    if (this.#applying >= to) return []
    const taken = this.slice(this.#applying + 1, to, maxBytes)
    this.#applying += taken.length
    assert(this.#applying <= to)
    return taken
  }

  markApplied(index: number): void {
    assert(index >= this.#applied, 'applying goes forward')
    assert(index <= this.#applying, 'only what was handed out can be applied')
    this.#applied = index
  }

  /** Forgets entries up to `index`, which a snapshot covers. */
  compact(index: number): void {
    if (index <= this.#compactedIndex) return
    assert(index <= this.#applied, 'only what is applied can be compacted')
    const term = this.termAt(index)
    assert(term !== undefined)
    this.#entries = this.#entries.slice(index - this.#compactedIndex)
    this.#compactedIndex = index
    this.#compactedTerm = term
  }

  /** Replaces everything by a snapshot from the leader, which is durable when the next write is. */
  reset(index: number, term: number): void {
    assert(index > this.#commit, 'a snapshot only moves forward')
    this.#entries = []
    this.#compactedIndex = index
    this.#compactedTerm = term
    this.#commit = index
    this.#applying = index
    this.#applied = index
    this.#offered = index
    this.#durable = index
  }

  /** The highest index up to `from` whose term is at most `term`: where two logs may agree at best. */
  lastWithTermUpTo(from: number, term: number): { readonly index: number; readonly term: number } {
    for (let index = Math.min(from, this.lastIndex); ; index -= 1) {
      const ours = this.termAt(index)
      if (ours === undefined) return { index, term: 0 }
      if (ours <= term) return { index, term: ours }
    }
  }

  #truncateFrom(index: number): void {
    assert(index > this.#applying, 'what is being applied never gives way')
    this.#entries.length = index - this.firstIndex
    this.#offered = Math.min(this.#offered, index - 1)
    this.#durable = Math.min(this.#durable, index - 1)
  }
}
