// What a key does: pure, so that a test can press keys. What it wants of the world outside comes back as an effect;
// changes of the cluster are words of the `kit` command.

import { messageOf } from '../../effects/thrown.ts'
import { filledIn } from '../dashboard-file.ts'
import { savedFor } from '../saved-filters.ts'
import { beginChoosing, choose, keep } from './column-chooser.ts'
import { completed, missingIn, placeCalled } from './command-line.ts'
import { allSelected, onObject, selectedIn } from './deeds.ts'
import { bindingOf, tabs } from './keys.ts'
import type { Sort } from './listing.ts'
import { slotAt } from './log-text.ts'
import { paneNames } from './panes.ts'
import { elsewhere, formatLocator, isText, listName } from './places.ts'
import {
  ask,
  changePlace,
  contextOf,
  forbidden,
  go,
  jump,
  type Mode,
  move,
  type Named,
  type Place,
  placeIn,
  remember,
  type Shown,
  say,
  settled,
  type Transition,
  type UiState,
  type Words,
  wordsIn,
} from './state.ts'
import { isTheme, themeNames } from './themes.ts'
import { onYaml } from './yaml-deeds.ts'

export function press(state: UiState, key: string, shown: Shown): Transition {
  const { message: _, ...quiet } = state
  switch (state.mode.kind) {
    case 'browse':
      return browse(quiet, key, shown)
    case 'command':
    case 'filter':
    case 'scale':
    case 'forward':
      return type(quiet, state.mode, key, shown)
    case 'confirm':
      return answer(quiet, state.mode, key)
    case 'columns':
      return choose(quiet, state.mode, key, shown)
  }
}

