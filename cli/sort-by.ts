// `--sort-by COLUMN` or `--sort-by .path`: in which order objects are listed.

import { evaluateJsonPath, parseJsonPath } from '../api/json-path.ts'
import type { Kind } from '../api/objects.ts'
import { nearest } from '../api/suggestion.ts'
import { isJsonObject, type JsonObject, type Table, type TableRow } from '../api/wire.ts'
import type { Client, Selectors } from '../client/client.ts'
import { messageOf } from '../effects/thrown.ts'
import { CommandError, exitCodes } from './exit.ts'

const collator = new Intl.Collator('en', { numeric: true })

/** Puts what has that name where it belongs. Nothing is asked where nobody wants an order. */
export async function sorterOf(client: Client, kind: Kind, selectors: Selectors, sortBy: string | undefined): Promise<Sorter> {
  if (sortBy === undefined) return (things) => things
  const keys = /^[.{]/.test(sortBy)
    ? (await client.list(kind, selectors)).items.map((item) => [item.metadata.name, evaluateJsonPath(parsePath(sortBy), item)[0]] as const)
    : cellsOf(await client.table(kind, selectors), sortBy)
  const places = new Map(keys.toSorted(([, a], [, b]) => compareKeys(a, b)).map(([name], at) => [name, at]))
  return (things, nameOf) => things.toSorted((a, b) => (places.get(nameOf(a)) ?? places.size) - (places.get(nameOf(b)) ?? places.size))
}

export type Sorter = <T>(things: readonly T[], nameOf: (thing: T) => string) => readonly T[]

function parsePath(text: string): ReturnType<typeof parseJsonPath> {
  try {
    return parseJsonPath(text.replace(/^\{(.*)\}$/s, '$1'))
  } catch (error) {
    throw new CommandError(exitCodes.invalid, `error: --sort-by: ${messageOf(error)}`)
  }
}

function cellsOf({ columnDefinitions, rows }: Table, wanted: string): readonly (readonly [name: string, key: unknown])[] {
  const headings = columnDefinitions.map(({ name }) => name.toUpperCase())
  const at = headings.indexOf(wanted.toUpperCase())
  if (at < 0) {
    const suggestion = nearest(wanted.toUpperCase(), headings)
    throw new CommandError(
      exitCodes.invalid,
      `error: --sort-by: there is no column "${wanted}"${suggestion === undefined ? '.' : `; did you mean ${suggestion}?`} There are ${headings.join(', ')}; or write a path such as .metadata.creationTimestamp`,
    )
  }
  // An age is written for people: 90s is less than 2m.
  const isAge = headings[at] === 'AGE'
  return rows.map((row) => [nameOfRow(row), isAge ? -Date.parse(String(metadataOf(row)['creationTimestamp'])) : row.cells[at]])
}

/** As `docker service ps` has tasks: by service and slot, the newest of a slot first. All else as it comes. */
export function inOrder(kind: Kind, { columnDefinitions, rows }: Table): readonly TableRow[] {
  if (kind !== 'Task') return rows
  const desired = columnDefinitions.findIndex(({ name }) => name === 'Desired')
  const keyed = rows.map((row) => {
    const labels = metadataOf(row)['labels']
    const [service = '', slot = ''] = isJsonObject(labels) ? [labels['kit/service'], labels['kit/slot']].map(String) : []
    // Of two that were made within a second, the one that is wanted took the place of the other.
    const isWanted = !['Shutdown', 'Remove'].includes(String(row.cells[desired]))
    return { row, service, slot, created: String(metadataOf(row)['creationTimestamp']), isWanted: Number(isWanted) }
  })
  return keyed
    .toSorted(
      (a, b) =>
        collator.compare(a.service, b.service) ||
        collator.compare(a.slot, b.slot) ||
        Date.parse(b.created) - Date.parse(a.created) ||
        b.isWanted - a.isWanted,
    )
    .map(({ row }) => row)
}

/** What a row is about. */
export function nameOfRow(row: TableRow): string {
  return String(metadataOf(row)['name'] ?? '')
}

function metadataOf({ object }: TableRow): JsonObject {
  const metadata = object?.['metadata']
  return isJsonObject(metadata) ? metadata : {}
}

/** Numbers by their size, words with numbers in them by those; what is not there comes last. */
export function compareKeys(a: unknown, b: unknown): number {
  const [isAbsent, isOtherAbsent] = [a, b].map((key) => key === undefined || key === null || key === '')
  if (isAbsent === true || isOtherAbsent === true) return Number(isAbsent) - Number(isOtherAbsent)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return collator.compare(textOf(a), textOf(b))
}

function textOf(key: unknown): string {
  return typeof key === 'string' ? key : JSON.stringify(key)
}
