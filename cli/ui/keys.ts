// Every key in one table: what handles them and what `?` shows are the same lines.

import type { View } from './places.ts'

export type Deed =
  | 'down' | 'up' | 'page-down' | 'page-up' | 'half-down' | 'half-up' | 'first' | 'last'
  | 'open' | 'back' | 'quit' | 'leave' | 'help' | 'command' | 'filter' | 'history-back' | 'history-forward' | 'last-view' | 'tab'
  | 'describe' | 'yaml' | 'logs' | 'explain' | 'events' | 'rollout' | 'tasks'
  | 'sort-left' | 'sort-right' | 'sort-reverse' | 'past'
  | 'next-match' | 'previous-match' | 'follow' | 'timestamps' | 'wrap'
  | 'scale' | 'restart' | 'undo' | 'drain' | 'cordon' | 'delete' // biome-ignore format: one line for each sort

type Screen = View['screen']

export interface Binding {
  /** As `keyName` calls them. */
  readonly keys: readonly string[]
  readonly help: string
  readonly on: 'everywhere' | readonly Screen[]
  readonly deed: Deed
  /** Changes the cluster. */
  readonly changes?: true
}

const lists: readonly Screen[] = ['overview', 'services', 'tasks', 'nodes', 'events', 'objects']
const texts: readonly Screen[] = ['service', 'yaml', 'describe', 'explain', 'logs', 'help']
const objects: readonly Screen[] = ['overview', 'services', 'tasks', 'nodes', 'objects', 'events', 'service']
const services: readonly Screen[] = ['services', 'service', 'tasks', 'overview']

/** The first that has the key and the screen counts. */
export const bindings: readonly Binding[] = [
  { keys: ['enter'], help: 'open what is selected', on: lists, deed: 'open' },
  { keys: ['enter'], help: 'its tasks', on: ['service'], deed: 'tasks' },
  { keys: ['u'], help: 'rollout: what runs, what is new, what can be done', on: ['services', 'tasks', 'overview'], deed: 'rollout' },
  { keys: ['l'], help: 'logs, of a service those of all its tasks', on: objects, deed: 'logs' },
  { keys: ['w'], help: 'why a task is where it is', on: objects, deed: 'explain' },
  { keys: ['d'], help: 'describe', on: objects, deed: 'describe' },
  { keys: ['y'], help: 'all fields, as YAML', on: objects, deed: 'yaml' },
  { keys: ['v'], help: 'events of this object', on: objects, deed: 'events' },
  { keys: ['S'], help: 'scale', on: services, deed: 'scale', changes: true },
  { keys: ['R'], help: 'restart: replace all tasks, by the update settings', on: services, deed: 'restart', changes: true },
  { keys: ['U'], help: 'undo: go back to the last good revision', on: services, deed: 'undo', changes: true },
  { keys: ['D'], help: 'drain: give its tasks to other nodes', on: ['nodes'], deed: 'drain', changes: true },
  { keys: ['ctrl-k'], help: 'pause: nothing new for this node; again: activate', on: ['nodes'], deed: 'cordon', changes: true },
  { keys: ['ctrl-x'], help: 'delete, after a question', on: ['services', 'service', 'nodes', 'objects'], deed: 'delete', changes: true },
  { keys: ['h'], help: 'also tasks that others have replaced', on: ['tasks'], deed: 'past' },
  { keys: ['<'], help: 'sort by the column to the left', on: ['services', 'tasks', 'nodes', 'events', 'objects'], deed: 'sort-left' },
  { keys: ['>'], help: 'sort by the column to the right', on: ['services', 'tasks', 'nodes', 'events', 'objects'], deed: 'sort-right' },
  { keys: ['='], help: 'reverse the order', on: ['services', 'tasks', 'nodes', 'events', 'objects'], deed: 'sort-reverse' },
  { keys: ['f'], help: 'follow, or stand still', on: ['logs'], deed: 'follow' },
  { keys: ['t'], help: 'times on, off', on: ['logs'], deed: 'timestamps' },
  { keys: ['w'], help: 'wrap long lines, or cut them', on: ['logs', 'yaml', 'describe', 'explain'], deed: 'wrap' },
  { keys: ['n'], help: 'next line that matches', on: texts, deed: 'next-match' },
  { keys: ['N'], help: 'the one before', on: texts, deed: 'previous-match' },
  { keys: ['j', 'down'], help: 'down', on: 'everywhere', deed: 'down' },
  { keys: ['k', 'up'], help: 'up', on: 'everywhere', deed: 'up' },
  { keys: ['ctrl-d'], help: 'half a page down', on: 'everywhere', deed: 'half-down' },
  { keys: ['ctrl-u'], help: 'half a page up', on: 'everywhere', deed: 'half-up' },
  { keys: ['ctrl-f', 'pgdn'], help: 'a page down', on: 'everywhere', deed: 'page-down' },
  { keys: ['ctrl-b', 'pgup'], help: 'a page up', on: 'everywhere', deed: 'page-up' },
  { keys: ['g', 'home'], help: 'first', on: 'everywhere', deed: 'first' },
  { keys: ['G', 'end'], help: 'last', on: 'everywhere', deed: 'last' },
  { keys: ['/'], help: 'filter: words, !word, ~regex, column=value, column>1', on: 'everywhere', deed: 'filter' },
  { keys: [':'], help: 'go: a kind, KIND/NAME, KIND/NAME/VIEW; or a command of kit', on: 'everywhere', deed: 'command' },
  { keys: ['1', '2', '3', '4', '5', '6'], help: 'overview, services, tasks, nodes, stacks, events', on: 'everywhere', deed: 'tab' },
  { keys: ['esc', 'backspace'], help: 'back', on: 'everywhere', deed: 'back' },
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
]

export function bindingsOn(screen: Screen): readonly Binding[] {
  return bindings.filter(({ on }) => on === 'everywhere' || on.includes(screen))
}

export function bindingOf(screen: Screen, key: string): Binding | undefined {
  return bindingsOn(screen).find(({ keys }) => keys.includes(key))
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
  if (key.ctrl) return input === '' ? [] : [`ctrl-${input.toLowerCase()}`]
  // A pasted line end is where one would press enter; other control characters are nothing.
  return [...input].flatMap((character) => (character === '\r' || character === '\n' ? ['enter'] : character < ' ' ? [] : [character]))
}
