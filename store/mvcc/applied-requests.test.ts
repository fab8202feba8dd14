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
  for (const piece of serialise(capture(state))) restorer.add(Buffer.from(piece))
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

const users = ['u', 'v', 'w'] as const

const asked = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', undefined),
  /** Nobody is known of what an older version decided. */
  by: fc.constantFrom('u', 'u', 'u', 'v', 'w', undefined),
  digest: fc.constantFrom('d', 'd', 'd', 'e'),
  isStale: fc.boolean(),
  isRestarted: fc.boolean(),
})

interface Remembered {
  readonly id: string
  readonly by: string | undefined
  readonly digest: string
  readonly at: number
}

/** The oldest of whoever has most, in the plainest words. */
function whichGoes(remembered: readonly Remembered[]): Remembered | undefined {
  const ofUsers = [...Map.groupBy(remembered, ({ by }) => by).values()]
  const most = Math.max(...ofUsers.map((own) => own.length))
  return ofUsers.flatMap((own) => (own.length === most ? own.slice(0, 1) : [])).toSorted((a, b) => a.at - b.at)[0]
}

/** Every request writes down that it came, in the name of an object: what is applied twice is there twice. */
test('whatever is asked for again: it is carried out once while it is among those of its user that are kept, and members agree on which those are', () => {
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (requests, most) => {
      const one = new State(0, { mostRequests: most })
      let other = new State(0, { mostRequests: most })
      let remembered: readonly Remembered[] = []
      const forgotten: Remembered[] = []
      const gone: Remembered[] = []
      for (const [at, { id: key, by, digest, isStale, isRestarted }] of requests.entries()) {
        const id = key === undefined ? undefined : `${by} ${key}`
        const write: Write = isStale ? { op: 'delete', kind: 'Node', name: 'nobody' } : create(`n${at}`)
        const request = id === undefined ? undefined : { ...mark(id, digest, at), ...(by !== undefined && { by }) }
        const commit: Commit = { writes: [write], ...(request !== undefined && { request }) }
        const known = remembered.find((each) => each.id === id)
        const fresh = isStale ? 'Conflict' : 'ADDED'
        const expected = known === undefined ? fresh : known.digest === digest ? `applied at ${known.at + 1}` : 'Invalid'
        if (isRestarted) other = restored(other, { mostRequests: most })
        assert.equal(apply(one, commit), expected)
        assert.equal(apply(other, commit), expected)
        if (id !== undefined && expected === 'ADDED') remembered = [...remembered, { id, by, digest, at }]
        const goes = remembered.length > most ? whichGoes(remembered) : undefined
        if (goes !== undefined) {
          forgotten.push(goes)
          remembered = remembered.filter((each) => each !== goes)
          // Of a user of whom nothing is left, it is not known any more whose it was.
          if (!remembered.some((each) => each.by === goes.by)) gone.push(...forgotten.filter((each) => each.by === goes.by))
        }
        for (const user of users) {
          const counts = [...gone, ...forgotten.filter((each) => each.by === undefined || each.by === user)]
          for (const each of [one, other])
            assert.equal(each.forgottenRequestsMs({ ...mark('any'), by: user }), Math.max(0, ...counts.map((each) => each.at)))
        }
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

test('nobody is made to forget by the floods of others what is within their share', () => {
  const most = 12
  fc.assert(
    fc.property(fc.array(fc.constantFrom('u', 'u', 'u', 'u', 'v', 'v', 'w'), { minLength: most, maxLength: 90 }), (order) => {
      const state = new State(0, { mostRequests: most })
      const asked = new Map(users.map((user): [string, RequestMark[]] => [user, []]))
      for (const [at, by] of order.entries()) {
        const request = { ...mark(`${by}${at}`, 'd', at + 1), by }
        asked.get(by)?.push(request)
        assert.equal(apply(state, { writes: [create(`n${at}`)], request }), 'ADDED')
        for (const own of asked.values())
          for (const kept of own.slice(-most / users.length)) {
            assert.notEqual(state.appliedRequest(kept), undefined)
            assert.ok(own.length > most / users.length || state.forgottenRequestsMs(kept) === 0)
          }
      }
      assert.equal(state.requests().length, most)
    }),
  )
})

test('what a version of before remembered of nobody in particular is read, and goes first when it is most', () => {
  const restorer = new Restorer({ mostRequests: 3 })
  const old = ['a', 'b', 'c'].map((id, at) => ({ ...mark(id, 'd', 10 + at), index: at + 1, kind: 'Node', name: id, uid: `uid-${id}` }))
  const lines = [
    { type: 'header', format: 1, index: 3, objects: 0 },
    { type: 'forgotten requests', atMs: 5 },
    ...old.map((request) => ({ type: 'request', request })),
  ]
  restorer.add(Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
  const state = restorer.finish()
  const own = { ...mark('x', 'd', 20), by: 'u' }
  assert.equal(state.forgottenRequestsMs(own), 5)
  assert.equal(apply(state, { writes: [create('n')], request: own }), 'ADDED')
  for (const each of [state, restored(state, { mostRequests: 3 })]) {
    assert.deepEqual(
      each.requests().map(({ id }) => id),
      ['b', 'c', 'x'],
    )
    assert.equal(each.forgottenRequestsMs(own), 10)
  }
})
