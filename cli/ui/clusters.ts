// Several clusters on one screen: their rows in one list, each with its cluster, and which of them a row is of.

import type { Connection } from './cluster-copy.ts'
import type { ClusterView } from './cluster-view.ts'
import type { Column, Source } from './listing.ts'

export interface Cluster {
  /** Of its context. */
  readonly name: string
  readonly view: ClusterView
  readonly connection: Connection
}

/** There is always one. */
export function firstOf(clusters: readonly Cluster[]): ClusterView {
  const [first] = clusters
  if (first === undefined) throw new Error('a dashboard has at least one cluster')
  return first.view
}

/** Of several clusters rows have keys that say of which they are. No name has a space. */
export function keyIn(cluster: string, key: string): string {
  return `${cluster} ${key}`
}

/** The cluster and the key there; no cluster where there is only one. */
export function splitKey(key: string): { readonly context?: string; readonly key: string } {
  const space = key.indexOf(' ')
  return space < 0 ? { key } : { context: key.slice(0, space), key: key.slice(space + 1) }
}

/** An item, and what the list of its own cluster says of it. */
export interface Placed<T> {
  readonly item: T
  readonly cluster: string
  readonly at: number
  readonly source: Source<T>
}

export function merged<T extends object>(clusters: readonly Cluster[], rowsOf: (view: ClusterView) => Source<T>): Source<Placed<T>> {
  const [first, ...others] = clusters.map(({ name, view }, at) => ({ cluster: name, at, source: rowsOf(view) }))
  if (first === undefined) throw new Error('a dashboard has at least one cluster')
  const { columns, compare, labels } = first.source
  // An item that stays as it is stays the same row.
  const known = new WeakMap<T, Placed<T>>()
  const placed = (item: T, from: Omit<Placed<T>, 'item'>): Placed<T> => {
    const made = known.get(item) ?? { item, ...from }
    known.set(item, made)
    return made
  }
  return {
    items: () => [first, ...others].flatMap((from) => [...from.source.items()].map((item) => placed(item, from))),
    key: ({ item, cluster, source }) => keyIn(cluster, source.key(item)),
    ...(labels === undefined ? {} : { labels: ({ item }) => labels(item) }),
    compare: (a, b) => a.at - b.at || compare(a.item, b.item),
    columns: [
      { id: 'context', heading: 'CONTEXT', width: 9, grow: 1, rank: 0, text: ({ cluster }) => cluster },
      ...columns.map((column, at) => placedColumn(column, at)),
    ],
  }
}

/** Columns ask the view of the cluster that the item is of. */
function placedColumn<T>({ text: _, style, amount, compare, ...look }: Column<T>, at: number): Column<Placed<T>> {
  const own = ({ source }: Placed<T>): Column<T> | undefined => source.columns[at]
  return {
    ...look,
    text: (placed) => own(placed)?.text(placed.item) ?? '',
    ...(style === undefined ? {} : { style: (placed) => own(placed)?.style?.(placed.item) }),
    ...(amount === undefined ? {} : { amount: (placed) => own(placed)?.amount?.(placed.item) ?? 0 }),
    ...(compare === undefined ? {} : { compare: (a, b) => compare(a.item, b.item) }),
  }
}