function browse(state: UiState, key: string, shown: Shown): Transition {
  const place = placeIn(state)
  const binding = bindingOf(place.view.screen, key)
  if (binding === undefined) return pressOwn(state, key, shown)
  const refusal =
    binding.changes === true
      ? forbidden(
          state,
          allSelected(place, shown).map(({ context }) => context),
        )
      : undefined
  if (refusal !== undefined) return { state: say(state, refusal, true) }
  const ofYaml = place.view.screen === 'yaml' ? onYaml(state, place, place.view, binding.deed, shown) : undefined
  if (ofYaml !== undefined) return ofYaml
  const half = Math.ceil(shown.height / 2)
  switch (binding.deed) {
    case 'quit':
    case 'resync':
    case 'redraw':
    case 'save':
    case 'page':
      return { state, effect: { do: binding.deed } }
    case 'leave':
      if (place.pane > 0 || place.isZoomed) return { state: changePlace(state, inMain) }
      return place.parent === undefined ? { state, effect: { do: 'quit' } } : { state: jump(state, place.parent) }
    case 'back':
      if (place.pane > 0 || place.isZoomed) return { state: changePlace(state, inMain) }
      if (key === 'esc' && (place.filter !== '' || place.marks.length > 0 || place.only !== undefined))
        return { state: changePlace(withAllSlots(state, place), { filter: '', marks: [] }) }
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
    case 'kinds':
      return { state: go(state, { screen: 'kinds' }) }
    case 'command':
      return { state: { ...state, mode: { kind: 'command', text: '', back: 0 } } }
    case 'filter':
      return { state: { ...state, mode: { kind: 'filter', text: place.filter, before: place.filter, back: 0 } } }
    case 'next-pane':
      return { state: focusNext(state, place, 1) }
    case 'previous-pane':
      return { state: focusNext(state, place, -1) }
    case 'zoom':
      return { state: changePlace(state, { isZoomed: !place.isZoomed, paneTop: 0 }) }
    case 'header':
      return { state: { ...state, hasHeader: !state.hasHeader } }
    case 'topology':
      return { state: go(state, { screen: 'topology' }) }
    case 'pause-events':
      return { state: changePlace(state, { isPaused: !place.isPaused }) }
    case 'level':
      return { state: nextLevel(state, place) }
    case 'choose-columns':
      return { state: beginChoosing(state, place, shown) }
    case 'wide':
      return { state: changePlace(state, { isWide: !place.isWide, skipped: 0 }) }
    case 'mark-all':
      return { state: changePlace(state, { marks: place.marks.length < shown.keys.length ? shown.keys : [] }) }
    case 'past':
      return { state: changePlace(state, { withPast: !place.withPast }) }
    case 'faults':
      return { state: changePlace(state, { onlyFaults: !place.onlyFaults }) }
    case 'follow':
      return { state: changePlace(state, { follows: !place.follows }) }
    case 'only-slot':
      return { state: onlySlot(state, place, Number(key.slice('alt-'.length)), shown) }
    case 'timestamps':
      return { state: changePlace(state, { timestamps: !place.timestamps }) }
    case 'wrap':
      return { state: changePlace(state, { wraps: !place.wraps, top: 0, skipped: 0 }) }
    case 'mouse':
      return { state: say({ ...state, hasMouse: !state.hasMouse }, state.hasMouse ? 'the mouse is the terminal’s' : 'the mouse is kit’s') }
    case 'sort-left':
      return { state: changePlace(state, { sort: sortBy(place, shown.columns, -1) }) }
    case 'sort-right':
      return { state: changePlace(state, { sort: sortBy(place, shown.columns, 1) }) }
    case 'sort-reverse': {
      const { by, isDescending } = place.sort ?? { by: shown.columns[0] ?? '', isDescending: false }
      return { state: changePlace(state, { sort: { by, isDescending: !isDescending } }) }
    }
    case 'scroll-left':
    case 'scroll-right':
      return { state: scroll(state, shown, binding.deed === 'scroll-right' ? 1 : -1) }
    case 'mark':
      return { state: mark(state, shown) }
    case 'mark-range':
      return { state: markRange(state, shown) }
    case 'next-match':
      return { state: toMatch(state, place, shown, 1) }
    case 'previous-match':
      return { state: toMatch(state, place, shown, -1) }
    case 'next-error':
      return { state: toLine(state, shown, 1, isErrorLine) ?? say(state, 'no errors below') }
    case 'down':
      return { state: move(state, shown, 1) }
    case 'up':
      return { state: move(state, shown, -1) }
    case 'half-down':
      return { state: move(state, shown, half) }
    case 'half-up':
      return { state: move(state, shown, -half) }
    case 'page-down':
      return { state: move(state, shown, shown.height) }
    case 'page-up':
      return { state: move(state, shown, -shown.height) }
    case 'first':
      return { state: move(state, shown, Number.NEGATIVE_INFINITY) }
    case 'last':
      return { state: move(state, shown, Number.POSITIVE_INFINITY) }
    case 'copy-locator':
      return { state: say(state, `copied: ${formatLocator(place.view)}`), effect: { do: 'copy', text: formatLocator(place.view) } }
    default:
      return onObject(state, binding.deed, shown)
  }
}

/** A key of the person: it may do anything, so that nothing of it is done where nothing may be changed. */
function pressOwn(state: UiState, key: string, shown: Shown): Transition {
  const place = placeIn(state)
  const own = state.ownKeys.find(
    (each) => each.key === key && (each.on.includes(place.view.screen) || each.on.includes(listName(place.view))),
  )
  if (own === undefined) return { state }
  const object = selectedIn(place, shown)
  const refusal = forbidden(state, [object?.context])
  if (refusal !== undefined) return { state: say(state, refusal, true) }
  if (object === undefined) return { state: say(state, 'nothing is selected, or it is gone', true) }
  const { kind, name, context = '' } = object
  return { state, effect: { do: 'shell', command: filledIn(own.command, { kind, name, context }) } }
}

/** Lines of that slot alone; the same key again, those of all. */
function onlySlot(state: UiState, place: Place, digit: number, { view }: Shown): UiState {
  if (place.view.screen !== 'logs' || place.view.kind !== 'Service') return say(state, 'these are the lines of one task', true)
  const slot = slotAt(view, place.view.name, digit)
  if (slot === undefined) return say(state, `${place.view.name} has no task ${digit}`, true)
  return slot === place.only ? withAllSlots(state, place) : changePlace(state, { only: slot, top: 0 })
}

