import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reasonOf } from '../../api/errors.ts'
import type { Task } from '../../api/objects.ts'
import type { Commit, Guard, StoreEvent, Write } from '../../api/store.ts'
import { claims, slotOf } from '../../api/task.ts'
import { decodeCommit, encodeCommit } from './codec.ts'
import { capture, Restorer, serialise, stateHash, verify } from './snapshot.ts'
import { State } from './state.ts'
import { edit, nameOf, node, service, task } from './testdata/builders.ts'

/** Applies as the store does: through the codec. Returns the types of events, or the reason of the refusal. */
function apply(state: State, ...commits: readonly Commit[]): string {
  let last = ''
  for (const commit of commits) {
    const outcome = state.apply(state.resourceVersion + 1, decodeCommit(encodeCommit(commit)))
    assert(!('applied' in outcome), 'no request is repeated here')
    last = 'refused' in outcome ? outcome.refused.message : outcome.events.map(({ type, object }) => `${type} ${nameOf(object)}`).join(', ')
  }
  return last
}

function create(...objects: readonly (Write & { op: 'create' })['object'][]): Commit {
  return { writes: objects.map((object) => ({ op: 'create', object })) }
}

/** Service web at 1; its task in slot 1 at 2, in slot 2 at 3; slot 2 deleted at 4; a node at 5, changed at 6. */
function example(): State {
  const state = new State()
  apply(state, create(service('web')), create(task('web.1.a')), create(task('web.2.a')))
  apply(state, { writes: [{ op: 'delete', kind: 'Task', name: 'web.2.a' }] }, create(node('n')))
  apply(state, { writes: [{ op: 'update', object: edit<'Node'>(state.get('Node', 'n'), { spec: { availability: 'Drain' } }) }] })
  assert.equal(state.resourceVersion, 6)
  return state
}

const onService = { on: 'service', name: 'web', uid: 'uid-web', generation: 1 } as const
const guards: readonly (readonly [name: string, guard: Guard, refused: RegExp | undefined])[] = [
  ['a slot that did not change', { on: 'slot', serviceUid: 'uid-web', slot: '1', index: 2 }, undefined],
  ['a slot seen later than its change', { on: 'slot', serviceUid: 'uid-web', slot: '1', index: 6 }, undefined],
  [
    'a slot that changed',
    { on: 'slot', serviceUid: 'uid-web', slot: '1', index: 1 },
    /"web": slot 1 changed at 2, this write was based on 1/,
  ],
  ['a slot in which a task was deleted', { on: 'slot', serviceUid: 'uid-web', slot: '2', index: 3 }, /slot 2 changed at 4/],
  ['a slot that never was', { on: 'slot', serviceUid: 'uid-web', slot: '9', index: 0 }, undefined],
  ['a slot of a service that is gone', { on: 'slot', serviceUid: 'old', slot: '1', index: 3 }, /it is gone/],
  ['claims that did not change', { on: 'claims', serviceUid: 'uid-web', index: 4 }, undefined],
  ['claims that changed', { on: 'claims', serviceUid: 'uid-web', index: 3 }, /claimed slots changed at 4/],
  ['the service as it is', onService, undefined],
  ['another service of that name', { ...onService, uid: 'x' }, /uid is uid-web, this write was based on x/],
  ['another spec', { ...onService, generation: 2 }, /generation is 1, this write was based on 2/],
  ['a rollout that is not there', { ...onService, updateId: 'u' }, /status.update.id is absent, this write was based on u/],
  ['a service that is missing', { ...onService, name: 'db' }, /"db": it does not exist/],
  ['an object as it is', { on: 'object', kind: 'Node', name: 'n', resourceVersion: 6 }, undefined],
  [
    'an object that changed',
    { on: 'object', kind: 'Node', name: 'n', resourceVersion: 5 },
    /is 6, .* on 5 \(changed since: spec.availability\)/,
  ],
  ['an absence', { on: 'object', kind: 'Node', name: 'm', resourceVersion: 0 }, undefined],
  ['an absence that ended', { on: 'object', kind: 'Node', name: 'n', resourceVersion: 0 }, /it exists at resourceVersion 6/],
]
for (const [name, guard, refused] of guards)
  test(`guard: ${name} ${refused === undefined ? 'lets the commit through' : 'is a Conflict'}`, () => {
    const error = example().check({ writes: [], guards: [guard] })
    if (refused === undefined) return assert.equal(error, undefined)
    assert.equal(reasonOf(error), 'Conflict')
    assert.match(String(error?.message), refused)
  })

