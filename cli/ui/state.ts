// Where somebody is in the dashboard and what a key does there: pure, so that a test can press keys. What a key
// wants of the world outside comes back as an effect; changes of the cluster are words of the `kit` command.

import type { Kind } from '../../api/objects.ts'
import { concernsOf } from './attention.ts'
import type { ClusterView } from './cluster-view.ts'
import { completed, placeCalled } from './command-line.ts'
import { bindingOf, type Deed, tabs } from './keys.ts'
import type { Sort } from './listing.ts'
import { hostOf } from './names.ts'
import { isText, type View } from './places.ts'
import { onNode, wantedOf } from './tables.ts'

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
  readonly withPast: boolean
  readonly follows: boolean
  readonly timestamps: boolean
  readonly wraps: boolean
}

export type Mode =
  | { readonly kind: 'browse' }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'filter'; readonly text: string; readonly before: string }
  | { readonly kind: 'scale'; readonly service: string; readonly text: string }
  | {
      readonly kind: 'confirm'
      readonly question: string
      /** What happens with it, one sentence a line. */
      readonly consequences: readonly string[]
      readonly words: readonly string[]
      readonly verb: string
      readonly isYes: boolean
      /** Must be typed first. */
      readonly word?: string
      readonly typed: string
    }

export interface UiState {
  readonly places: readonly Place[]
  readonly at: number
  /** The place before the present one, for `-`. */
  readonly last: number
  readonly mode: Mode
  readonly message?: { readonly text: string; readonly isError: boolean }
  readonly isReadOnly: boolean
}

export type Effect = { readonly do: 'quit' } | { readonly do: 'run'; readonly words: readonly string[] }

export interface Transition {
  readonly state: UiState
  readonly effect?: Effect
}

/** What is on the screen, as far as keys depend on it. */
export interface Shown {
  readonly view: ClusterView
  readonly now: number
  /** Of the list, in order. */
  readonly keys: readonly string[]
  readonly columns: readonly string[]
  /** Of a text. */
  readonly lines: readonly string[]
  /** Rows or lines that fit. */
  readonly height: number
}

const mostPlaces = 50

export function begin(view: View, isReadOnly: boolean): UiState {
  return { places: [placeOf(view)], at: 0, last: 0, mode: { kind: 'browse' }, isReadOnly }
}

function placeOf(view: View, parent?: number): Place {
  const filter = 'filter' in view && view.filter !== undefined ? view.filter : ''
  return {
    view,
    ...(parent === undefined ? {} : { parent }),
    filter,
    at: 0,
    top: 0,
    withPast: false,
    follows: view.screen === 'logs',
    timestamps: false,
    wraps: false,
  }
}

export function placeIn({ places, at }: UiState): Place {
  const place = places[at]
  if (place === undefined) throw new Error(`there is no place ${at} of ${places.length}`)
  return place
}

/** The selection on a row that is there, and the screen around it. */
export function settled(place: Place, keys: readonly string[], height: number): Place {
  const found = place.selected === undefined ? -1 : keys.indexOf(place.selected)
  const at = found >= 0 ? found : Math.max(0, Math.min(place.at, keys.length - 1))
  const top = Math.max(0, Math.min(place.top, at, keys.length - height), at - height + 1)
  const selected = keys[at]
  const { selected: _, ...rest } = place
  return { ...rest, at, top, ...(selected === undefined ? {} : { selected }) }
}

export function press(state: UiState, key: string, shown: Shown): Transition {
  const { message: _, ...quiet } = state
  switch (state.mode.kind) {
    case 'browse':
      return browse(quiet, key, shown)
    case 'command':
    case 'filter':
    case 'scale':
      return type(quiet, state.mode, key, shown.view)
    case 'confirm':
      return answer(quiet, state.mode, key)
  }
}

// Moving about.

export function go(state: UiState, view: View, isTop = false): UiState {
  const kept = state.places.slice(0, state.at + 1)
  const places = [...kept, placeOf(view, isTop ? undefined : state.at)]
  const dropped = Math.max(0, places.length - mostPlaces)
  return {
    ...state,
    places: places.slice(dropped).map((place) => moved(place, dropped)),
    at: places.length - 1 - dropped,
    last: Math.max(0, state.at - dropped),
    mode: { kind: 'browse' },
  }
}

