// What the dashboard can show, and how people write it: `services`, `service/web`, `service/web/tasks`,
// `node/node-1/tasks?f=failed`, `task/web.1/logs`. The same words work after `kit ui` and after `:`.

import type { Kind } from '../../api/objects.ts'
import { definitionOf, parseKind } from '../resource.ts'

/** Of one cluster where it says so, of several with commas between them; of all that are shown otherwise, or of the first. */
export type View = Sight & { readonly context?: string }

type Sight =
  | { readonly screen: 'overview' | 'pulse' | 'cluster' | 'kinds' | 'forwards' | 'topology' }
  | { readonly screen: 'services' | 'nodes' | 'events'; readonly filter?: string }
  | { readonly screen: 'tasks'; readonly service?: string; readonly node?: string; readonly filter?: string }
  /** Kinds that have no screen of their own, with the columns of `kit get`. */
  | { readonly screen: 'objects'; readonly kind: Kind; readonly filter?: string }
  /** What belongs to what: of one stack, one service, or all. */
  | { readonly screen: 'tree'; readonly kind?: 'Stack' | 'Service'; readonly name?: string }
  /** One service: its rollout and what can be done about it. */
  | { readonly screen: 'service'; readonly name: string }
  | { readonly screen: 'yaml'; readonly kind: Kind; readonly name: string }
  /** What a command of kit prints about an object. */
  | { readonly screen: 'describe' | 'explain'; readonly kind: Kind; readonly name: string }
  | { readonly screen: 'logs'; readonly kind: 'Service' | 'Task'; readonly name: string }
  | { readonly screen: 'help' }

const own: Readonly<Partial<Record<Kind, 'services' | 'tasks' | 'nodes'>>> = { Service: 'services', Task: 'tasks', Node: 'nodes' }

export function listOf(kind: Kind): View {
  const screen = own[kind]
  return screen === undefined ? { screen: 'objects', kind } : { screen }
}

const texts: ReadonlySet<View['screen']> = new Set(['service', 'describe', 'explain', 'logs', 'help', 'pulse', 'cluster', 'topology'])

/** Whether it is lines to scroll through, and no list to choose from. */
export function isText({ screen }: View): boolean {
  return texts.has(screen)
}

/** What a filter of this view is a filter of, whichever service or node is looked at. */
export function listName(view: View): string {
  return view.screen === 'objects' ? definitionOf(view.kind).spec.names.plural : view.screen
}

export function formatLocator(view: View): string {
  return view.context === undefined ? pathOf(view) : `${scheme}${view.context}/${pathOf(view)}`
}

const scheme = 'kit://'

export function inContext(view: View, context: string | undefined): View {
  return context === undefined ? view : { ...view, context }
}

function pathOf(view: View): string {
  const filter = 'filter' in view && view.filter !== undefined && view.filter !== '' ? `?f=${encodeURIComponent(view.filter)}` : ''
  switch (view.screen) {
    case 'overview':
    case 'pulse':
    case 'cluster':
    case 'kinds':
    case 'forwards':
    case 'topology':
    case 'help':
      return view.screen
    case 'tree':
      return view.kind === undefined ? 'tree' : `${definitionOf(view.kind).spec.names.singular}/${view.name}/tree`
    case 'services':
    case 'nodes':
    case 'events':
      return view.screen + filter
    case 'tasks':
      if (view.service !== undefined) return `service/${view.service}/tasks${filter}`
      return view.node === undefined ? `tasks${filter}` : `node/${view.node}/tasks${filter}`
    case 'objects':
      return definitionOf(view.kind).spec.names.plural + filter
    case 'service':
      return `service/${view.name}`
    case 'yaml':
    case 'describe':
    case 'explain':
    case 'logs':
      return `${definitionOf(view.kind).spec.names.singular}/${view.name}/${view.screen}`
  }
}

/** Screens that are written by their name alone. */
export const alones = ['overview', 'pulse', 'cluster', 'kinds', 'forwards', 'topology', 'tree', 'help'] as const

/** The same view of other clusters, as it is written; of all of them where none is named. */
export function elsewhere({ context: _, ...view }: View, contexts: string): string {
  return contexts === '' ? formatLocator(view) : `${formatLocator(view)} @${contexts}`
}

/** `services`, `kit://prod/services`, `services state=failed @prod,test`. Throws with what is there. */
export function parseLocator(text: string): View {
  const [path = '', ...words] = text.trim().split(/\s+/)
  const after = words.at(-1)?.startsWith('@') === true ? words.pop()?.slice(1) : undefined
  const view = parseWhole(path, after)
  return words.length === 0 ? view : filtered(view, words.join(' '))
}

function filtered(view: View, filter: string): View {
  switch (view.screen) {
    case 'services':
    case 'nodes':
    case 'events':
    case 'tasks':
    case 'objects':
      return { ...view, filter: view.filter === undefined ? filter : `${view.filter} ${filter}` }
    default:
      throw new Error(`"${filter}" filters nothing here: only lists have a filter`)
  }
}

function parseWhole(path: string, after: string | undefined): View {
  if (!path.startsWith(scheme)) return inContext(parsePath(path), after)
  const [context = '', ...rest] = path.slice(scheme.length).split('/')
  if (context === '' || rest.length === 0) throw new Error(`"${path}" names no view: write ${scheme}CONTEXT/services`)
  return inContext(parsePath(rest.join('/')), after ?? context)
}

function parsePath(text: string): View {
  const [path = '', query = ''] = text.trim().split('?f=')
  const filter = query === '' ? {} : { filter: decoded(query) }
  const [first = '', name, part, ...more] = path.split('/')
  if (more.length > 0) throw new Error(`"${text}" has too many parts: write KIND, KIND/NAME or KIND/NAME/VIEW`)
  if (name === undefined) {
    const alone = alones.find((screen) => screen === first)
    if (alone !== undefined) return { screen: alone }
    if (/^ev(ents?)?$/.test(first)) return { screen: 'events', ...filter }
    return { ...listOf(parseKind(first)), ...filter }
  }
  const kind = parseKind(first)
  if (name === '') throw new Error(`which ${first}? Write ${first}/NAME`)
  switch (part) {
    case undefined:
      if (kind === 'Service') return { screen: 'service', name }
      return kind === 'Node' ? { screen: 'tasks', node: name, ...filter } : { screen: 'describe', kind, name }
    case 'tasks':
      if (kind === 'Service') return { screen: 'tasks', service: name, ...filter }
      if (kind === 'Node') return { screen: 'tasks', node: name, ...filter }
      break
    case 'logs':
      if (kind === 'Service' || kind === 'Task') return { screen: 'logs', kind, name }
      break
    case 'tree':
      if (kind === 'Stack' || kind === 'Service') return { screen: 'tree', kind, name }
      break
    case 'explain':
      if (kind === 'Task') return { screen: 'explain', kind, name }
      break
    case 'rollout':
      if (kind === 'Service') return { screen: 'service', name }
      break
    case 'yaml':
    case 'describe':
      return { screen: part, kind, name }
  }
  throw new Error(`a ${definitionOf(kind).spec.names.singular} has no view "${part}": there are ${viewsOf(kind).join(', ')}`)
}

function viewsOf(kind: Kind): readonly string[] {
  const all = ['describe', 'yaml']
  if (kind === 'Service') return ['rollout', 'tasks', 'logs', 'tree', ...all]
  if (kind === 'Task') return ['logs', 'explain', ...all]
  if (kind === 'Stack') return ['tree', ...all]
  return kind === 'Node' ? ['tasks', ...all] : all
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
