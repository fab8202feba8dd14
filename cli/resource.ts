// What a person types for kinds and objects: `service`, `services`, `svc`, `service/web`, `svc web`, `task web.1`.

import { reasonOf } from '../api/errors.ts'
import { kindFor } from '../api/foreign-kinds.ts'
import type { Kind } from '../api/objects.ts'
import type { Definition } from '../api/schema/definition.ts'
import { definitions } from '../api/schema/definitions.ts'
import { findDefinition, namesOf } from '../api/schema/schema.ts'
import { nearest } from '../api/suggestion.ts'
import { isOpen, slotOf } from '../api/task.ts'
import type { WireObject } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import { CommandError, exitCodes } from './exit.ts'
import { leftOut } from './output/fit.ts'

/** Fewer characters are a name that was mistyped, and no beginning of a uid. */
const shortestId = 4
const mostCandidates = 10

export interface Resource {
  readonly kind: Kind
  readonly name: string
}

/** The definition of a kind that is there. */
export function definitionOf(kind: Kind): Definition {
  const found = findDefinition(kind)
  if (found === undefined) throw new CommandError(exitCodes.invalid, `there is no kind ${kind}`)
  return found
}

function isKind(name: string): name is Kind {
  return definitions.some(({ spec }) => spec.names.kind === name)
}

/** Singular, plural, short or exact names of a kind; anything else is an error with a suggestion. */
export function parseKind(text: string): Kind {
  const kind = findDefinition(text)?.spec.names.kind
  if (kind !== undefined && isKind(kind)) return kind
  const meant = kindFor(text)
  if (meant !== undefined)
    throw new CommandError(exitCodes.invalid, `there is no kind "${text}"; in kit it is "${definitionOf(meant).spec.names.plural}"`)
  const suggestion = nearestKind(text)
  throw new CommandError(
    exitCodes.invalid,
    `there is no kind "${text}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`,
  )
}

function nearestKind(text: string): string | undefined {
  return nearest(text, definitions.flatMap(namesOf))
}

/** What people name without its kind, the likelier first. */
const namedKinds = ['Service', 'Stack', 'Task', 'Node', 'Network', 'Volume', 'Secret', 'Config', 'Source'] as const

/** As `parse`. Of a word that is no kind, but the name of something, the error says of what: `kit get run_web`. */
export async function parseOrSuggest<T>(client: Client, text: string, parse: (text: string) => T): Promise<T> {
  try {
    return parse(text)
  } catch (error) {
    if (
      !(error instanceof CommandError) ||
      /[/,]/.test(text) ||
      findDefinition(text) !== undefined ||
      (nearestKind(text) ?? kindFor(text)) !== undefined
    )
      throw error
    const called = (look: (kind: Kind) => Promise<WireObject>): Promise<readonly string[]> => namesFound(namedKinds.map(look))
    const exact = await called((kind) => client.get(kind, text))
    const found = exact.length > 0 ? exact : await called((kind) => find(client, kind, text))
    throw found.length === 0 ? error : new CommandError(error.code, `${error.message}; did you mean ${found.join(' or ')}?`)
  }
}

/** Whatever keeps an answer away: there is an error already, and this only adds to it. */
async function namesFound(answers: readonly Promise<WireObject>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(answers)
  return settled.flatMap((each) => (each.status === 'fulfilled' ? [nameOf(each.value.kind, each.value.metadata.name)] : []))
}

/** `services`, `services,tasks`, or `all`. */
export function parseKinds(text: string): readonly Kind[] {
  if (text !== 'all') return text.split(',').filter(Boolean).map(parseKind)
  const inAll = definitions.filter(({ spec }) => spec.names.categories?.includes('all'))
  return inAll.map(({ spec }) => spec.names.kind).filter(isKind)
}

/** `KIND NAME…`, `KIND/NAME…`, or a mixture of `KIND/NAME`. */
export function parseResources(words: readonly string[]): readonly Resource[] {
  const [first = '', ...rest] = words
  if (first.includes('/')) return words.map(parseResource)
  const kind = parseKind(first)
  if (rest.length === 0) throw new CommandError(exitCodes.invalid, `which ${first}? Write ${first}/NAME, or ${first} NAME`)
  if (rest.includes('')) throw new CommandError(exitCodes.invalid, `which ${first}? A name is empty; write ${first}/NAME`)
  return rest.map((name) => ({ kind, name }))
}

