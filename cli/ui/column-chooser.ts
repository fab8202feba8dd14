// The columns of a list, to choose from: which are shown, and in which order. The list below shows at once what is chosen.

import type { Listing } from './listing.ts'
import { listName } from './places.ts'
import { changePlace, type Mode, type Place, placeIn, type Shown, say, type Transition, type UiState } from './state.ts'
import { cell, fit, type Line, type Span } from './text.ts'

type Choosing = Extract<Mode, { kind: 'columns' }>

export function beginChoosing(state: UiState, { columns }: Place, { columns: all, rareColumns }: Shown): UiState {
  if (all.length === 0) return say(state, 'this list has no columns', true)
  const shown = (columns ?? all.filter((id) => !rareColumns.includes(id))).filter((id) => all.includes(id))
  const order = [...shown, ...all.filter((id) => !shown.includes(id))]
  return { ...state, mode: { kind: 'columns', order, shown, at: 0, before: columns } }
}

export function choose(state: UiState, mode: Choosing, key: string, shown: Shown): Transition {
  const { order, at } = mode
  const seen = (next: Choosing): Transition => {
    const columns = next.order.filter((id) => next.shown.includes(id))
    return { state: changePlace({ ...state, mode: next }, { columns, skipped: 0 }) }
  }
  const to = (step: 1 | -1): number => Math.max(0, Math.min(order.length - 1, at + step))
  switch (key) {
    case 'j':
    case 'down':
      return { state: { ...state, mode: { ...mode, at: to(1) } } }
    case 'k':
    case 'up':
      return { state: { ...state, mode: { ...mode, at: to(-1) } } }
    case '>':
    case '<': {
      const there = to(key === '>' ? 1 : -1)
      const swapped = order.map((id, index) => (index === at ? order[there] : index === there ? order[at] : id) ?? id)
      return seen({ ...mode, order: swapped, at: there })
    }
    case ' ': {
      const id = order[at] ?? ''
      const others = mode.shown.filter((each) => each !== id)
      // A list without columns would show nothing.
      if (others.length === 0) return { state: say(state, 'one column stays', true) }
      return seen({ ...mode, shown: others.length < mode.shown.length ? others : [...others, id] })
    }
    case 'enter':
      return keep(
        { ...state, mode: { kind: 'browse' } },
        order.filter((id) => mode.shown.includes(id)),
        shown,
      )
    case 'backspace':
      return keep({ ...state, mode: { kind: 'browse' } }, undefined, shown)
    case 'esc':
      return { state: withColumns({ ...state, mode: { kind: 'browse' } }, mode.before) }
    case 'ctrl-c':
      return { state, effect: { do: 'quit' } }
    default:
      return { state }
  }
}

/** Those that a list has by itself are none that somebody chose. */
export function keep(state: UiState, chosen: readonly string[] | undefined, { columns: all, rareColumns }: Shown): Transition {
  const usual = all.filter((id) => !rareColumns.includes(id))
  const columns = chosen?.join() === usual.join() ? undefined : chosen
  return { state: withColumns(state, columns), effect: { do: 'keep-columns', of: listName(placeIn(state).view), columns } }
}

function withColumns(state: UiState, columns: readonly string[] | undefined): UiState {
  const { columns: _, ...place } = placeIn(state)
  const changed: Place = { ...place, skipped: 0, ...(columns === undefined ? {} : { columns }) }
  return { ...state, places: state.places.map((each, at) => (at === state.at ? changed : each)) }
}

/** At most `rows` lines, of which some are left to the list. */
export function chooserLines({ order, shown, at }: Choosing, listing: Listing | undefined, columns: number, rows: number): readonly Line[] {
  const room = Math.max(3, rows - rowsOfList)
  const top = Math.max(0, Math.min(order.length - room, at - Math.floor(room / 2)))
  const lines = order.slice(top, top + room).map((id, index): Line => {
    const heading = listing?.columns.find((each) => each.id === id)?.heading ?? ''
    const text = `[${shown.includes(id) ? 'x' : ' '}] ${cell(id, 14)} ${heading}`
    const row: Span = top + index === at ? { text: ` >${text}`, style: 'inverse' } : `  ${text}`
    return fit([row], columns)
  })
  return [[{ text: ` columns, ${shown.length} of ${order.length}`, style: 'bold' }], ...lines, []]
}

const rowsOfList = 8
