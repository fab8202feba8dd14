// Small graphs: a row of signs, each as high as what it stands for.

import { widthOf } from './text.ts'

const levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

export interface Scale {
  /** Values that the whole width stands for. */
  readonly most: number
  /** What is drawn as high as there is room for, at least: or the noise of what is idle looks like load. */
  readonly atLeast?: number
}

/** The newest at the right; each sign the highest of the values that it stands for, and none where none of them is known. */
export function sparkline(values: readonly (number | undefined)[], width: number, { most, atLeast = 0 }: Scale): string {
  const each = Math.max(1, Math.ceil(most / width))
  const highest = Math.max(...known(values), atLeast)
  let text = ''
  for (let end = values.length; end > 0 && widthOf(text) < width; end -= each)
    text = `${sign(Math.max(...known(values.slice(Math.max(0, end - each), end))), highest)}${text}`
  return text.padStart(width)
}

function known(values: readonly (number | undefined)[]): readonly number[] {
  return values.filter((value) => value !== undefined)
}

/** Of no values at all the highest is -Infinity. */
function sign(value: number, highest: number): string {
  if (value === Number.NEGATIVE_INFINITY) return ' '
  const level = highest === 0 ? 0 : Math.round((value / highest) * (levels.length - 1))
  return levels[level] ?? levels[0]
}
