// `--sort-by COLUMN` or `--sort-by .path`: in which order objects are listed.

import { evaluateJsonPath, parseJsonPath } from '../api/json-path.ts'
import type { Kind } from '../api/objects.ts'
import { nearest } from '../api/suggestion.ts'
import { isJsonObject, type Table, type TableRow } from '../api/wire.ts'
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
  return rows.map((row) => [nameOfRow(row), isAge ? -Date.parse(metadataOf(row, 'creationTimestamp')) : row.cells[at]])
}

/** What a row is about. */
export function nameOfRow(row: TableRow): string {
  return metadataOf(row, 'name')
}

function metadataOf({ object }: TableRow, field: 'name' | 'creationTimestamp'): string {
  const metadata = object?.['metadata']
  return String(isJsonObject(metadata) ? metadata[field] : '')
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
