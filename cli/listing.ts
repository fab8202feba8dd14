// What the `ls` and `ps` of the groups share: `-q`, `--filter key=value` and `--format`, as docker has them.

import { nearest } from '../api/suggestion.ts'
import type { Context } from './context.ts'
import { CommandError, exitCodes } from './exit.ts'
import type { Options } from './options.ts'
import { formatSwarmTable } from './output/swarm-table.ts'

/** Cells by the names that docker's templates have for them. */
export type Row = Readonly<Record<string, string>>

export interface Listing {
  /** Name of the cell, and what stands above it. */
  readonly columns: readonly (readonly [cell: string, heading: string])[]
  readonly rows: readonly Row[]
  /** What `-q` prints. */
  readonly id?: string
  readonly gap?: number
  /** Cells that are not in the table, for `--format`. */
  readonly more?: readonly string[]
}

export function printListing(
  context: Pick<Context, 'out' | 'width'>,
  options: Options,
  { columns, rows, id = 'ID', gap, more = [] }: Listing,
): void {
  if (options.quiet === true) {
    for (const row of rows) context.out(`${row[id] ?? ''}\n`)
    return
  }
  const { format = 'table' } = options
  const width = options.trunc === false ? undefined : context.width?.()
  const cells = [...columns.map(([cell]) => cell), ...more]
  if (format === 'json') {
    for (const row of rows) context.out(`${JSON.stringify(Object.fromEntries(cells.map((cell) => [cell, row[cell] ?? ''])))}\n`)
    return
  }
  if (format === 'table') {
    context.out(`${tableOf(columns, rows, gap, width)}\n`)
    return
  }
  const asked = [...format.matchAll(/\{\{\s*\.(\w+)\s*\}\}/g)].map(([, cell = '']) => cell)
  const unknown = asked.find((cell) => !cells.includes(cell))
  if (unknown !== undefined || asked.length === 0 || format.replaceAll(/\{\{\s*\.\w+\s*\}\}/g, '').includes('{{'))
    throw new CommandError(
      exitCodes.invalid,
      `error: --format: ${unknown === undefined ? `"${format}" is not json, table, or text with {{.Name}}` : `there is no .${unknown}`}; there are ${cells.map((cell) => `.${cell}`).join(', ')}`,
    )
  if (format.startsWith('table ')) {
    const headings = new Map(columns)
    context.out(
      `${tableOf(
        asked.map((cell) => [cell, headings.get(cell) ?? cell]),
        rows,
        gap,
        width,
      )}\n`,
    )
    return
  }
  const template = format.replaceAll(String.raw`\t`, '\t').replaceAll(String.raw`\n`, '\n')
  for (const row of rows) context.out(`${template.replaceAll(/\{\{\s*\.(\w+)\s*\}\}/g, (_, cell: string) => row[cell] ?? '')}\n`)
}

function tableOf(columns: Listing['columns'], rows: readonly Row[], gap: number | undefined, width?: number): string {
  return formatSwarmTable(
    columns.map(([, heading]) => heading),
    rows.map((row) => columns.map(([cell]) => row[cell] ?? '')),
    gap,
    width,
  )
}

/** Whether an object is one of those that `value` asks for. */
export type Filter<T> = (object: T, value: string) => boolean

/** Values of one key are alternatives; all keys must hold. */
export function filtersOf<T>(options: Options, known: Readonly<Record<string, Filter<T>>>): (object: T) => boolean {
  const wanted = new Map<string, string[]>()
  for (const text of options.filter ?? []) {
    const at = text.indexOf('=')
    const key = text.slice(0, at)
    if (at < 1) throw new CommandError(exitCodes.invalid, `error: --filter: "${text}" is not key=value`)
    if (!Object.hasOwn(known, key)) {
      const near = nearest(key, Object.keys(known))
      const help = near === undefined ? `there are ${Object.keys(known).join(', ')}` : `did you mean "${near}"?`
      throw new CommandError(exitCodes.invalid, `error: --filter: there is no filter "${key}"; ${help}`)
    }
    wanted.set(key, [...(wanted.get(key) ?? []), text.slice(at + 1)])
  }
  return (object) => [...wanted].every(([key, values]) => values.some((value) => known[key]?.(object, value) === true))
}

/** `key` or `key=value`. */
export function hasLabel(labels: Readonly<Record<string, string>> | undefined, wanted: string): boolean {
  const [key = '', ...rest] = wanted.split('=')
  const value = labels?.[key]
  return value !== undefined && (rest.length === 0 || value === rest.join('='))
}
