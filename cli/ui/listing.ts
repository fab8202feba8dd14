// A list of rows, filtered and sorted, of which only what is visible is ever written out: ten thousand tasks
// cost their comparison once, and forty of them their text. What changes afterwards is put among what has stayed (`rows.ts`).

import type { Change } from './changes.ts'
import { type Filterable, parseFilter } from './filter.ts'
import { type Ordering, Rows } from './rows.ts'
import { cell, type Line, oneLine, type Span, widthOf } from './text.ts'
import type { Style } from './themes.ts'

export interface Column<T> {
  /** What filters call it. */
  readonly id: string
  readonly heading: string
  /** At least so many columns of the terminal. */
  readonly width: number
  /** Share of what is left over. */
  readonly grow?: number
  /** Where the terminal is narrow, the highest go first. 0 stays. */
  readonly rank: number
  readonly align?: 'right'
  readonly text: (item: T) => string
  /** What it sorts by: `amount`, else `compare`, else its text. To compare two, nothing is looked at but these two. */
  readonly amount?: (item: T) => number
  readonly compare?: (a: T, b: T) => number
  readonly style?: (item: T) => Style | undefined
  /** Shown only where somebody asked for all columns. */
  readonly isRare?: boolean
  /** A drawing: filters have no words in it. */
  readonly isPicture?: boolean
}

export interface Source<T> {
  /** As they are now. One that has changed is another object. */
  readonly items: () => Iterable<T>
  /** What has become of the items since one of the two was asked last. Undefined: all are to be read. Left out: always. */
  readonly changes?: () => readonly Change<T>[] | undefined
  /** What `-l` looks at. */
  readonly labels?: (item: T) => Readonly<Record<string, string>> | undefined
  readonly key: (item: T) => string
  /** Said where there are none. */
  readonly empty?: string
  readonly columns: readonly Column<T>[]
  /** The order before anybody chose one; also among rows that are equal in the chosen column. As `compare` of a column. */
  readonly compare: (a: T, b: T) => number
}

export interface Sort {
  readonly by: string
  readonly isDescending: boolean
}

/** Which of the columns are wanted, and how many after the first have been scrolled past. */
export interface Look {
  readonly skipped: number
  readonly columns?: readonly string[]
  /** Each as wide as what is in it; what has no room is further to the side. */
  readonly isWide?: boolean
}

export interface Listing {
  /** Of the rows that match, in order. */
  readonly keys: readonly string[]
  readonly total: number
  /** Said where there is no row at all. */
  readonly empty?: string
  readonly columns: readonly { readonly id: string; readonly heading: string; readonly isRare?: boolean }[]
  /** Headings and those rows, each in at most `width` columns. */
  draw(first: number, count: number, width: number, look: Look): { readonly headings: Line; readonly rows: readonly Line[] }
  /** The column of the list that is at this column of the terminal. */
  columnAt(x: number, width: number, look: Look): string | undefined
  /** The same list of what there is now. Undefined where it is as well made anew. */
  again?(): Listing
}

const gap = 2

export function listing<T>(
  { items, changes, key, empty, columns, compare, labels }: Source<T>,
  filter: string,
  sort: Sort | undefined,
): Listing {
  const test = parseFilter(filter)
  const column = columns.find(({ id }) => id === sort?.by)
  const rows = new Rows(orderingOf(column, compare, sort?.isDescending === true), key)
  /** As drawn last: how wide wide columns are depends on what is on the screen. */
  let wide: ReturnType<typeof layout<T>> | undefined
  const readAll = (): Listing => {
    const all = [...items()]
    const matching = test === undefined ? all : all.filter((item) => test(filterable(columns, item, labels?.(item) ?? {})))
    return listed(rows.read(matching), all.length)
  }
  // A filter may look at what is no part of the item: what it uses, and how long ago something was.
  const again = (): Listing => {
    const changed = test === undefined ? changes?.() : undefined
    if (changed === undefined) return readAll()
    const all = rows.change(changed)
    return listed(all, all.length)
  }
  const listed = (matching: readonly { readonly item: T }[], total: number): Listing => ({
    keys: rows.keys,
    total,
    ...(empty !== undefined && { empty }),
    columns,
    draw: (first, count, width, look) => {
      const drawn = matching.slice(first, first + count).map(({ item }) => item)
      const shown = layout(wantedOf(columns, look), width - 1, look.isWide === true ? drawn : undefined)
      wide = look.isWide === true ? shown : undefined
      return {
        headings: [' ', ...joined(shown.map(({ column: each, size }) => headingOf(each, size, sort)))],
        rows: drawn.map((item) => [' ', ...joined(shown.map(({ column: each, size }) => cellOf(each, item, size)))]),
      }
    },
    columnAt,
    again,
  })
  const columnAt: Listing['columnAt'] = (x, width, look) => {
    let end = 1
    for (const { column: each, size } of wide ?? layout(wantedOf(columns, look), width - 1, undefined)) {
      end += size + gap
      if (x < end) return each.id
    }
    return undefined
  }
  return readAll()
}

