// Tables as kubectl prints them: headings in capitals, columns padded to their widest cell, three
// spaces between, nothing cut off.

import { harmless } from './harmless.ts'

export interface Table {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Lines without trailing spaces; an empty cell prints as `<none>`. Control characters of cells are made harmless. */
export function formatColumns(table: Table): string {
  return new GrowingColumns().format(table)
}

/** For rows that come bit by bit: headings stand before the first of them only, and no column ever becomes narrower. */
export class GrowingColumns {
  readonly #widths: number[] = []

  format({ headings, rows }: Table): string {
    const isFirst = this.#widths.length === 0 && headings.length > 0
    const cells = [...(isFirst ? [headings.map((heading) => heading.toUpperCase())] : []), ...rows.map((row) => row.map(printable))]
    for (const row of cells)
      for (const [column, cell] of row.entries()) this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length)
    return cells
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(this.#widths[column] ?? 0))
          .join('   ')
          .trimEnd(),
      )
      .join('\n')
  }
}

function printable(cell: string): string {
  const text = harmless(cell.replaceAll(/[\r\n\t]+/g, ' ')).trim()
  return text === '' ? '<none>' : text
}
