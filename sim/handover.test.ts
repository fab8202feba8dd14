// The manager that leads is stopped in order: it hands over first, and nobody waits for an election.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimulatedCluster } from './cluster.ts'
import { SeededRandom } from './effects/random.ts'

/** Less than the two ticks that a follower waits at least which is told that its leader is gone. */
const handedOverMs = 150

for (const seed of [1, 2, 3])
  test(`another manager leads within ${handedOverMs} ms of the moment at which the leader was told to end (seed ${seed})`, async () => {
    const cluster: SimulatedCluster = new SimulatedCluster({
      managers: 3,
      workers: 0,
      random: new SeededRandom(seed),
      plan: () => assert.fail('there are no tasks'),
      onEnded: (host) => queue.schedule(500, () => void cluster.start(host)),
    })
    const { queue, managers } = cluster
    try {
      await cluster.startAll()
      await cluster.until('all are there', () => managers.every((id) => cluster.storeOf(id)?.members.voters.length === 3))
      for (let round = 0; round < 3; round += 1) {
        const before = cluster.leader
        assert.ok(before !== undefined)
        const next = (): boolean => managers.some((id) => id !== before && cluster.storeOf(id)?.status().leads === true)
        const stoppedMs = queue.nowMs()
        const ended = cluster.stop(before)
        await cluster.until('another one leads', next)
        assert.ok(queue.nowMs() - stoppedMs < handedOverMs, `${queue.nowMs() - stoppedMs} ms`)
        await queue.settle(ended)
        void cluster.start(before)
        await cluster.until('it is back', () => cluster.storeOf(before)?.status().leader !== null && cluster.leader !== undefined)
      }
    } finally {
      cluster.end()
    }
  })
