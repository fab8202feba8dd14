// One kind's objects by name. A cell keeps its identity while the object in it changes, so that indexes
// refer to cells and an ordinary update touches no index at all.

import assert from 'node:assert/strict'
import type { KitObject } from '../../api/objects.ts'

export class Cell<T extends KitObject> {
  current: T
  constructor(object: T) {
    this.current = object
  }
}

/** Objects of one kind, listed in order of name. For kinds with thousands of objects, not millions. */
export class Table {
  readonly #byName = new Map<string, Cell<KitObject>>()
  /**
   * The same cells, by name ascending (UTF-16 order, the same on every machine) up to `#sortedCount`, then those that
   * were added since somebody looked: sorting them in one by one would cost a hundred thousand objects dearly.
   */
  readonly #sorted: Cell<KitObject>[] = []
  #sortedCount = 0

  get size(): number {
    return this.#byName.size
  }

  get(name: string): Cell<KitObject> | undefined {
    return this.#byName.get(name)
  }

  add(object: KitObject): Cell<KitObject> {
    const { name } = object.metadata
    assert(!this.#byName.has(name), 'a name is added once')
    const cell = new Cell<KitObject>(object)
    this.#byName.set(name, cell)
    this.#sorted.push(cell)
    assert.equal(this.#sorted.length, this.#byName.size)
    return cell
  }

  remove(name: string): void {
    this.#sort()
    const at = this.#place(name)
    assert.equal(this.#sorted[at]?.current.metadata.name, name, 'only what is there is removed')
    this.#sorted.splice(at, 1)
    this.#sortedCount -= 1
    this.#byName.delete(name)
  }

  /** In no order that means anything, but the same on every member. */
  all(): Iterable<Cell<KitObject>> {
    return this.#byName.values()
  }

  /** In order of name. */
  cells(): Iterable<Cell<KitObject>> {
    this.#sort()
    return this.#sorted
  }

  /** Linear in what was sorted already: the sort finds its runs. */
  #sort(): void {
    if (this.#sortedCount === this.#sorted.length) return
    this.#sorted.sort((a, b) => (a.current.metadata.name < b.current.metadata.name ? -1 : 1))
    this.#sortedCount = this.#sorted.length
  }

  /** Where `name` is, or would be inserted. */
  #place(name: string): number {
    let [low, high] = [0, this.#sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#sorted[middle]
      if (other !== undefined && other.current.metadata.name < name) low = middle + 1
      else high = middle
    }
    return low
  }
}
