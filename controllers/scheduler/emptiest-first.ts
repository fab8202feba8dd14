// Nodes in order of how many tasks they have, read lazily: a tree of minima over the nodes' sequence
// numbers. Changing a node costs log(nodes), and so does reading the next one, so that placing one task
// on 100,000 nodes looks at a handful of them.

import { Heap } from './heap.ts'

/** The load of a node that takes no tasks; such nodes are not read. */
export const unavailable = 0x7fffffff

interface Range {
  readonly at: number
  readonly load: number
  /** First sequence number in the range. */
  readonly start: number
  readonly size: number
}

export class EmptiestFirst {
  #size = 1
  /** `#minima[#size + sequence]` is a leaf; every inner place has the smaller of its two children. */
  #minima = new Int32Array(2).fill(unavailable)

  set(sequence: number, load: number): void {
    if (sequence >= this.#size) this.#grow(sequence)
    const minima = this.#minima
    let at = this.#size + sequence
    minima[at] = load
    for (at >>= 1; at >= 1; at >>= 1) {
      const smaller = Math.min(minima[2 * at] ?? unavailable, minima[2 * at + 1] ?? unavailable)
      if (minima[at] === smaller) break
      minima[at] = smaller
    }
  }

  /**
   * Sequence numbers by load, then number. A node that was read may change its load while reading goes on
   * (it is not read again); no other may.
   */
  *read(): Generator<number, void, void> {
    const ranges = new Heap<Range>((a, b) => a.load < b.load || (a.load === b.load && a.start < b.start))
    const add = (at: number, start: number, size: number): void => {
      const load = this.#minima[at] ?? unavailable
      if (load !== unavailable) ranges.push({ at, load, start, size })
    }
    add(1, 0, this.#size)
    for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
      if (range.size === 1) {
        yield range.start
        continue
      }
      const half = range.size >> 1
      add(2 * range.at, range.start, half)
      add(2 * range.at + 1, range.start + half, half)
    }
  }

  #grow(sequence: number): void {
    const leaves = this.#minima.slice(this.#size)
    while (this.#size <= sequence) this.#size *= 2
    this.#minima = new Int32Array(2 * this.#size).fill(unavailable)
    this.#minima.set(leaves, this.#size)
    for (let at = this.#size - 1; at >= 1; at--) {
      this.#minima[at] = Math.min(this.#minima[2 * at] ?? unavailable, this.#minima[2 * at + 1] ?? unavailable)
    }
  }
}
