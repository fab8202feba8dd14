// Fields that no schema knows: dropped from the object and named, each with the nearest name that there is.

import type { Schema } from '../../api/schema/definition.ts'
import { nearest } from '../../api/suggestion.ts'
import { isJsonObject, type Json, type JsonObject } from '../../api/wire.ts'

export interface Pruned {
  readonly object: JsonObject
  /** `unknown field "spec.imgae" (did you mean "image"?)` */
  readonly problems: readonly string[]
}

const metadataNames = new Set([
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'managedFields',
])

export function pruneUnknown(object: JsonObject, schema: Schema): Pruned {
  const problems: string[] = []
  const pruned = pruneMap(object, rootOf(schema), '', problems)
  const before = pruned['metadata']
  if (!isJsonObject(before)) return { object: pruned, problems }
  const metadata = pruneNames(before, metadataNames, 'metadata', problems)
  return { object: metadata === before ? pruned : { ...pruned, metadata }, problems }
}

const roots = new WeakMap<Schema, Schema>()

function rootOf(schema: Schema): Schema {
  const known = roots.get(schema)
  if (known !== undefined) return known
  const { properties } = schema
  const root: Schema = {
    ...schema,
    properties: { ...properties, apiVersion: {}, kind: {}, metadata: {}, status: properties?.['status'] ?? {} },
  }
  roots.set(schema, root)
  return root
}

// What nothing is dropped from is given back as it is: nearly all that is sent.

function pruneNames(object: JsonObject, known: ReadonlySet<string>, path: string, problems: string[]): JsonObject {
  const unknown = Object.keys(object).filter((key) => !known.has(key))
  if (unknown.length === 0) return object
  for (const key of unknown) {
    const suggestion = nearest(key, known)
    const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`
    problems.push(`unknown field "${path === '' ? key : `${path}.${key}`}"${hint}`)
  }
  return Object.fromEntries(Object.entries(object).filter(([key]) => known.has(key)))
}

function pruneValue(value: Json, schema: Schema | undefined, path: string, problems: string[]): Json {
  if (isJsonObject(value)) return pruneMap(value, schema, path, problems)
  if (!Array.isArray(value)) return value
  const items = value.map((item, at) => pruneValue(item, schema?.items, `${path}[${at}]`, problems))
  return items.every((item, at) => item === value[at]) ? value : items
}

function pruneMap(value: JsonObject, schema: Schema | undefined, path: string, problems: string[]): JsonObject {
  if (schema?.properties === undefined && typeof schema?.additionalProperties !== 'object') return value
  const { properties = {}, additionalProperties } = schema
  const isOpen = additionalProperties !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true
  const kept = isOpen ? value : pruneNames(value, namesOf(properties), path, problems)
  const free = typeof additionalProperties === 'object' ? additionalProperties : undefined
  const changed = new Map<string, Json>()
  for (const [key, child] of Object.entries(kept)) {
    const childSchema = Object.hasOwn(properties, key) ? properties[key] : free
    const pruned = pruneValue(child, childSchema, path === '' ? key : `${path}.${key}`, problems)
    if (pruned !== child) changed.set(key, pruned)
  }
  return changed.size === 0 ? kept : Object.fromEntries(Object.entries(kept).map(([key, child]) => [key, changed.get(key) ?? child]))
}

const names = new WeakMap<object, ReadonlySet<string>>()

function namesOf(properties: NonNullable<Schema['properties']>): ReadonlySet<string> {
  const known = names.get(properties) ?? new Set(Object.keys(properties))
  names.set(properties, known)
  return known
}