export function parseResource(text: string): Resource {
  const [kind = '', name = '', ...more] = text.split('/')
  if (kind === '' || name === '' || more.length > 0)
    throw new CommandError(exitCodes.invalid, `"${text}" is not KIND/NAME, such as service/web`)
  return { kind: parseKind(kind), name }
}

/** `service/web` as people write it back. */
export function nameOf(kind: Kind, name: string): string {
  return `${definitionOf(kind).spec.names.singular}/${name}`
}

/**
 * The object that `name` means: its name, a node's host name, or the only name, else the only uid, that begins with it.
 * Several candidates are an error that lists them.
 */
export async function find<K extends Kind>(client: Client, kind: K, name: string): Promise<WireObject<K>> {
  if (!name.includes(leftOut)) {
    try {
      return await client.get(kind, name)
    } catch (error) {
      if (reasonOf(error) !== 'NotFound') throw error
    }
  }
  const { items } = await client.list(kind)
  const named = items.filter((item) => begins(item.metadata.name, name) || hostnameOf(item) === name)
  const isId = named.length === 0 && name.length >= shortestId
  const matches = isId ? items.filter((item) => begins(item.metadata.uid, name)) : presentOf(named, name)
  const [only] = matches
  if (only !== undefined && matches.length === 1) return only
  const singular = definitionOf(kind).spec.names.singular
  if (matches.length > 1) {
    throw new CommandError(exitCodes.error, `${singular} "${name}" could be any of: ${candidatesIn(matches)}`)
  }
  const suggestion = nearest(
    name,
    items.map((item) => item.metadata.name),
  )
  throw new CommandError(
    exitCodes.error,
    `${singular} "${name}" not found; ${suggestion === undefined ? `\`kit get ${definitionOf(kind).spec.names.plural}\` lists what there is` : `did you mean "${suggestion}"?`}`,
  )
}

/** Of many the first: who sees them knows how to go on. */
function candidatesIn(matches: readonly WireObject[]): string {
  const names = matches.map((object) => `${object.metadata.name}${stateNoteOf(object)}`).toSorted()
  const more = names.length - mostCandidates
  return `${names.slice(0, mostCandidates).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}

/** A machine that joined anew has its host name twice: people mean the one that is there, or the one that is gone. */
function stateNoteOf({ kind, status }: WireObject): string {
  return kind === 'Node' && typeof status === 'object' && status !== null && 'state' in status ? ` (${String(status.state)})` : ''
}

/**
 * A slot is named for the task that fills it: those that ended there before are not meant, and of one that is replaced
 * before it stops, the one that runs is. `web.1` is slot 1, and not 10 to 19, too.
 */
function presentOf<K extends Kind>(matches: readonly WireObject<K>[], name: string): readonly WireObject<K>[] {
  const whole = matches.filter(({ metadata }) => metadata.name.startsWith(`${name}.`))
  const named = whole.length > 0 ? whole : matches
  const tasks = named.flatMap((object): readonly WireObject<'Task'>[] => (isTask(object) ? [object] : []))
  const slots = Map.groupBy(tasks, (task) => `${task.spec.service}.${slotOf(task)}`)
  const past = [...slots.values()].flatMap((inSlot) => {
    const open = inSlot.filter(isOpen)
    const running = open.filter(({ status }) => status.state === 'Running')
    const present = running.length > 0 ? running : open.length > 0 ? open : inSlot
    return inSlot.filter((task) => !present.includes(task)).map(({ metadata }) => metadata.name)
  })
  const left = new Set(past)
  return named.filter(({ metadata }) => !left.has(metadata.name))
}

function isTask(object: WireObject): object is WireObject<'Task'> {
  return object.kind === 'Task'
}

/** As narrow tables print names, what `…` stands for may be anything. */
function begins(whole: string, name: string): boolean {
  const [head = '', ...rest] = name.split(leftOut)
  if (!whole.startsWith(head)) return false
  let from = head.length
  return rest.every((part) => {
    const at = whole.indexOf(part, from)
    from = at + part.length
    return at >= 0
  })
}

export function hostnameOf(object: WireObject): string | undefined {
  const status: unknown = object.status
  if (object.kind !== 'Node' || typeof status !== 'object' || status === null || !('description' in status)) return undefined
  const { description } = status
  return typeof description === 'object' && description !== null && 'hostname' in description ? String(description.hostname) : undefined
}