function moved(place: Place, dropped: number): Place {
  if (dropped === 0 || place.parent === undefined) return place
  const { parent, ...rest } = place
  return parent < dropped ? rest : { ...rest, parent: parent - dropped }
}

function jump(state: UiState, at: number): UiState {
  return state.places[at] === undefined || at === state.at ? state : { ...state, at, last: state.at }
}

export function changePlace(state: UiState, change: Partial<Place>): UiState {
  return { ...state, places: state.places.map((place, at) => (at === state.at ? { ...place, ...change } : place)) }
}

export function say(state: UiState, text: string, isError = false): UiState {
  return { ...state, message: { text, isError } }
}

function browse(state: UiState, key: string, shown: Shown): Transition {
  const place = placeIn(state)
  const binding = bindingOf(place.view.screen, key)
  if (binding === undefined) return { state }
  if (binding.changes === true && state.isReadOnly) return { state: say(state, 'read-only: nothing is changed here', true) }
  switch (binding.deed) {
    case 'quit':
      return { state, effect: { do: 'quit' } }
    case 'leave':
      return place.parent === undefined ? { state, effect: { do: 'quit' } } : { state: jump(state, place.parent) }
    case 'back':
      if (place.filter !== '' && key === 'esc') return { state: changePlace(state, { filter: '' }) }
      return { state: place.parent === undefined ? state : jump(state, place.parent) }
    case 'history-back':
      return { state: jump(state, state.at - 1) }
    case 'history-forward':
      return { state: jump(state, state.at + 1) }
    case 'last-view':
      return { state: jump(state, state.last) }
    case 'tab': {
      const view = tabs[Number(key) - 1]
      return { state: view === undefined ? state : go(state, view, true) }
    }
    case 'help':
      return { state: place.view.screen === 'help' ? state : go(state, { screen: 'help' }) }
    case 'command':
      return { state: { ...state, mode: { kind: 'command', text: '' } } }
    case 'filter':
      return { state: { ...state, mode: { kind: 'filter', text: place.filter, before: place.filter } } }
    case 'past':
      return { state: changePlace(state, { withPast: !place.withPast }) }
    case 'follow':
      return { state: changePlace(state, { follows: !place.follows }) }
    case 'timestamps':
      return { state: changePlace(state, { timestamps: !place.timestamps }) }
    case 'wrap':
      return { state: changePlace(state, { wraps: !place.wraps, top: 0 }) }
    case 'sort-left':
      return { state: changePlace(state, { sort: sortBy(place, shown.columns, -1) }) }
    case 'sort-right':
      return { state: changePlace(state, { sort: sortBy(place, shown.columns, 1) }) }
    case 'sort-reverse': {
      const { by, isDescending } = place.sort ?? { by: shown.columns[0] ?? '', isDescending: false }
      return { state: changePlace(state, { sort: { by, isDescending: !isDescending } }) }
    }
    case 'next-match':
      return { state: toMatch(state, place, shown, 1) }
    case 'previous-match':
      return { state: toMatch(state, place, shown, -1) }
    case 'down':
      return { state: move(state, place, shown, 1) }
    case 'up':
      return { state: move(state, place, shown, -1) }
    case 'half-down':
      return { state: move(state, place, shown, Math.ceil(shown.height / 2)) }
    case 'half-up':
      return { state: move(state, place, shown, -Math.ceil(shown.height / 2)) }
    case 'page-down':
      return { state: move(state, place, shown, shown.height) }
    case 'page-up':
      return { state: move(state, place, shown, -shown.height) }
    case 'first':
      return { state: move(state, place, shown, Number.NEGATIVE_INFINITY) }
    case 'last':
      return { state: move(state, place, shown, Number.POSITIVE_INFINITY) }
    default:
      return onObject(state, binding.deed, shown)
  }
}

function sortBy({ sort }: Place, columns: readonly string[], step: 1 | -1): Sort {
  const at = columns.indexOf(sort?.by ?? '')
  const next = at < 0 ? (step > 0 ? 0 : columns.length - 1) : (at + step + columns.length) % columns.length
  return { by: columns[next] ?? '', isDescending: false }
}

