// All objects of a kind as they were at a version: the present ones with the events since taken back.
// The last few answers are kept, so that a list in pages is sorted once.

import { StatusError } from '../api/errors.ts'
import type { Kind, KitObject } from '../api/objects.ts'
import type { Store } from '../api/store.ts'

const keptAnswers = 4

export type Past = (kind: Kind, version: number) => readonly KitObject[]

/** In order of name. Throws Expired when history does not reach back to `version`. */
export function createPast(store: Store): Past {
  const answers = new Map<string, readonly KitObject[]>()
  return (kind, version) => {
    const key = `${kind}@${version}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const objects = read(store, kind, version)
    answers.set(key, objects)
    for (const old of answers.keys()) if (answers.size > keptAnswers) answers.delete(old)
    return objects
  }
}

function read(store: Store, kind: Kind, version: number): readonly KitObject[] {
  const objects = new Map<string, KitObject>()
  for (const object of store.view.list(kind)) objects.set(object.metadata.name, object)
  const events = version === store.view.resourceVersion ? [] : store.history(version)
  for (const event of events.toReversed()) {
    if (event.object.kind !== kind) continue
    if (event.previous === undefined) objects.delete(event.object.metadata.name)
    else objects.set(event.object.metadata.name, event.previous)
  }
  return [...objects.values()].sort(byName)
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
