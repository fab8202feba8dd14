// What every entry of the log changed, as the first member that applied it told: all others must tell the same, have the
// same state after it, and show it to whoever watches, once and in its place.

import assert from 'node:assert/strict'
import type { StoreEvent } from '../../api/store.ts'

export class Oracle {
  readonly #entries = new Map<number, { readonly text: string; readonly atMs: number }>()
  /** Of all of them, ascending. */
  readonly #indexes: number[] = []
  readonly #hashes = new Map<number, string>()
  /** By whose value it was: which entry, and when it was first applied. */
  readonly values = new Map<string, { readonly index: number; readonly atMs: number }>()

  /** The last entry that changed something. */
  get last(): number {
    return this.#indexes.at(-1) ?? 0
  }

  /** The events of one entry or of several, as a member has them. */
  hear(id: string, events: readonly StoreEvent[], nowMs: number): void {
    for (const [index, batch] of byEntry(events)) {
      const text = JSON.stringify(batch)
      const known = this.#entries.get(index)
      assert.equal(text, known?.text ?? text, `I12: entry ${index} is another one at ${id}`)
      if (known !== undefined) continue
      this.#entries.set(index, { text, atMs: nowMs })
      const place = this.#indexes.findLastIndex((each) => each < index)
      this.#indexes.splice(place + 1, 0, index)
      for (const { object, type } of batch) {
        const value = object.kind === 'Node' ? object.metadata.labels?.['value'] : undefined
        if (value === undefined || type === 'DELETED') continue
        assert(!this.values.has(value), `I10: ${value} was written twice, at ${this.values.get(value)?.index} and ${index}`)
        this.values.set(value, { index, atMs: nowMs })
      }
    }
  }

  /** The state of a member after the entry at `index`. */
  compare(id: string, index: number, hash: string): void {
    const known = this.#hashes.get(index)
    assert.equal(hash, known ?? hash, `I12: the state of ${id} at ${index} is another one`)
    this.#hashes.set(index, hash)
  }

  /** A watcher that has seen everything up to `seen` is shown `events`. Returns what it has seen then. */
  watched(watcher: string, seen: number, events: readonly StoreEvent[]): number {
    let last = seen
    for (const [index, batch] of byEntry(events)) {
      const next = this.#indexes[this.#indexes.findLastIndex((each) => each <= last) + 1]
      assert.equal(index, next, `I11: ${watcher} has seen everything up to ${last} and is shown ${index}; ${next} comes next`)
      assert.equal(JSON.stringify(batch), this.#entries.get(index)?.text, `I11: ${watcher} is shown another entry ${index}`)
      last = index
    }
    return last
  }
}

function byEntry(events: readonly StoreEvent[]): ReadonlyMap<number, readonly StoreEvent[]> {
  return Map.groupBy(events, ({ resourceVersion }) => resourceVersion)
}
