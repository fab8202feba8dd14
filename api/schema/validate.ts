// Whether an object may be stored: unknown fields, values, lists with keys, fields that are fixed, and
// the rules of its kind (`api/validation/`). Pure; what needs other objects (names that must exist,
// ports that others hold) is checked where the store is.

import { isDeepStrictEqual } from 'node:util'
import type { Cause } from '../errors.ts'
import { duplicate, type Mistake, quote, toCause } from '../mistake.ts'
import { apiVersion, type Kind, type KitObject, type Objects } from '../objects.ts'
import { clusterMistakes } from '../validation/cluster.ts'
import { configMistakes, secretMistakes } from '../validation/file-content.ts'
import { metadataMistakes, renameMistakes } from '../validation/metadata.ts'
import { networkMistakes } from '../validation/network.ts'
import { serviceMistakes } from '../validation/service.ts'
import { userMistakes } from '../validation/user.ts'
import { isJsonObject, type JsonObject } from '../wire.ts'
import type { Path } from '../yaml/yaml-place.ts'
import type { Definition, Schema } from './definition.ts'
import { definitionOf, memberSchema, schemaOf } from './schema.ts'
import { schemaMistakes } from './schema-mistakes.ts'
import { unknown, unknownFields } from './unknown-fields.ts'

/** The object before a write, stored or as a client sees it. */
export type ObjectBefore = KitObject | JsonObject

/**
 * Everything that is wrong with an object, as a client sends it or as it would be stored. With `old`,
 * the object before the write: what is fixed must be as it was, and what was wrong before and has not
 * changed is let through.
 */
export function validateObject(kind: Kind, object: unknown, old?: ObjectBefore): readonly Cause[] {
  return findMistakes(kind, object, old).map(toCause)
}

/** As `validateObject`, with paths for whoever can show the place. */
export function findMistakes(kind: Kind, object: unknown, old?: ObjectBefore): readonly Mistake[] {
  const found = mistakesOf(kind, object, old)
  if (found.length === 0 || old === undefined) return found
  const before = new Set(mistakesOf(kind, old).map((mistake) => JSON.stringify([mistake.path, mistake.message])))
  return found.filter((mistake) => mistake.code === 'KIT0142' || !before.has(JSON.stringify([mistake.path, mistake.message])))
}

function mistakesOf(kind: Kind, object: unknown, old?: ObjectBefore): readonly Mistake[] {
  const definition = definitionOf(kind)
  if (definition === undefined || !isJsonObject(object)) {
    return [{ reason: 'FieldValueTypeInvalid', code: 'KIT0113', path: [], target: 'value', message: `must be a map: a ${kind}` }]
  }
  const schema = schemaOf(definition)
  const wrongValues = schemaMistakes(definition, object)
  const found = [
    ...headMistakes(kind, object, schema),
    ...metadataMistakes(kind, object['metadata']),
    ...['spec', 'status'].flatMap((part) => unknownFields(object[part], memberSchema(schema, part), [part], kind)),
    ...wrongValues,
    ...['spec', 'status'].flatMap((part) => listMistakes(object[part], memberSchema(schema, part), [part])),
  ]
  if (old !== undefined)
    found.push(...renameMistakes(Reflect.get(Object(object['metadata']), 'name'), Reflect.get(Object(old.metadata), 'name')))
  if (wrongValues.length > 0 || !isOfKind(kind, definition, object)) return found
  return [
    ...found,
    ...ruleMistakes(object, old !== undefined),
    ...(old === undefined ? [] : fixedMistakes(object.spec, old.spec, schema.properties?.['spec'], ['spec'])),
  ]
}

function headMistakes(kind: Kind, object: Readonly<Record<string, unknown>>, schema: Schema): readonly Mistake[] {
  const known = ['apiVersion', 'kind', 'metadata', ...Object.keys(schema.properties ?? {})]
  const found = Object.keys(object)
    .filter((key) => !known.includes(key))
    .map((key) => unknown([key], key, known, kind))
  const version = object['apiVersion']
  if (version !== undefined && version !== apiVersion) {
    const message = `must be '${apiVersion}', found ${quote(version)}`
    found.push({ reason: 'FieldValueNotSupported', code: 'KIT0114', path: ['apiVersion'], target: 'value', message })
  }
  if (object['kind'] !== kind) {
    found.push({
      reason: 'FieldValueInvalid',
      path: ['kind'],
      target: 'value',
      message: `must be '${kind}', found ${quote(object['kind'])}`,
    })
  }
  return found
}

/** The border: an object whose values all have their types is one of its kind, whatever else it holds. */
function isOfKind<K extends Kind>(kind: K, definition: Definition, object: unknown): object is Objects[K] {
  return isJsonObject(object) && definition.spec.names.kind === kind
}

function ruleMistakes(object: Partial<KitObject> & Pick<KitObject, 'kind' | 'spec'>, isUpdate: boolean): readonly Mistake[] {
  switch (object.kind) {
    case 'Service':
      return serviceMistakes(object.spec)
    case 'Network':
      return networkMistakes(object.spec)
    case 'Secret':
      return secretMistakes(object.spec, isUpdate)
    case 'Config':
      return configMistakes(object.spec)
    case 'Cluster':
      return clusterMistakes(object.spec)
    case 'User':
      return userMistakes(object.spec)
    default:
      return []
  }
}

/** Entries of a list with keys must differ in them; entries of a set must differ. */
function listMistakes(value: unknown, schema: Schema | undefined, path: Path): readonly Mistake[] {
  if (schema === undefined) return []
  if (Array.isArray(value)) {
    const inner = value.flatMap((item: unknown, index) => listMistakes(item, schema.items, [...path, index]))
    return [...inner, ...(schema['x-kubernetes-list-type'] === undefined ? [] : sameEntries(value, schema, path))]
  }
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, member]) => listMistakes(member, memberSchema(schema, key), [...path, key]))
}

function sameEntries(items: readonly unknown[], schema: Schema, path: Path): readonly Mistake[] {
  if (schema['x-kubernetes-list-type'] === 'atomic') return []
  const keys = schema['x-kubernetes-list-map-keys']
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    const key = JSON.stringify(keys === undefined ? item : keys.map((name) => Reflect.get(Object(item), name)))
    const isNew = !seen.has(key)
    seen.add(key)
    return isNew ? [] : [duplicate([...path, index], keys === undefined ? 'is given twice' : `is given twice: ${keys.join(', ')} ${key}`)]
  })
}

/** Fields that are fixed once the object exists. A default and the absence of the field are the same. */
function fixedMistakes(next: unknown, old: unknown, schema: Schema | undefined, path: Path): readonly Mistake[] {
  if (schema === undefined) return []
  if (schema['x-kit-immutable'] === true) {
    const keeps = schema['x-kit-write-only'] === true && next === undefined
    if (keeps || isDeepStrictEqual(next ?? schema.default, old ?? schema.default)) return []
    const isShown = schema['x-kit-write-only'] !== true && [next, old].every((value) => typeof value !== 'object')
    const change = isShown ? ` (${quote(old ?? schema.default)} to ${quote(next ?? schema.default)})` : ''
    return [{ reason: 'FieldValueInvalid', code: 'KIT0142', path, target: 'value', message: `cannot be changed${change}` }]
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const member = (value: unknown) => (isJsonObject(value) ? value[name] : undefined)
    return fixedMistakes(member(next), member(old), child, [...path, name])
  })
}
