// Small graphs: a row of signs, each as high as what it stands for.

import { widthOf } from './text.ts'

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

export interface Scale {
  /** Values that the whole width stands for. */
  readonly most: number
  /** What is drawn as high as there is room for, at least: or the noise of what is idle looks like load. */
  readonly atLeast?: number
}

/** The newest at the right; each sign the highest of the values that it stands for. */
export function sparkline(values: readonly number[], width: number, { most, atLeast = 0 }: Scale): string {
  const each = Math.max(1, Math.ceil(most / width))
  const highest = Math.max(...values, atLeast)
  let text = ''
  for (let end = values.length; end > 0 && widthOf(text) < width; end -= each) {
    const value = Math.max(...values.slice(Math.max(0, end - each), end))
    const level = highest === 0 ? 0 : Math.round((value / highest) * (levels.length - 1))
    text = `${levels[level] ?? levels[0]}${text}`
  }
  return text.padStart(width)
}
