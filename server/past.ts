// What is selected of a kind, as it was at a version: what there is now, with the events since taken back.
// The last few answers are kept, so that a list in pages is selected and sorted once.

import { StatusError } from '../api/errors.ts'
import type { Kind, KitObject } from '../api/objects.ts'
import type { Store } from '../api/store.ts'
import type { Selection } from './selection.ts'

const keptAnswers = 4

export type Past = (kind: Kind, version: number, selection: Selection) => readonly KitObject[]

/** In order of name. Throws Expired when history does not reach back to `version`. */
export function createPast(store: Store): Past {
  const answers = new Map<string, readonly KitObject[]>()
  return (kind, version, selection) => {
    const key = `${version} ${selection.key}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const objects = read(store, kind, version, selection)
    answers.set(key, objects)
    for (const old of answers.keys()) if (answers.size > keptAnswers) answers.delete(old)
    return objects
  }
}

function read(store: Store, kind: Kind, version: number, { candidates, matches }: Selection): readonly KitObject[] {
  const { view } = store
  if (version === view.resourceVersion) return Array.from(candidates(view)).filter(matches).sort(byName)
  const objects = new Map<string, KitObject>()
  for (const object of candidates(view)) objects.set(object.metadata.name, object)
  // Whatever has become a candidate since then, or has ceased to be one, has an event.
  for (const { object, previous } of store.history(version).toReversed()) {
    if (object.kind !== kind) continue
    if (previous === undefined) objects.delete(object.metadata.name)
    else objects.set(object.metadata.name, previous)
  }
  return [...objects.values()].filter(matches).sort(byName)
}

export function byName(a: KitObject, b: KitObject): number {
  return a.metadata.name < b.metadata.name ? -1 : a.metadata.name > b.metadata.name ? 1 : 0
}

/** `N` of a request. Versions that this node has not reached yet are a Timeout with the cause that clients look for. */
export function parseVersion(text: string, present: number): number {
  const version = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(version)) throw new StatusError('BadRequest', `resourceVersion must be a whole number, got '${text}'`)
  if (version <= present) return version
  throw new StatusError('Timeout', `Too large resource version: ${version}, current: ${present}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}
