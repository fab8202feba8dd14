import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyConfig, describeChanges, ownerWords, trackUpdate } from './apply.ts'
import { reasonOf, StatusError } from './errors.ts'
import { readFields, writeFields } from './managed-fields.ts'
import type { Schema } from './schema/definition.ts'
import { isJsonObject, type Json, type JsonObject } from './wire.ts'

const text: Schema = { type: 'string' }
const schema: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        image: text,
        replicas: { type: 'integer' },
        args: { type: 'array', items: text },
        env: { type: 'object', additionalProperties: text },
        nested: { type: 'object', additionalProperties: { type: 'object', properties: { a: text, b: text } } },
        networks: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            properties: {
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              target: { type: 'integer' },
              name: text,
            },
          },
        },
        document: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, 'x-kubernetes-map-type': 'atomic' },
      },
    },
    status: { type: 'object', properties: { ready: text } },
  },
}

const object = (spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'kit/v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec,
  ...more,
})
const writer = (manager: string, time = '2026-01-01T00:00:00Z') => ({ manager, apiVersion: 'kit/v1', time })
const apply = (live: JsonObject | undefined, manager: string, spec: JsonObject, force = false): JsonObject =>
  applyConfig({ live, config: object(spec), schema, writer: writer(manager), force })
const update = (before: JsonObject | undefined, manager: string, after: JsonObject, time?: string): JsonObject =>
  trackUpdate({ before, after, schema, writer: writer(manager, time) })
const specOf = (value: JsonObject): Json | undefined => value['spec']

function owners(value: JsonObject): Record<string, Json> {
  const entries = isJsonObject(value['metadata']) ? value['metadata']['managedFields'] : []
  assert.ok(entries === undefined || Array.isArray(entries))
  return Object.fromEntries(
    (entries ?? []).map((entry: Json) => {
      assert.ok(isJsonObject(entry) && isJsonObject(entry['fieldsV1']))
      return [`${String(entry['manager'])}:${String(entry['operation'])}`, entry['fieldsV1']]
    }),
  )
}

test('equal values are owned together', () => {
  const live = apply(apply(undefined, 'a', { image: 'x' }), 'b', { image: 'x' })
  assert.deepEqual(owners(live), { 'a:Apply': { 'f:spec': { 'f:image': {} } }, 'b:Apply': { 'f:spec': { 'f:image': {} } } })
})

test('what a manager leaves out goes away', () => {
  const live = apply(apply(undefined, 'a', { image: 'x', env: { A: '1', B: '2' } }), 'a', { image: 'x', env: { A: '1' } })
  assert.deepEqual(specOf(live), { image: 'x', env: { A: '1' } })
})

test('what another manager owns too stays when one leaves it out', () => {
  const both = apply(apply(undefined, 'a', { image: 'x', env: { A: '1' } }), 'b', { env: { A: '1' } })
  const live = apply(both, 'a', { image: 'x' })
  assert.deepEqual(specOf(live), { image: 'x', env: { A: '1' } })
})

test('a map that lost its last field goes with it, unless it is asked for empty', () => {
  const live = apply(undefined, 'a', { image: 'x', env: { A: '1' } })
  assert.deepEqual(specOf(apply(live, 'a', { image: 'x' })), { image: 'x' })
  assert.deepEqual(specOf(apply(live, 'a', { image: 'x', env: {} })), { image: 'x', env: {} })
})

test('an empty map does not empty what others put there', () => {
  const live = apply(apply(undefined, 'a', { env: { A: '1' } }), 'b', { env: {} })
  assert.deepEqual(specOf(live), { env: { A: '1' } })
})

test('a set item is removed by the manager that added it', () => {
  const live = apply(apply(undefined, 'a', { networks: ['front'] }), 'b', { networks: ['back', 'front'] })
  assert.deepEqual(specOf(live), { networks: ['front', 'back'] })
  assert.deepEqual(specOf(apply(live, 'b', { image: 'y' })), { networks: ['front'], image: 'y' })
})