function withAllSlots(state: UiState, { only: _, ...place }: Place): UiState {
  return { ...state, places: state.places.map((each, at) => (at === state.at ? { ...place, top: 0 } : each)) }
}

/** All, warnings and errors, errors, and round again. */
function nextLevel(state: UiState, { level: before, ...place }: Place): UiState {
  const next = before === undefined ? 'warn' : before === 'warn' ? 'error' : undefined
  const changed: Place = { ...place, top: 0, ...(next === undefined ? {} : { level: next }) }
  return { ...state, places: state.places.map((each, at) => (at === state.at ? changed : each)) }
}

const inMain = { pane: 0, isZoomed: false, paneTop: 0 } as const

function focusNext(state: UiState, place: Place, step: 1 | -1): UiState {
  const count = paneNames(place.view).length
  return changePlace(state, { pane: (place.pane + step + count) % count, paneTop: 0 })
}

function sortBy({ sort }: Place, columns: readonly string[], step: 1 | -1): Sort {
  const at = columns.indexOf(sort?.by ?? '')
  const next = at < 0 ? (step > 0 ? 0 : columns.length - 1) : (at + step + columns.length) % columns.length
  return { by: columns[next] ?? '', isDescending: false }
}

const charactersAtOnce = 8

/** A tree folds and unfolds; a list shows its other columns; text moves sideways. */
function scroll(state: UiState, shown: Shown, step: 1 | -1): UiState {
  const place = placeIn(state)
  if (place.view.screen === 'tree') {
    const { selected } = settled(place, shown.keys, shown.height)
    if (selected === undefined) return state
    const others = place.folded.filter((each) => each !== selected)
    return changePlace(state, { folded: step > 0 ? others : [...others, selected] })
  }
  const most = isText(place.view) ? 4_000 : Math.max(0, shown.columns.length - 2)
  const by = isText(place.view) ? charactersAtOnce * step : step
  return changePlace(state, { skipped: Math.max(0, Math.min(most, place.skipped + by)) })
}

function mark(state: UiState, shown: Shown): UiState {
  const place = settled(placeIn(state), shown.keys, shown.height)
  const { selected, marks } = place
  if (selected === undefined) return state
  const others = marks.filter((each) => each !== selected)
  return move(changePlace(state, { marks: others.length < marks.length ? others : [...marks, selected] }), shown, 1)
}

/** From the last marked row to the selected one. */
function markRange(state: UiState, shown: Shown): UiState {
  const { at, marks } = settled(placeIn(state), shown.keys, shown.height)
  const from = shown.keys.indexOf(marks.at(-1) ?? '')
  if (from < 0) return mark(state, shown)
  const range = shown.keys.slice(Math.min(from, at), Math.max(from, at) + 1)
  return changePlace(state, { marks: [...new Set([...marks, ...range])] })
}

function toMatch(state: UiState, place: Place, shown: Shown, step: 1 | -1): UiState {
  const wanted = place.filter.toLowerCase()
  if (wanted === '') return say(state, 'nothing is searched for: / begins', true)
  const isWanted = (line: string): boolean => line.toLowerCase().includes(wanted)
  const found = isText(place.view) ? toLine(state, shown, step, isWanted) : toRow(state, shown, step, isWanted)
  return found ?? say(state, step > 0 ? 'no more below' : 'no more above')
}

function toLine(state: UiState, { lines, height }: Shown, step: 1 | -1, isWanted: (line: string) => boolean): UiState | undefined {
  const lowest = Math.max(0, lines.length - height)
  const place = placeIn(state)
  const top = place.follows ? lowest : place.top
  for (let at = top + step; at >= 0 && at < lines.length; at += step)
    if (isWanted(lines[at] ?? '')) return changePlace(state, { top: Math.min(at, lowest), follows: false })
  return undefined
}

function toRow(state: UiState, shown: Shown, step: 1 | -1, isWanted: (line: string) => boolean): UiState | undefined {
  const from = settled(placeIn(state), shown.keys, shown.height).at
  for (let at = from + step; at >= 0 && at < shown.lines.length; at += step)
    if (isWanted(shown.lines[at] ?? '')) return move(state, shown, at - from)
  return undefined
}