const stored = node('n')
const writes: readonly (readonly [name: string, write: Write, reason: string | undefined])[] = [
  ['creating what is there', { op: 'create', object: stored }, 'AlreadyExists'],
  [
    'updating the present version',
    { op: 'update', object: { ...stored, metadata: { ...stored.metadata, resourceVersion: 6 } } },
    undefined,
  ],
  ['updating an old version', { op: 'update', object: { ...stored, metadata: { ...stored.metadata, resourceVersion: 5 } } }, 'Conflict'],
  ['updating what is not there', { op: 'update', object: node('m') }, 'Conflict'],
  ['changing a uid', { op: 'update', object: { ...stored, metadata: { ...stored.metadata, resourceVersion: 6, uid: 'x' } } }, 'Invalid'],
  [
    'moving a task to another slot',
    { op: 'update', object: { ...task('web.1.a', { slot: 2 }), metadata: { name: 'web.1.a', resourceVersion: 2, createdAt: 1 } } },
    'Invalid',
  ],
  ['deleting', { op: 'delete', kind: 'Node', name: 'n' }, undefined],
  ['deleting the version that was seen', { op: 'delete', kind: 'Node', name: 'n', expect: 6 }, undefined],
  ['deleting a version that is past', { op: 'delete', kind: 'Node', name: 'n', expect: 5 }, 'Conflict'],
  ['deleting what is not there', { op: 'delete', kind: 'Node', name: 'm' }, 'Conflict'],
]
for (const [name, write, reason] of writes)
  test(`write: ${name} ${reason === undefined ? 'succeeds' : `is refused: ${reason}`}`, () => {
    assert.equal(reasonOf(example().check({ writes: [write] })), reason)
  })

test('a commit with one bad write changes nothing at all', () => {
  const state = example()
  const before = capture(state)
  assert.match(apply(state, create(node('m'), node('n'))), /already exists/)
  assert.deepEqual(capture(state).objects, before.objects)
  assert.equal(state.resourceVersion, 7)
  assert.equal(apply(state, create(node('m'), node('m'))), 'Node "m" is written twice in one commit')
})

test('an update that changes nothing keeps the version and makes no event', () => {
  const state = example()
  const slotIndex = state.slotIndex('uid-web', '1')
  assert.equal(apply(state, { writes: [{ op: 'update', object: edit<'Node'>(state.get('Node', 'n'), {}) }] }), '')
  assert.equal(apply(state, { writes: [{ op: 'update', object: edit<'Task'>(state.get('Task', 'web.1.a'), {}) }] }), '')
  assert.equal(state.get('Node', 'n')?.metadata.resourceVersion, 6)
  assert.equal(state.slotIndex('uid-web', '1'), slotIndex)
})

test('what a write does not change stays the same object', () => {
  const state = example()
  const before = state.get('Task', 'web.1.a')
  apply(state, { writes: [{ op: 'update', object: edit<'Task'>(before, { status: { state: 'Running', at: 1 } }) }] })
  assert.equal(state.get('Task', 'web.1.a')?.spec, before?.spec)
  assert.notEqual(state.get('Task', 'web.1.a')?.status, before?.status)
})

test('slots are forgotten with the last trace of their service', () => {
  const state = example()
  apply(state, { writes: [{ op: 'delete', kind: 'Service', name: 'web' }] })
  assert.equal(state.slotIndex('uid-web', '2'), 4)
  apply(state, { writes: [{ op: 'delete', kind: 'Task', name: 'web.1.a' }] })
  assert.equal(state.slotIndex('uid-web', '2'), 0)
})

