// What is typed after `:` as far as it depends on what is there: names are completed, and may be shortened or, of nodes, be
// host names, as in every command of kit.

import type { Kind } from '../../api/objects.ts'
import { definitions } from '../../api/schema/definitions.ts'
import { findDefinition } from '../../api/schema/schema.ts'
import type { ClusterView } from './cluster-view.ts'
import type { Cluster } from './clusters.ts'
import { hostOf } from './names.ts'
import { alones, inContext, parseLocator, type View } from './places.ts'

/** All clusters that the text names are there. Throws with what is wrong. Of several clusters, the one that has it, unless the text names some. */
export function placeCalled(clusters: readonly Cluster[], text: string): View {
  const place = parseLocator(text)
  const names = clusters.map(({ name }) => name).join(', ')
  const wanted = place.context?.split(',') ?? []
  const possible = place.context === undefined ? clusters : clusters.filter(({ name }) => wanted.includes(name))
  const [first, ...others] = possible
  if (first === undefined) throw new Error(`no context "${place.context}" is shown here`)
  if (clusters.length === 1) return withWholeNames(first.view, inContext(place, undefined))
  if (others.length === 0 || !hasName(place)) return others.length === 0 ? withWholeNames(first.view, place) : place
  // What is in a cluster that was not reached yet nobody knows.
  const reached = possible.filter(({ view }) => view.isKnown('Service'))
  const found = reached.flatMap(({ name, view }) => {
    try {
      return [inContext(withWholeNames(view, place), name)]
    } catch {
      return []
    }
  })
  const [only] = found
  if (only === undefined) throw new Error(`${text} is in none of ${names}`)
  if (found.length > 1) throw new Error(`${text} is in several: end it with @${found.map(({ context }) => context).join(' or @')}`)
  return only
}

/** Contexts that a text names, and that are not shown. Throws with what is wrong. */
export function missingIn(clusters: readonly Cluster[], text: string): readonly string[] {
  const wanted = parseLocator(text).context?.split(',').filter(Boolean) ?? []
  return wanted.filter((each) => !clusters.some(({ name }) => name === each))
}

function hasName(place: View): boolean {
  return ('name' in place && place.name !== undefined) || (place.screen === 'tasks' && (place.service ?? place.node) !== undefined)
}

function withWholeNames(view: ClusterView, place: View): View {
  if (place.screen === 'tasks') {
    if (place.service !== undefined) return { ...place, service: wholeName(view, 'Service', place.service) }
    return place.node === undefined ? place : { ...place, node: wholeName(view, 'Node', place.node) }
  }
  if (!('name' in place) || place.name === undefined) return place
  return { ...place, name: wholeName(view, place.screen === 'service' ? 'Service' : (place.kind ?? 'Stack'), place.name) }
}

/** A name, a host name, or the beginning of only one name. Of kinds that are not followed yet, any. */
function wholeName(view: ClusterView, kind: Kind, name: string): string {
  if (!view.isKnown(kind) || view.get(kind, name) !== undefined) return name
  const found = [...view.all(kind).keys()].filter((each) => each.startsWith(name) || (kind === 'Node' && hostOf(view, each) === name))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  const what = `${kind.toLowerCase()} "${name}"`
  throw new Error(only === undefined ? `${what} not found` : `${what} could be any of: ${found.toSorted().join(', ')}`)
}

/** The text as far as all that it may become agree: a kind, a name, a context, else what was typed before. */
export function completed(view: ClusterView, contexts: readonly string[], before: readonly string[], text: string): string {
  const possible = [...candidatesFor(view, text), ...contextsFor(contexts, text)].filter((candidate) => candidate.startsWith(text))
  const candidates = possible.length > 0 ? possible : before.filter((candidate) => candidate.startsWith(text)).slice(-1)
  const [first] = candidates
  if (first === undefined) return text
  let length = first.length
  for (const candidate of candidates) while (!candidate.startsWith(first.slice(0, length))) length--
  return first.slice(0, length)
}

/** After `@`, and after each comma there. */
function contextsFor(contexts: readonly string[], text: string): readonly string[] {
  const [, head = '', list] = /^(.*\s|)@(\S*)$/.exec(text) ?? []
  if (list === undefined) return []
  const named = list.split(',').slice(0, -1)
  return contexts.filter((each) => !named.includes(each)).map((each) => `${head}@${[...named, each].join(',')}`)
}

function candidatesFor(view: ClusterView, text: string): readonly string[] {
  const [word = '', name, ...more] = text.split('/')
  if (name === undefined) return [...alones, 'theme ', 'columns ', ...definitions.map(({ spec }) => spec.names.plural)]
  const kind = findDefinition(word)?.spec.names.kind
  if (more.length > 0 || (kind !== 'Service' && kind !== 'Task' && kind !== 'Node' && kind !== 'Stack')) return []
  return [...view.all(kind).keys()].map((each) => `${word}/${kind === 'Node' ? hostOf(view, each) : each}`)
}