/** As programs write their levels, and as most languages report what they die of. */
function isErrorLine(line: string): boolean {
  return /\b(ERROR|ERR|FATAL|PANIC|CRITICAL)\b|\berror[: ]|"level":"?(error|fatal|[56]0)|exception|traceback|panic:/i.test(line)
}

// Typing.

type Typing = Extract<Mode, { readonly back: number }>

function type(state: UiState, mode: Typing, key: string, shown: Shown): Transition {
  const filtering = (next: UiState, text: string): UiState => (mode.kind === 'filter' ? changePlace(next, { filter: text }) : next)
  const typed = (text: string, back = 0): Transition => ({
    state: filtering({ ...state, mode: { ...mode, text, back, isLeaving: false } }, text),
  })
  const done: UiState = { ...state, mode: { kind: 'browse' } }
  if (key === 'ctrl-c') return leaveForm(state, mode)
  if (key === 'esc') return { state: mode.kind === 'filter' ? changePlace(done, { filter: mode.before }) : done }
  if (key === 'backspace') return mode.text === '' ? { state: filtering(done, '') } : typed([...mode.text].slice(0, -1).join(''))
  if (key === 'ctrl-u') return typed('')
  if ((key === 'up' || key === 'down') && (mode.kind === 'command' || mode.kind === 'filter')) {
    const kept = state.typed[mode.kind]
    const back = Math.max(0, Math.min(kept.length, mode.back + (key === 'up' ? 1 : -1)))
    return typed(kept[kept.length - back] ?? '', back)
  }
  if (key === 'tab' && mode.kind === 'command')
    return typed(
      completed(
        shown.view,
        shown.clusters.map(({ name }) => name),
        state.typed.command,
        mode.text,
      ),
    )
  if (key === 'tab' && mode.kind === 'filter') return typed(completedColumn(shown.columns, mode.text))
  if (mode.kind === 'filter' && key === 'ctrl-r') return typed(nextSaved(state, mode.text))
  if (mode.kind === 'filter' && key === 'ctrl-s') {
    const of = listName(placeIn(state).view)
    return mode.text.trim() === '' ? { state } : { state, effect: { do: 'toggle-filter', of, filter: mode.text.trim() } }
  }
  if (key === 'enter') {
    if (mode.kind === 'filter') return { state: remember(done, 'filter', mode.text) }
    if (mode.kind === 'scale') return scaleTo(done, mode.services, mode.text)
    if (mode.kind === 'forward') return { state: done, effect: { do: 'forward', target: mode.target, ports: mode.text.trim() } }
    return command(remember(done, 'command', mode.text.trim()), mode.text.trim(), shown)
  }
  return [...key].length === 1 ? typed(mode.text + key) : { state }
}

/** What somebody typed into a form, and did not send, is not lost by one key. */
function leaveForm(state: UiState, mode: Typing): Transition {
  const isDirty = (mode.kind === 'scale' || mode.kind === 'forward') && mode.text !== mode.before
  if (!isDirty || mode.isLeaving === true) return { state, effect: { do: 'quit' } }
  return { state: say({ ...state, mode: { ...mode, isLeaving: true } }, 'what is typed here was not done: ctrl-c again quits', true) }
}

/** The saved filter after this one, round and round. */
function nextSaved(state: UiState, text: string): string {
  const saved = savedFor(state.saved, listName(placeIn(state).view))
  return saved[(saved.indexOf(text.trim()) + 1) % saved.length] ?? text
}

/** `sta` becomes `state=` where only one column begins so. */
function completedColumn(columns: readonly string[], text: string): string {
  const word = text.slice(text.lastIndexOf(' ') + 1)
  const found = columns.filter((column) => word !== '' && column.startsWith(word))
  return found.length === 1 ? `${text.slice(0, text.length - word.length)}${found[0]}=` : text
}

