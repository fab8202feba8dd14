// Compiles the schemas in `crds/` into functions (ajv's standalone code), so that starting kit costs
// no compilation and the bundle needs no schema compiler. Only values are checked there: unknown
// fields, defaults and lists as maps are `api/schema/validate.ts`'s.

import { _, Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { formats } from '../api/schema/formats.ts'

type Json = { [key: string]: unknown }

/** Keywords that check values. Everything else is for readers of the schema. */
const checked = ['type', 'required', 'enum', 'format', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems']

function forValues(schema: Json): Json {
  const result: Json = {}
  for (const key of checked) if (schema[key] !== undefined && schema[key] !== 'int32') result[key] = schema[key]
  if (schema['format'] === 'int32')
    Object.assign(result, { minimum: schema['minimum'] ?? -(2 ** 31), maximum: schema['maximum'] ?? 2 ** 31 - 1 })
  if (typeof schema['properties'] === 'object') {
    result['properties'] = Object.fromEntries(
      Object.entries(schema['properties'] as Json).map(([name, child]) => [name, forValues(child as Json)]),
    )
  }
  for (const key of ['items', 'additionalProperties']) if (typeof schema[key] === 'object') result[key] = forValues(schema[key] as Json)
  return result
}

/** The module `api/schema/validators.generated.ts`: a function for each kind, by its name. */
export function compileValidators(definitions: readonly Json[]): string {
  const ajv = new Ajv2020({
    allErrors: true,
    messages: false,
    strict: true,
    strictRequired: false,
    formats,
    code: { source: true, esm: true, lines: true, formats: _`formats` },
  })
  const kinds: string[] = []
  for (const definition of definitions) {
    const spec = definition['spec'] as { names: { kind: string }; versions: { schema: { openAPIV3Schema: Json } }[] }
    ajv.addSchema(forValues(spec.versions[0]?.schema.openAPIV3Schema ?? {}), spec.names.kind)
    kinds.push(spec.names.kind)
  }
  const code = standalone.default(ajv, Object.fromEntries(kinds.map((kind) => [kind, kind])))
  const body = code
    .replace(/^"use strict";/, '')
    .replaceAll(/export const (\w+) = (validate\d+);/g, '')
    .replaceAll(/schemaPath:"[^"]*",/g, '')
    .replaceAll(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, 'codePointLength')
  if (body.includes('require(')) throw new Error('the compiled validators need a module that is not inlined')
  const entries = [...code.matchAll(/export const (\w+) = (validate\d+);/g)].map(([, kind, name]) => `  ${kind}: ${name},`)
  return [
    '// @ts-nocheck: compiled code.',
    "import { codePointLength, formats } from './formats.ts'",
    "import type { SchemaValidator } from './schema-error.ts'\n",
    `${body}\n`,
    'export const validators: Readonly<Record<string, SchemaValidator>> = {',
    ...entries,
    '}\n',
  ].join('\n')
}
