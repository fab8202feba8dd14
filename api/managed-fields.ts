// Who owns which field of an object: sets of fields, how they are read off an object by its schema, and
// how they are written (FieldsV1). `api/apply.ts` uses them to merge; nothing here changes an object.
//
// A field is a path of elements: `f:name` for a key, `k:{"port":80}` for an item of a keyed list, `v:"x"`
// for a member of a set. Leaves are scalars, nulls, empty maps and lists, and atomic maps and lists
// whole. An item of a keyed list and a map below a free key are fields themselves beside their leaves.

import { isDeepStrictEqual } from 'node:util'
import { StatusError } from './errors.ts'
import type { FieldSet } from './objects.ts'
import type { Schema } from './schema/definition.ts'
import { isJsonObject, type Json, type JsonObject } from './wire.ts'

/** A path as text: its elements joined by a character that no element contains. */
export type FieldPath = string
export type Fields = ReadonlySet<FieldPath>
/** Each field with the value of its leaf; `true` for an item or map that is a field beside its leaves. */
export type FieldValues = ReadonlyMap<FieldPath, Json>

const separator = '\u0000'
export const joinPath = (elements: readonly string[]): FieldPath => elements.join(separator)
export const splitPath = (path: FieldPath): readonly string[] => path.split(separator)
/** It is the field at `top`, or one below it. */
export const isWithin = (path: FieldPath, top: FieldPath): boolean => path === top || path.startsWith(`${top}${separator}`)

const stringMap: Schema = { type: 'object', additionalProperties: { type: 'string' } }

/** What Kubernetes tracks of metadata. */
const metadataSchema: Schema = {
  type: 'object',
  properties: {
    labels: stringMap,
    annotations: stringMap,
    finalizers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
    ownerReferences: { type: 'array', items: { type: 'object' }, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['uid'] },
  },
}

/** The schema of a whole object: its definition's, with what is tracked of metadata. */
export function trackedSchema(schema: Schema): Schema {
  const known = trackedSchemas.get(schema)
  if (known !== undefined) return known
  const tracked: Schema = { ...schema, type: 'object', properties: { ...schema.properties, metadata: metadataSchema } }
  trackedSchemas.set(schema, tracked)
  return tracked
}

const trackedSchemas = new WeakMap<Schema, Schema>()

/** All that is tracked of an object: spec, status, and metadata without what the server decides. */
export function fieldsOf(object: JsonObject, schema: Schema): FieldValues {
  const values = new Map<FieldPath, Json>()
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = object
  if (isJsonObject(metadata)) {
    const tracked = Object.keys(metadataSchema.properties ?? {}).filter((key) => metadata[key] !== undefined)
    for (const key of tracked) visit(metadata[key] ?? null, metadataSchema.properties?.[key], ['f:metadata', `f:${key}`], values)
  }
  for (const [key, value] of Object.entries(rest)) {
    // An empty status is what an object without one looks like.
    if (key === 'status' && isJsonObject(value) && Object.keys(value).length === 0) continue
    visit(value, schema.properties?.[key], [`f:${key}`], values)
  }
  return values
}

function visit(value: Json, schema: Schema | undefined, path: readonly string[], into: Map<FieldPath, Json>): void {
  if (isGranularMap(value, schema)) visitMap(value, schema, path, into)
  else if (Array.isArray(value) && value.length > 0 && listType(schema) !== 'atomic') visitList(value, schema, path, into)
  else into.set(joinPath(path), value)
}

function visitMap(value: JsonObject, schema: Schema | undefined, path: readonly string[], into: Map<FieldPath, Json>): void {
  for (const [key, child] of Object.entries(value)) {
    const childPath = [...path, `f:${key}`]
    const childSchema = fieldSchema(schema, key)
    if (!isDeclared(schema, key) && isGranularMap(child, childSchema)) into.set(joinPath(childPath), true)
    visit(child, childSchema, childPath, into)
  }
}

