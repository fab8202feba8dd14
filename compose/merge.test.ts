import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ManagedFieldsEntry } from '../api/objects.ts'
import { mergeThreeWay, ownersOf } from './merge.ts'

const entry = (manager: string, fieldsV1: ManagedFieldsEntry['fieldsV1']): ManagedFieldsEntry => {
  return { manager, operation: 'Update', apiVersion: 'kit/v1', time: '2026-01-01T00:00:00Z', fieldsType: 'FieldsV1', fieldsV1 }
}
const byCli = [entry('kit', { 'f:spec': { 'f:replicas': {} } })]
const byStack = [entry('stack', { 'f:spec': { 'f:replicas': {} } })]
const spec = (members: object) => ({ spec: members })
const object = { kind: 'Service', name: 'shop_web' }

const cases: readonly {
  readonly name: string
  readonly last: object
  readonly now: object
  readonly live: object
  readonly owners?: readonly ManagedFieldsEntry[]
  readonly merged: object
  readonly conflicts?: readonly string[]
}[] = [
  {
    name: 'what the file changed and nobody else did is written',
    last: { image: 'a', replicas: 3 },
    now: { image: 'b', replicas: 3 },
    live: { image: 'a', replicas: 3 },
    merged: { image: 'b', replicas: 3 },
  },
  {
    name: 'what somebody scaled by hand stays when the file says what it said before',
    last: { replicas: 3 },
    now: { replicas: 3 },
    live: { replicas: 5 },
    owners: byCli,
    merged: { replicas: 5 },
  },
  {
    name: 'another change of the file leaves the scale alone',
    last: { replicas: 3, env: { A: '1' } },
    now: { replicas: 3, env: { A: '2' } },
    live: { replicas: 5, env: { A: '1' } },
    owners: byCli,
    merged: { replicas: 5, env: { A: '2' } },
  },
  {
    name: 'a change of the file to what was set by hand is a conflict that names both and the owner',
    last: { replicas: 3 },
    now: { replicas: 4 },
    live: { replicas: 5 },
    owners: byCli,
    merged: { replicas: 5 },
    conflicts: ['spec.replicas 3→4 5 kit'],
  },
  {
    name: 'the file catching up with what was set by hand is no conflict',
    last: { replicas: 3 },
    now: { replicas: 5 },
    live: { replicas: 5 },
    owners: byCli,
    merged: { replicas: 5 },
  },
  {
    name: 'what an apply that was cut short wrote is not somebody else’s',
    last: { replicas: 3 },
    now: { replicas: 5 },
    live: { replicas: 4 },
    owners: byStack,
    merged: { replicas: 5 },
  },
  {
    name: 'without a record a difference may be anybody’s',
    last: { replicas: 3 },
    now: { replicas: 4 },
    live: { replicas: 5 },
    merged: { replicas: 5 },
    conflicts: ['spec.replicas 3→4 5 an unknown writer'],
  },
  {
    name: 'what the file drops goes, what others added stays',
    last: { env: { A: '1', B: '1' } },
    now: { env: { A: '1' } },
    live: { env: { A: '1', B: '1', C: 'theirs' } },
    merged: { env: { A: '1', C: 'theirs' } },
  },
  {
    name: 'a whole section that the file drops goes',
    last: { env: { A: '1' }, image: 'a' },
    now: { image: 'a' },
    live: { env: { A: '1' }, image: 'a' },
    merged: { image: 'a' },
  },
  {
    name: 'dropping what somebody else changed is a conflict',
    last: { replicas: 3 },
    now: {},
    live: { replicas: 5 },
    owners: byCli,
    merged: { replicas: 5 },
    conflicts: ['spec.replicas 3→undefined 5 kit'],
  },
  {
    name: 'the file setting for the first time what somebody set otherwise is a conflict',
    last: {},
    now: { replicas: 4 },
    live: { replicas: 5 },
    owners: byCli,
    merged: { replicas: 5 },
    conflicts: ['spec.replicas undefined→4 5 kit'],
  },
  {
    name: 'what somebody removed comes back when the file changes it',
    last: { replicas: 3 },
    now: { replicas: 4 },
    live: {},
    merged: { replicas: 4 },
  },
  {
    name: 'a list is one value',
    last: { command: ['a'] },
    now: { command: ['a', 'b'] },
    live: { command: ['x', 'a'] },
    merged: { command: ['x', 'a'] },
    conflicts: ['spec.command ["a"]→["a","b"] ["x","a"] an unknown writer'],
  },
]

