// Whatever a member's log holds when a leader takes over, in the end it is the leader's: the paper's figure 7, and any logs
// that the rules allow.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { defaultSettings } from './core.ts'
import type { Entry } from './entry.ts'
import { Cluster, tightSettings } from './testdata/cluster.ts'

/** The terms of its entries, from index 1. */
type Terms = readonly number[]

function entriesOf(terms: Terms): readonly Entry[] {
  return terms.map((term, at): Entry => ({ index: at + 1, term, type: 'normal', data: new Uint8Array([at + 1, term]) }))
}

/** Member 1, whose log wins, takes over from members that have `others`; returns the logs once all is settled. */
function takeOver(leader: Terms, others: readonly Terms[], settings = defaultSettings): readonly Terms[] {
  const ids = ['1', ...others.map((_, at) => String(at + 2))]
  const cluster = new Cluster(ids, [], { ...settings, electionTicks: 5 })
  const newest = Math.max(...[leader, ...others].map((terms) => terms.at(-1) ?? 0))
  for (const [at, terms] of [leader, ...others].entries()) {
    const member = cluster.get(ids[at] ?? '')
    // Everybody has heard of the newest term there was, and has voted in none of it.
    const hardState = { term: newest, vote: null, commit: 0 }
    member.disk.write({
      hardState,
      entries: entriesOf(terms),
      term: newest,
      lastIndex: terms.length,
      lastTerm: terms.at(-1) ?? 0,
      messages: [],
    })
    cluster.crash(member)
    cluster.restart(member)
  }
  cluster.get('1').raft.campaign()
  cluster.settle()
  for (let round = 0; round < 3; round += 1) {
    cluster.get('1').raft.tick()
    cluster.settle()
  }
  assert.equal(cluster.get('1').raft.status.role, 'leader')
  cluster.observer.checkLogs(cluster.members)
  return cluster.members.map(({ raft }) => Array.from({ length: raft.status.lastIndex }, (_, at) => raft.termAt(at + 1) ?? 0))
}

const figure: Terms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
const followers: readonly (readonly [name: string, terms: Terms])[] = [
  ['lacks the last entry', [1, 1, 1, 4, 4, 5, 5, 6, 6]],
  ['lacks many', [1, 1, 1, 4]],
  ['has one more of the same term', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
  ['has more of a later term', [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
  ['lacks some and has others', [1, 1, 1, 4, 4, 4, 4]],
  ['led in terms of which nothing is left', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ['has nothing', []],
]
for (const [name, terms] of followers)
  for (const [limits, settings] of [
    ['', defaultSettings],
    [', an entry at a time', tightSettings],
  ] as const)
    test(`a follower that ${name} gets the log of the leader${limits}`, () => {
      // Three others with the leader's log elect it, whatever this one says.
      const logs = takeOver(figure, [terms, figure, figure, figure], settings)
      for (const log of logs) assert.deepEqual(log, [...figure, Math.max(...figure, ...terms) + 1])
    })

/** Terms that never fall, and leave `remainder` when they are divided by three: no leader of another remainder had them. */
function rising(from: number, steps: readonly number[], remainder: number): Terms {
  const first = 3 * Math.ceil((from - remainder) / 3) + remainder
  return steps.map((_, at) => first + 3 * steps.slice(0, at + 1).reduce((sum, step) => sum + step, 0))
}

const anySteps = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 8 })

test('any log that differs gets the log of a leader that a majority follows', () => {
  fc.assert(
    fc.property(anySteps, fc.tuple(fc.nat(8), anySteps), fc.tuple(fc.nat(8), anySteps), fc.boolean(), (steps, one, other, isTight) => {
      const leader = rising(1, steps, 1)
      // Each shares a beginning with the leader; what follows no other member has.
      const others = [one, other].map(([shared, own], at) => {
        const begin = leader.slice(0, shared)
        return [...begin, ...rising(begin.at(-1) ?? 1, own, at === 0 ? 2 : 0)].filter((term) => term > 0)
      })
      const logs = takeOver(leader, [...others, leader, leader, leader], isTight ? tightSettings : defaultSettings)
      for (const log of logs) assert.deepEqual(log, logs[0])
      assert.deepEqual(logs[0]?.slice(0, -1), leader)
    }),
    { numRuns: 200 },
  )
})