function orderingOf<T>(column: Column<T> | undefined, compare: (a: T, b: T) => number, isDescending: boolean): Ordering<T> {
  const sign = isDescending ? -1 : 1
  if (column === undefined) return { compare: (a, b) => compare(a.item, b.item) }
  const { amount, compare: chosen, text } = column
  if (amount === undefined && chosen !== undefined) return { compare: (a, b) => sign * chosen(a.item, b.item) || compare(a.item, b.item) }
  return { value: amount ?? text, compare: (a, b) => sign * order(a.value ?? 0, b.value ?? 0) || compare(a.item, b.item) }
}

function wantedOf<T>(columns: readonly Column<T>[], { skipped, columns: chosen, isWide = false }: Look): readonly Column<T>[] {
  const found = (chosen ?? []).flatMap((id) => columns.find((column) => column.id === id) ?? [])
  // Of several clusters each row says of which it is, whatever was chosen where there was one.
  const context = columns.filter(({ id }) => id === 'context' && !found.some((column) => column.id === id))
  const wanted = found.length === 0 ? columns.filter(({ isRare = false }) => isWide || !isRare) : [...context, ...found]
  return [...wanted.slice(0, 1), ...wanted.slice(1 + skipped)]
}

export function order<V extends string | number>(a: V, b: V): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Most filters look at one of these, and at every row. */
function filterable<T>(columns: readonly Column<T>[], item: T, labels: Readonly<Record<string, string>>): Filterable {
  return {
    labels,
    get name() {
      return (columns.find(({ id }) => id === 'name') ?? columns[0])?.text(item).toLowerCase() ?? ''
    },
    column: (id) => columns.find((column) => column.id === id)?.text(item),
    get text() {
      return columns
        .flatMap((column) => (column.isPicture === true ? [] : column.text(item)))
        .join(' ')
        .toLowerCase()
    },
  }
}

/** Which columns there is room for, and how wide each is. With `items`, all of them, as wide as what these say. */
function layout<T>(
  columns: readonly Column<T>[],
  width: number,
  items: readonly T[] | undefined,
): readonly { readonly column: Column<T>; readonly size: number }[] {
  if (items !== undefined)
    return columns.map((column) => {
      const widest = Math.max(column.heading.length + 1, ...items.map((item) => widthOf(oneLine(column.text(item)))))
      return { column, size: Math.min(widest, width) }
    })
  let shown = columns
  const needed = (): number => shown.reduce((sum, column) => sum + column.width + gap, -gap)
  while (needed() > width) {
    const last = Math.max(...shown.map(({ rank }) => rank))
    if (last === 0) break
    shown = shown.filter(({ rank }) => rank !== last)
  }
  let left = Math.max(0, width - needed())
  let shares = shown.reduce((sum, { grow = 0 }) => sum + grow, 0)
  return shown.map((column) => {
    const { grow = 0 } = column
    const more = grow === 0 ? 0 : Math.floor((left * grow) / shares)
    left -= more
    shares -= grow
    return { column, size: column.width + more }
  })
}

function joined(cells: readonly Span[]): readonly Span[] {
  return cells.flatMap((span, at) => (at === 0 ? [span] : [' '.repeat(gap), span]))
}

function headingOf<T>({ id, heading, align }: Column<T>, size: number, sort: Sort | undefined): Span {
  const sign = sort?.by === id ? (sort.isDescending ? 'v' : '^') : ''
  return { text: cell(heading + sign, size, align), style: 'dim' }
}

function cellOf<T>({ text, align, style }: Column<T>, item: T, size: number): Span {
  const shown = cell(text(item), size, align)
  const chosen = style?.(item)
  return chosen === undefined ? shown : { text: shown, style: chosen }
}