for (const { name, last, now, live, owners, merged, conflicts = [] } of cases) {
  test(name, () => {
    const input = { object, last: spec(last), now: spec(now), live: spec(live), managedFields: owners }
    const result = mergeThreeWay({ ...input, force: false })
    const told = result.conflicts.map((each) => {
      return `${each.field.join('.')} ${JSON.stringify(each.ours.old)}→${JSON.stringify(each.ours.new)} ${JSON.stringify(each.theirs)} ${each.owner}`
    })
    assert.deepEqual(told, conflicts)
    assert.deepEqual(result.value, spec(merged))
    assert.deepEqual(mergeThreeWay({ ...input, force: true }).conflicts, [], 'force leaves no conflict')
  })
}

test('force takes the value of the file', () => {
  const sides = { last: spec({ replicas: 3 }), now: spec({ replicas: 4 }), live: spec({ replicas: 5 }) }
  assert.deepEqual(mergeThreeWay({ object, ...sides, managedFields: byCli, force: true }).value, spec({ replicas: 4 }))
})

test('a field belongs to whoever owns it, something in it, or the whole that it is part of', () => {
  const fields = [entry('a', { 'f:spec': { 'f:env': { '.': {}, 'f:X': {} } } }), entry('b', { 'f:spec': { 'f:command': {} } })]
  assert.deepEqual(ownersOf(fields, ['spec', 'env', 'X']), ['a'])
  assert.deepEqual(ownersOf(fields, ['spec', 'env']), ['a'])
  assert.deepEqual(ownersOf(fields, ['spec', 'env', 'Y']), [])
  assert.deepEqual(ownersOf(fields, ['spec', 'command', '0']), ['b'])
})

const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(1, 2, 'x'),
    fc.array(fc.integer(), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('node')),
  ),
})).node
const map = fc.dictionary(fc.constantFrom('a', 'b', 'c'), tree)

test('a file that did not change changes nothing, whatever lives', () => {
  fc.assert(
    fc.property(map, map, (file, live) => {
      const result = mergeThreeWay({ object, last: file, now: file, live, managedFields: undefined, force: true })
      assert.equal(result.value, live)
    }),
  )
})

test('when nobody else wrote, the outcome is what the file says', () => {
  fc.assert(
    fc.property(map, map, (last, now) => {
      const result = mergeThreeWay({ object, last, now, live: last, managedFields: undefined, force: false })
      assert.deepEqual(result.conflicts, [])
      assert.deepEqual(result.value, now)
    }),
  )
})

test('merging twice changes nothing more', () => {
  fc.assert(
    fc.property(map, map, map, fc.boolean(), (last, now, live, force) => {
      const once = mergeThreeWay({ object, last, now, live, managedFields: undefined, force })
      const twice = mergeThreeWay({ object, last, now, live: once.value, managedFields: undefined, force })
      assert.deepEqual(twice.value, once.value)
      assert.deepEqual(twice.conflicts, once.conflicts)
    }),
  )
})

test('who has only taken fields away owns nothing of an object', () => {
  const owners = [entry('kit-edit', {}), entry('kit-scale', { 'f:spec': { 'f:replicas': {} } })]
  assert.deepEqual([ownersOf(owners, []), ownersOf(owners, ['spec', 'replicas'])], [['kit-scale'], ['kit-scale']])
})
