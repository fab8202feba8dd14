// Every key in one table: what handles them and what `?` shows are the same lines.

import type { OwnKey } from '../dashboard-file.ts'
import type { View } from './places.ts'

export type Deed =
  | 'down' | 'up' | 'page-down' | 'page-up' | 'half-down' | 'half-up' | 'first' | 'last' | 'scroll-left' | 'scroll-right'
  | 'open' | 'back' | 'quit' | 'leave' | 'help' | 'command' | 'filter' | 'history-back' | 'history-forward' | 'last-view' | 'tab' | 'kinds'
  | 'next-pane' | 'previous-pane' | 'zoom' | 'header' | 'wide' | 'owner' | 'browse' | 'forward' | 'mark-all' | 'topology' | 'level' | 'pause-events' | 'page'
  | 'describe' | 'yaml' | 'logs' | 'previous-logs' | 'explain' | 'events' | 'rollout' | 'tasks' | 'tree'
  | 'sort-left' | 'sort-right' | 'sort-reverse' | 'choose-columns' | 'past' | 'faults' | 'mark' | 'mark-range'
  | 'next-match' | 'previous-match' | 'next-error' | 'follow' | 'only-slot' | 'timestamps' | 'wrap' | 'next-sight' | 'fold' | 'unfold-all' | 'copy-path' | 'copy-value'
  | 'copy-name' | 'copy-id' | 'copy-locator' | 'save' | 'resync' | 'redraw' | 'mouse'
  | 'scale' | 'restart' | 'undo' | 'pause-rollout' | 'drain' | 'cordon' | 'delete' | 'edit' | 'shell' | 'attach' // biome-ignore format: one line for each sort

type Screen = View['screen']

export interface Binding {
  /** As `keyNames` calls them. */
  readonly keys: readonly string[]
  /** What help calls them, where they are many. */
  readonly called?: string
  readonly help: string
  readonly on: 'everywhere' | readonly Screen[]
  readonly deed: Deed
  /** Changes the cluster. */
  readonly changes?: true
}

const lists: readonly Screen[] = ['overview', 'services', 'tasks', 'nodes', 'events', 'objects', 'tree', 'kinds', 'forwards']
const tables: readonly Screen[] = ['services', 'tasks', 'nodes', 'events', 'objects', 'forwards']
const texts: readonly Screen[] = ['service', 'yaml', 'describe', 'explain', 'logs', 'help', 'pulse', 'cluster', 'topology']
const details: readonly Screen[] = ['yaml', 'describe', 'explain', 'logs']
const objects: readonly Screen[] = ['overview', 'services', 'tasks', 'nodes', 'objects', 'events', 'service', 'tree']
const services: readonly Screen[] = ['services', 'service', 'tasks', 'overview', 'tree']
const paned: readonly Screen[] = ['overview', 'services', 'tasks', 'nodes', 'objects', 'tree', 'events', 'service']
const ported: readonly Screen[] = ['services', 'service', 'tasks', 'tree']
const marked: readonly Screen[] = ['services', 'tasks', 'nodes', 'objects']

/** In the order of their keys, from 1. */
export const tabNames = ['overview', 'services', 'tasks', 'nodes', 'stacks', 'events', 'gitops', 'pulse'] as const

