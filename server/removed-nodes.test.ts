import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster, Node } from '../api/objects.ts'
import { isRemoved, mostRemoved, withRemoved } from './removed-nodes.ts'
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
  { what: 'whose certificate is valid for a moment more stays', known: ['b101'], node: lost('a', 300), list: ['b101', 'a300'] },
  { what: 'whose certificate has ended goes', known: ['c99', 'b100', 'd101'], node: lost('a', 300), list: ['d101', 'a300'] },
  { what: 'one that had no certificate is there until the next', known: [], node: lost('a'), list: ['a0'] },
  { what: 'and is gone then', known: ['b0'], node: lost('a', 300), list: ['a300'] },
  { what: 'nobody is in it twice', known: ['a200', 'b300'], node: lost('a', 400), list: ['b300', 'a400'] },
] as const
for (const { what, known, node, list } of cases)
  test(`removed nodes are remembered: ${what}`, () => {
    assert.deepEqual(withRemoved(clusterOf(...known.map(removed)), node, 100).status.removedNodes, list.map(removed))
  })

test(`the last ${mostRemoved} are remembered: of one more, the one that was removed first is forgotten; those that ended count for nothing`, () => {
  const full = Array.from({ length: mostRemoved }, (_, at) => ({ node: `n${at}`, until: 300 }))
  const names = (cluster: Cluster): readonly string[] => (cluster.status.removedNodes ?? []).map(({ node }) => node)
  const one = names(withRemoved(clusterOf(...full), lost('a', 300), 100))
  assert.deepEqual([one.length, one[0], one.at(-2), one.at(-1)], [mostRemoved, 'n1', `n${mostRemoved - 1}`, 'a'])
  const [, ...others] = full
  const ended = withRemoved(clusterOf(...others, { node: 'ended', until: 100 }), lost('a', 300), 100)
  assert.deepEqual(names(ended), [...others.map(({ node }) => node), 'a'])
})

test('a removed node is refused by every manager for as long as its certificate is valid, and one that a follower does not know may be new', async () => {
  const { client, clock, store } = createWorld()
  const nowMs = clock.wallMs()
  const nodes = [
    lost('long', nowMs + 1_000_000),
    lost('short', nowMs + 1_000),
    lost('next', nowMs + 1_000_000),
    lost('last', nowMs + 1_000_000),
  ]
  await store.commit({ writes: [clusterOf(), ...nodes].map((object) => ({ op: 'create', object })) })
  const refused = (leads: boolean): readonly string[] =>
    ['long', 'short', 'next', 'last', 'new'].filter((id) => isRemoved(store.view, leads, id))

  await Promise.all(['long', 'short'].map((name) => client.delete('Node', name)))
  assert.deepEqual(refused(false), ['long', 'short'], 'also of two that are removed at once')
  assert.deepEqual(refused(true), ['long', 'short', 'new'], 'whoever leads knows all')
  await clock.advance(999)
  await client.delete('Node', 'next')
  assert.deepEqual(refused(false), ['long', 'short', 'next'])
  await clock.advance(1)
  await client.delete('Node', 'last')
  assert.deepEqual(refused(false), ['long', 'next', 'last'], 'the certificate of the other has ended, which every manager refuses')
  assert.deepEqual(refused(true), ['long', 'short', 'next', 'last', 'new'])
})
