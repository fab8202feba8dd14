// Several members under faults, down to the bytes on their disks (`testdata/simulated-group.ts`). For a night:
// `KIT_STORE_RUNS=5000 KIT_STORE_FROM=1000 npm test -- store/members-simulation.test.ts`

import assert from 'node:assert/strict'
import { messageOf } from '../effects/thrown.ts'
import { testInThread } from '../sim/testdata/test-in-thread.ts'
import { type GroupOutcome, SimulatedGroup } from './testdata/simulated-group.ts'

const runs = Number(process.env['KIT_STORE_RUNS'] ?? 30)
const from = Number(process.env['KIT_STORE_FROM'] ?? 1)

testInThread(import.meta.filename, `${runs} unlucky groups of members lose nothing that was acknowledged, and end as one`, async () => {
  const outcomes: GroupOutcome[] = []
  for (let seed = from; seed < from + runs; seed += 1) {
    try {
      outcomes.push(await new SimulatedGroup(seed).run())
    } catch (error) {
      const again = `KIT_STORE_FROM=${seed} KIT_STORE_RUNS=1 npm test -- store/members-simulation.test.ts`
      const why = messageOf(error)
      throw new Error(`seed ${seed} failed: ${why}\nagain: ${again}`, { cause: error })
    }
  }
  const sum = (of: (outcome: GroupOutcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0)
  if (runs < 20) return // What few runs reach says nothing.
  assert(sum(({ acknowledged }) => acknowledged) > runs * 50, 'enough is acknowledged')
  assert(sum(({ crashes }) => crashes) > runs * 5, 'members crash')
  assert(sum(({ terms }) => terms) > runs * 2, 'leaders change')
  assert(sum(({ installs }) => installs) > runs / 4, 'states are sent')
  assert(sum(({ reads }) => reads) > runs * 10, 'reads are answered')
  assert(sum(({ changes }) => changes) > runs, 'members change')
  assert(sum(({ found }) => found) > runs / 10, 'damaged memory is found')
  assert(sum(({ strayed }) => strayed) > 0, 'so is a write that went to another place')
  assert(sum(({ calls }) => calls) > runs * 150, 'clients call')
  assert(sum(({ rekeyed }) => rekeyed) > runs * 3, 'members go over to other keys')
  assert(sum(({ clean }) => clean) > runs, 'and forget those of before')
  assert(sum(({ repeats }) => repeats) > runs / 2, 'requests are repeated that were carried out')
})

testInThread(import.meta.filename, 'the same seed gives the same run', async () => {
  for (const seed of [from, from + 7]) assert.deepEqual(await new SimulatedGroup(seed).run(), await new SimulatedGroup(seed).run())
})
