// The core under bad luck, in virtual time (`testdata/simulation.ts`). A failure prints its seed, the faults that
// it needs, the end of its history, and the command that runs it again. For a night:
// `KIT_RAFT_RUNS=20000 KIT_RAFT_FROM=1000 npm test -- store/raft/simulation.test.ts`

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Outcome, runSeed, Simulation } from './testdata/simulation.ts'

const runs = Number(process.env['KIT_RAFT_RUNS'] ?? 1_000)
const from = Number(process.env['KIT_RAFT_FROM'] ?? 1)

test(`${runs} unlucky histories keep every invariant, and end well`, () => {
  const outcomes: Outcome[] = []
  for (let seed = from; seed < from + runs; seed += 1) outcomes.push(runSeed(seed))
  const mean = (of: (outcome: Outcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / runs
  if (runs < 100) return // What few runs reach says nothing.
  assert(mean(({ committed }) => committed) > 50, 'enough is committed')
  assert(mean(({ terms }) => terms) > 3, 'leaders change')
  assert(mean(({ changes }) => changes) > 0.5, 'members change')
  assert(mean(({ snapshots }) => snapshots) > 5, 'snapshots are made')
  assert(mean(({ crashes }) => crashes) > 3, 'members crash')
  assert(mean(({ transfers }) => transfers) > 0.2, 'leadership is handed over')
  assert(mean(({ reads }) => reads) > 10, 'reads are answered')
})

test('the same seed gives the same history', () => {
  for (const seed of [from, from + 7, from + 11]) assert.deepEqual(new Simulation({ seed }).run(), new Simulation({ seed }).run())
})
