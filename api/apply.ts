// Server-side apply: several managers set fields of one object without undoing each other. A manager
// sends the fields it cares about; what it sent before and leaves out now goes away, and what another
// owns is a Conflict unless forced. `trackUpdate` keeps the record for every other kind of write.
//
// The record names users beside managers (ADR 0032). It is the server that says who a writer is: what a client sends
// back of the record counts for the user who was recorded, or for whoever sends it.
//
// Pure: objects in their wire form go in and come out; committing them is the caller's.

import { isDeepStrictEqual } from 'node:util'
import { type Cause, StatusError } from './errors.ts'
import {
  type Comparison,
  compareFields,
  type FieldPath,
  type Fields,
  fieldSchema,
  fieldsOf,
  isGranularMap,
  isWithin,
  itemElement,
  joinPath,
  listType,
  printPath,
  readFields,
  splitPath,
  trackedSchema,
  writeFields,
} from './managed-fields.ts'
import type { ManagedFieldsEntry } from './objects.ts'
import type { Schema } from './schema/definition.ts'
import { isJsonObject, type Json, type JsonObject } from './wire.ts'

export interface Writer {
  /** Field manager: printable, at most 128 characters. */
  readonly manager: string
  readonly apiVersion: string
  /** RFC 3339. */
  readonly time: string
  readonly subresource?: string
  /** As the server knows it. None of controllers. */
  readonly user?: string
}

interface Entry extends Writer {
  readonly operation: 'Apply' | 'Update'
  readonly fields: Fields
  /** Fields that it has taken away, and nobody has set since. */
  readonly removed: Fields
}

/** Update entries beyond this are folded into one, oldest first. */
export const maxUpdateEntries = 10
/** Of one entry. */
const maxRemoved = 32
const none: Fields = new Set()
export const maxManagerLength = 128

export function assertManager(manager: string): void {
  if (manager === '') throw new StatusError('BadRequest', 'fieldManager is required for an apply patch')
  if (manager.length > maxManagerLength || !/^[\x20-\x7e]+$/.test(manager)) {
    throw new StatusError('BadRequest', `fieldManager must be at most ${maxManagerLength} printable characters`)
  }
}

/**
 * The object after `config` was applied to `live`, with its managedFields. Equal to `live` in every
 * field when nothing changes. Throws Conflict with a cause for each field that another manager owns.
 */
export function applyConfig(request: {
  readonly live: JsonObject | undefined
  readonly config: JsonObject
  readonly schema: Schema
  readonly writer: Writer
  readonly force: boolean
}): JsonObject {
  const { live, config, writer, force } = request
  const schema = trackedSchema(request.schema)
  const before = live === undefined ? [] : entriesFor(live, schema, writer)
  const wanted = ownable(fieldsOf(config, schema), writer.subresource)
  const fields: Fields = new Set(wanted.keys())
  const mine = before.find((entry) => entry.operation === 'Apply' && isSameOwner(entry, writer))
  const others = before.filter((entry) => entry !== mine)

  const united = live === undefined ? config : mergeMaps(live, config, schema)
  const merged = live === undefined ? united : prune(united, { gone: prunable(mine, fields, others), wanted: fields }, schema)
  const { changed, removed } = compareFields(live === undefined ? new Map() : fieldsOf(live, schema), fieldsOf(merged, schema))
  if (!force) assertNoConflict(others, changed)
  const entry: Entry = { ...writer, operation: 'Apply', fields, removed: none }
  const kept =
    mine !== undefined &&
    isDeepStrictEqual(mine.fields, fields) &&
    mine.apiVersion === writer.apiVersion &&
    changed.size + removed.size === 0
  const after = [...others.map((other) => without(other, changed, removed)), kept ? mine : entry]
  return withEntries(merged, after)
}

/** managedFields of `after` when `writer` made it out of `before` by anything but an apply. */
export function trackUpdate(request: {
  readonly before: JsonObject | undefined
  readonly after: JsonObject
  readonly schema: Schema
  readonly writer: Writer
}): JsonObject {
  const { before, after, writer } = request
  const schema = trackedSchema(request.schema)
  const stored = before === undefined ? [] : entriesOf(before)
  const entries = sentEntries(after, stored, writer)
  const { changed, removed } = compareFields(
    before === undefined ? new Map() : fieldsOf(before, schema),
    ownable(fieldsOf(after, schema), before === undefined ? writer.subresource : undefined, before === undefined),
  )
  if (changed.size + removed.size === 0) return withEntries(after, entries)
  const mine = entries.find((entry) => isSameKey(entry, { ...writer, operation: 'Update' }) && entry.user === writer.user)
  const others = entries.filter((entry) => entry !== mine).map((entry) => without(entry, changed, removed))
  const fields = new Set([...(mine?.fields ?? []), ...changed].filter((path) => !removed.has(path)))
  const entry: Entry = { ...writer, operation: 'Update', fields, removed: removedBy(writer, mine, { changed, removed }) }
  return withEntries(after, foldOldest([...others, entry]))
}

