import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Definition, Schema } from '../api/schema/definition.ts'
import { definitions } from '../api/schema/definitions.ts'
import { generate } from './generate.ts'
import { root } from './sources.ts'

const schemas = definitions.map((definition) => [definition.spec.names.kind, rootSchema(definition)] as const)

function rootSchema(definition: Definition): Schema {
  const schema = definition.spec.versions[0]?.schema.openAPIV3Schema
  assert(schema !== undefined)
  return schema
}

/** Every schema below `schema` with its path: properties, map values and list items, at any depth. */
function* walk(path: string, schema: Schema): Iterable<readonly [string, Schema]> {
  yield [path, schema]
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* walk(`${path}.${name}`, child)
  if (typeof schema.additionalProperties === 'object') yield* walk(`${path}{}`, schema.additionalProperties)
  if (schema.items !== undefined) yield* walk(`${path}[]`, schema.items)
}

const all = schemas.flatMap(([kind, schema]) => [...walk(kind, schema)])

test('the generated files are committed as the generator writes them', async () => {
  const files = await generate()
  const different = [...files].filter(([file, text]) => readFileSync(join(root, file), 'utf8') !== text).map(([file]) => file)
  assert.deepEqual(different, [], 'run `npm run generate` and commit')
  const orphans = ['api/types', 'docs/cli'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => `${folder}/${name}`)
      .filter((path) => !files.has(path)),
  )
  assert.deepEqual(orphans, [], 'nothing stands behind them any more')
})

test('every field of every kind, at every depth, has a description', () => {
  assert.deepEqual(
    all.filter(([, schema]) => (schema.description ?? '').length < 3).map(([path]) => path),
    [],
  )
})

const unsupported = ['$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems', 'id', 'uniqueItems', 'allOf', 'anyOf']
const rules: readonly (readonly [rule: string, broken: (schema: Schema) => boolean])[] = [
  ['has a type', (schema) => schema.type === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true],
  ['has properties or map values, not both', (schema) => schema.properties !== undefined && schema.additionalProperties !== undefined],
  ['says how map values look', (schema) => typeof schema.additionalProperties === 'boolean'],
  ['uses no keyword that structural schemas exclude', (schema) => unsupported.some((keyword) => keyword in schema)],
  ['is a list exactly when it has items', (schema) => (schema.type === 'array') !== (schema.items !== undefined)],
  [
    'requires only fields that it has',
    (schema) => (schema.required ?? []).some((name) => schema.properties !== undefined && !Object.hasOwn(schema.properties, name)),
  ],
  ['has keys for its list map', (schema) => (schema['x-kubernetes-list-type'] === 'map') !== keysOf(schema).length > 0],
  [
    'has required scalar keys in its list map',
    (schema) =>
      keysOf(schema).some((key) => !(schema.items?.required ?? []).includes(key) || schema.items?.properties?.[key]?.type === 'object'),
  ],
  ['has a default among its own values', (schema) => schema.default !== undefined && !fits(schema)],
  ['names a field as kit does', (schema) => Object.keys(schema.properties ?? {}).some((name) => !/^[a-z][A-Za-z0-9]*$/.test(name))],
]

function keysOf(schema: Schema): readonly string[] {
  return schema['x-kubernetes-list-map-keys'] ?? []
}

function fits(schema: Schema): boolean {
  if (schema.enum !== undefined) return schema.enum.some((value) => value === schema.default)
  if (schema.type === 'integer') return Number.isInteger(schema.default) && Number(schema.default) >= (schema.minimum ?? -Infinity)
  return typeof schema.default === (schema.type === 'number' ? 'number' : schema.type)
}

for (const [rule, broken] of rules) {
  test(`every schema ${rule}`, () => {
    assert.deepEqual(
      all.filter(([, schema]) => broken(schema)).map(([path]) => path),
      [],
    )
  })
}

test('every definition is an object at its root, has one stored version and is named after its plural', () => {
  for (const definition of definitions) {
    assert.equal(rootSchema(definition).type, 'object')
    assert.equal(definition.metadata.name, `${definition.spec.names.plural}.kit`)
    assert.equal(definition.spec.names.listKind, `${definition.spec.names.kind}List`)
    assert.deepEqual(
      definition.spec.versions.map((version) => version.storage),
      [true],
    )
  }
})

test('no two kinds share a plural, singular or short name', () => {
  const names = definitions.flatMap(({ spec: { names } }) => [...new Set([names.plural, names.singular, ...(names.shortNames ?? [])])])
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
})

test('every printed column and selectable field begins at a field of its kind', () => {
  const problems: string[] = []
  for (const [index, [kind, schema]] of schemas.entries()) {
    const version = definitions[index]?.spec.versions[0]
    const paths = [...(version?.additionalPrinterColumns ?? []), ...(version?.selectableFields ?? [])].map(({ jsonPath }) => jsonPath)
    for (const path of paths) if (!path.startsWith('.metadata.') && !exists(schema, path)) problems.push(`${kind}${path}`)
  }
  assert.deepEqual(problems, [])
})

function exists(schema: Schema, jsonPath: string): boolean {
  let at: Schema | undefined = schema
  for (const [, name, bracket] of jsonPath.matchAll(/\.([A-Za-z0-9]+)|(\[[^\]]*\])/g)) {
    at = bracket === undefined ? at?.properties?.[name ?? ''] : at?.items
  }
  return at !== undefined
}
