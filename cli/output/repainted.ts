// A text that is painted over by the next one, on a terminal: what is above it stays, and so does the last one.

import type { TerminalSize } from '../../api/exec.ts'
import stringWidth from './string-width.ts'

export class Repainted {
  readonly #out: (text: string) => void
  readonly #size: () => TerminalSize
  #shown: readonly string[] = []

  constructor(out: (text: string) => void, size: () => TerminalSize) {
    this.#out = out
    this.#size = size
  }

  /** Lines may be longer than the terminal is wide. Those that do not fit below each other are counted. */
  show(lines: readonly string[]): void {
    const { columns, rows } = this.#size()
    const most = Math.max(1, rows - 1)
    const fitting = fit(lines, columns, most)
    const hidden = lines.length - fitting
    const next =
      hidden === 0 ? lines : [...lines.slice(0, fit(lines, columns, most - 1)), `… and more: ${lines.length} lines`.slice(0, columns)]
    if (next.length === this.#shown.length && next.every((line, at) => line === this.#shown[at])) return
    // A window that was made narrower in between has wrapped what is there.
    const up = this.#shown.reduce((sum, line) => sum + heightOf(line, columns), 0)
    this.#out(`${up === 0 ? '' : `\x1b[${up}A\x1b[J`}${next.join('\n')}\n`)
    this.#shown = next
  }
}

function heightOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(stringWidth(line) / Math.max(1, columns)))
}

/** How many of the lines have room in so many rows. */
function fit(lines: readonly string[], columns: number, rows: number): number {
  let left = rows
  const first = lines.findIndex((line) => {
    left -= heightOf(line, columns)
    return left < 0
  })
  return first < 0 ? lines.length : first
}