function visitList(value: readonly Json[], schema: Schema | undefined, path: readonly string[], into: Map<FieldPath, Json>): void {
  for (const item of value) {
    const itemPath = [...path, itemElement(item, schema)]
    const encoded = joinPath(itemPath)
    if (into.has(encoded)) throw duplicateItem(itemPath)
    if (listType(schema) === 'set' || !isJsonObject(item)) into.set(encoded, item)
    else {
      into.set(encoded, true)
      visitMap(item, schema?.items, itemPath, into)
    }
  }
}

export function isGranularMap(value: Json | undefined, schema: Schema | undefined): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length > 0 && schema?.['x-kubernetes-map-type'] !== 'atomic'
}

export function listType(schema: Schema | undefined): 'atomic' | 'set' | 'map' {
  return schema?.['x-kubernetes-list-type'] ?? 'atomic'
}

function isDeclared(schema: Schema | undefined, key: string): boolean {
  return schema?.properties !== undefined && Object.hasOwn(schema.properties, key)
}

export function fieldSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (isDeclared(schema, key)) return schema?.properties?.[key]
  return typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

/** The element that names an item within its list: by key fields (defaults filled in) or by value. */
export function itemElement(item: Json, schema: Schema | undefined): string {
  if (listType(schema) === 'set' || !isJsonObject(item)) return `v:${JSON.stringify(item)}`
  const keys = (schema?.['x-kubernetes-list-map-keys'] ?? []).toSorted()
  const key = keys.map((name): [string, Json] => [name, item[name] ?? defaultOf(schema?.items?.properties?.[name])])
  return `k:${JSON.stringify(Object.fromEntries(key))}`
}

function defaultOf(schema: Schema | undefined): Json {
  const value = schema?.default
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function duplicateItem(path: readonly string[]): StatusError {
  const field = printPath(path).slice(1)
  return new StatusError('Invalid', `${field}: this item is in the list twice`, {
    causes: [{ reason: 'FieldValueDuplicate', message: 'this item is in the list twice', field }],
  })
}

export interface Comparison {
  /** Added or given another value. */
  readonly changed: Fields
  readonly removed: Fields
}

export function compareFields(before: FieldValues, after: FieldValues): Comparison {
  const changed = [...after]
    .filter(([path, value]) => !before.has(path) || !isDeepStrictEqual(before.get(path), value))
    .map(([path]) => path)
  const removed = [...before.keys()].filter((path) => !after.has(path))
  return { changed: new Set(changed), removed: new Set(removed) }
}

/** FieldsV1. A field with fields below it is marked by `.`. */
export function writeFields(fields: Fields): FieldSet {
  interface Tree {
    [element: string]: Tree
  }
  const root: Tree = {}
  /** Where the path before ended. In order, a field comes right before those below it. */
  let end: Tree | undefined
  for (const path of [...fields].sort()) {
    let tree = root
    for (const element of splitPath(path)) {
      if (element === '__proto__') continue // A key with the separator in it would have to hold it: it is no element.
      if (tree === end) tree['.'] = {}
      const below: Tree = (Object.hasOwn(tree, element) ? tree[element] : undefined) ?? {}
      tree[element] = below
      tree = below
    }
    end = tree
  }
  return root
}

/** Undefined when `value` is not FieldsV1. */
export function readFields(value: unknown): Fields | undefined {
  const fields = new Set<FieldPath>()
  const read = (tree: unknown, path: readonly string[]): boolean => {
    if (!isJsonObject(tree)) return false
    const entries = Object.entries(tree)
    if (entries.length === 0 && path.length > 0) fields.add(joinPath(path))
    return entries.every(([element, below]) => {
      if (element !== '.') return /^[fkvi]:/.test(element) && !element.includes(separator) && read(below, [...path, element])
      fields.add(joinPath(path))
      return path.length > 0
    })
  }
  return read(value, []) ? fields : undefined
}

/** `.spec.ports[port=80,protocol="tcp"].target`, `.spec.networks[="front"]` */
export function printPath(path: readonly string[]): string {
  return path
    .map((element) => {
      const text = element.slice(2)
      if (element.startsWith('f:')) return /^[\w-]+$/.test(text) ? `.${text}` : `[${text}]`
      if (element.startsWith('v:')) return `[=${text}]`
      const key: unknown = JSON.parse(text)
      return `[${Object.entries(isJsonObject(key) ? key : {})
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`
    })
    .join('')
}