/** The first that has the key and the screen counts. */
export const bindings: readonly Binding[] = [
  { keys: ['enter'], help: 'open what is selected', on: lists, deed: 'open' },
  { keys: ['enter'], help: 'its tasks', on: ['service'], deed: 'tasks' },
  {
    keys: ['p'],
    help: 'pause its rollout, or let it go on',
    on: ['service', 'services', 'overview'],
    deed: 'pause-rollout',
    changes: true,
  },
  { keys: ['U'], help: 'undo: go back to the last good revision', on: ['service'], deed: 'undo', changes: true },
  {
    keys: ['u'],
    help: 'rollout: what runs, what is new, what can be done',
    on: ['services', 'tasks', 'overview', 'tree'],
    deed: 'rollout',
  },
  { keys: ['l'], help: 'logs, of a service those of all its tasks', on: [...objects, 'yaml', 'describe', 'explain'], deed: 'logs' },
  { keys: ['L'], help: 'logs of the task that was in its slot before', on: ['tasks', 'logs'], deed: 'previous-logs' },
  { keys: ['w'], help: 'why a task is where it is', on: objects, deed: 'explain' },
  { keys: ['enter'], help: 'fold, or unfold', on: ['yaml'], deed: 'fold' },
  { keys: ['y'], help: 'all of it, spec, status, or only what differs from its files', on: ['yaml'], deed: 'next-sight' },
  { keys: ['z'], help: 'unfold all', on: ['yaml'], deed: 'unfold-all' },
  { keys: ['c'], help: 'copy the path of the field', on: ['yaml'], deed: 'copy-path' },
  { keys: ['C'], help: 'copy its value', on: ['yaml'], deed: 'copy-value' },
  { keys: ['d'], help: 'describe', on: [...objects, ...details], deed: 'describe' },
  { keys: ['y'], help: 'all fields as YAML, with who set them', on: [...objects, ...details], deed: 'yaml' },
  { keys: ['x'], help: 'tree: what belongs to what', on: [...objects, ...details], deed: 'tree' },
  { keys: ['v'], help: 'events of this object', on: [...objects, ...details], deed: 'events' },
  {
    keys: ['J'],
    help: 'its owner: of a task the service, of a service the stack',
    on: [...objects, ...details],
    deed: 'owner',
  },
  { keys: ['S'], help: 'scale', on: services, deed: 'scale', changes: true },
  { keys: ['R'], help: 'restart: replace all tasks, by the update settings', on: services, deed: 'restart', changes: true },
  { keys: ['U'], help: 'undo: go back to the last good revision', on: services, deed: 'undo', changes: true },
  { keys: ['D'], help: 'drain: give its tasks to other nodes; says to which', on: ['nodes'], deed: 'drain', changes: true },
  { keys: ['ctrl-k'], help: 'pause: nothing new for this node; again: activate', on: ['nodes'], deed: 'cordon', changes: true },
  { keys: ['t'], help: 'topology: nodes as rows of boxes', on: ['nodes'], deed: 'topology' },
  { keys: ['p'], help: 'stand still, or show what has come', on: ['events'], deed: 'pause-events' },
  { keys: ['!'], help: 'warnings and errors; again: only errors; again: all', on: ['logs'], deed: 'level' },
  { keys: ['|'], help: 'all of it in $PAGER', on: texts, deed: 'page' },
  { keys: ['e'], help: 'next line with an error', on: ['logs'], deed: 'next-error' },
  {
    keys: ['e'],
    help: 'edit in $EDITOR, look at the difference, apply',
    on: [...objects, 'yaml', 'describe'],
    deed: 'edit',
    changes: true,
  },
  { keys: ['s'], help: 'a shell in the task', on: ['tasks', 'services', 'service', 'logs', 'tree'], deed: 'shell', changes: true },
  {
    keys: ['a'],
    help: 'attach to its program; ctrl-p ctrl-q leaves',
    on: ['tasks', 'services', 'service', 'logs', 'tree'],
    deed: 'attach',
    changes: true,
  },
  { keys: ['F'], help: 'open a port here that leads to it', on: ported, deed: 'forward', changes: true },
  { keys: ['b'], help: 'its first published port, in the browser', on: ported, deed: 'browse' },
  { keys: ['ctrl-x'], help: 'close the port', on: ['forwards'], deed: 'delete' },
  { keys: ['ctrl-x'], help: 'delete, after a question', on: ['services', 'service', 'nodes', 'objects'], deed: 'delete', changes: true },
  { keys: [' '], help: 'mark: keys act on all that are marked', on: marked, deed: 'mark' },
  { keys: ['ctrl-space'], help: 'mark from the last marked row to here', on: marked, deed: 'mark-range' },
  { keys: ['*'], help: 'mark all that the filter leaves, or none', on: marked, deed: 'mark-all' },
  { keys: ['!'], help: 'only faults, or all', on: tables, deed: 'faults' },
  { keys: ['h'], help: 'also tasks that others have replaced', on: ['tasks'], deed: 'past' },
  { keys: ['left', 'h'], help: 'fold', on: ['tree', 'yaml'], deed: 'scroll-left' },
  { keys: ['right'], help: 'unfold', on: ['tree', 'yaml'], deed: 'scroll-right' },
  { keys: ['left', 'h'], help: 'sideways: columns, or text, to the left', on: [...tables, ...texts], deed: 'scroll-left' },
  { keys: ['right'], help: 'to the right', on: [...tables, ...texts], deed: 'scroll-right' },
  { keys: ['ctrl-w'], help: 'columns as wide as what is in them, and rarer ones', on: tables, deed: 'wide' },
  { keys: ['|'], help: 'choose columns, for all lists of this kind', on: tables, deed: 'choose-columns' },
  { keys: ['<'], help: 'sort by the column to the left', on: tables, deed: 'sort-left' },
  { keys: ['>'], help: 'sort by the column to the right', on: tables, deed: 'sort-right' },
  { keys: ['='], help: 'reverse the order', on: tables, deed: 'sort-reverse' },
  { keys: ['f'], help: 'follow, or stand still', on: ['logs'], deed: 'follow' },
  {
    keys: Array.from({ length: 9 }, (_, at) => `alt-${at + 1}`),
    called: 'alt-1 … alt-9',
    help: 'only the task in that slot; again: all',
    on: ['logs'],
    deed: 'only-slot',
  },
  { keys: ['t'], help: 'times on, off', on: ['logs'], deed: 'timestamps' },
  { keys: ['w'], help: 'wrap long lines, or cut them', on: ['logs', 'yaml', 'describe', 'explain'], deed: 'wrap' },
  { keys: ['n'], help: 'next line that matches', on: texts, deed: 'next-match' },
  { keys: ['N'], help: 'the one before', on: texts, deed: 'previous-match' },
  { keys: ['c'], help: 'copy the name', on: [...objects, ...details], deed: 'copy-name' },
  { keys: ['C'], help: 'copy the id', on: [...objects, ...details], deed: 'copy-id' },
  { keys: ['j', 'down'], help: 'down', on: 'everywhere', deed: 'down' },
  { keys: ['k', 'up'], help: 'up', on: 'everywhere', deed: 'up' },
  { keys: ['ctrl-d'], help: 'half a page down', on: 'everywhere', deed: 'half-down' },
  { keys: ['ctrl-u'], help: 'half a page up', on: 'everywhere', deed: 'half-up' },
  { keys: ['ctrl-f', 'pgdn'], help: 'a page down', on: 'everywhere', deed: 'page-down' },
  { keys: ['ctrl-b', 'pgup'], help: 'a page up', on: 'everywhere', deed: 'page-up' },
  { keys: ['g', 'home'], help: 'first', on: 'everywhere', deed: 'first' },
  { keys: ['G', 'end'], help: 'last', on: 'everywhere', deed: 'last' },
  {
    keys: ['/'],
    help: 'filter: word, !word, ~regex, column=value; ctrl-s saves',
    on: 'everywhere',
    deed: 'filter',
  },
  { keys: [':'], help: 'go: a kind, KIND/NAME, KIND/NAME/VIEW; or a command', on: 'everywhere', deed: 'command' },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8'],
    called: '1 … 8',
    help: tabNames.join(' '),
    on: 'everywhere',
    deed: 'tab',
  },
  { keys: ['ctrl-a'], help: 'all kinds, with their short names', on: 'everywhere', deed: 'kinds' },
  { keys: ['ctrl-y'], help: 'copy where one is, for `kit ui`', on: 'everywhere', deed: 'copy-locator' },
  { keys: ['ctrl-s'], help: 'save what is shown, all of it, to a file', on: 'everywhere', deed: 'save' },
  { keys: ['ctrl-r'], help: 'ask the cluster for everything again', on: 'everywhere', deed: 'resync' },
  { keys: ['ctrl-l'], help: 'draw again', on: 'everywhere', deed: 'redraw' },
  { keys: ['m'], help: 'the mouse for kit, or for the terminal (to select text)', on: 'everywhere', deed: 'mouse' },
  { keys: ['esc', 'backspace'], help: 'back', on: 'everywhere', deed: 'back' },
  { keys: ['tab'], help: 'next pane: the list, what is selected, its events', on: paned, deed: 'next-pane' },
  { keys: ['shift-tab'], help: 'the pane before', on: paned, deed: 'previous-pane' },
  { keys: ['z'], help: 'this pane alone, or all that there is room for', on: paned, deed: 'zoom' },
  { keys: ['ctrl-e'], help: 'the first line of the screen off, on', on: 'everywhere', deed: 'header' },
  { keys: ['['], help: 'back in history', on: 'everywhere', deed: 'history-back' },
  { keys: [']'], help: 'forward in history', on: 'everywhere', deed: 'history-forward' },
  { keys: ['-'], help: 'the view before', on: 'everywhere', deed: 'last-view' },
  { keys: ['?'], help: 'help for this view', on: 'everywhere', deed: 'help' },
  { keys: ['q'], help: 'back; quits from the top', on: 'everywhere', deed: 'leave' },
  { keys: ['ctrl-c'], help: 'quit', on: 'everywhere', deed: 'quit' },
]

