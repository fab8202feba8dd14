// What is typed after `:` as far as it depends on what is there: names are completed, and may be shortened or, of nodes, be
// host names, as in every command of kit.

import { definitions } from '../../api/definitions.ts'
import type { Kind } from '../../api/objects.ts'
import { findDefinition } from '../../api/schema.ts'
import type { ClusterView } from './cluster-view.ts'
import { hostOf } from './names.ts'
import { alones, parseLocator, type View } from './places.ts'

/** Throws with what is wrong. */
export function placeCalled(view: ClusterView, text: string): View {
  const place = parseLocator(text)
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

/** The text as far as all that it may become agree. */
export function completed(view: ClusterView, text: string): string {
  const candidates = candidatesFor(view, text).filter((candidate) => candidate.startsWith(text))
  const [first] = candidates
  if (first === undefined) return text
  let length = first.length
  for (const candidate of candidates) while (!candidate.startsWith(first.slice(0, length))) length--
  return first.slice(0, length)
}

function candidatesFor(view: ClusterView, text: string): readonly string[] {
  const [word = '', name, ...more] = text.split('/')
  if (name === undefined) return [...alones, 'theme ', 'columns ', ...definitions.map(({ spec }) => spec.names.plural)]
  const kind = findDefinition(word)?.spec.names.kind
  if (more.length > 0 || (kind !== 'Service' && kind !== 'Task' && kind !== 'Node' && kind !== 'Stack')) return []
  return [...view.all(kind).keys()].map((each) => `${word}/${kind === 'Node' ? hostOf(view, each) : each}`)
}
