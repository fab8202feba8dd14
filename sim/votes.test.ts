// Five managers on a slow network, whose leader dies over and over: elections collide, and nobody votes twice.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nobodyVotesTwice } from './checkers/nobody-votes-twice.ts'
import { SimulatedCluster } from './cluster.ts'
import { CommonLog } from './common-log.ts'
import { SeededRandom } from './effects/random.ts'

const managers = 5
const deaths = 25
/** A round trip takes as long as some ticks: whoever asks for votes does not know yet that others do. */
const slowMs = 120
const againMs = 1_000

test('nobody votes twice and one leads at most, in elections that several want to win', async () => {
  const fail = (error: unknown): void => void cluster.failures.push(error)
  const votes = nobodyVotesTwice(fail)
  const log = new CommonLog({ fail })
  const cluster: SimulatedCluster = new SimulatedCluster({
    managers,
    workers: 0,
    random: new SeededRandom(5),
    plan: () => assert.fail('there are no tasks'),
    onStore(store, isRestart, host) {
      log.follow(store, isRestart, host)
      store.onLeadership((leads) => (leads ? votes.leads(host, store.status().term) : undefined))
    },
    // It was told to join where nobody was yet.
    onEnded: (host) => queue.schedule(againMs, () => void cluster.start(host)),
  })
  const { queue, network } = cluster
  network.listen = (...sent) => votes.sent(...sent)
  /** Who leads hears everybody. */
  const areTogether = (): boolean => {
    const { leader } = cluster
    const store = leader === undefined ? undefined : cluster.storeOf(leader)
    const followers = store?.followers()?.filter(({ isReachable }) => isReachable) ?? []
    return store?.members.voters.length === managers && followers.length === managers - 1
  }
  try {
    await cluster.startAll()
    await cluster.until('all are there', areTogether)
    network.latencyMs = slowMs
    for (let death = 0; death < deaths; death += 1) {
      const before = cluster.leader ?? assert.fail('nobody leads')
      cluster.kill(before)
      await cluster.until('another leads', () => cluster.leader !== undefined && cluster.leader !== before)
      void cluster.start(before)
      await cluster.until('all are there again', areTogether)
    }
    assert.ok(votes.contested() > 2, `${votes.contested()} elections only that two wanted to win`)
  } finally {
    cluster.end()
  }
})