test('an atomic list is one field: changing it is a conflict that names it', () => {
  const live = apply(undefined, 'a', { args: ['1'] })
  assert.throws(
    () => apply(live, 'b', { args: ['1', '2'] }),
    (error) => {
      assert.ok(error instanceof StatusError)
      assert.equal(error.reason, 'Conflict')
      assert.equal(error.message, 'Apply failed with 1 conflict: conflict with "a": .spec.args')
      assert.deepEqual(error.details.causes, [{ reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.spec.args' }])
      return true
    },
  )
  assert.deepEqual(specOf(apply(live, 'b', { args: ['1', '2'] }, true)), { args: ['1', '2'] })
})

test('an atomic map is one field', () => {
  const live = apply(undefined, 'a', { document: { services: { web: {} } } })
  assert.deepEqual(specOf(apply(live, 'a', { document: { networks: {} } })), { document: { networks: {} } })
  assert.throws(() => apply(live, 'b', { document: { services: {} } }), /conflict with "a": \.spec\.document/)
})

test('keyed items are matched by key, with defaults filled in', () => {
  const live = apply(undefined, 'a', { ports: [{ port: 80, protocol: 'TCP', target: 1 }] })
  const both = apply(live, 'b', { ports: [{ port: 80, name: 'http' }, { port: 81 }] })
  assert.deepEqual(specOf(both), { ports: [{ port: 80, protocol: 'TCP', target: 1, name: 'http' }, { port: 81 }] })
  assert.throws(() => apply(both, 'c', { ports: [{ port: 80, target: 2 }] }), /\.spec\.ports\[port=80,protocol="TCP"\]\.target/)
  assert.deepEqual(specOf(apply(both, 'b', { image: 'x' })), { ports: [{ port: 80, protocol: 'TCP', target: 1 }], image: 'x' })
})

test('a keyed item that somebody still owns keeps its key fields', () => {
  const live = apply(undefined, 'a', { ports: [{ port: 80, protocol: 'UDP', target: 1 }] })
  const both = apply(live, 'b', { ports: [{ port: 80, protocol: 'UDP', name: 'dns' }] })
  assert.deepEqual(specOf(apply(both, 'a', { image: 'x' })), { ports: [{ port: 80, protocol: 'UDP', name: 'dns' }], image: 'x' })
})

test('an item that is twice in a keyed list is invalid', () => {
  assert.throws(
    () => apply(undefined, 'a', { ports: [{ port: 80 }, { port: 80, protocol: 'TCP' }] }),
    (error) => reasonOf(error) === 'Invalid',
  )
})

test('force takes fields over', () => {
  const live = apply(apply(undefined, 'a', { image: 'x', replicas: 1 }), 'b', { image: 'y' }, true)
  assert.deepEqual(owners(live), { 'a:Apply': { 'f:spec': { 'f:replicas': {} } }, 'b:Apply': { 'f:spec': { 'f:image': {} } } })
})

test('a renamed manager leaves its old entry behind and shares', () => {
  const live = apply(apply(undefined, 'old', { image: 'x' }), 'new', { image: 'x' })
  assert.deepEqual(Object.keys(owners(live)), ['old:Apply', 'new:Apply'])
})

test('an object without a record belongs to before-first-apply', () => {
  const live = object({ image: 'x', replicas: 2 })
  assert.throws(() => apply(live, 'a', { image: 'y' }), /conflict with "before-first-apply" using kit\/v1: \.spec\.image/)
  assert.deepEqual(owners(apply(live, 'a', { image: 'x' })), {
    'before-first-apply:Update': { 'f:spec': { 'f:image': {}, 'f:replicas': {} } },
    'a:Apply': { 'f:spec': { 'f:image': {} } },
  })
})

test('an update takes the fields it changes and leaves the others', () => {
  const live = apply(undefined, 'a', { image: 'x', replicas: 1 })
  const scaled = update(live, 'hand', { ...live, spec: { image: 'x', replicas: 5 } })
  assert.deepEqual(owners(scaled), { 'a:Apply': { 'f:spec': { 'f:image': {} } }, 'hand:Update': { 'f:spec': { 'f:replicas': {} } } })
  assert.throws(() => apply(scaled, 'a', { image: 'x', replicas: 1 }), /conflict with "hand" using kit\/v1: \.spec\.replicas/)
})

test('an update that removes a field takes it from everyone', () => {
  const live = apply(undefined, 'a', { image: 'x', replicas: 1 })
  assert.deepEqual(owners(update(live, 'hand', { ...live, spec: { image: 'x' } })), { 'a:Apply': { 'f:spec': { 'f:image': {} } } })
})

test('status is never owned through the main endpoint', () => {
  const created = trackUpdate({
    before: undefined,
    after: object({ image: 'x' }, { status: { ready: 'yes' } }),
    schema,
    writer: writer('a'),
  })
  assert.deepEqual(owners(created), { 'a:Update': { 'f:spec': { 'f:image': {} } } })
})

test('a client may reset the record, and a broken one is ignored', () => {
  const live = update(undefined, 'a', object({ image: 'x' }))
  const metadata = (managedFields: Json): JsonObject => ({ ...live, metadata: { name: 'web', managedFields } })
  assert.deepEqual(owners(update(live, 'b', metadata([{}]))), {})
  assert.deepEqual(owners(update(live, 'b', metadata([]))), {})
  assert.deepEqual(owners(update(live, 'b', metadata([{ manager: 'x', fieldsV1: 'odd' }]))), owners(live))
})

test('the eleventh updater folds the oldest into ancient-changes', () => {
  let live = object({ image: 'x' })
  for (let at = 0; at < 12; at++) {
    const keys = Array.from({ length: at + 1 }, (_, key) => [`K${key}`, '1'])
    live = update(
      live,
      `m${at}`,
      { ...live, spec: { image: 'x', env: Object.fromEntries(keys) } },
      `2026-01-01T00:00:${String(at).padStart(2, '0')}Z`,
    )
  }
  const managers = Object.keys(owners(live))
  assert.equal(managers.length, 11)
  assert.ok(managers.includes('ancient-changes:Update') && !managers.includes('m1:Update') && managers.includes('m2:Update'))
})

test('applying the same again changes nothing, time included', () => {
  const live = apply(undefined, 'a', { image: 'x', ports: [{ port: 80 }] })
  const again = applyConfig({
    live,
    config: object({ image: 'x', ports: [{ port: 80 }] }),
    schema,
    writer: writer('a', '2027-01-01T00:00:00Z'),
    force: false,
  })
  assert.deepEqual(again, live)
})

const env = fc.dictionary(fc.constantFrom('A', 'B', 'C', '__proto__x', 'constructor'), fc.string(), { maxKeys: 4 })
// Who it was.

const by = (user: string | undefined, manager = 'kit-edit', time = '2026-01-01T00:00:00Z') => ({
  ...writer(manager, time),
  ...(user !== undefined && { user }),
})
const updateBy = (before: JsonObject | undefined, user: string | undefined, spec: JsonObject, more: JsonObject = {}): JsonObject => {
  const metadata = before !== undefined && isJsonObject(before['metadata']) ? before['metadata'] : { name: 'web' }
  const after = { ...object(spec), metadata: { ...metadata, ...more } }
  return trackUpdate({ before, after, schema, writer: by(user) })
}
const applyBy = (live: JsonObject | undefined, user: string | undefined, spec: JsonObject, force = false): JsonObject =>
  applyConfig({ live, config: object(spec), schema, writer: by(user, 'kit-cli'), force })
const recorded = (value: JsonObject): readonly Json[] => {
  const entries = isJsonObject(value['metadata']) ? value['metadata']['managedFields'] : []
  assert.ok(Array.isArray(entries))
  return entries
}
const usersOf = (value: JsonObject): readonly Json[] =>
  recorded(value).map((entry) => {
    assert.ok(isJsonObject(entry) && isJsonObject(entry['fieldsV1']))
    const spec = entry['fieldsV1']['f:spec']
    return [entry['user'] ?? null, Object.keys(isJsonObject(spec) ? spec : {}).join(' ')]
  })
const changesOf = (before: JsonObject, after: JsonObject): readonly string[] =>
  describeChanges(before, after, schema).map(
    ({ field, owners: made }) => `${field} by ${made.map(ownerWords).join(' and ') || 'nobody known'}`,
  )

test('two users with one manager are told apart, field by field', () => {
  const first = updateBy(undefined, 'ann', { image: 'x', replicas: 1 })
  const live = updateBy(first, 'ben', { image: 'x', replicas: 2 })
  assert.deepEqual(usersOf(live), [
    ['ann', 'f:image'],
    ['ben', 'f:replicas'],
  ])
  assert.deepEqual(changesOf(object({ image: 'w', replicas: 1 }), live), [
    'spec.image by ann with kit-edit',
    'spec.replicas by ben with kit-edit',
  ])
})

test('an apply is of whoever applied last what changed something', () => {
  const live = applyBy(undefined, 'ann', { image: 'x', replicas: 1 })
  assert.deepEqual(usersOf(applyBy(live, 'ben', { image: 'x', replicas: 1 })), [['ann', 'f:image f:replicas']])
  const after = applyBy(live, 'ben', { image: 'y' })
  assert.deepEqual([specOf(after), usersOf(after)], [{ image: 'y' }, [['ben', 'f:image']]], 'what ann left goes as if it were his')
})

test('what nobody was recorded for stays so, and is whose who changes it', () => {
  const old = applyBy(updateBy(undefined, undefined, { image: 'x', replicas: 1 }), undefined, { args: ['1'] })
  const live = updateBy(old, 'ann', { image: 'x', replicas: 2, args: ['1'] })
  assert.deepEqual(usersOf(live), [
    [null, 'f:image'],
    [null, 'f:args'],
    ['ann', 'f:replicas'],
  ])
})

test('what was there before the first apply is not of whoever applies', () => {
  assert.deepEqual(usersOf(applyBy(object({ image: 'x' }), 'ann', { replicas: 1 })), [
    [null, 'f:image'],
    ['ann', 'f:replicas'],
  ])
})

test('of a field that is gone, whoever took it away is known until somebody sets it', () => {
  const live = applyBy(undefined, 'ci', { image: 'x', env: { A: '1', B: '2' } })
  const without = updateBy(live, 'ann', { image: 'x', env: { A: '1' } })
  const scaled = updateBy(without, 'ben', { image: 'x', env: { A: '1' }, replicas: 4 })
  assert.deepEqual(changesOf(live, scaled), ['spec.replicas by ben with kit-edit', 'spec.env.B by ann with kit-edit'])
  const again = applyBy(scaled, 'ci', { image: 'x', env: { A: '1', B: '2' } })
  assert.equal(JSON.stringify(again).includes('removedV1'), false)
  assert.deepEqual(usersOf(again), [
    ['ben', 'f:replicas'],
    ['ci', 'f:env f:image'],
  ])
})

test('so many fields that were taken away are remembered, of people only', () => {
  const keys = Array.from({ length: 100 }, (_, at) => [`K${at}`, 'x'] as const)
  const live = applyBy(undefined, 'ci', { env: Object.fromEntries(keys) })
  const anns = recorded(updateBy(live, 'ann', { env: {} })).at(-1)
  assert.ok(anns !== undefined && isJsonObject(anns))
  assert.equal(readFields(anns['removedV1'])?.size, 32)
  assert.equal(JSON.stringify(updateBy(live, undefined, { env: {} })).includes('removedV1'), false)
})

test('nobody writes somebody else into the record, and nobody loses his place in it by what a client sends back', () => {
  const live = updateBy(updateBy(undefined, 'ann', { image: 'x' }), 'ben', { image: 'x', replicas: 1 })
  const [anns, bens] = recorded(live)
  assert.ok(isJsonObject(anns) && isJsonObject(bens))
  const { user: _, ...unnamed } = anns
  const spec = { image: 'x', replicas: 1 }
  const cases: readonly (readonly [string, readonly Json[], readonly Json[]])[] = [
    ['as they were', [anns, bens], [['ann', 'f:image'], ['ben', 'f:replicas']]],
    ['by a client that does not know users', [unnamed, bens], [['ann', 'f:image'], ['ben', 'f:replicas']]],
    ['with another name', [{ ...anns, user: 'ben' }, bens], [['ann', 'f:image'], ['ben', 'f:replicas']]],
    ['with another time', [{ ...anns, time: '2020-01-01T00:00:00Z' }, bens], [['ann', 'f:image'], ['ben', 'f:replicas']]],
    ['with fields of somebody else', [{ ...anns, fieldsV1: { 'f:spec': { 'f:image': {}, 'f:replicas': {} } } }], [['eve', 'f:image f:replicas']]],
    ['of a manager that was not there', [{ ...anns, manager: 'kit-scale' }, bens], [['eve', 'f:image'], ['ben', 'f:replicas']]],
  ] // biome-ignore format: a table
  for (const [what, managedFields, expected] of cases) {
    const after = updateBy(live, 'eve', spec, { managedFields })
    assert.deepEqual(usersOf(after), expected, what)
    assert.ok(!JSON.stringify(after).includes('2020'), what)
  }
})

const arbitrarySpec = fc
  .record(
    {
      image: fc.string(),
      env,
      nested: fc.dictionary(fc.constantFrom('p', 'q'), fc.record({ a: fc.string(), b: fc.string() }, { requiredKeys: [] }), { maxKeys: 2 }),
      networks: fc.uniqueArray(fc.constantFrom('n1', 'n2', 'n3')),
      ports: fc.uniqueArray(fc.record({ port: fc.integer({ min: 1, max: 4 }), target: fc.integer() }), { selector: (port) => port.port }),
    },
    { requiredKeys: [] },
  )
  .map((spec) => structuredClone(spec))
const sorted = (value: Json | undefined): Json =>
  Array.isArray(value)
    ? value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : isJsonObject(value)
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, each]) => [key, sorted(each)]),
        )
      : (value ?? null)

