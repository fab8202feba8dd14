// The schemas of kinds, looked up and walked: which fields a place has, and where a path leads.

import assert from 'node:assert/strict'
import type { Definition, Schema } from './definition.ts'
import { definitions } from './definitions.ts'

const byKind: ReadonlyMap<string, Definition> = new Map(definitions.map((definition) => [definition.spec.names.kind, definition]))

/** Undefined for a kind that is not kit's. */
export function definitionOf(kind: string): Definition | undefined {
  return byKind.get(kind)
}

/** By kind, plural, singular or short name, in any case. */
export function findDefinition(word: string): Definition | undefined {
  const wanted = word.toLowerCase()
  return definitions.find((definition) => namesOf(definition).some((name) => name.toLowerCase() === wanted))
}

export function namesOf({ spec: { names } }: Definition): readonly string[] {
  return [names.kind, names.plural, names.singular, ...(names.shortNames ?? [])]
}

export const kindNames: readonly string[] = definitions.map((definition) => definition.spec.names.kind)

/** The schema of the whole object. */
export function schemaOf(definition: Definition): Schema {
  const schema = definition.spec.versions.find((version) => version.storage)?.schema.openAPIV3Schema
  assert(schema !== undefined, `${definition.spec.names.kind} has no stored version`)
  return schema
}

/** The schema of a member; undefined where there is no such field. */
export function memberSchema(schema: Schema, step: string | number): Schema | undefined {
  if (typeof step === 'number') return schema.items
  if (schema.properties !== undefined) return Object.hasOwn(schema.properties, step) ? schema.properties[step] : undefined
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}
