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
  const root: Schema = {
    ...schema,
    properties: { ...schema.properties, apiVersion: {}, kind: {}, metadata: {}, status: schema.properties?.['status'] ?? {} },
  }
  const pruned = pruneMap(object, root, '', problems)
  const metadata = isJsonObject(pruned['metadata']) ? pruneNames(pruned['metadata'], metadataNames, 'metadata', problems) : undefined
  return { object: metadata === undefined ? pruned : { ...pruned, metadata }, problems }
}

function pruneNames(object: JsonObject, known: ReadonlySet<string>, path: string, problems: string[]): JsonObject {
  const entries = Object.entries(object).filter(([key]) => {
    if (known.has(key)) return true
    const suggestion = nearest(key, known)
    const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`
    problems.push(`unknown field "${path === '' ? key : `${path}.${key}`}"${hint}`)
    return false
  })
  return Object.fromEntries(entries)
}

function pruneValue(value: Json, schema: Schema | undefined, path: string, problems: string[]): Json {
  if (isJsonObject(value)) return pruneMap(value, schema, path, problems)
  if (!Array.isArray(value)) return value
  return value.map((item, at) => pruneValue(item, schema?.items, `${path}[${at}]`, problems))
}

function pruneMap(value: JsonObject, schema: Schema | undefined, path: string, problems: string[]): JsonObject {
  if (schema?.properties === undefined && typeof schema?.additionalProperties !== 'object') return value
  const { properties = {}, additionalProperties } = schema
  const isOpen = additionalProperties !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true
  const kept = isOpen ? value : pruneNames(value, new Set(Object.keys(properties)), path, problems)
  const free = typeof additionalProperties === 'object' ? additionalProperties : undefined
  const entries = Object.entries(kept).map(([key, child]): [string, Json] => {
    const childSchema = Object.hasOwn(properties, key) ? properties[key] : free
    return [key, pruneValue(child, childSchema, path === '' ? key : `${path}.${key}`, problems)]
  })
  return Object.fromEntries(entries)
}
