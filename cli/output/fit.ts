// A table that is wider than a terminal, made narrower until it fits: first what says nothing goes, then ids become short, then prose
// breaks within its column, and what still has no room stands below its row. Nothing else is lost, and nothing at all elsewhere than
// on a terminal: a pipe or a file gets the table as it is.

import { wrapWords } from './wrap.ts'

/** A table as it is printed: `below` are lines below each row. */
interface Fitted {
  readonly headings: readonly string[]
  /** A cell is several lines where it is prose. */
  readonly rows: readonly { readonly cells: readonly (readonly string[])[]; readonly below: readonly string[] }[]
  readonly gap: number
}

interface Sheet {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What stands for the rest of an id. Commands take it, too. */
export const leftOut = '…'
const narrowGap = 2
const idLength = 8
/** Of nodes, and uids. */
const id = /\b[a-z0-9]{25}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
const mostLines = 3

/** `blank` is what an empty cell prints as. */
export function fit(sheet: Sheet, gap: number, blank: string, width: number): Fitted {
  if (width === Number.POSITIVE_INFINITY || widthOf(sheet, gap) <= width) return { ...fitted(sheet), gap }
  const told = withoutColumns(sheet, (cells) => sheet.rows.length > 0 && cells.every((cell) => cell === blank))
  if (widthOf(told, narrowGap) <= width) return { ...fitted(told), gap: narrowGap }
  let left: Sheet = {
    ...told,
    rows: told.rows.map((row) => row.map((cell) => cell.replaceAll(id, (whole) => `${whole.slice(0, idLength)}${leftOut}`))),
  }
  const below: string[][] = left.rows.map(() => [])
  while (widthOf(left, narrowGap) > width) {
    const widths = widthsOf(left)
    const widest = widths.reduce((best, each, at) => (at > 0 && each > (widths[best] ?? 0) ? at : best), widths.length > 1 ? 1 : 0)
    if (widest === 0) break // A name alone.
    const room = width - widthOf(left, narrowGap) + (widths[widest] ?? 0)
    const prose = left.rows.map((row) => wrapWords(row[widest] ?? '', room))
    const heading = left.headings[widest] ?? ''
    if (heading.length <= room && prose.every((lines) => lines.length <= mostLines && lines.every((line) => line.length <= room)))
      return { ...fitted(left, below, width, new Map([[widest, prose]])), gap: narrowGap }
    for (const [at, row] of left.rows.entries()) {
      const cell = row[widest] ?? blank
      if (cell !== blank) below[at]?.unshift(`${heading.toLowerCase()}: ${cell}`)
    }
    left = withoutColumns(left, (_, at) => at === widest)
  }
  return { ...fitted(left, below, width), gap: narrowGap }
}

function fitted(
  { headings, rows }: Sheet,
  below: readonly (readonly string[])[] = [],
  width = Number.POSITIVE_INFINITY,
  prose: ReadonlyMap<number, readonly (readonly string[])[]> = new Map(),
): Omit<Fitted, 'gap'> {
  return {
    headings,
    rows: rows.map((row, at) => ({
      cells: row.map((cell, column) => prose.get(column)?.[at] ?? [cell]),
      below: sideBySide(below[at] ?? [], width - 4).flatMap((text) =>
        wrapWords(text, width - 4).map((line, first) => `${first === 0 ? '  ' : '    '}${line}`),
      ),
    })),
  }
}

function sideBySide(texts: readonly string[], width: number): readonly string[] {
  const lines: string[] = []
  for (const text of texts) {
    const joined = `${lines.at(-1)}   ${text}`
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined
    else lines.push(text)
  }
  return lines
}

function withoutColumns({ headings, rows }: Sheet, isOut: (cells: readonly string[], column: number) => boolean): Sheet {
  const kept = headings.map(
    (_, at) =>
      !isOut(
        rows.map((row) => row[at] ?? ''),
        at,
      ),
  )
  return { headings: headings.filter((_, at) => kept[at]), rows: rows.map((row) => row.filter((_, at) => kept[at])) }
}

function widthsOf({ headings, rows }: Sheet): readonly number[] {
  return headings.map((heading, at) => rows.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), heading.length))
}

function widthOf(sheet: Sheet, gap: number): number {
  return widthsOf(sheet).reduce((sum, each) => sum + each + gap, -gap)
}
