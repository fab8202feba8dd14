import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../wire.ts'
import { definitionOf, schemaOf } from './schema.ts'
import { unknownFields } from './unknown-fields.ts'

const definition = definitionOf('Service')
assert(definition !== undefined)
const schema = schemaOf(definition).properties?.['spec']

test('unknown fields are found at any depth, and free maps may hold any', () => {
  const spec: Json = {
    replica: 3,
    template: { image: 'a', env: { any: 'x' }, mounts: [{ type: 'Bind', sauce: '/a', target: '/a' }] },
  }
  const paths = unknownFields(spec, schema, ['spec'], 'Service').map(({ path }) => path.join('.'))
  assert.deepEqual(paths, ['spec.replica', 'spec.template.mounts.0.sauce'])
})

test('a field of a known name with a few letters wrong is suggested', () => {
  assert.equal(unknownFields({ templat: {} }, schema, ['spec'], 'Service')[0]?.hint, "did you mean 'template'?")
})

test('keys that reach the prototype are refused in free maps too', () => {
  const value: Json = JSON.parse('{"template":{"env":{"__proto__":"x","constructor":"y","A":"z"}}}')
  assert.equal(unknownFields(value, schema, [], 'Service').length, 2)
})