/** Of people only: what a controller takes away it says elsewhere. */
function removedBy({ user }: Writer, mine: Entry | undefined, { changed, removed }: Comparison): Fields {
  if (user === undefined) return none
  const before = [...(mine?.removed ?? [])].filter((path) => !changed.has(path) && !removed.has(path))
  return new Set([...removed, ...before].slice(0, maxRemoved))
}

/** What a client sent as managedFields counts when it is valid; `[]` and `[{}]` reset the record. */
function sentEntries(after: JsonObject, stored: readonly Entry[], writer: Writer): readonly Entry[] {
  const sent = isJsonObject(after['metadata']) ? after['metadata']['managedFields'] : undefined
  if (!Array.isArray(sent)) return stored
  if (sent.every((entry) => isJsonObject(entry) && Object.keys(entry).length === 0)) return []
  const entries = sent.map(parseEntry)
  return entries.every((entry) => entry !== undefined) ? entries.map((entry) => attributed(entry, stored, writer)) : stored
}

/** What was recorded, or a part of it, stays whose it was. All else is said by whoever sends it, now. */
function attributed(sent: Entry, stored: readonly Entry[], writer: Writer): Entry {
  const alike = stored.filter((entry) => isSameKey(entry, sent) && sent.fields.isSubsetOf(entry.fields))
  const recorded = alike.find(({ user }) => user === sent.user) ?? alike[0]
  const { user: _user, ...claim } = sent
  const { user, time, removed } = recorded ?? { ...writer, removed: none }
  return { ...claim, time, removed, ...(user !== undefined && { user }) }
}

/** By anybody. */
function isSameKey(entry: Entry, other: Writer & Pick<Entry, 'operation'>): boolean {
  return entry.operation === other.operation && isSameOwner(entry, other) && entry.apiVersion === other.apiVersion
}

function entriesOf(object: JsonObject): readonly Entry[] {
  const stored = isJsonObject(object['metadata']) ? object['metadata']['managedFields'] : undefined
  return Array.isArray(stored) ? stored.map(parseEntry).filter((entry) => entry !== undefined) : []
}

/** An object that nobody's record covers belongs to `before-first-apply`. */
function entriesFor(live: JsonObject, schema: Schema, writer: Writer): readonly Entry[] {
  const entries = entriesOf(live)
  if (entries.length > 0) return entries
  const { apiVersion, time } = writer
  const fields = new Set(ownable(fieldsOf(live, schema), undefined).keys())
  return [{ manager: 'before-first-apply', operation: 'Update', apiVersion, time, fields, removed: none }]
}

function parseEntry(value: unknown): Entry | undefined {
  if (!isJsonObject(value)) return undefined
  const { manager, operation, apiVersion, time, subresource, user } = value
  const fields = readFields(value['fieldsV1'])
  const removed = readFields(value['removedV1'] ?? {}) ?? none
  if (typeof manager !== 'string' || (operation !== 'Apply' && operation !== 'Update') || fields === undefined) return undefined
  if (typeof apiVersion !== 'string' || typeof time !== 'string') return undefined
  return {
    ...{ manager, operation, apiVersion, time, fields, removed },
    ...(typeof subresource === 'string' && { subresource }),
    ...(typeof user === 'string' && { user }),
  }
}

function withEntries(object: JsonObject, entries: readonly Entry[]): JsonObject {
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {}
  const { managedFields: _replaced, ...rest } = metadata
  const kept = entries.filter((entry) => !isEmpty(entry)).map(writeEntry)
  return { ...object, metadata: kept.length === 0 ? rest : { ...rest, managedFields: kept.map((entry): JsonObject => ({ ...entry })) } }
}

