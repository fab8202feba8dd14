// An object as YAML in a list: of its lines one is selected, and what is below a line can be folded. There are four ways to
// look at it: all of it, what people write, what the cluster says, and where it is not as its files say.

import type { Kind } from '../../api/objects.ts'
import type { ClusterView } from './cluster-view.ts'
import type { Listing } from './listing.ts'
import { highlighted, type Line, plain, type Span, textOf, wrapped } from './text.ts'
import { isBelow, type YamlRow, yamlLine, yamlRows } from './yaml-lines.ts'

export const sights = ['live', 'spec', 'status', 'diff'] as const
export type Sight = (typeof sights)[number]

/** What is folded when one comes: what the cluster says is long, and seldom looked for. */
export function usualFolds(sight: Sight): readonly string[] {
  return sight === 'live' ? ['status'] : []
}

export function nextSight(sight: Sight): Sight {
  return sights[(sights.indexOf(sight) + 1) % sights.length] ?? 'live'
}

export interface YamlOptions {
  readonly sight: Sight
  readonly folded: readonly string[]
  /** What is looked for: it hides nothing. */
  readonly filter: string
  readonly wraps: boolean
  /** Of the terminal, where long lines are wrapped. */
  readonly width: number
}

export function yamlListing(
  view: ClusterView,
  { kind, name }: { readonly kind: Kind; readonly name: string },
  { sight, folded, filter, wraps, width }: YamlOptions,
  now: number,
): Listing {
  const object = view.get(kind, name)
  const seen = object === undefined ? [] : seenIn(sight, yamlRows(view, object))
  const shown = seen.filter(({ key }) => !folded.some((fold) => isBelow(key, fold)))
  const lines = shown.flatMap((row): readonly (readonly [key: string, line: Line])[] => {
    const hidden = folded.includes(row.key) ? seen.filter(({ key }) => isBelow(key, row.key)).length : 0
    const line = yamlLine(row, now, hidden === 0 ? undefined : `${hidden} ${hidden === 1 ? 'line' : 'lines'} folded`)
    if (!wraps) return [[row.key, numbered(row.number, line)]]
    return wrapped(plain(line), width - 1 - numberWidth).map((part, at) =>
      at === 0 ? [row.key, numbered(row.number, [part])] : [`${row.key} ~${at}`, numbered(undefined, [` ${part}`])],
    )
  })
  const ofPresent = sight === 'diff' ? 'it is as its stack and its source say, where it has any' : 'nothing'
  const ofAbsent = view.isKnown(kind) ? `${kind.toLowerCase()}/${name} is gone` : '…'
  const empty = object === undefined ? ofAbsent : ofPresent
  return {
    keys: lines.map(([key]) => key),
    total: seen.length,
    empty,
    columns: [],
    columnAt: () => undefined,
    draw: (first, count) => ({
      headings: headingOf(sight, folded, seen),
      rows: lines.slice(first, first + count).map(([, line]) => highlighted(line, filter)),
    }),
  }
}

const numberWidth = 4

/** Behind the first sign, which belongs to the selection and to what differs. */
function numbered(number: number | undefined, [first = '', ...rest]: Line): Line {
  const text = textOf(first)
  const behind = { text: `${String(number ?? '').padStart(numberWidth - 1)} `, style: 'dim' } as const
  if (typeof first === 'string') return [text.slice(0, 1), behind, text.slice(1), ...rest]
  return [{ ...first, text: text.slice(0, 1) }, behind, { ...first, text: text.slice(1) }, ...rest]
}

function headingOf(sight: Sight, folded: readonly string[], seen: readonly YamlRow[]): Line {
  const known = folded.filter((fold) => seen.some(({ key }) => key === fold))
  const names = sights.flatMap((each): readonly Span[] => [each === sight ? { text: ` [${each}]`, style: 'bold' } : ` ${each}`])
  return [' view:', ...names, { text: `${known.length === 0 ? '' : `   folded: ${known.join(', ')}`}   z all`, style: 'dim' }]
}

const byCluster: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status'])

function seenIn(sight: Sight, rows: readonly YamlRow[]): readonly YamlRow[] {
  switch (sight) {
    case 'live':
      return rows
    case 'spec':
      return rows.filter(({ part }) => !byCluster.has(part))
    case 'status':
      return rows.filter(({ part }) => part === 'status')
    case 'diff': {
      const different = rows.filter(({ said }) => said !== undefined).map(({ key }) => key)
      return rows.filter(({ key }) => different.some((each) => each === key || isBelow(key, each) || isBelow(each, key)))
    }
  }
}
