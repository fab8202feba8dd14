// The mouse, as terminals report it (SGR, mode 1006), and what it does. Ink hands on no mouse, and swallows its reports.

import { onObject } from './deeds.ts'
import type { Listing } from './listing.ts'
import { concernsShown } from './overview.ts'
import { isText } from './places.ts'
import { bodyHeight, type Size } from './screens.ts'
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

/** Where the part of the frame begins that belongs to the screen. */
const bodyAt = 2

export function point(state: UiState, event: MouseEvent, shown: Shown, size: Size, listing: Listing | undefined): Transition {
  if (state.mode.kind !== 'browse') return { state }
  if (event.what !== 'press') return { state: move(state, shown, event.what === 'wheel-down' ? linesOfWheel : -linesOfWheel) }
  const place = placeIn(state)
  if (isText(place.view)) return { state }
  const height = bodyHeight(size, place.view)
  const row = event.y - bodyAt - 1 // The headings, or the upper edge of a box.
  if (row < 0) {
    const by = row === -1 ? listing?.columnAt(event.x, size.columns, place) : undefined
    if (by === undefined) return { state }
    const isDescending = place.sort?.by === by && !place.sort.isDescending
    return { state: changePlace(state, { sort: { by, isDescending } }) }
  }
  const from = settled(place, shown.keys, height)
  const { top, room } =
    place.view.screen === 'overview'
      ? concernsShown(shown.keys.length, from.at, size.columns, height, shown.clusters)
      : { top: from.top, room: height }
  const key = row < room ? shown.keys[top + row] : undefined
  if (key === undefined) return { state }
  const { selected: _, ...unselected } = from
  // What is selected already is opened.
  if (key === from.selected) return onObject(state, 'open', shown)
  return { state: changePlace(state, settled({ ...unselected, selected: key }, shown.keys, height)) }
}
