// A binary heap over a plain array. `before(a, b)` must be a strict total order, so that what comes out
// does not depend on the order in which it went in.

export class Heap<T> {
  readonly #items: T[]
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean, items: T[] = []) {
    this.#before = before
    this.#items = items
    for (let at = (items.length >> 1) - 1; at >= 0; at--) this.#sink(at)
  }

  top(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let at = items.push(item) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = items[parent]
      if (above === undefined || !this.#before(item, above)) break
      items[at] = above
      at = parent
    }
    items[at] = item
  }

  pop(): T | undefined {
    const top = this.#items[0]
    const last = this.#items.pop()
    if (last !== undefined && this.#items.length > 0) {
      this.#items[0] = last
      this.#sink(0)
    }
    return top
  }

  /** Call after the top has become worse. */
  sinkTop(): void {
    if (this.#items.length > 1) this.#sink(0)
  }

  #sink(start: number): void {
    const items = this.#items
    const item = items[start]
    if (item === undefined) return
    let at = start
    for (;;) {
      let child = 2 * at + 1
      let best = items[child]
      if (best === undefined) break
      const right = items[child + 1]
      if (right !== undefined && this.#before(right, best)) {
        best = right
        child++
      }
      if (!this.#before(best, item)) break
      items[at] = best
      at = child
    }
    items[at] = item
  }
}
