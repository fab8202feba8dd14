// Tables as kubectl prints them: headings in capitals, columns padded to their widest cell, three
// spaces between, nothing cut off.

import { fit } from './fit.ts'
import { harmless } from './harmless.ts'

export interface Table {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const gap = 3
const blank = '<none>'

/**
 * Lines without trailing spaces; an empty cell prints as `<none>`. Control characters of cells are made harmless. On a terminal
 * `width` is how much has room there.
 */
export function formatColumns(table: Table, width = Number.POSITIVE_INFINITY): string {
  const { headings, rows, gap: between } = fit(printableOf(table), gap, blank, width)
  return padded([headings.map((heading) => [heading]), ...rows.map(({ cells }) => cells)], between)
    .map((line, at) => [line, ...(rows[at - 1]?.below ?? [])].join('\n'))
    .join('\n')
}

/** A row per line, or more where a cell has several. */
export function padded(rows: readonly (readonly (readonly string[])[])[], between: number): readonly string[] {
  const widths: number[] = []
  for (const row of rows)
    for (const [column, lines] of row.entries()) for (const line of lines) widths[column] = Math.max(widths[column] ?? 0, line.length)
  return rows.map((row) =>
    Array.from({ length: Math.max(1, ...row.map((lines) => lines.length)) }, (_, at) =>
      row
        .map((lines, column) => (lines[at] ?? '').padEnd(widths[column] ?? 0))
        .join(' '.repeat(between))
        .trimEnd(),
    ).join('\n'),
  )
}

/** For rows that come bit by bit: headings stand before the first of them only, and no column ever becomes narrower. */
export class GrowingColumns {
  readonly #widths: number[] = []

  format(table: Table): string {
    const { headings, rows } = printableOf(table)
    const isFirst = this.#widths.length === 0 && headings.length > 0
    const cells = [...(isFirst ? [headings] : []), ...rows]
    for (const row of cells)
      for (const [column, cell] of row.entries()) this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length)
    return cells
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(this.#widths[column] ?? 0))
          .join(' '.repeat(gap))
          .trimEnd(),
      )
      .join('\n')
  }
}

function printableOf({ headings, rows }: Table): Table {
  return { headings: headings.map((heading) => heading.toUpperCase()), rows: rows.map((row) => row.map(printable)) }
}

function printable(cell: string): string {
  const text = harmless(cell.replaceAll(/[\r\n\t]+/g, ' ')).trim()
  return text === '' ? blank : text
}