export const tabs: readonly View[] = [
  { screen: 'overview' },
  { screen: 'services' },
  { screen: 'tasks' },
  { screen: 'nodes' },
  { screen: 'objects', kind: 'Stack' },
  { screen: 'events' },
  { screen: 'objects', kind: 'Source' },
  { screen: 'pulse' },
]

/** Each with the keys that no other has before it. */
export function bindingsOn(screen: Screen): readonly Binding[] {
  const taken = new Set<string>()
  return bindings.flatMap((binding): readonly Binding[] => {
    const { on } = binding
    const keys = on === 'everywhere' || on.includes(screen) ? binding.keys.filter((key) => !taken.has(key)) : []
    for (const key of keys) taken.add(key)
    return keys.length === 0 ? [] : [keys.length === binding.keys.length ? binding : { ...binding, keys }]
  })
}

export function bindingOf(screen: Screen, key: string): Binding | undefined {
  return bindingsOn(screen).find(({ keys }) => keys.includes(key))
}

/** That has the key on one of those views already, of all screens where a person wants it. */
export function takenBy({ key, on }: OwnKey): Binding | undefined {
  return on.flatMap((view) => bindingOf(screenCalled(view), key) ?? [])[0]
}

/** Kinds without a screen of their own are all shown by one. */
function screenCalled(view: string): Screen {
  return bindings.flatMap(({ on }) => (on === 'everywhere' ? [] : on)).find((screen) => screen === view) ?? 'objects'
}

