// Metadata as clients send it: each field that they may set, read or refused by name.

import { StatusError } from '../../api/errors.ts'
import type { Metadata, OwnerReference } from '../../api/objects.ts'
import { isJsonObject, type JsonObject } from '../../api/wire.ts'

export function metadataOf(document: JsonObject): JsonObject {
  const { metadata = {} } = document
  if (!isJsonObject(metadata)) throw new StatusError('BadRequest', 'metadata must be an object')
  return metadata
}

function malformedMetadata(field: string, wanted: string): StatusError {
  return new StatusError('BadRequest', `metadata.${field} must be ${wanted}`)
}

export function stringMap(metadata: JsonObject, field: string): Readonly<Record<string, string>> | undefined {
  const value = metadata[field]
  if (value === undefined || value === null) return undefined
  const entries = isJsonObject(value) ? Object.entries(value) : [['', null] as const]
  const texts = entries.map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw malformedMetadata(field, 'a map of texts')
    return [key, text]
  })
  return texts.length === 0 ? undefined : Object.fromEntries(texts)
}

export function stringList(metadata: JsonObject, field: string): readonly string[] {
  const value = metadata[field] ?? []
  if (!Array.isArray(value)) throw malformedMetadata(field, 'a list of texts')
  return value.map((text) => {
    if (typeof text !== 'string') throw malformedMetadata(field, 'a list of texts')
    return text
  })
}

export function ownersOf(metadata: JsonObject): readonly OwnerReference[] {
  const value = metadata['ownerReferences'] ?? []
  if (!Array.isArray(value)) throw malformedMetadata('ownerReferences', 'a list')
  return value.map((reference) => {
    if (!isJsonObject(reference)) throw malformedMetadata('ownerReferences', 'a list of objects')
    const { apiVersion: version, kind, name, uid, controller } = reference
    if (typeof version !== 'string' || typeof kind !== 'string' || typeof name !== 'string' || typeof uid !== 'string') {
      throw malformedMetadata('ownerReferences', 'a list of objects with apiVersion, kind, name and uid')
    }
    return { apiVersion: version, kind, name, uid, ...(typeof controller === 'boolean' && { controller }) }
  })
}

/** Written by `api/apply.ts` a moment ago, or read from the store: its form is known. */
export function parseManagedFields(value: readonly unknown[]): NonNullable<Metadata['managedFields']> {
  return value.filter(
    (entry): entry is NonNullable<Metadata['managedFields']>[number] => isJsonObject(entry) && isJsonObject(entry['fieldsV1']),
  )
}
