// Lines of a screen: pieces of text with a style each. Screens are made of these, and become escape sequences
// only when they are drawn, so that what is shown can be compared as text and colour can be left out.

import { styleText } from 'node:util'
import { harmless } from '../output/harmless.ts'
import stringWidth from '../output/string-width.ts'
import type { Style, Theme } from './themes.ts'

export type Span = string | { readonly text: string; readonly style: Style | readonly Style[] }
export type Line = readonly Span[]

const printable = /^[\x20-\x7e]*$/
let segmenter: Intl.Segmenter | undefined

/** As people count signs. What this takes to begin with, most commands never need. */
function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  return segmenter.segment(text)
}

export function textOf(span: Span): string {
  return typeof span === 'string' ? span : span.text
}

export function plain(line: Line): string {
  return line.map(textOf).join('')
}

/** Columns of a terminal that the text takes. */
export function widthOf(text: string): number {
  return printable.test(text) ? text.length : stringWidth(text)
}

/** What did not come from kit, on one line and without anything that a terminal obeys. */
export function oneLine(text: string): string {
  return printable.test(text) ? text : harmless(text.replaceAll(/[\r\n\t]+/g, ' '))
}

/** At most `width` columns; `…` stands for what is left out. */
export function clip(text: string, width: number): string {
  const clean = oneLine(text)
  if (widthOf(clean) <= width) return clean
  if (width <= 0) return ''
  if (printable.test(clean)) return `${clean.slice(0, width - 1)}…`
  let kept = ''
  let used = 0
  for (const { segment } of segmentsOf(clean)) {
    const more = widthOf(segment)
    if (used + more > width - 1) break
    kept += segment
    used += more
  }
  return `${kept}…`
}

/** The end of what somebody types, where there is no room for all of it. */
export function ending(text: string, width: number): string {
  const clean = oneLine(text)
  if (widthOf(clean) <= width) return clean
  const kept = [...segmentsOf(clean)].map(({ segment }) => segment)
  while (widthOf(kept.join('')) > width - 1) kept.shift()
  return `…${kept.join('')}`
}

/** Broken between words where that is possible. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let rest = text
  while (widthOf(rest) > width) {
    const space = rest.slice(0, width + 1).lastIndexOf(' ')
    const at = space > width / 3 ? space : width
    lines.push(rest.slice(0, at))
    rest = rest.slice(at).trimStart()
  }
  return [...lines, rest]
}

/** Exactly `width` columns. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const shown = clip(text, width)
  const space = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return align === 'left' ? shown + space : space + shown
}

/** The line in at most `width` columns. */
export function fit(line: Line, width: number): Line {
  const kept: Span[] = []
  let left = width
  for (const span of line) {
    const text = clip(textOf(span), left)
    if (text !== '') kept.push(typeof span === 'string' ? text : { ...span, text })
    left -= widthOf(text)
    if (left <= 0) break
  }
  return kept
}

/** `left` and `right` at the two ends of a line; the left one gives way. */
export function ends(left: Line, right: Line, width: number): Line {
  const shown = fit(left, Math.max(0, width - widthOf(plain(right)) - 1))
  return [...shown, ' '.repeat(Math.max(1, width - widthOf(plain(shown)) - widthOf(plain(right)))), ...right]
}

/** A line of a screen that says one thing after another: what it is about, and that. */
export function field(name: string, spans: readonly Span[]): Line {
  return [{ text: ` ${name.padEnd(9)}`, style: 'dim' }, ...spans]
}

/** The row that keys act on: marked by a sign too, for terminals and eyes without colour. It stands out while keys move it. */
export function selected(line: Line, width: number, sign = '>', hasFocus = true): Line {
  const [first = '', ...rest] = fit(line, width)
  const text = `${sign}${textOf(first).slice(1)}${plain(rest)}`
  return [{ text: text + ' '.repeat(Math.max(0, width - widthOf(text))), style: hasFocus ? 'inverse' : 'bold' }]
}

/** The line from that column of the terminal on. */
export function scrolled(line: Line, columns: number): Line {
  let left = columns
  return line.flatMap((span): Line => {
    const text = textOf(span)
    const gone = Math.min(left, text.length)
    left -= gone
    const rest = text.slice(gone)
    return rest === '' ? [] : [typeof span === 'string' ? rest : { ...span, text: rest }]
  })
}

/** What is searched for stands out. */
export function highlighted(line: Line, wanted: string): Line {
  if (wanted === '') return line
  const low = wanted.toLowerCase()
  return line.flatMap((span): readonly Span[] => {
    const text = typeof span === 'string' ? span : span.text
    const at = text.toLowerCase().indexOf(low)
    if (at < 0) return [span]
    const styled = (part: string): Span => (typeof span === 'string' ? part : { ...span, text: part })
    return [
      styled(text.slice(0, at)),
      { text: text.slice(at, at + wanted.length), style: 'inverse' },
      styled(text.slice(at + wanted.length)),
    ]
  })
}

/** `[####++....]`: how much of `total` each part is, drawn with its sign. Never empty for a part that is not nothing. */
export function bar(parts: readonly (readonly [sign: string, amount: number])[], total: number, width: number): string {
  let drawn = ''
  for (const [sign, amount] of parts) {
    if (amount <= 0 || total <= 0) continue
    const signs = Math.max(1, Math.round((amount / total) * width))
    drawn += sign.repeat(Math.min(signs, width - drawn.length))
  }
  return `[${drawn.padEnd(width, '.')}]`
}

/** What the terminal is sent. Without a theme there are no colours. */
export function drawn(line: Line, theme: Theme | undefined): string {
  if (theme === undefined) return line.map((span) => (isInverse(span) ? styled(['inverse'], textOf(span)) : textOf(span))).join('')
  return line
    .map((span) =>
      typeof span === 'string'
        ? span
        : styled(
            [span.style].flat().flatMap((style) => theme[style]),
            span.text,
          ),
    )
    .join('')
}

/** The selection is no colour: it is drawn without, too. */
function isInverse(span: Span): boolean {
  return typeof span !== 'string' && [span.style].flat().includes('inverse')
}

function styled(styles: Parameters<typeof styleText>[0], text: string): string {
  return styleText(styles, text, { validateStream: false })
}