function writeEntry({ fields, removed, manager, operation, apiVersion, time, subresource, user }: Entry): ManagedFieldsEntry {
  return {
    ...{ manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: writeFields(fields) },
    ...(removed.size > 0 && { removedV1: writeFields(removed) }),
    ...(subresource !== undefined && { subresource }),
    ...(user !== undefined && { user }),
  }
}

function isEmpty({ fields, removed }: Entry): boolean {
  return fields.size + removed.size === 0
}

function isSameOwner(entry: Writer, writer: Writer): boolean {
  return entry.manager === writer.manager && entry.subresource === writer.subresource
}

/** The main endpoint cannot own status, and the status endpoint nothing else. */
function ownable<V>(values: ReadonlyMap<FieldPath, V>, subresource: string | undefined, restrict = true): ReadonlyMap<FieldPath, V> {
  if (!restrict) return values
  return new Map([...values].filter(([path]) => isWithin(path, 'f:status') === (subresource === 'status')))
}

function without(entry: Entry, changed: Fields, removed: Fields): Entry {
  const touched = changed.union(removed)
  const left: Entry = { ...entry, fields: entry.fields.difference(touched), removed: entry.removed.difference(touched) }
  return left.fields.size === entry.fields.size && left.removed.size === entry.removed.size ? entry : left
}

function foldOldest(entries: readonly Entry[]): readonly Entry[] {
  const updates = entries.filter((entry) => entry.operation === 'Update' && !isEmpty(entry) && entry.manager !== 'ancient-changes')
  if (updates.length <= maxUpdateEntries) return entries
  const folded = updates.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).slice(0, updates.length - maxUpdateEntries)
  return folded.reduce<readonly Entry[]>((kept, entry) => {
    const ancient = kept.find(({ manager, apiVersion }) => manager === 'ancient-changes' && apiVersion === entry.apiVersion)
    const union: Entry = {
      manager: 'ancient-changes',
      operation: 'Update',
      apiVersion: entry.apiVersion,
      time: entry.time,
      fields: new Set([...(ancient?.fields ?? []), ...entry.fields]),
      removed: none,
    }
    return [union, ...kept.filter((each) => each !== entry && each !== ancient)]
  }, entries)
}

// Merging.

function mergeValues(live: Json | undefined, config: Json, schema: Schema | undefined): Json {
  // An empty map says that the map is wanted, not that it is to be emptied.
  if (isGranularMap(live, schema) && isJsonObject(config) && Object.keys(config).length === 0) return live
  if (isJsonObject(live) && isGranularMap(config, schema)) return mergeMaps(live, config, schema)
  if (!Array.isArray(live) || !Array.isArray(config)) return config
  switch (listType(schema)) {
    case 'atomic':
      return config
    case 'set':
      return [...live, ...config.filter((item) => !live.some((each) => isDeepStrictEqual(each, item)))]
    case 'map':
      return mergeKeyed(live, config, schema)
  }
}

function mergeMaps(live: JsonObject, config: JsonObject, schema: Schema | undefined): JsonObject {
  const entries = new Map<string, Json>(Object.entries(live))
  for (const [key, value] of Object.entries(config)) entries.set(key, mergeValues(entries.get(key), value, fieldSchema(schema, key)))
  return Object.fromEntries(entries)
}

/** The live order is kept; new items follow in the order of the config. */
function mergeKeyed(live: readonly Json[], config: readonly Json[], schema: Schema | undefined): readonly Json[] {
  const items = new Map<string, Json>(live.map((item) => [itemElement(item, schema), item]))
  for (const item of config) {
    const element = itemElement(item, schema)
    const present = items.get(element)
    items.set(element, isJsonObject(present) && isJsonObject(item) ? mergeMaps(present, item, schema?.items) : item)
  }
  return [...items.values()]
}

/** What this manager applied before, does not now, and nobody else owns, nor anything below it. */
function prunable(mine: Entry | undefined, fields: Fields, others: readonly Entry[]): Fields {
  const gone = [...(mine?.fields ?? [])].filter((path) => !fields.has(path))
  if (gone.length === 0) return new Set()
  const held = [...others.flatMap((entry) => [...entry.fields]), ...fields]
  return new Set(gone.filter((path) => !held.some((other) => isWithin(other, path))))
}

interface Pruning {
  readonly gone: Fields
  /** What the config names: an empty map in it stays. */
  readonly wanted: Fields
}

