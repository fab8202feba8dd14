import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reasonOf } from '../../api/errors.ts'
import type { Commit, RequestMark, Write } from '../../api/store.ts'
import { decodeCommit, encodeCommit } from './codec.ts'
import { capture, Restorer, serialise, stateHash } from './snapshot.ts'
import { State, type StateOptions } from './state.ts'
import { edit, node, task } from './testdata/builders.ts'

function mark(id: string, digest = 'd', atMs = 5): RequestMark {
  return { id, digest, atMs }
}

/** What becomes of the next entry: the events it makes, the version of the request that it repeats, or why it is refused. */
function apply(state: State, commit: Commit): string {
  const outcome = state.apply(state.resourceVersion + 1, decodeCommit(encodeCommit(commit)))
  if ('refused' in outcome) return reasonOf(outcome.refused) ?? ''
  return 'applied' in outcome ? `applied at ${outcome.applied.index}` : outcome.events.map(({ type }) => type).join(', ')
}

function restored(state: State, options: StateOptions = {}): State {
  const restorer = new Restorer(options)
  for (const piece of serialise(capture(state))) restorer.add(piece)
  return restorer.finish()
}

const create = (name: string): Write => ({ op: 'create', object: node(name) })

const table: readonly (readonly [what: string, commit: Commit, outcome: string])[] = [
  ['the same request', { writes: [create('a')], request: mark('r') }, 'applied at 1'],
  ['the same request, decided to do something else', { writes: [create('other')], request: mark('r') }, 'applied at 1'],
  [
    'the same request, based on what is past',
    { writes: [{ op: 'delete', kind: 'Node', name: 'a', expect: 9 }], request: mark('r') },
    'applied at 1',
  ],
  ['the same id for another request', { writes: [create('other')], request: mark('r', 'e') }, 'Invalid'],
  ['another request', { writes: [create('other')], request: mark('s') }, 'ADDED'],
  ['another request that is refused', { writes: [create('a')], request: mark('s') }, 'AlreadyExists'],
  ['no request', { writes: [create('a')] }, 'AlreadyExists'],
]
for (const [what, commit, outcome] of table)
  test(`after a request was carried out, ${what}: ${outcome}`, () => {
    const state = new State()
    assert.equal(apply(state, { writes: [create('a')], request: mark('r') }), 'ADDED')
    for (const each of [state, restored(state)]) {
      assert.equal(apply(each, commit), outcome)
      assert.equal(each.resourceVersion, 2)
      assert.equal(each.count('Node'), outcome === 'ADDED' ? 2 : 1)
    }
  })

test('what was refused is not remembered: it may be asked for again', () => {
  const state = new State()
  apply(state, { writes: [create('a')] })
  assert.equal(apply(state, { writes: [create('a')], request: mark('r') }), 'AlreadyExists')
  assert.equal(state.appliedRequest(mark('r')), undefined)
  apply(state, { writes: [{ op: 'delete', kind: 'Node', name: 'a' }] })
  assert.equal(apply(state, { writes: [create('a')], request: mark('r') }), 'ADDED')
})

test('it is known which object the last write of a request was about', () => {
  const state = new State()
  apply(state, { writes: [create('a'), create('b')], request: mark('create') })
  apply(state, {
    writes: [{ op: 'update', object: edit<'Node'>(state.get('Node', 'a'), { spec: { availability: 'Drain' } }) }],
    request: mark('update'),
  })
  apply(state, { writes: [{ op: 'delete', kind: 'Node', name: 'b' }], request: mark('delete', 'd', 7) })
  apply(state, { writes: [{ op: 'create', object: task('web.1.a') }], request: mark('task') })
  for (const each of [state, restored(state)]) {
    assert.deepEqual(each.appliedRequest(mark('create')), { ...mark('create'), index: 1, kind: 'Node', name: 'b', uid: 'uid-b' })
    assert.deepEqual(each.appliedRequest(mark('update')), { ...mark('update'), index: 2, kind: 'Node', name: 'a', uid: 'uid-a' })
    assert.deepEqual(each.appliedRequest(mark('delete')), { ...mark('delete', 'd', 7), index: 3, kind: 'Node', name: 'b', uid: 'uid-b' })
    assert.deepEqual(each.appliedRequest(mark('task')), { ...mark('task'), index: 4, kind: 'Task', name: 'web.1.a' })
  }
})

const asked = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', undefined),
  digest: fc.constantFrom('d', 'd', 'd', 'e'),
  isStale: fc.boolean(),
  isRestarted: fc.boolean(),
})

/** Every request writes down that it came, in the name of an object: what is applied twice is there twice. */
test('whatever is asked for again: it is carried out once while it is among the last, and members agree on which those are', () => {
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (requests, most) => {
      const [one, forgotten] = [new State(0, { mostRequests: most }), new Set<number>()]
      let other = new State(0, { mostRequests: most })
      let remembered: { readonly id: string; readonly digest: string; readonly at: number }[] = []
      for (const [at, { id, digest, isStale, isRestarted }] of requests.entries()) {
        const write: Write = isStale ? { op: 'delete', kind: 'Node', name: 'nobody' } : create(`n${at}`)
        const commit: Commit = { writes: [write], ...(id !== undefined && { request: mark(id, digest, at) }) }
        const known = remembered.find((each) => each.id === id)
        const fresh = isStale ? 'Conflict' : 'ADDED'
        const expected = known === undefined ? fresh : known.digest === digest ? `applied at ${known.at + 1}` : 'Invalid'
        if (isRestarted) other = restored(other, { mostRequests: most })
        assert.equal(apply(one, commit), expected)
        assert.equal(apply(other, commit), expected)
        if (id !== undefined && expected === 'ADDED') remembered = [...remembered, { id, digest, at }]
        for (const { at: old } of remembered.slice(0, -most)) forgotten.add(old)
        remembered = remembered.slice(-most)
        for (const each of [one, other]) assert.equal(each.forgottenRequestsMs, Math.max(0, ...forgotten))
        assert.deepEqual(
          one.requests().map((request) => [request.id, request.index - 1]),
          remembered.map((request) => [request.id, request.at]),
        )
      }
      assert.equal(stateHash(other), stateHash(one))
    }),
    { numRuns: 300 },
  )
})
