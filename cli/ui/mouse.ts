// The mouse, as terminals report it (SGR, mode 1006), and what it does. Ink hands on no mouse, and swallows its reports.

import { allConcerns } from './attention.ts'
import { onObject } from './deeds.ts'
import type { Listing } from './listing.ts'
import { overviewParts } from './overview.ts'
import { mainHeight, mainPane, type Pane, type PaneName, paneNames, panesOf, type Size } from './panes.ts'
import { isText } from './places.ts'
import { press } from './press.ts'
import { hintedKeyAt } from './screens.ts'
import { changePlace, move, placeIn, type Shown, settled, type Transition, type UiState } from './state.ts'

export interface MouseEvent {
  readonly what: 'press' | 'wheel-up' | 'wheel-down'
  /** From 0, of the terminal. */
  readonly x: number
  readonly y: number
}

/** Clicks and the wheel are reported, with coordinates that go beyond 223. */
export const mouseOn = '\u001b[?1000h\u001b[?1006h'
export const mouseOff = '\u001b[?1006l\u001b[?1000l'

const [leftButton, wheelUp, wheelDown] = [0, 64, 65]
const linesOfWheel = 3

/** All reports in a chunk: a fast wheel sends several at once. */
export function mouseEvents(chunk: string): readonly MouseEvent[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what terminals send
  return [...chunk.matchAll(/\u001b\[<(\d+);(\d+);(\d+)([Mm])/g)].flatMap(([, button, x, y, end]): readonly MouseEvent[] => {
    const at = { x: Number(x) - 1, y: Number(y) - 1 }
    if (Number(button) === wheelUp) return [{ what: 'wheel-up', ...at }]
    if (Number(button) === wheelDown) return [{ what: 'wheel-down', ...at }]
    return Number(button) === leftButton && end === 'M' ? [{ what: 'press', ...at }] : []
  })
}

/** Two clicks within this time are a double click. */
const doubleClickMs = 500

export function point(before: UiState, event: MouseEvent, shown: Shown, size: Size, listing: Listing | undefined): Transition {
  if (before.mode.kind !== 'browse') return { state: before }
  const { message: _, ...state } = before
  const key = event.what === 'press' && event.y === size.rows - 1 ? hintedKeyAt(before, size.columns, event.x) : undefined
  if (key !== undefined) return press(state, key, shown)
  const hit = paneAt(state, event, shown, size)
  if (hit === undefined) return { state }
  const focused = hit.pane === placeIn(state).pane ? state : changePlace(state, { pane: hit.pane, paneTop: 0 })
  const { side, ...withoutSide } = shown
  if (event.what !== 'press') {
    const by = event.what === 'wheel-down' ? linesOfWheel : -linesOfWheel
    const there = hit.side === undefined ? withoutSide : { ...withoutSide, side: hit.side }
    return { state: move(focused, there, by) }
  }
  return hit.side === undefined ? clickMain(focused, event, shown, size, listing) : { state: focused }
}

interface Hit {
  /** Its number among the panes of the view. */
  readonly pane: number
  /** Undefined for the main one. */
  readonly side?: NonNullable<Shown['side']>
}

/** The wheel and clicks are for the pane that they are on. */
function paneAt(state: UiState, { x, y }: MouseEvent, shown: Shown, size: Size): Hit | undefined {
  const place = placeIn(state)
  const found = panesOf(state, place, size).find((pane) => isIn(pane, x, y))
  if (found === undefined) return undefined
  const names = paneNames(place.view)
  const of = (name: PaneName, height: number): Hit => {
    // What is known of a pane without the focus is how much of it fits; it is scrolled once it has the focus.
    const lines = names.indexOf(name) === place.pane ? (shown.side?.lines ?? 0) : Number.MAX_SAFE_INTEGER
    return { pane: names.indexOf(name), side: { lines, height } }
  }
  if (place.view.screen === 'overview') {
    const { needs, health, events } = overviewParts(shown.clusters, allConcerns(shown.clusters, shown.now), place, found)
    const isEvents = place.isZoomed ? found.name === 'events' : y >= found.y + Math.max(1, needs.length) + 2 + health
    return isEvents ? of('events', (place.isZoomed ? found.rows : events) - 2) : { pane: 0 }
  }
  return found.name === 'main' ? { pane: 0 } : of(found.name, found.rows - 2)
}

function isIn(pane: Pane, x: number, y: number): boolean {
  return x >= pane.x && x < pane.x + pane.columns && y >= pane.y && y < pane.y + pane.rows
}

function clickMain(state: UiState, event: MouseEvent, shown: Shown, size: Size, listing: Listing | undefined): Transition {
  const place = placeIn(state)
  if (isText(place.view)) return { state }
  const pane = mainPane(state, place, size)
  const height = mainHeight(state, place, size)
  const row = event.y - pane.y - 1 // The headings, or the upper edge of a box.
  if (row < 0) {
    const by = listing?.columnAt(event.x, pane.columns, place)
    if (by === undefined) return { state }
    const isDescending = place.sort?.by === by && !place.sort.isDescending
    return { state: changePlace(state, { sort: { by, isDescending } }) }
  }
  const from = settled(place, shown.keys, height)
  const at =
    place.view.screen === 'overview'
      ? overviewParts(shown.clusters, allConcerns(shown.clusters, shown.now), from, pane).needs[row]?.at
      : row < height
        ? from.top + row
        : undefined
  const key = at === undefined ? undefined : shown.keys[at]
  if (key === undefined) return { state }
  // The second half of a double click on a row that was selected falls on what the first half has opened.
  const sinceMs = state.clickedAt === undefined ? doubleClickMs : shown.now - state.clickedAt
  if (sinceMs >= 0 && sinceMs < doubleClickMs) return { state }
  if (key === from.selected) {
    const opened = onObject(state, 'open', shown)
    return { ...opened, state: { ...opened.state, clickedAt: shown.now } }
  }
  const { selected: _, ...unselected } = from
  return { state: changePlace(state, settled({ ...unselected, selected: key }, shown.keys, height)) }
}