function prune(object: JsonObject, plan: Pruning, schema: Schema): JsonObject {
  if (plan.gone.size === 0) return object
  const pruned = pruneMap(object, schema, [], plan)
  return { ...pruned, metadata: pruned['metadata'] ?? object['metadata'] ?? {} }
}

function pruneMap(value: JsonObject, schema: Schema | undefined, path: readonly string[], plan: Pruning): JsonObject {
  const entries = Object.entries(value).flatMap(([key, child]): [string, Json][] => {
    const left = pruneValue(child, fieldSchema(schema, key), [...path, `f:${key}`], plan)
    return left === undefined ? [] : [[key, left]]
  })
  return Object.fromEntries(entries)
}

/** undefined: it goes away. A map or list that pruning emptied goes with its last field. */
function pruneValue(value: Json, schema: Schema | undefined, path: readonly string[], plan: Pruning): Json | undefined {
  if (plan.gone.has(joinPath(path))) return undefined
  if (isGranularMap(value, schema)) {
    const left = pruneMap(value, schema, path, plan)
    return Object.keys(left).length === 0 && !plan.wanted.has(joinPath(path)) ? undefined : left
  }
  if (!Array.isArray(value) || value.length === 0 || listType(schema) === 'atomic') return value
  const items = value.flatMap((item): Json[] => {
    const itemPath = [...path, itemElement(item, schema)]
    if (plan.gone.has(joinPath(itemPath))) return []
    return [isJsonObject(item) && listType(schema) === 'map' ? pruneItem(item, schema, itemPath, plan) : item]
  })
  return items.length === 0 && !plan.wanted.has(joinPath(path)) ? undefined : items
}

/** An item that stays keeps the fields that name it, whoever set them. */
function pruneItem(item: JsonObject, schema: Schema | undefined, path: readonly string[], plan: Pruning): JsonObject {
  const names = new Set(schema?.['x-kubernetes-list-map-keys'])
  const key = Object.entries(item).filter(([name]) => names.has(name))
  return { ...Object.fromEntries(key), ...pruneMap(item, schema?.items, path, plan) }
}

// Conflicts.

function assertNoConflict(others: readonly Entry[], changed: Fields): void {
  const conflicts = others
    .map((entry) => ({ entry, paths: [...entry.fields].filter((path) => changed.has(path)).map((path) => printPath(splitPath(path))) }))
    .filter(({ paths }) => paths.length > 0)
  if (conflicts.length === 0) return
  const causes = conflicts.flatMap(({ entry, paths }) =>
    paths.map((field): Cause => ({ reason: 'FieldManagerConflict', message: `conflict with ${nameOf(entry)}`, field })),
  )
  const sentences = conflicts.map(({ entry, paths: [first, ...rest] }) => {
    return rest.length === 0
      ? `conflict with ${nameOf(entry)}: ${first}`
      : `conflicts with ${nameOf(entry)}:${[first, ...rest].map((path) => `\n- ${path}`).join('')}`
  })
  const noun = causes.length === 1 ? 'conflict' : 'conflicts'
  throw new StatusError('Conflict', `Apply failed with ${causes.length} ${noun}: ${sentences.join('\n')}`, { causes })
}

function nameOf(entry: Entry): string {
  const using = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : ''
  return `"${entry.manager}"${entry.subresource === undefined ? '' : ` with subresource "${entry.subresource}"`}${using}`
}

/** Who has set a field, or taken it away. */
export interface FieldOwner {
  readonly manager: string
  readonly user?: string
  readonly time: string
}

/** Fields in which two objects differ, with who has made `after` so, latest first. */
export function describeChanges(
  before: JsonObject,
  after: JsonObject,
  schema: Schema,
): readonly { readonly field: string; readonly owners: readonly FieldOwner[] }[] {
  const tracked = trackedSchema(schema)
  const { changed, removed } = compareFields(fieldsOf(before, tracked), fieldsOf(after, tracked))
  const entries = entriesOf(after).toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
  return [...changed, ...removed].map((path) => ({
    field: printPath(splitPath(path)).slice(1),
    owners: entries
      .filter((entry) => entry.fields.has(path) || entry.removed.has(path))
      .map(({ manager, user, time }) => ({ manager, time, ...(user !== undefined && { user }) })),
  }))
}

/** `ann with kit-scale`; the manager alone where nobody knows the user, or it is the same. */
export function ownerWords({ manager, user }: Pick<FieldOwner, 'manager' | 'user'>): string {
  return user === undefined || user === manager ? manager : `${user} with ${manager}`
}