test('small kinds are listed in order of name, tasks in order of creation', () => {
  const state = new State()
  apply(state, create(node('c'), node('a'), node('b')), create(task('web.9.a'), task('web.1.a')))
  assert.deepEqual([...state.list('Node')].map(nameOf), ['a', 'b', 'c'])
  assert.deepEqual([...state.list('Task')].map(nameOf), ['web.9.a', 'web.1.a'])
})

// One random history: what to do with which of a few objects. Some commits are refused; that is part of it.
const step = fc.record({
  what: fc.constantFrom('create', 'update', 'delete', 'move', 'node', 'service', 'stale'),
  slot: fc.integer({ min: 1, max: 3 }),
  name: fc.constantFrom('a', 'b'),
  state: fc.constantFrom<Task['status']['state']>('New', 'Running', 'Failed'),
  desired: fc.constantFrom<Task['spec']['desired']>('Running', 'Shutdown', 'Remove'),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function commitOf(state: State, { what, slot, name, state: taskState, desired }: Step): Commit {
  const taskName = `web.${slot}.${name}`
  const present = state.get('Task', taskName)
  if (what === 'create' || present === undefined) return create(task(taskName, { desired }))
  if (what === 'node') return create(node(`n-${name}${slot}`, { owner: name }))
  if (what === 'service')
    return state.get('Service', 'web') === undefined ? create(service('web')) : { writes: [{ op: 'delete', kind: 'Service', name: 'web' }] }
  if (what === 'delete') return { writes: [{ op: 'delete', kind: 'Task', name: taskName }] }
  if (what === 'move')
    return { writes: [{ op: 'update', object: edit<'Task'>(present, { spec: { ...present.spec, desired, nodeName: `node-${name}` } }) }] }
  const object = edit<'Task'>(present, { status: { state: taskState, at: slot } })
  return {
    writes: [{ op: 'update', object: what === 'stale' ? { ...object, metadata: { ...object.metadata, resourceVersion: 1 } } : object }],
  }
}

/** What every index says, computed the slow way. */
function checkIndexes(state: State): void {
  const tasks = [...state.list('Task')]
  for (const slot of ['1', '2', '3'])
    assert.deepEqual(
      state.tasksOfSlot('uid-web', slot),
      tasks.filter((each) => slotOf(each) === slot),
    )
  assert.deepEqual([...state.tasksOfService('uid-web')], tasks)
  for (const name of ['node-a', 'node-b'])
    assert.deepEqual(new Set(state.tasksOnNode(name)), new Set(tasks.filter(({ spec }) => spec.nodeName === name)))
  const owned = [...state.list('Node')].filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === 'a')
  assert.deepEqual(
    [...state.ownedBy('a')],
    owned.toSorted((x, y) => x.metadata.resourceVersion - y.metadata.resourceVersion),
  )
}

test('whatever the history: indexes agree with the objects, slot and claims indexes with the events', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const state = new State()
      const [slots, claimed] = [new Map<string, number>(), new Map<string, number>()]
      apply(state, create(service('web')))
      for (const each of steps) {
        if (each.what === 'service') continue // Forgetting is tested above; here everything is remembered.
        apply(state, commitOf(state, each))
        for (const event of state.ring.allAfter(state.resourceVersion - 1)) note(event, slots, claimed)
        for (const slot of ['1', '2', '3']) assert.equal(state.slotIndex('uid-web', slot), slots.get(slot) ?? 0)
        assert.equal(state.claimsIndex('uid-web'), claimed.get('web') ?? 0)
        checkIndexes(state)
      }
      const restored = throughSnapshot(state, 100)
      for (const slot of ['1', '2', '3']) assert.equal(restored.slotIndex('uid-web', slot), slots.get(slot) ?? 0)
    }),
    { numRuns: 200 },
  )
})

function note({ type, resourceVersion, object, previous }: StoreEvent, slots: Map<string, number>, claimed: Map<string, number>): void {
  if (object.kind !== 'Task') return
  slots.set(slotOf(object), resourceVersion)
  const before = previous?.kind === 'Task' && claims(previous)
  if (before !== (type !== 'DELETED' && claims(object))) claimed.set('web', resourceVersion)
}