/** What a terminal library says of a key. */
interface KeyFacts {
  readonly upArrow: boolean
  readonly downArrow: boolean
  readonly leftArrow: boolean
  readonly rightArrow: boolean
  readonly pageUp: boolean
  readonly pageDown: boolean
  readonly home: boolean
  readonly end: boolean
  readonly return: boolean
  readonly escape: boolean
  readonly tab: boolean
  readonly shift: boolean
  readonly ctrl: boolean
  /** Alt, for most keyboards. */
  readonly meta: boolean
  readonly backspace: boolean
  readonly delete: boolean
}

const named = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pgup'],
  ['pageDown', 'pgdn'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  // Many terminals send for backspace what others send for delete.
  ['delete', 'backspace'],
] as const

/** One name for each key pressed. Keys typed fast, and what is pasted, come together. */
export function keyNames(input: string, key: KeyFacts): readonly string[] {
  if (key.tab) return [key.shift ? 'shift-tab' : 'tab']
  const found = named.find(([fact]) => key[fact])
  if (found !== undefined) return [found[1]]
  // Ctrl and space are the character 0, which Ink calls ctrl-` or ctrl-space.
  if (key.ctrl) return input === '' ? [] : [input === '`' || input === ' ' ? 'ctrl-space' : `ctrl-${input.toLowerCase()}`]
  if (key.meta && /^\d$/.test(input)) return [`alt-${input}`]
  return [...input].map(characterName).filter((name) => name !== '')
}

/** Of keys that come together, each is one character: letters, and what ctrl makes of them. */
function characterName(character: string): string {
  if (character === '\r' || character === '\n') return 'enter'
  if (character === '\t') return 'tab'
  if (character === '\u007f' || character === '\b') return 'backspace'
  if (character === '\0') return 'ctrl-space'
  const code = character.charCodeAt(0)
  if (code < 27) return `ctrl-${String.fromCharCode(code + 96)}`
  return code < 32 ? '' : character
}
