// Fields that a kind does not have, each with a suggestion. Apart from checking values, because a server
// may be asked to ignore them or to warn: it prunes them itself (`server/write/unknown-fields.ts`).

import type { Mistake } from '../mistake.ts'
import { nearest } from '../suggestion.ts'
import { type Path, pathText } from '../yaml/yaml-place.ts'
import type { Schema } from './definition.ts'
import { memberSchema } from './schema.ts'

/** Keys that would reach the prototype of a plain object; allowed nowhere, not even where any key is. */
const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Every key below `value` that its schema does not have, and every key that no object may have. */
export function unknownFields(value: unknown, schema: Schema | undefined, path: Path, kind: string): readonly Mistake[] {
  const found: Mistake[] = []
  collect(value, schema, path, kind, found)
  return found
}

function collect(value: unknown, schema: Schema | undefined, path: Path, kind: string, found: Mistake[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) collect(item, schema?.items, [...path, index], kind, found)
    return
  }
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const here = [...path, key]
    const child = schema === undefined ? undefined : memberSchema(schema, key)
    if (refusedKeys.has(key)) found.push(refused(here, key))
    else if (child === undefined && schema?.properties !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      found.push(unknown(here, key, Object.keys(schema.properties), `${kind} ${pathText(path)}`))
    } else collect(Reflect.get(value, key), child, here, kind, found)
  }
}

function refused(path: Path, key: string): Mistake {
  return { reason: 'FieldValueForbidden', code: 'KIT0111', path, target: 'key', message: `the key '${key}' is not allowed` }
}

/** The mistake of a key that is not among `known`; `place` says where: `Service spec.template`. */
export function unknown(path: Path, key: string, known: readonly string[], place: string): Mistake {
  const near = nearest(key, known)
  return {
    reason: 'FieldValueInvalid',
    code: 'KIT0104',
    path,
    target: 'key',
    message: `unknown field '${key}' in ${place}`,
    ...(near === undefined ? {} : { hint: `did you mean '${near}'?` }),
    help: `fields here: ${known.join(', ')}`,
  }
}
