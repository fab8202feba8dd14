// Rows in an order that is kept from one reading to the next: what has stayed as it was stays where it was, and what is new or
// different is put among it. Of ten thousand rows of which a hundred have changed each costs a look, and a hundred their comparisons.

import type { Change } from './changes.ts'

interface Row<T> {
  readonly item: T
  /** What it sorts by besides the item: read each time, because it may be another though the item is the same. */
  readonly value: Value
}

type Value = string | number | undefined

export interface Ordering<T> {
  /** Left out where nothing but the items counts. */
  readonly value?: (item: T) => Value
  readonly compare: (a: Row<T>, b: Row<T>) => number
}

type Kept<T> = Row<T> & {
  isHere: boolean
  /** What stands in its place from now on. */
  next: Kept<T> | undefined
}

export class Rows<T> {
  readonly #ordering: Ordering<T>
  readonly #key: (item: T) => string
  readonly #known = new Map<T, Kept<T>>()
  #ordered: readonly Kept<T>[] = []
  #keys: readonly string[] = []

  constructor(ordering: Ordering<T>, key: (item: T) => string) {
    this.#ordering = ordering
    this.#key = key
  }

  /** In order. The same array until there are others. */
  get keys(): readonly string[] {
    return this.#keys
  }

  /** All that there are now, in order. An object that has changed is another item. */
  read(items: readonly T[]): readonly Row<T>[] {
    for (const row of this.#ordered) row.isHere = false
    const fresh: Kept<T>[] = []
    for (const item of items) {
      const known = this.#known.get(item)
      if (known !== undefined && known.value === this.#ordering.value?.(item)) known.isHere = true
      else fresh.push(this.#keep(item))
    }
    return this.#arrange(fresh)
  }

  /** The same where these, and no others, have become something else. Each has the key that it had. */
  change(changes: readonly Change<T>[]): readonly Row<T>[] {
    const { value, compare } = this.#ordering
    const fresh: Kept<T>[] = []
    for (const { before, after } of changes) {
      const was = before === undefined ? undefined : this.#known.get(before)
      const row = after === undefined ? undefined : this.#keep(after)
      if (was !== undefined && row !== undefined && compare(was, row) === 0) was.next = row
      else {
        if (was !== undefined) was.isHere = false
        if (row !== undefined) fresh.push(row)
      }
    }
    if (value !== undefined)
      for (const row of this.#ordered) {
        if (!row.isHere || row.next !== undefined || row.value === value(row.item)) continue
        row.isHere = false
        fresh.push(this.#keep(row.item))
      }
    return this.#arrange(fresh)
  }

  #keep(item: T): Kept<T> {
    const row: Kept<T> = { item, value: this.#ordering.value?.(item), isHere: true, next: undefined }
    this.#known.set(item, row)
    return row
  }

  /** Those that are gone are forgotten. */
  #arrange(fresh: Kept<T>[]): readonly Row<T>[] {
    const { compare } = this.#ordering
    const stayed: Kept<T>[] = []
    for (const row of this.#ordered) {
      if (row.isHere) stayed.push(row.next ?? row)
      if ((!row.isHere || row.next !== undefined) && this.#known.get(row.item) === row) this.#known.delete(row.item)
    }
    const isAsBefore = fresh.length === 0 && stayed.length === this.#ordered.length
    this.#ordered = among(stayed, fresh.sort(compare), compare)
    if (!isAsBefore) this.#keys = this.#ordered.map(({ item }) => this.#key(item))
    return this.#ordered
  }
}

/** Both are in order. `rows` are many, and `others` few. */
function among<R>(rows: readonly R[], others: readonly R[], compare: (a: R, b: R) => number): readonly R[] {
  if (others.length === 0) return rows
  const all: R[] = []
  let taken = 0
  for (const other of others) {
    const end = endOfThoseBefore(rows, other, compare, taken)
    for (; taken < end; taken++) all.push(rows[taken] as R)
    all.push(other)
  }
  for (; taken < rows.length; taken++) all.push(rows[taken] as R)
  return all
}

/** Found by halves, from `start` on. */
function endOfThoseBefore<R>(rows: readonly R[], other: R, compare: (a: R, b: R) => number, start: number): number {
  let [low, high] = [start, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(rows[middle] as R, other) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
