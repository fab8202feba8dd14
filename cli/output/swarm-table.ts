// Output in the manner of swarmctl: headings with dashes below, `1 minute ago`, `Name : value` lines. For the
// groups that are named as Swarm names them; `kit get` prints as kubectl does.

import { padded } from './columns.ts'
import { fit } from './fit.ts'
import { harmless } from './harmless.ts'

/** Two spaces between the columns of lists; swarmctl has four in the tables of tasks. On a terminal `width` is how much has room there. */
export function formatSwarmTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  gap = 2,
  width = Number.POSITIVE_INFINITY,
): string {
  const shown = fit({ headings, rows: rows.map((row) => row.map(oneLine)) }, gap, '', width)
  const above = [shown.headings, shown.headings.map((heading) => '-'.repeat(heading.length))].map((row) => row.map((cell) => [cell]))
  return padded([...above, ...shown.rows.map(({ cells }) => cells)], shown.gap)
    .map((line, at) => [line, ...(shown.rows[at - above.length]?.below ?? [])].join('\n'))
    .join('\n')
}

function oneLine(cell: string): string {
  return harmless(cell.replaceAll(/[\r\n\t]+/g, ' ')).trim()
}

const units = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** `28 seconds ago`, `1 minute ago`; `now` within the second, and for what another clock puts into the future. */
export function formatAgo(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000)
  const [name, size] = units.find(([, each]) => seconds >= each) ?? ['', 0]
  if (size === 0) return 'now'
  const count = Math.floor(seconds / size)
  return `${count} ${name}${count === 1 ? '' : 's'} ago`
}

/** `RollbackStarted` as `ROLLBACK_STARTED`. */
export function shout(state: string): string {
  return state.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
}

/** A heading for what is below it, or a name with its value; nothing for a value that is not there. */
export type Detail = string | readonly [name: string, value: string | number | undefined]

const nameWidth = 18

/** A text of several lines stays in its column. */
function below(text: string | number | undefined): string {
  return String(text)
    .trimEnd()
    .replaceAll(/\n(?=.)/g, `\n${' '.repeat(nameWidth + 2)}`)
}

/** Leading spaces of a name say how deep it is. A heading is printed only when something is below it. */
export function formatDetails(details: readonly Detail[]): string {
  const given = details.filter((detail) => typeof detail === 'string' || (detail[1] !== undefined && detail[1] !== ''))
  const depth = (detail: Detail | undefined): number =>
    detail === undefined ? -1 : (typeof detail === 'string' ? detail : detail[0]).search(/\S/)
  const kept: Detail[] = []
  // From below, because a heading without anything below it is nothing to be below of.
  for (const detail of given.toReversed()) if (typeof detail !== 'string' || depth(kept.at(-1)) > depth(detail)) kept.push(detail)
  return kept
    .toReversed()
    .map((detail) => harmless(typeof detail === 'string' ? detail : `${detail[0].padEnd(nameWidth)}: ${below(detail[1])}`))
    .join('\n')
}