test('two managers on disjoint fields commute', () => {
  fc.assert(
    fc.property(arbitrarySpec, arbitrarySpec, (one, two) => {
      const a = {
        image: one.image ?? 'x',
        env: Object.fromEntries(Object.entries(one.env ?? {}).map(([k, v]) => [`a${k}`, v])),
        networks: one.networks ?? [],
      }
      const b = {
        env: Object.fromEntries(Object.entries(two.env ?? {}).map(([k, v]) => [`b${k}`, v])),
        ports: two.ports ?? [],
        networks: two.networks ?? [],
      }
      const base = object({ replicas: 1 })
      assert.deepEqual(sorted(specOf(apply(apply(base, 'a', a), 'b', b))), sorted(specOf(apply(apply(base, 'b', b), 'a', a))))
    }),
  )
})

test('whatever was there, the object holds what was applied, and applying it again is silent', () => {
  fc.assert(
    fc.property(arbitrarySpec, arbitrarySpec, arbitrarySpec, (first, second, third) => {
      const live = apply(apply(undefined, 'a', first), 'b', second, true)
      const after = apply(live, 'a', third, true)
      assert.deepEqual(applyConfig({ live: after, config: object(third), schema, writer: writer('a', 'later'), force: false }), after)
    }),
  )
})

test('a set of fields survives FieldsV1', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.array(fc.constantFrom('f:a', 'f:b', 'k:{"x":1}', 'v:"y"'), { minLength: 1, maxLength: 4 })), (paths) => {
      const fields = new Set(paths.map((path) => path.join('\u0000')))
      assert.deepEqual(readFields(writeFields(fields)), fields)
    }),
  )
})

test('a key with the separator in it reaches no prototype', () => {
  const written = writeFields(new Set(['f:spec\u0000f:env\u0000f:a\u0000__proto__\u0000f:b']))
  assert.deepEqual(written, { 'f:spec': { 'f:env': { 'f:a': { 'f:b': {} } } } })
  writeFields(new Set(['f:a\u0000constructor\u0000f:b', 'f:a\u0000constructor\u0000prototype\u0000f:b']))
  assert.equal(Reflect.get({}, 'f:b'), undefined)
  assert.equal(Reflect.get(Object, 'f:b'), undefined)
})
