// Panes: parts of a screen that stand beside or below each other where the terminal has room for them, and take turns where
// it has not. Keys act on what is selected in the first one; movement, on the one that has the focus. Pure geometry.

import { isText, type View } from './places.ts'
import type { Place, UiState } from './state.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** `main`: the list, or the text. `detail`: the selected object. `events`: its events, or on the overview those of all. */
export type PaneName = 'main' | 'detail' | 'events'

export interface Pane {
  readonly name: PaneName
  /** From 0, of the terminal. */
  readonly x: number
  readonly y: number
  readonly columns: number
  readonly rows: number
}

/** From so many columns on panes stand beside each other; from so many rows on below each other. */
const besideFrom = 160
const belowFrom = 40
/** A detail has long lines, and a list has more columns. */
const sideColumns = { least: 64, most: 110, share: 0.4 }
const eventRows = { least: 6, most: 16 }

export function paneNames(view: View): readonly PaneName[] {
  switch (view.screen) {
    case 'services':
    case 'tasks':
    case 'nodes':
    case 'objects':
    case 'tree':
      return ['main', 'detail', 'events']
    case 'events':
      return ['main', 'detail']
    case 'service':
    case 'overview':
      return ['main', 'events']
    default:
      return ['main']
  }
}

/** The pane that keys move in. */
export function focusOf({ view, pane }: Place): PaneName {
  return paneNames(view)[pane] ?? 'main'
}

/** What is left of the terminal for the screen: a line or two above, one below. */
export function bodyOf({ hasHeader }: UiState, { columns, rows }: Size): Pane {
  const y = hasHeader ? 2 : 1
  return { name: 'main', x: 0, y, columns, rows: Math.max(1, rows - y - 1) }
}

/** Those that are on the screen. The overview has its panes within one, unless one of them is zoomed. */
export function panesOf(state: UiState, place: Place, size: Size): readonly Pane[] {
  const whole = bodyOf(state, size)
  const names = paneNames(place.view)
  const alone: readonly Pane[] = [{ ...whole, name: focusOf(place) }]
  if (place.view.screen === 'overview') return place.isZoomed ? alone : [whole]
  if (names.length === 1 || place.isZoomed) return alone
  const sides = names.filter((name) => name !== 'main')
  if (size.columns >= besideFrom) {
    const columns = Math.max(sideColumns.least, Math.min(sideColumns.most, Math.floor(size.columns * sideColumns.share)))
    return [{ ...whole, columns: size.columns - columns - 1 }, ...stacked(sides, { ...whole, x: size.columns - columns, columns })]
  }
  if (whole.rows < belowFrom) return alone
  const rows = Math.floor(whole.rows / 2)
  return [{ ...whole, rows }, ...stacked(sides, { ...whole, y: whole.y + rows, rows: whole.rows - rows })]
}

function stacked(names: readonly PaneName[], room: Pane): readonly Pane[] {
  const [first, second] = names
  if (first === undefined) return []
  if (second === undefined) return [{ ...room, name: first }]
  const rows = Math.max(eventRows.least, Math.min(eventRows.most, Math.floor(room.rows / 3)))
  return [
    { ...room, name: first, rows: room.rows - rows },
    { ...room, name: second, y: room.y + room.rows - rows, rows },
  ]
}

/** Where the list or the text is; while another pane has the screen, where it would be. */
export function mainPane(state: UiState, place: Place, size: Size): Pane {
  return panesOf(state, place, size).find(({ name }) => name === 'main') ?? bodyOf(state, size)
}

/** Rows of the list, or lines of the text, that fit. */
export function mainHeight(state: UiState, place: Place, size: Size): number {
  const headings = place.view.screen === 'overview' || isText(place.view) ? 0 : 1
  return Math.max(1, mainPane(state, place, size).rows - headings)
}
