// Where somebody is in the dashboard: the places gone through, what is typed, what is asked. Pure; `press.ts` says what
// a key does with it, and `deeds.ts` what is done about the selected object.

import type { OwnKey } from '../dashboard-file.ts'
import type { LogLevel } from '../log-level.ts'
import type { SavedColumns } from '../saved-columns.ts'
import type { SavedFilters } from '../saved-filters.ts'
import type { ClusterView } from './cluster-view.ts'
import { type Cluster, firstOf } from './clusters.ts'
import type { Sort } from './listing.ts'
import { formatLocator, inContext, isText, listName, type View } from './places.ts'
import { type Sight, usualFolds } from './yaml-listing.ts'

export interface Place {
  readonly view: View
  /** Where `esc` goes: an index into the places. */
  readonly parent?: number
  readonly filter: string
  readonly sort?: Sort
  /** The selected row, which stays selected wherever sorting puts it. */
  readonly selected?: string
  /** Where it was last seen, and the first row or line on the screen. */
  readonly at: number
  readonly top: number
  /** Columns of a list, or of text, that are left out after the first to see those to the right. */
  readonly skipped: number
  /** Ids of the columns that somebody chose. */
  readonly columns?: readonly string[]
  /** Rows that keys act on together; and the last of them, from which a range is counted. */
  readonly marks: readonly string[]
  /** Branches of a tree, or fields of YAML, that hide what is below them. */
  readonly folded: readonly string[]
  readonly onlyFaults: boolean
  readonly withPast: boolean
  readonly sight: Sight
  /** Columns as wide as what is in them, and those that are left out otherwise. */
  readonly isWide: boolean
  readonly follows: boolean
  /** Of logs: the slot whose lines alone are shown, as `slotName` calls it. */
  readonly only?: string
  /** Of logs: lines that are at least so grave. */
  readonly level?: LogLevel
  /** Of events: what comes is not shown yet. */
  readonly isPaused: boolean
  readonly timestamps: boolean
  readonly wraps: boolean
  /** The one that keys move in, of `paneNames`; and whether it has the whole screen. */
  readonly pane: number
  readonly isZoomed: boolean
  /** The first line of that pane, where it is not the main one. */
  readonly paneTop: number
}

/** How many entries of its history a line is back. */
interface Typed {
  readonly text: string
  readonly back: number
  /** Ctrl-C was pressed once: what is typed would be lost. */
  readonly isLeaving?: boolean
}

export type Mode =
  | { readonly kind: 'browse' }
  | ({ readonly kind: 'command' } & Typed)
  | ({ readonly kind: 'filter'; readonly before: string } & Typed)
  | ({ readonly kind: 'scale'; readonly services: readonly Named[]; readonly before: string } & Typed)
  /** A port of a task, or of a task of a service, that is to be opened on this machine. */
  | ({ readonly kind: 'forward'; readonly target: Named; readonly before: string } & Typed)
  /** The columns of a list: all in order, those shown, the one that keys act on, and what was chosen before. */
  | {
      readonly kind: 'columns'
      readonly order: readonly string[]
      readonly shown: readonly string[]
      readonly at: number
      readonly before: readonly string[] | undefined
    }
  | {
      readonly kind: 'confirm'
      readonly question: string
      /** What happens with it, one sentence a line. */
      readonly consequences: readonly string[]
      readonly commands: readonly Words[]
      readonly verb: string
      readonly isYes: boolean
      /** Must be typed first. */
      readonly word?: string
      readonly typed: string
      readonly isLeaving?: boolean
    }

/** An object that has no other name than this, in the cluster of that context where there are several. */
export interface Named {
  readonly name: string
  readonly context?: string
}

/** What would stand after `kit`. */
export type Words = readonly string[]

export interface UiState {
  readonly places: readonly Place[]
  readonly at: number
  /** The place before the present one, for `-`. */
  readonly last: number
  readonly mode: Mode
  readonly message?: { readonly text: string; readonly isError: boolean }
  readonly isReadOnly: boolean
  /** Clusters of several in which nothing is changed. */
  readonly readOnlyContexts: readonly string[]
  /** What was typed before, oldest first. */
  readonly typed: { readonly command: readonly string[]; readonly filter: readonly string[] }
  /** Kept for another day. */
  readonly saved: SavedFilters
  readonly savedColumns: SavedColumns
  /** That the person has set for what the dashboard has no key for. */
  readonly ownKeys: readonly OwnKey[]
  readonly hasMouse: boolean
  /** The first line of the screen, which says how the cluster is. */
  readonly hasHeader: boolean
  /** When a click opened something: what follows at once belongs to the same click of a person. */
  readonly clickedAt?: number
  readonly theme: string
}

