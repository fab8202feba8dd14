// Tables as kubectl prints them: headings in capitals, columns padded to their widest cell, three
// spaces between, nothing cut off.

import { harmless } from './harmless.ts'

export interface Table {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Lines without trailing spaces; an empty cell prints as `<none>`. Control characters of cells are made harmless. */
export function formatColumns({ headings, rows }: Table): string {
  const cells = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(printable))]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}

function printable(cell: string): string {
  const text = harmless(cell.replaceAll(/[\r\n\t]+/g, ' ')).trim()
  return text === '' ? '<none>' : text
}
