// Stored objects as wire objects and back. What follows from the rest (a task's uid, labels and owner)
// is added on the way out; what the server decides is never taken from the way in.

import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { formatUuid } from '../api/new-id.ts'
import { apiVersion, type Kind, type KitObject, type Metadata, type Objects, type Task } from '../api/objects.ts'
import type { Schema } from '../api/schema/definition.ts'
import { slotOf } from '../api/task.ts'
import { formatTimestamp } from '../api/timestamp.ts'
import { isJsonObject, type Json, type JsonObject } from '../api/wire.ts'

/** All of the object, write-only fields included: what writes are computed on. */
export function toWire(object: KitObject): JsonObject {
  const metadata = object.kind === 'Task' ? taskMetadata(object) : objectMetadata(object.metadata)
  return { apiVersion, kind: object.kind, metadata, spec: json(object.spec), status: json(object.status) }
}

function objectMetadata(metadata: Metadata): JsonObject {
  const { resourceVersion, createdAt, deletedAt, name, uid, generation } = metadata
  const wire: Record<string, Json> = {
    name,
    uid,
    resourceVersion: String(resourceVersion),
    generation,
    creationTimestamp: formatTimestamp(createdAt),
  }
  if (deletedAt !== undefined) wire['deletionTimestamp'] = formatTimestamp(deletedAt)
  for (const key of sameOnTheWire) if (metadata[key] !== undefined) wire[key] = json(metadata[key])
  return wire
}

const sameOnTheWire = ['labels', 'annotations', 'finalizers', 'ownerReferences', 'managedFields'] as const

function taskMetadata(task: Task): JsonObject {
  const { name, resourceVersion, createdAt } = task.metadata
  const { service, serviceUid } = task.spec
  return {
    name,
    uid: taskUid(name),
    resourceVersion: String(resourceVersion),
    generation: 1,
    creationTimestamp: formatTimestamp(createdAt),
    labels: { ...taskLabels(task) },
    ownerReferences: [{ apiVersion, kind: 'Service', name: service, uid: serviceUid, controller: true }],
  }
}

export function labelsOf(object: KitObject): Readonly<Record<string, string>> | undefined {
  return object.kind === 'Task' ? taskLabels(object) : object.metadata.labels
}

function taskLabels(task: Task): Readonly<Record<string, string>> {
  return { 'kit/service': task.spec.service, 'kit/slot': slotOf(task) }
}

/** A name is never used twice, so the uid can follow from it. */
export function taskUid(name: string): string {
  return formatUuid(hash('sha256', `kit/task\0${name}`, 'buffer').subarray(0, 16))
}

/** Stored values are JSON: the store keeps them as such. */
function json(value: unknown): Json {
  if (!isJson(value)) throw new TypeError('a stored value is not JSON')
  return value
}

function isJson(value: unknown): value is Json {
  return value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value)
}

/** The border where a validated document becomes an object of its kind. */
export function fromWire<K extends Kind>(kind: K, metadata: Metadata, document: JsonObject): Objects[K] {
  const object: unknown = { kind, metadata, spec: document['spec'] ?? {}, status: document['status'] ?? {} }
  if (!isObjectOf(kind, object)) throw new TypeError(`not a ${kind}`)
  return object
}

function isObjectOf<K extends Kind>(kind: K, value: unknown): value is Objects[K] {
  return isJsonObject(value) && value['kind'] === kind && isJsonObject(value['spec']) && isJsonObject(value['status'])
}

/** A path of keys; `*` stands for every key of a map. */
export type FieldPath = readonly string[]

/** Paths of fields that are written but never read back. */
export function writeOnlyPaths(schema: Schema, path: FieldPath = []): readonly FieldPath[] {
  if (schema['x-kit-write-only'] === true) return [path]
  return [
    ...(schema['x-kit-write-only-paths'] ?? []).map((inner) => [...path, ...inner.split('.')]),
    ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) => writeOnlyPaths(child, [...path, key])),
  ]
}

/** Paths of fields that admins alone read. */
export function adminOnlyPaths(schema: Schema, path: FieldPath = []): readonly FieldPath[] {
  if (schema['x-kit-admin-only'] === true) return [path]
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => adminOnlyPaths(child, [...path, key]))
}

export function withoutPaths(object: JsonObject, paths: readonly FieldPath[]): JsonObject {
  return paths.reduce<JsonObject>((left, path) => mapPath(left, path, () => undefined), object)
}

/**
 * A write that leaves a write-only field out keeps it. Where the path has a `*`, only in an entry that is
 * otherwise as it was: one that was changed says itself what is in it.
 */
export function keepPaths(next: JsonObject, live: JsonObject, paths: readonly FieldPath[]): JsonObject {
  const shown = withoutPaths(live, paths)
  return paths.reduce<JsonObject>((kept, path) => mapPath(kept, path, (after, at) => after ?? keptValue(kept, live, shown, path, at)), next)
}

function keptValue(next: JsonObject, live: JsonObject, shown: JsonObject, path: FieldPath, at: FieldPath): Json | undefined {
  const star = path.lastIndexOf('*')
  const entry = at.slice(0, star + 1)
  return star === -1 || isDeepStrictEqual(valueAt(next, entry), valueAt(shown, entry)) ? valueAt(live, at) : undefined
}

function valueAt(object: JsonObject, path: FieldPath): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => (isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), object)
}

/** The object with another value at each place that the path means; the maps on the way must be there. */
function mapPath(
  object: JsonObject,
  [key, ...rest]: FieldPath,
  change: (value: Json | undefined, at: FieldPath) => Json | undefined,
  at: FieldPath = [],
): JsonObject {
  if (key === undefined) return object
  const changed = new Map(Object.entries(object))
  for (const name of key === '*' ? Object.keys(object) : [key]) {
    const before = changed.get(name)
    const here = [...at, name]
    const after = rest.length === 0 ? change(before, here) : isJsonObject(before) ? mapPath(before, rest, change, here) : before
    if (after === undefined) changed.delete(name)
    else changed.set(name, after)
  }
  return Object.fromEntries(changed)
}