test('equal histories make equal states, also when one of them went through a snapshot half-way', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.array(step, { maxLength: 20 }),
      fc.integer({ min: 1, max: 200 }),
      (first, second, cut) => {
        const [a, b] = [new State(), new State()]
        for (const each of first) {
          apply(a, commitOf(a, each))
          apply(b, commitOf(b, each))
        }
        const restored = throughSnapshot(b, cut)
        assert.equal(stateHash(restored), stateHash(a))
        assert.equal(restored.hash, a.hash)
        const withoutHistory = (said: string) => said.replace(/ \(changed since: .*\)/, '') // What the ring adds to a message is not state.
        for (const each of second)
          assert.equal(withoutHistory(apply(restored, commitOf(restored, each))), withoutHistory(apply(a, commitOf(a, each))))
        assert.equal(stateHash(restored), stateHash(a))
        assert.equal(restored.hash, a.hash)
        for (const _ of verify(capture(restored)));
      },
    ),
    { numRuns: 200 },
  )
})

function throughSnapshot(state: State, cut: number): State {
  const bytes = Buffer.from([...serialise(capture(state))].join(''))
  const restorer = new Restorer()
  for (let at = 0; at < bytes.length; at += cut) restorer.add(bytes.subarray(at, at + cut))
  return restorer.finish()
}

test('a snapshot is of the moment of its capture, whatever happens while it is written', () => {
  const state = example()
  const hash = stateHash(state)
  const captured = capture(state)
  apply(state, create(node('later')), { writes: [{ op: 'delete', kind: 'Task', name: 'web.1.a' }] })
  const restorer = new Restorer()
  for (const piece of serialise(captured)) restorer.add(Buffer.from(piece))
  assert.equal(stateHash(restorer.finish()), hash)
})

test('a snapshot remembers a deletion in a slot that still has a task, and in one that has none', () => {
  const state = example()
  apply(state, create(task('web.1.b')), { writes: [{ op: 'delete', kind: 'Task', name: 'web.1.b' }] })
  const restored = throughSnapshot(state, 100)
  assert.equal(restored.slotIndex('uid-web', '1'), 8)
  assert.equal(restored.slotIndex('uid-web', '2'), 4)
  assert.equal(restored.claimsIndex('uid-web'), 8)
})

test('a snapshot names a slot only while its last change is a deletion', () => {
  const state = example()
  const named = (): readonly string[] => capture(state).rest.flatMap((line) => (line.type === 'slot' ? [line.slot] : []))
  const before = named()
  const remove = (name: string) => ({ op: 'delete', kind: 'Task', name }) as const
  apply(state, { writes: [remove('web.1.a')] })
  assert.deepEqual(named(), [...before, '1'].sort())
  apply(state, create(task('web.1.b')))
  assert.deepEqual(named(), before)
  apply(state, { writes: [remove('web.1.b'), { op: 'create', object: task('web.1.c') }] })
  assert.deepEqual(named(), before)
  apply(state, create(task('web.1.d')))
  apply(state, { writes: [remove('web.1.d')] })
  const kept = state.get('Task', 'web.1.c')
  assert(kept !== undefined)
  apply(state, { writes: [{ op: 'update', object: edit(kept, { status: { state: 'Running', at: 1 } }) }] })
  assert.deepEqual(named(), before)
})

test('equal states are written alike, in whatever order their services came', () => {
  const state = new State()
  apply(state, create(service('web')), create(service('api')), create(task('web.1.a')), create(task('api.1.a')), create(task('web.2.a')))
  apply(state, { writes: [{ op: 'delete', kind: 'Task', name: 'web.1.a' }] })
  assert.equal(stateHash(throughSnapshot(state, 100)), stateHash(state))
})

test('a state that came as a snapshot knows what happens after it, and nothing before', () => {
  const state = example()
  const index = state.resourceVersion
  const restored = throughSnapshot(state, 100)
  assert.deepEqual(restored.ring.allAfter(index), [])
  assert.throws(
    () => restored.ring.allAfter(index - 1),
    (error) => reasonOf(error) === 'Expired',
  )
  apply(restored, create(node('later')))
  assert.deepEqual(
    restored.ring.allAfter(index).map(({ resourceVersion }) => resourceVersion),
    [index + 1],
  )
})
