// What a person types for kinds and objects: `service`, `services`, `svc`, `service/web`, `svc web`, `task web.1`.

import { reasonOf } from '../api/errors.ts'
import type { Kind } from '../api/objects.ts'
import type { Definition } from '../api/schema/definition.ts'
import { definitions } from '../api/schema/definitions.ts'
import { findDefinition, namesOf } from '../api/schema/schema.ts'
import { nearest } from '../api/suggestion.ts'
import type { WireObject } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import { CommandError, exitCodes } from './exit.ts'
import { kindFor } from './help/foreign-words.ts'
import { leftOut } from './output/fit.ts'

/** Fewer characters are a name that was mistyped, and no beginning of a uid. */
const shortestId = 4

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
  if (meant !== undefined) throw new CommandError(exitCodes.invalid, `there is no kind "${text}"; in kit it is "${meant}"`)
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
  const matches = isId ? items.filter((item) => begins(item.metadata.uid, name)) : named
  const [only] = matches
  if (only !== undefined && matches.length === 1) return only
  const singular = definitionOf(kind).spec.names.singular
  if (matches.length > 1) {
    throw new CommandError(
      exitCodes.error,
      `${singular} "${name}" could be any of: ${matches
        .map((item) => item.metadata.name)
        .toSorted()
        .join(', ')}`,
    )
  }
  const suggestion = nearest(
    name,
    items.map((item) => item.metadata.name),
  )
  throw new CommandError(
    exitCodes.error,
    `${singular} "${name}" not found${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`,
  )
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

function hostnameOf(object: WireObject): string | undefined {
  const status: unknown = object.status
  if (object.kind !== 'Node' || typeof status !== 'object' || status === null || !('description' in status)) return undefined
  const { description } = status
  return typeof description === 'object' && description !== null && 'hostname' in description ? String(description.hostname) : undefined
}
