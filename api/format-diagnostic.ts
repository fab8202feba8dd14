// Draws diagnostics for people: code, sentence, place, excerpt with a caret, and the way out. Without
// colour; whoever prints them adds it.

import type { Diagnostic } from './diagnostic.ts'

/** Most diagnostics printed at once unless all are asked for. */
export const shownDiagnostics = 10
/** Longest part of a line that an excerpt shows. */
const maxExcerpt = 160
/** How a tab is drawn, so that it is seen and takes a known width. */
const tab = '->'

/** By file, then line, then column; equal places keep their order. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column))
}

/**
 * One diagnostic as several lines, without a final newline. `text` is that of its file; without it
 * there is no excerpt.
 */
export function formatDiagnostic(diagnostic: Diagnostic, text?: string): string {
  const { code, file, line, column, endColumn, message, hint, help } = diagnostic
  const head = [`error[${code}]: ${message}`, `  --> ${file}:${line}:${column}`]
  const lines = text?.split('\n', line) ?? []
  const shown = lines[line - 1]?.replace(/\r$/, '')
  const foot = help === undefined ? [] : [`   = ${help}`]
  if (shown === undefined || shown.trim() === '') return [...head, ...(hint === undefined ? [] : [`   = ${hint}`]), ...foot].join('\n')

  const width = String(line).length
  const number = (value: number | string) => String(value).padStart(width)
  const start = column > maxExcerpt - 40 ? column - 40 : 1
  const visible = (from: number, to: number) => drawn(shown.slice(from - 1, to - 1))
  const before = lines[line - 2]?.replace(/\r$/, '')
  const indent = visible(start, column).length
  const end = Math.min(endColumn, start + maxExcerpt, shown.length + 1)
  const caret = '^'.repeat(Math.max(1, visible(column, Math.max(end, column + 1)).length))
  return [
    ...head,
    ...(before === undefined || before.trim() === '' || start > 1 ? [] : [`  ${number(line - 1)} | ${drawn(before.slice(0, maxExcerpt))}`]),
    `  ${number(line)} | ${visible(start, start + maxExcerpt)}`,
    `  ${number('')} | ${' '.repeat(indent)}${caret}${hint === undefined ? '' : ` ${hint}`}`,
    ...foot,
  ].join('\n')
}

/** The first `limit` in order of place, one empty line between them, and a line that counts the rest. */
export function formatDiagnostics(
  diagnostics: readonly Diagnostic[],
  textOf: (file: string) => string | undefined,
  limit: number = shownDiagnostics,
): string {
  const sorted = sortDiagnostics(diagnostics)
  const parts = sorted.slice(0, limit).map((diagnostic) => formatDiagnostic(diagnostic, textOf(diagnostic.file)))
  const rest = sorted.length - parts.length
  if (rest > 0) parts.push(`and ${rest} more ${rest === 1 ? 'error' : 'errors'} (--all-errors shows all)`)
  return parts.join('\n\n')
}

/** Tabs as arrows, other control characters as dots: the terminal must not be told what to do. */
function drawn(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: -- control characters are what is looked for
  return text.replaceAll('\t', tab).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '·')
}