/** What a key wants of the world outside. */
export type Effect =
  | { readonly do: 'quit' | 'resync' | 'redraw' }
  | { readonly do: 'run'; readonly commands: readonly Words[] }
  /** Has the terminal to itself until it ends. */
  | { readonly do: 'hand-over'; readonly words: Words }
  /** A command of the person, for a shell that has the terminal to itself. */
  | { readonly do: 'shell'; readonly command: string }
  | { readonly do: 'copy'; readonly text: string }
  /** Shows it in the browser of this machine. */
  | { readonly do: 'browse'; readonly url: string }
  /** Opens a port here, as `[LOCAL:]PORT` says, that leads to the task; or closes one. */
  | { readonly do: 'forward'; readonly target: Named; readonly ports: string }
  | { readonly do: 'end-forward'; readonly key: string }
  /** Keeps a filter for another day, or forgets it. */
  | { readonly do: 'toggle-filter'; readonly of: string; readonly filter: string }
  /** Of lists of that kind, from now on; undefined: those that they have by themselves. */
  | { readonly do: 'keep-columns'; readonly of: string; readonly columns: readonly string[] | undefined }
  /** Where the tasks of nodes would go, for the question with these commands. */
  | { readonly do: 'forecast'; readonly nodes: readonly Named[]; readonly commands: readonly Words[] }
  /** Shows those clusters, too, and then does what was typed. */
  | { readonly do: 'join'; readonly contexts: readonly string[]; readonly text: string }
  | { readonly do: 'save' }
  /** All of the text, in the pager of the person. */
  | { readonly do: 'page' }

export interface Transition {
  readonly state: UiState
  readonly effect?: Effect
}

/** What is on the screen, as far as keys depend on it. */
export interface Shown {
  /** Of the cluster that the place is of, or of the first. */
  readonly view: ClusterView
  /** All that there are, whatever the place shows. */
  readonly clusters: readonly Cluster[]
  readonly now: number
  /** Of the list, in order. */
  readonly keys: readonly string[]
  readonly columns: readonly string[]
  /** Those of them that are shown only where they are asked for. */
  readonly rareColumns: readonly string[]
  /** Of a text. */
  readonly lines: readonly string[]
  /** Rows or lines that fit. */
  readonly height: number
  /** Of the pane that keys move in, where that is not the main one: its lines, and how many fit. */
  readonly side?: { readonly lines: number; readonly height: number }
}

const mostPlaces = 50
const mostTyped = 50

export function begin(view: View, { isReadOnly, theme }: { readonly isReadOnly: boolean; readonly theme: string }): UiState {
  return {
    places: [placeOf(view)],
    at: 0,
    last: 0,
    mode: { kind: 'browse' },
    isReadOnly,
    readOnlyContexts: [],
    typed: { command: [], filter: [] },
    saved: {},
    savedColumns: {},
    ownKeys: [],
    hasMouse: true,
    hasHeader: true,
    theme,
  }
}

export function placeOf(view: View, parent?: number): Place {
  const filter = 'filter' in view && view.filter !== undefined ? view.filter : ''
  return {
    view,
    ...(parent === undefined ? {} : { parent }),
    filter,
    at: 0,
    top: 0,
    skipped: 0,
    marks: [],
    folded: view.screen === 'yaml' ? usualFolds('live') : [],
    onlyFaults: false,
    withPast: false,
    sight: 'live',
    isWide: false,
    isPaused: false,
    follows: view.screen === 'logs',
    timestamps: false,
    wraps: false,
    pane: 0,
    isZoomed: false,
    paneTop: 0,
  }
}

export function placeIn({ places, at }: UiState): Place {
  const place = places[at]
  if (place === undefined) throw new Error(`there is no place ${at} of ${places.length}`)
  return place
}

/** The selection on a row that is there, and the screen around it. */
export function settled(place: Place, keys: readonly string[], height: number): Place {
  const isThere = place.selected !== undefined && keys[place.at] === place.selected
  const found = isThere ? place.at : place.selected === undefined ? -1 : keys.indexOf(place.selected)
  const at = found >= 0 ? found : Math.max(0, Math.min(place.at, keys.length - 1))
  const top = Math.max(0, Math.min(place.top, at, keys.length - height), at - height + 1)
  const selected = keys[at]
  const { selected: _, ...rest } = place
  return { ...rest, at, top, ...(selected === undefined ? {} : { selected }) }
}