/** Of a list the selection moves; of a text the screen does. */
function move(state: UiState, place: Place, shown: Shown, by: number): UiState {
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

function toMatch(state: UiState, place: Place, { lines, height }: Shown, step: 1 | -1): UiState {
  const wanted = place.filter.toLowerCase()
  if (wanted === '') return say(state, 'nothing is searched for: / begins', true)
  for (let at = place.top + step; at >= 0 && at < lines.length; at += step)
    if (lines[at]?.toLowerCase().includes(wanted) === true)
      return changePlace(state, { top: Math.min(at, Math.max(0, lines.length - height)), follows: false })
  return say(state, step > 0 ? 'no more below' : 'no more above')
}

// Typing.

function type(state: UiState, mode: Extract<Mode, { kind: 'command' | 'filter' | 'scale' }>, key: string, view: ClusterView): Transition {
  const filtering = (next: UiState, text: string): UiState => (mode.kind === 'filter' ? changePlace(next, { filter: text }) : next)
  const typed = (text: string): Transition => ({ state: filtering({ ...state, mode: { ...mode, text } }, text) })
  const done: UiState = { ...state, mode: { kind: 'browse' } }
  if (key === 'ctrl-c') return { state, effect: { do: 'quit' } }
  if (key === 'esc') return { state: mode.kind === 'filter' ? changePlace(done, { filter: mode.before }) : done }
  if (key === 'backspace') return mode.text === '' ? { state: filtering(done, '') } : typed([...mode.text].slice(0, -1).join(''))
  if (key === 'ctrl-u') return typed('')
  if (key === 'tab' && mode.kind === 'command') return typed(completed(view, mode.text))
  if (key === 'enter') {
    if (mode.kind === 'filter') return { state: done }
    return mode.kind === 'command' ? command(done, mode.text.trim(), view) : scaleTo(done, mode.service, mode.text)
  }
  return [...key].length === 1 ? typed(mode.text + key) : { state }
}

/** A place, or what would stand after `kit`. */
function command(state: UiState, text: string, view: ClusterView): Transition {
  if (text === '') return { state }
  if (text === 'q' || text === 'quit') return { state, effect: { do: 'quit' } }
  if (/^(scale|rollout|drain|pause|activate|label|delete) /.test(text)) {
    if (state.isReadOnly) return { state: say(state, 'read-only: nothing is changed here', true) }
    const words = text.split(/\s+/)
    if (words[0] !== 'delete') return { state, effect: { do: 'run', words } }
    return { state: ask(state, `kit ${text}`, [], words, 'Delete') }
  }
  try {
    return { state: go(state, placeCalled(view, text), true) }
  } catch (error) {
    return { state: say(state, error instanceof Error ? error.message : String(error), true) }
  }
}

function scaleTo(state: UiState, service: string, text: string): Transition {
  if (!/^\d{1,7}$/.test(text)) return { state: say(state, `"${text}" is not a number of tasks`, true) }
  return { state, effect: { do: 'run', words: ['scale', `service/${service}=${text}`] } }
}

function ask(
  state: UiState,
  question: string,
  consequences: readonly string[],
  words: readonly string[],
  verb: string,
  word?: string,
): UiState {
  const mode = {
    kind: 'confirm',
    question,
    consequences,
    words,
    verb,
    isYes: false,
    typed: '',
    ...(word === undefined ? {} : { word }),
  } as const
  return { ...state, mode }
}

function answer(state: UiState, mode: Extract<Mode, { kind: 'confirm' }>, key: string): Transition {
  const done: UiState = { ...state, mode: { kind: 'browse' } }
  if (key === 'ctrl-c') return { state, effect: { do: 'quit' } }
  if (key === 'esc') return { state: say(done, 'nothing was changed') }
  if (key === 'tab' || key === 'shift-tab' || key === 'left' || key === 'right')
    return { state: { ...state, mode: { ...mode, isYes: !mode.isYes } } }
  if (key === 'enter') {
    if (!mode.isYes) return { state: say(done, 'nothing was changed') }
    if (mode.word !== undefined && mode.typed !== mode.word) return { state: say(state, `type ${mode.word} first`, true) }
    return { state: done, effect: { do: 'run', words: mode.words } }
  }
  if (mode.word === undefined) return { state }
  if (key === 'backspace') return { state: { ...state, mode: { ...mode, typed: mode.typed.slice(0, -1) } } }
  return { state: key.length === 1 ? { ...state, mode: { ...mode, typed: mode.typed + key } } : state }
}

// What is done about the selected object.

export interface Selected {
  readonly kind: Kind
  readonly name: string
}

/** The object that keys act on, if it is one that is there. */
export function selectedIn(place: Place, { view, keys, now }: Shown): Selected | undefined {
  const { view: shown } = place
  if (shown.screen === 'service') return { kind: 'Service', name: shown.name }
  const { selected: key } = settled(place, keys, keys.length)
  if (key === undefined) return undefined
  switch (shown.screen) {
    case 'services':
      return { kind: 'Service', name: key }
    case 'tasks':
      return { kind: 'Task', name: key }
    case 'nodes':
      return { kind: 'Node', name: key }
    case 'objects':
      return { kind: shown.kind, name: key }
    case 'events': {
      const involved = view.events.find(({ metadata }) => metadata.name === key)?.involvedObject
      return involved === undefined ? undefined : present(view, involved.kind, involved.name)
    }
    case 'overview': {
      const opens = concernsOf(view, now).find((concern) => concern.key === key)?.opens
      if (opens === undefined) return undefined
      if (opens.screen === 'service') return { kind: 'Service', name: opens.name }
      if (opens.screen !== 'tasks') return undefined
      return opens.service === undefined
        ? opens.node === undefined
          ? undefined
          : { kind: 'Node', name: opens.node }
        : { kind: 'Service', name: opens.service }
    }
    default:
      return undefined
  }
}

function present(view: ClusterView, kind: string, name: string): Selected | undefined {
  for (const each of ['Service', 'Task', 'Node', 'Stack'] as const)
    if (each === kind && view.get(each, name) !== undefined) return { kind: each, name }
  return undefined
}

function onObject(state: UiState, deed: Deed, shown: Shown): Transition {
  const place = placeIn(state)
  const { view } = shown
  if (deed === 'open' && place.view.screen === 'overview') {
    const { selected } = settled(place, shown.keys, shown.height)
    const concern = concernsOf(view, shown.now).find(({ key }) => key === selected)
    return { state: concern === undefined ? state : go(state, concern.opens) }
  }
  const object = selectedIn(place, shown)
  if (object === undefined) return { state: say(state, 'nothing is selected, or it is gone', true) }
  const { kind, name } = object
  switch (deed) {
    case 'open':
      return { state: go(state, openedBy(object)) }
    case 'tasks':
      return { state: go(state, { screen: 'tasks', service: name }) }
    case 'describe':
    case 'yaml':
      return { state: go(state, { screen: deed, kind, name }) }
    case 'logs':
      if (kind !== 'Service' && kind !== 'Task') return { state: say(state, 'only services and tasks have logs', true) }
      return { state: go(state, { screen: 'logs', kind, name }) }
    case 'events': {
      const shownName = kind === 'Node' ? hostOf(view, name) : name
      return { state: go(state, { screen: 'events', filter: `object=${kind.toLowerCase()}/${shownName}` }) }
    }
    case 'explain': {
      const task = kind === 'Task' ? name : kind === 'Service' ? waitingTask(view, name) : undefined
      if (task === undefined) return { state: say(state, 'no task of it waits', true) }
      return { state: go(state, { screen: 'explain', kind: 'Task', name: task }) }
    }
    case 'drain':
    case 'cordon':
      return kind === 'Node' ? changeNode(state, deed, name, view) : { state }
    case 'delete':
      return { state: askDelete(state, object, view) }
    default: {
      const service = kind === 'Service' ? name : kind === 'Task' ? view.get('Task', name)?.spec.service : undefined
      if (service === undefined) return { state: say(state, 'only services have that', true) }
      return onService(state, deed, service, view)
    }
  }
}

function openedBy({ kind, name }: Selected): View {
  switch (kind) {
    case 'Service':
      return { screen: 'tasks', service: name }
    case 'Node':
      return { screen: 'tasks', node: name }
    case 'Task':
      return { screen: 'logs', kind, name }
    default:
      return { screen: 'describe', kind, name }
  }
}

function waitingTask(view: ClusterView, service: string): string | undefined {
  const waiting = [...view.tasksOf(service).values()].find(({ status }) => status.state === 'Pending' && status.error !== undefined)
  return waiting?.metadata.name
}

function onService(state: UiState, deed: Deed, name: string, view: ClusterView): Transition {
  const service = view.get('Service', name)
  if (service === undefined) return { state: say(state, `service/${name} is gone`, true) }
  const { running } = view.counts({ service: name })
  const tasks = running === 1 ? 'its running task is' : `its ${running} running tasks are`
  switch (deed) {
    case 'rollout':
      return { state: go(state, { screen: 'service', name }) }
    case 'scale':
      if (service.spec.mode === 'Global') return { state: say(state, `service/${name} has one task on each node`, true) }
      return { state: { ...state, mode: { kind: 'scale', service: name, text: String(wantedOf(service)) } } }
    case 'restart': {
      const what = [`${tasks} replaced by the update settings of the service`]
      return { state: ask(state, `Restart service/${name}?`, what, ['rollout', 'restart', `service/${name}`], 'Restart') }
    }
    case 'undo': {
      const { revision, lastGood, previousGood } = service.status
      const to = [lastGood, previousGood].find((each) => each !== undefined && each !== revision)
      if (to === undefined) return { state: say(state, `service/${name} has no good revision besides the present one`, true) }
      const number = view.get('Revision', to)?.spec.number
      const what = [`it goes back to ${number === undefined ? to : `v${number}`}, by its update settings: ${tasks} replaced`]
      return { state: ask(state, `Undo the last change of service/${name}?`, what, ['rollout', 'undo', `service/${name}`], 'Undo') }
    }
    default:
      return { state }
  }
}

function changeNode(state: UiState, deed: 'drain' | 'cordon', name: string, view: ClusterView): Transition {
  const availability = view.get('Node', name)?.spec.availability ?? 'Active'
  if (deed === 'cordon') return { state, effect: { do: 'run', words: [availability === 'Active' ? 'pause' : 'activate', name] } }
  const host = hostOf(view, name)
  const count = onNode(view, name)
  const what =
    count === 0
      ? 'nothing runs there'
      : `${count === 1 ? '1 task stops there and starts' : `${count} tasks stop there and start`} on other nodes, where they fit`
  return { state: ask(state, `Drain ${host}?`, [what, 'it gets nothing new until it is activated (ctrl-k)'], ['drain', name], 'Drain') }
}

function askDelete(state: UiState, { kind, name }: Selected, view: ClusterView): UiState {
  const word = kind.toLowerCase()
  const question = `Delete ${word}/${kind === 'Node' ? hostOf(view, name) : name}?`
  const words = ['delete', `${word}/${name}`]
  if (kind === 'Service') {
    const ours = view.counts({ service: name })
    const count = ours.running + ours.unhealthy + ours.starting + ours.pending
    const stack = view.get('Service', name)?.metadata.labels?.['kit/stack']
    const what = [
      count === 0 ? 'it has no tasks' : `${count === 1 ? 'its task stops' : `its ${count} tasks stop`} and nothing takes over`,
      'its revisions go with it: there is no undo',
    ]
    return ask(
      state,
      question,
      stack === undefined ? what : [...what, `it is part of stack ${stack}, which makes it again when it is applied`],
      words,
      'Delete',
    )
  }
  if (kind === 'Stack') {
    const owned = [...view.all('Service').values()].filter(({ metadata }) => metadata.labels?.['kit/stack'] === name)
    const count = owned.reduce((sum, { metadata }) => sum + view.tasksOf(metadata.name).size, 0)
    const named = owned.map(({ metadata }) => metadata.name).join(', ')
    const what = owned.length === 0 ? 'it has no services' : `its services go, with ${count === 1 ? '1 task' : `${count} tasks`}: ${named}`
    return ask(state, question, [what, 'its networks, secrets and configs go; volumes stay'], words, 'Delete', name)
  }
  if (kind === 'Node')
    return ask(state, question, ['it leaves the cluster, and must join anew to come back'], words, 'Delete', hostOf(view, name))
  return ask(state, question, ['what uses it keeps it from being deleted'], words, 'Delete')
}
