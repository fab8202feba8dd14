import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KitObject } from '../../api/objects.ts'
import type { Commit } from '../../api/store.ts'
import { decodeCommit, encodeCommit } from './codec.ts'
import { capture, DamagedState, Restorer, serialise, verify } from './snapshot.ts'
import { State } from './state.ts'
import { stateHashRules } from './state-hash.ts'
import { edit, node, task } from './testdata/builders.ts'

const names = ['web.1.a', 'web.2.a', 'db.1.a', 'n1', 'n2']
const history = fc.array(fc.record({ name: fc.constantFrom(...names), remove: fc.boolean(), value: fc.nat({ max: 3 }) }), {
  minLength: 1,
  maxLength: 30,
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never

/** Writes each in turn: makes it, changes it, or takes it away. */
function stateOf(steps: History, index = 0): State {
  const state = new State(index)
  for (const { name, remove, value } of steps) {
    const outcome = state.apply(state.resourceVersion + 1, decodeCommit(encodeCommit(commitOf(state, name, remove, value))))
    assert('events' in outcome)
  }
  return state
}

function commitOf(state: State, name: string, remove: boolean, value: number): Commit {
  const kind = name.includes('.') ? 'Task' : 'Node'
  if (state.get(kind, name) === undefined)
    return { writes: [{ op: 'create', object: kind === 'Task' ? task(name, {}, { at: value }) : node(name, { label: String(value) }) }] }
  if (remove) return { writes: [{ op: 'delete', kind, name }] }
  const object =
    kind === 'Task'
      ? edit<'Task'>(state.get('Task', name), { status: { state: 'Running', at: value } })
      : edit<'Node'>(state.get('Node', name), { spec: { availability: value % 2 === 0 ? 'Drain' : 'Pause' } })
  return { writes: [{ op: 'update', object }] }
}

/** Something of it is not as it was written. */
function damage(object: KitObject): void {
  Object.assign(object.status, { message: 'not what was written' })
}

test('the hash of a state is that of its objects, whatever became of others before', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const state = stateOf(steps)
      for (const _ of verify(capture(state)));
      const anew = new State(state.resourceVersion)
      for (const object of state.objects().toReversed()) anew.restore(object)
      assert.equal(anew.hash, state.hash)
    }),
  )
})

test('a state that holds anything else has another hash', () => {
  fc.assert(
    fc.property(history, history, (one, other) => {
      const [a, b] = [stateOf(one), stateOf(other)]
      const isEqual = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
      assert.equal(a.hash === b.hash, isEqual)
    }),
    { numRuns: 300 },
  )
})

function sorted(state: State): readonly string[] {
  return state
    .objects()
    .map((object) => JSON.stringify(object))
    .sort()
}

test('whichever object changes in memory, it is found, and no snapshot is made of it', () => {
  fc.assert(
    fc.property(history, fc.nat(), (steps, at) => {
      const state = stateOf(steps)
      const objects = state.objects()
      const object = objects[at % Math.max(1, objects.length)]
      if (object === undefined) return
      damage(object)
      assert.throws(() => [...verify(capture(state))], DamagedState)
      assert.throws(() => [...serialise(capture(state))], DamagedState)
    }),
  )
})

test('an object that was replaced before anybody saw that it was damaged leaves a trace', () => {
  const steps = [{ name: 'web.1.a', remove: false, value: 1 }]
  const [sound, damaged] = [stateOf(steps), stateOf(steps)]
  for (const object of damaged.objects()) damage(object)
  assert.equal(damaged.hash, sound.hash)
  for (const state of [sound, damaged])
    state.apply(2, {
      writes: [
        {
          op: 'update',
          object: { ...task('web.1.a', {}, { state: 'Running', at: 2 }), metadata: { name: 'web.1.a', resourceVersion: 1, createdAt: 1 } },
        },
      ],
    })
  assert.deepEqual(damaged.get('Task', 'web.1.a'), sound.get('Task', 'web.1.a'))
  assert.notEqual(damaged.hash, sound.hash)
})

test('a snapshot whose objects do not give its hash is not taken; one without a hash, or of other rules, is', () => {
  const state = stateOf([{ name: 'web.1.a', remove: false, value: 1 }])
  const text = [...serialise(capture(state))].join('')
  const taken = (changed: string): string => {
    const restorer = new Restorer()
    restorer.add(Buffer.from(changed))
    return restorer.finish().hash
  }
  assert.equal(taken(text), state.hash)
  assert.throws(() => taken(text.replace('"state":"New"', '"state":"Ready"')), DamagedState)
  assert.throws(() => taken(text.replace(state.hash, '0'.repeat(24))), DamagedState)
  assert.equal(taken(text.replace(/,"hash":"\w+","rules":\d+/, '')), state.hash)
  assert.equal(taken(text.replace(state.hash, '0'.repeat(24)).replace(/"rules":\d+/, `"rules":${stateHashRules + 1}`)), state.hash)
})

test('how a hash is made does not change unnoticed: members of two versions would take each other for damaged', () => {
  const state = stateOf([
    { name: 'web.1.a', remove: false, value: 1 },
    { name: 'n1', remove: false, value: 2 },
  ])
  assert.equal(state.hash, 'c2313b4ae5d6332b04ae72d6')
})