/** Of a list the selection moves; of a text, and of a pane beside a list, what is seen of it. */
export function move(state: UiState, shown: Shown, by: number): UiState {
  const place = placeIn(state)
  if (shown.side !== undefined) {
    const { lines, height } = shown.side
    return changePlace(state, { paneTop: Math.max(0, Math.min(lines - height, place.paneTop + by)) })
  }
  if (isText(place.view)) {
    const lowest = Math.max(0, shown.lines.length - shown.height)
    const top = Math.max(0, Math.min(lowest, (place.follows ? lowest : place.top) + by))
    return changePlace(state, { top, ...(place.view.screen === 'logs' ? { follows: by > 0 && top >= lowest } : {}) })
  }
  const from = settled(place, shown.keys, shown.height)
  const at = Math.max(0, Math.min(shown.keys.length - 1, from.at + by))
  const { selected: _, ...unselected } = from
  const selected = shown.keys[at]
  return changePlace(state, settled({ ...unselected, at, ...(selected === undefined ? {} : { selected }) }, shown.keys, shown.height))
}

/** A view that was looked at before is as it was left: its filter, its order, its columns. */
export function go(state: UiState, view: View, isTop = false): UiState {
  const kept = state.places.slice(0, state.at + 1)
  const places = [...kept, asLeft(state, placeOf(view, isTop ? undefined : state.at))]
  const dropped = Math.max(0, places.length - mostPlaces)
  return {
    ...state,
    places: places.slice(dropped).map((place) => moved(place, dropped)),
    at: places.length - 1 - dropped,
    last: Math.max(0, state.at - dropped),
    mode: { kind: 'browse' },
  }
}

function asLeft({ places, savedColumns }: UiState, place: Place): Place {
  const locator = formatLocator(place.view)
  const before = places.findLast(({ view }) => formatLocator(view) === locator)
  if (before === undefined) return withSaved(place, savedColumns)
  const { filter, sort, columns, onlyFaults, withPast, isWide } = before
  return {
    ...place,
    filter,
    onlyFaults,
    withPast,
    isWide,
    ...(sort === undefined ? {} : { sort }),
    ...(columns === undefined ? {} : { columns }),
  }
}

/** With the columns that were chosen for lists of this kind, another day too. */
export function withSaved(place: Place, saved: SavedColumns): Place {
  const of = listName(place.view)
  const columns = Object.hasOwn(saved, of) ? saved[of] : undefined
  return columns === undefined || place.columns !== undefined ? place : { ...place, columns }
}

function moved(place: Place, dropped: number): Place {
  if (dropped === 0 || place.parent === undefined) return place
  const { parent, ...rest } = place
  return parent < dropped ? rest : { ...rest, parent: parent - dropped }
}

export function jump(state: UiState, at: number): UiState {
  return state.places[at] === undefined || at === state.at ? state : { ...state, at, last: state.at }
}

export function changePlace(state: UiState, change: Partial<Place>): UiState {
  return { ...state, places: state.places.map((place, at) => (at === state.at ? { ...place, ...change } : place)) }
}

export function say(state: UiState, text: string, isError = false): UiState {
  return { ...state, message: { text, isError } }
}

/** Where `next` went somewhere, that is of this cluster. */
export function goneTo(before: UiState, next: UiState, context: string | undefined): UiState {
  if (next.places === before.places || next.at === before.at) return next
  const place = placeIn(next)
  return changePlace(next, asLeft(before, { ...place, view: inContext(place.view, context) }))
}

/** The view of that cluster; of the first where none is named, or there is none such. */
export function viewIn(clusters: readonly Cluster[], context: string | undefined): ClusterView {
  return (clusters.find(({ name }) => name === context) ?? { view: firstOf(clusters) }).view
}

/** What is said of a wish to change something there; undefined where that is allowed. */
export function forbidden({ isReadOnly, readOnlyContexts }: UiState, contexts: readonly (string | undefined)[]): string | undefined {
  if (isReadOnly) return 'read-only: nothing is changed here'
  const context = contexts.find((each) => each !== undefined && readOnlyContexts.includes(each))
  return context === undefined ? undefined : `${context} is read-only: nothing is changed there`
}

/** The cluster that a command is for, where it says so. */
export function contextOf(words: Words): string | undefined {
  return words[0] === '--context' ? words[1] : undefined
}

/** The command for that cluster. */
export function wordsIn(context: string | undefined, words: Words): Words {
  return context === undefined ? words : ['--context', context, ...words]
}

/** What was typed can be had again with the arrows. */
export function remember(state: UiState, what: 'command' | 'filter', text: string): UiState {
  if (text === '') return state
  const kept = [...state.typed[what].filter((each) => each !== text), text].slice(-mostTyped)
  return { ...state, typed: { ...state.typed, [what]: kept } }
}

export interface Question {
  readonly question: string
  readonly consequences: readonly string[]
  readonly commands: readonly Words[]
  readonly verb: string
  /** Must be typed first. */
  readonly word?: string
}

export function ask(state: UiState, question: Question): UiState {
  return { ...state, mode: { kind: 'confirm', ...question, isYes: false, typed: '' } }
}
