// What the generated validators found, in words and with paths.

import { parseConstraint } from '../constraint.ts'
import { type Mistake, type MistakeReason, quote } from '../mistake.ts'
import { nearest } from '../suggestion.ts'
import type { Path } from '../yaml/yaml-place.ts'
import type { Definition, Schema } from './definition.ts'
import { formatWords } from './formats.ts'
import { memberSchema, schemaOf } from './schema.ts'
import type { SchemaError } from './schema-error.ts'
import { validators } from './validators.generated.ts'

/** Every value of the object that its schema does not allow. Unknown fields are not looked at. */
export function schemaMistakes(definition: Definition, object: unknown): readonly Mistake[] {
  const validate = validators[definition.spec.names.kind]
  if (validate === undefined || validate(object)) return []
  return (validate.errors ?? []).map((error) => toMistake(error, object, schemaOf(definition)))
}

function toMistake(error: SchemaError, object: unknown, root: Schema): Mistake {
  const { path, value, schema } = follow(error.instancePath, object, root)
  const { keyword, params } = error
  if (keyword === 'required') {
    return { reason: 'FieldValueRequired', path: [...path, String(params['missingProperty'])], target: 'key', message: 'must be given' }
  }
  if (schema?.['x-kit-write-only'] === true) return { reason: 'FieldValueInvalid', path, target: 'value', message: hiddenMessage(schema) }
  const [reason, message] = words(keyword, params, value, schema)
  const near = keyword === 'enum' && typeof value === 'string' ? nearest(value, schema?.enum ?? []) : undefined
  const wantsText = keyword === 'type' && schema?.type === 'string'
  const hint = near === undefined ? typeHint(keyword, schema, value) : `did you mean '${near}'?`
  return { reason, path, target: 'value', message, ...(hint === undefined ? {} : { hint }), ...(wantsText ? { wantsText } : {}) }
}

/** From a JSON pointer to the path, the value there and its schema. */
function follow(pointer: string, object: unknown, root: Schema): { path: Path; value: unknown; schema: Schema | undefined } {
  const path: (string | number)[] = []
  let value = object
  let schema: Schema | undefined = root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const step = Array.isArray(value) ? Number(key) : key
    path.push(step)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined
    schema = schema === undefined ? undefined : memberSchema(schema, step)
  }
  return { path, value, schema }
}

const typeWords: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

function words(
  keyword: string,
  params: Readonly<Record<string, unknown>>,
  value: unknown,
  schema: Schema | undefined,
): readonly [MistakeReason, string] {
  const limit = String(params['limit'])
  switch (keyword) {
    case 'type':
      return ['FieldValueTypeInvalid', `must be ${typeWords[String(params['type'])] ?? params['type']}, found ${typed(value)}`]
    case 'enum':
      return ['FieldValueNotSupported', `must be one of ${(schema?.enum ?? []).map(quote).join(', ')}, found ${quote(value)}`]
    case 'minimum':
      return ['FieldValueInvalid', `must be greater than or equal to ${limit}, found ${quote(value)}`]
    case 'maximum':
      return ['FieldValueInvalid', `must be less than or equal to ${limit}, found ${quote(value)}`]
    case 'minLength':
      return ['FieldValueInvalid', limit === '1' ? 'must not be empty' : `must have at least ${limit} characters`]
    case 'maxLength':
      return ['FieldValueTooLong', `must have at most ${limit} characters`]
    case 'maxItems':
      return ['FieldValueTooMany', `must have at most ${limit} entries`]
    case 'format':
      return ['FieldValueInvalid', `${formatMessage(String(params['format']), value)}, found ${quote(value)}`]
    default:
      return ['FieldValueInvalid', `must have another form, found ${quote(value)}`]
  }
}

/** What was found is not said: nobody may read it. */
function hiddenMessage({ type = 'string', format }: Schema): string {
  return `must be ${format === undefined ? typeWords[type] : (formatWords[format] ?? format)}`
}

function formatMessage(format: string, value: unknown): string {
  const why = format === 'constraint' && typeof value === 'string' ? parseConstraint(value) : undefined
  return typeof why === 'string' ? why : `must be ${formatWords[format] ?? format}`
}

function typed(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  return typeof value === 'string' ? `the text ${quote(value)}` : `the ${typeof value} ${String(value)}`
}

/** The commonest slip: text that looks like something else. */
function typeHint(keyword: string, schema: Schema | undefined, value: unknown): string | undefined {
  if (keyword !== 'type') return undefined
  if (schema?.type === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return schema.format === 'duration' ? `write ${value}s` : `write "${value}"`
  const isNumber = schema?.type === 'integer' || schema?.type === 'number'
  if (isNumber && typeof value === 'string' && /^-?\d+$/.test(value)) return `write ${value} without quotes`
  return schema?.type === 'boolean' && (value === 'yes' || value === 'no') ? `write ${value === 'yes'}` : undefined
}
