import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster, Node } from '../api/objects.ts'
import { isRemoved, mostEnded, mostRemoved, withRemoved } from './removed-nodes.ts'
import { createWorld } from './testdata/world.ts'

type Removed = NonNullable<Cluster['status']['removedNodes']>[number]

const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 })

function clusterOf(...removedNodes: readonly Removed[]): Cluster {
  return { kind: 'Cluster', metadata: metadata('default'), spec: {}, status: removedNodes.length === 0 ? {} : { removedNodes } }
}

/** One that is away, with a certificate that is valid until then. */
function lost(name: string, notAfter?: number): Node {
  const certificate = notAfter === undefined ? {} : { certificate: { publicKey: `key of ${name}`, notAfter } }
  return { kind: 'Node', metadata: metadata(name), spec: { role: 'Worker' }, status: { state: 'Down', role: 'Worker', ...certificate } }
}

/** `a300`: the node `a`, whose certificate is valid until 300. */
const removed = (text: string): Removed => ({ node: text.slice(0, 1), until: Number(text.slice(1)) })

const cases = [
  { what: 'the first', known: [], node: lost('a', 300), list: ['a300'] },
  { what: 'one more is the last', known: ['c300', 'b200'], node: lost('a', 250), list: ['c300', 'b200', 'a250'] },
  {
    what: 'whose certificate has ended stays',
    known: ['c99', 'b100', 'd101'],
    node: lost('a', 300),
    list: ['c99', 'b100', 'd101', 'a300'],
  },
  { what: 'one that had no certificate, too', known: ['b0'], node: lost('a'), list: ['b0', 'a0'] },
  { what: 'nobody is in it twice', known: ['a200', 'b300'], node: lost('a', 400), list: ['b300', 'a400'] },
] as const
for (const { what, known, node, list } of cases)
  test(`removed nodes are remembered: ${what}`, () => {
    assert.deepEqual(withRemoved(clusterOf(...known.map(removed)), node, 100).status.removedNodes, list.map(removed))
  })

/** Those that are remembered when one more is removed. */
const names = (known: readonly Removed[]): readonly string[] =>
  (withRemoved(clusterOf(...known), lost('a', 300), 100).status.removedNodes ?? []).map(({ node }) => node)
const many = (count: number, until: number): readonly Removed[] =>
  Array.from({ length: count }, (_, at) => ({ node: `n${at}-${until}`, until }))

test(`the last ${mostRemoved} are remembered: of one more, the one that was removed first is forgotten`, () => {
  const list = names(many(mostRemoved, 300))
  assert.deepEqual([list.length, list[0], list.at(-2), list.at(-1)], [mostRemoved, 'n1-300', `n${mostRemoved - 1}-300`, 'a'])
})

test(`whose certificate has ended is remembered while it is one of the last ${mostEnded}`, () => {
  assert.deepEqual(names([...many(3, 101), ...many(mostEnded, 100)]), [
    ...many(3, 101).map(({ node }) => node),
    ...many(mostEnded, 100)
      .map(({ node }) => node)
      .slice(1),
    'a',
  ])
})

test('a removed node is refused by every manager, also once its certificate has ended, and one that a follower does not know may be new', async () => {
  const { client, clock, store } = createWorld()
  const nowMs = clock.wallMs()
  const nodes = [lost('long', nowMs + 1_000_000), lost('short', nowMs + 1_000), lost('last', nowMs + 1_000_000)]
  await store.commit({ writes: [clusterOf(), ...nodes].map((object) => ({ op: 'create', object })) })
  const refused = (leads: boolean): readonly string[] => ['long', 'short', 'last', 'new'].filter((id) => isRemoved(store.view, leads, id))

  await Promise.all(['long', 'short'].map((name) => client.delete('Node', name)))
  assert.deepEqual(refused(false), ['long', 'short'], 'also of two that are removed at once')
  assert.deepEqual(refused(true), ['long', 'short', 'new'], 'whoever leads knows all')
  await clock.advance(2_000)
  await client.delete('Node', 'last')
  assert.deepEqual(refused(false), ['long', 'short', 'last'])
  assert.deepEqual(refused(true), ['long', 'short', 'last', 'new'])
})
