// `kit explain service.spec.update`: what a field means, from the definitions alone.

import { nearest } from '../suggestion.ts'
import type { Definition, Schema } from './definition.ts'
import { definitions } from './definitions.ts'
import { findDefinition, memberSchema, namesOf, schemaOf } from './schema.ts'

export type Explanation = { readonly text: string } | { readonly problem: string }

const metadataSchema: Schema = {
  type: 'object',
  description: 'What every object has: its name, labels, and what kit keeps about it.',
  properties: {
    name: { type: 'string', description: 'Unique among the objects of the kind.' },
    labels: {
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'For selecting objects. node.labels.* in constraints reads those of nodes.',
    },
    annotations: { type: 'object', additionalProperties: { type: 'string' }, description: 'Notes for tools and people.' },
    uid: { type: 'string', description: 'Unique for ever. Set by kit.' },
    resourceVersion: { type: 'string', description: 'Changes with every write. Set by kit.' },
    generation: { type: 'integer', description: 'Counts changes of spec. Set by kit.' },
    creationTimestamp: { type: 'string', format: 'date-time', description: 'When it was made. Set by kit.' },
    deletionTimestamp: { type: 'string', format: 'date-time', description: 'When its deletion was asked for. Set by kit.' },
  },
}

/** `path` begins with a kind, in any of its names. Empty lists the kinds. */
export function explainPath(path: string, options: { readonly recursive?: boolean } = {}): Explanation {
  const [head = '', ...steps] = path.split('.').map((step) => step.replace(/\[.*\]$/, ''))
  if (path === '') return { text: listKinds() }
  const definition = findDefinition(head)
  if (definition === undefined) return { problem: unknownWord(`there is no kind '${head}'`, head, definitions.flatMap(namesOf)) }
  let schema: Schema = rootOf(definition)
  for (const [index, step] of steps.entries()) {
    const next = memberSchema(inside(schema), step)
    const where = [definition.spec.names.singular, ...steps.slice(0, index)].join('.')
    if (next === undefined)
      return { problem: unknownWord(`${where} has no field '${step}'`, step, Object.keys(inside(schema).properties ?? {})) }
    schema = next
  }
  return { text: describe(definition, steps, schema, options.recursive === true) }
}

function listKinds(): string {
  const rows = definitions.map(({ spec: { names } }) => [names.kind, names.plural, (names.shortNames ?? []).join(',')] as const)
  return rows.map(([kind, plural, short]) => `${kind.padEnd(10)}${plural.padEnd(12)}${short}`.trimEnd()).join('\n')
}

function rootOf(definition: Definition): Schema {
  const schema = schemaOf(definition)
  const head: Readonly<Record<string, Schema>> = {
    apiVersion: { type: 'string', description: 'Always kit/v1.' },
    kind: { type: 'string', description: `Always ${definition.spec.names.kind}.` },
    metadata: metadataSchema,
  }
  return { ...schema, properties: { ...head, ...schema.properties } }
}

/** Lists and maps are looked through: `ports.targetPort` is a field of each entry. */
function inside(schema: Schema): Schema {
  if (schema.items !== undefined) return inside(schema.items)
  return typeof schema.additionalProperties === 'object' && schema.additionalProperties.type === 'object'
    ? schema.additionalProperties
    : schema
}

function describe(definition: Definition, steps: readonly string[], schema: Schema, recursive: boolean): string {
  const { kind } = definition.spec.names
  const fields = fieldLines(inside(schema), recursive, 1)
  return [
    `KIND:     ${kind}`,
    'VERSION:  kit/v1',
    ...(steps.length === 0 ? [] : [`FIELD:    ${steps.join('.')} <${typeText(schema)}>`]),
    '',
    schema.description ?? '',
    ...limitLines(schema),
    ...(fields.length === 0 ? [] : ['', 'FIELDS:', ...fields]),
  ].join('\n')
}

function limitLines(schema: Schema): readonly string[] {
  const facts: readonly (readonly [string, unknown])[] = [
    ['default', schema.default === undefined ? undefined : JSON.stringify(schema.default)],
    ['one of', schema.enum?.join(', ')],
    ['at least', schema.minimum],
    ['at most', schema.maximum],
    ['entries at most', schema.maxItems],
    ['characters at most', schema.maxLength],
    ['cannot be changed', schema['x-kit-immutable'] === true ? 'once the object exists' : undefined],
  ]
  const lines = facts.filter(([, value]) => value !== undefined).map(([name, value]) => `  ${name}: ${value}`)
  return lines.length === 0 ? [] : ['', ...lines]
}

function fieldLines(schema: Schema, recursive: boolean, depth: number): readonly string[] {
  const indent = '  '.repeat(depth)
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const isRequired = schema.required?.includes(name) === true
    const line = `${indent}${name} <${typeText(child)}>${isRequired ? ' (required)' : ''}`
    if (recursive) return [line, ...fieldLines(inside(child), true, depth + 1)]
    const standard = child.default === undefined ? '' : ` Default: ${JSON.stringify(child.default)}.`
    return [line, `${indent}  ${child.description ?? ''}${standard}`]
  })
}

function typeText(schema: Schema): string {
  if (schema.items !== undefined) return `list of ${typeText(schema.items)}`
  if (typeof schema.additionalProperties === 'object') return `map of ${typeText(schema.additionalProperties)}`
  return schema.type === 'string' && schema.format !== undefined ? schema.format : (schema.type ?? 'any')
}

function unknownWord(sentence: string, word: string, known: readonly string[]): string {
  const near = nearest(word, known)
  if (near !== undefined) return `${sentence}; did you mean '${near}'?`
  return known.length === 0 ? sentence : `${sentence}; there are ${known.join(', ')}`
}
