// Frames of signs around a part of the screen, with a title in the upper edge.

import { fit, type Line, plain, type Span, widthOf } from './text.ts'

interface Box {
  readonly title: string
  /** At the other end of the upper edge. */
  readonly note: string
  /** Keys move in it. Shown by a sign, too. */
  readonly hasFocus?: boolean
}

/** Every line exactly `width` columns. */
export function boxed({ title, note, hasFocus = false }: Box, lines: readonly Line[], width: number): readonly Line[] {
  const edge = (text: string): Span => ({ text, style: 'dim' })
  const tail = note === '' ? '+' : ` ${note} -+`
  const [shown = ''] = fit([title], Math.max(0, width - 4 - tail.length))
  const head: Line = [
    edge('+'),
    hasFocus ? { text: '>', style: 'bold' } : ' ',
    { text: typeof shown === 'string' ? shown : shown.text, style: hasFocus ? ['bold', 'cyan'] : 'bold' },
    edge(` ${'-'.repeat(Math.max(0, width - widthOf(plain([shown])) - tail.length - 3))}${tail}`),
  ]
  const body = lines.map((line): Line => {
    const inside = fit(line, width - 2)
    return [edge('|'), ...inside, ' '.repeat(width - 2 - widthOf(plain(inside))), edge('|')]
  })
  return [head, ...body, [edge(`+${'-'.repeat(width - 2)}+`)]]
}