/** A place, a setting of the dashboard, or what would stand after `kit`. */
export function command(state: UiState, text: string, shown: Shown): Transition {
  if (text === '') return { state }
  if (text === 'q' || text === 'quit') return { state, effect: { do: 'quit' } }
  const words = text.split(/\s+/)
  const [verb, rest] = words
  if (verb === 'theme') {
    if (rest !== undefined && isTheme(rest)) return { state: say({ ...state, theme: rest }, `theme ${rest}`) }
    return { state: say(state, `themes: ${themeNames.join(', ')}`, rest !== undefined) }
  }
  if (verb === 'columns') return chooseColumns(state, rest, shown)
  if (/^(scale|rollout|drain|pause|activate|label|delete)$/.test(verb ?? '') && rest !== undefined) {
    const commands = commandIn(state, words, shown)
    if (commands === undefined) return { state: say(state, 'of which cluster? End it with @CONTEXT', true) }
    const refusal = forbidden(state, commands.map(contextOf))
    if (refusal !== undefined) return { state: say(state, refusal, true) }
    if (verb !== 'delete') return { state, effect: { do: 'run', commands } }
    return { state: ask(state, { question: `kit ${text}`, consequences: [], commands, verb: 'Delete' }) }
  }
  try {
    const there = text.startsWith('@') ? elsewhere(placeIn(state).view, text.slice(1)) : text
    const contexts = missingIn(shown.clusters, there)
    if (contexts.length > 0) return { state, effect: { do: 'join', contexts, text } }
    return { state: go(state, placeCalled(shown.clusters, there), true) }
  } catch (error) {
    return { state: say(state, messageOf(error), true) }
  }
}

/** `scale service/web=3 @prod`; where there are several clusters, of the one that the place is of. */
function commandIn(state: UiState, words: Words, { clusters }: Shown): readonly Words[] | undefined {
  const last = words.at(-1) ?? ''
  const context = last.startsWith('@') ? last.slice(1) : placeIn(state).view.context
  if (context === undefined) return clusters.length > 1 ? undefined : [words]
  if (!clusters.some(({ name }) => name === context)) return undefined
  return [wordsIn(context, last.startsWith('@') ? words.slice(0, -1) : words)]
}

/** Only these, in that order; those that the list has by itself where none is named. */
function chooseColumns(state: UiState, wanted: string | undefined, shown: Shown): Transition {
  const columns = wanted?.split(',').filter(Boolean)
  const unknown = columns?.find((column) => !shown.columns.includes(column))
  if (unknown !== undefined) return { state: say(state, `there is no column "${unknown}": there are ${shown.columns.join(', ')}`, true) }
  return keep(state, columns, shown)
}

function scaleTo(state: UiState, services: readonly Named[], text: string): Transition {
  if (!/^\d{1,7}$/.test(text)) return { state: say(state, `"${text}" is not a number of tasks`, true) }
  return {
    state,
    effect: { do: 'run', commands: services.map(({ name, context }) => wordsIn(context, ['scale', `service/${name}=${text}`])) },
  }
}

function answer(state: UiState, mode: Extract<Mode, { kind: 'confirm' }>, key: string): Transition {
  const done: UiState = { ...state, mode: { kind: 'browse' } }
  if (key === 'ctrl-c') {
    if (mode.typed === '' || mode.isLeaving === true) return { state, effect: { do: 'quit' } }
    return { state: say({ ...state, mode: { ...mode, isLeaving: true } }, 'what was asked for is not done: ctrl-c again quits', true) }
  }
  if (key === 'esc') return { state: say(done, 'nothing was changed') }
  if (key === 'tab' || key === 'shift-tab' || key === 'left' || key === 'right')
    return { state: { ...state, mode: { ...mode, isYes: !mode.isYes } } }
  if (key === 'enter') {
    if (!mode.isYes) return { state: say(done, 'nothing was changed') }
    if (mode.word !== undefined && mode.typed !== mode.word) return { state: say(state, `type ${mode.word} first`, true) }
    return { state: changePlace(done, { marks: [] }), effect: { do: 'run', commands: mode.commands } }
  }
  if (mode.word === undefined) return { state }
  if (key === 'backspace') return { state: { ...state, mode: { ...mode, typed: mode.typed.slice(0, -1) } } }
  return { state: key.length === 1 ? { ...state, mode: { ...mode, typed: mode.typed + key } } : state }
}
