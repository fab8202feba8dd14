// How far each manager is, asked of whichever manager: it is what that member says of itself, also when nobody leads.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isMemberStatus } from '../api/member.ts'
import { type ApiAnswer, localAdmin } from '../api/request.ts'
import { SimulatedCluster } from './cluster.ts'
import { SeededRandom } from './effects/random.ts'

test('any manager says how far each of them is, and without a majority those that are up still do', async () => {
  const cluster: SimulatedCluster = new SimulatedCluster({
    managers: 3,
    workers: 1,
    random: new SeededRandom(5),
    plan: () => ({ prepareMs: 20, startMs: 20, stopMs: 50 }),
    // Whoever would join at a manager that is none yet.
    onEnded: (host) => queue.schedule(500, () => void cluster.start(host)),
  })
  const { queue } = cluster
  const ask = async (node: string | undefined): Promise<ApiAnswer> => {
    assert.ok(cluster.handle !== undefined && node !== undefined)
    const path = `/apis/kit/v1/nodes/${node}/member`
    const request = { method: 'GET', path, query: {}, headers: {}, identity: localAdmin, signal: new AbortController().signal } as const
    const response = await queue.settle(cluster.handle(request))
    assert.ok('body' in response)
    return response
  }
  try {
    await cluster.startAll()
    const voters = (): number =>
      [...(cluster.store?.view.list('Node') ?? [])].filter(({ status }) => (status.manager?.member ?? 'Learner') !== 'Learner').length
    await cluster.until('all are there', () => voters() === 3 && cluster.nodeOf(cluster.workers[0] ?? '') !== undefined)

    // Each is asked several times: which manager is asked, chance decides.
    for (const host of [...cluster.managers, ...cluster.managers, ...cluster.managers]) {
      const { status, body } = await ask(cluster.nodeOf(host))
      assert.equal(status, 200, JSON.stringify(body))
      assert.ok(isMemberStatus(body))
      const own = cluster.storeOf(host)?.status()
      assert.ok(own !== undefined && own.leader !== null)
      assert.deepEqual([body.role, body.term, body.leader], [own.role, own.term, own.leader], host)
      assert.ok(body.appliedIndex > 0 && body.appliedIndex <= own.applied && body.replayBytes > 0)
    }
    assert.match(JSON.stringify((await ask(cluster.nodeOf(cluster.workers[0] ?? ''))).body), /is not a member of the store/)

    const { leader } = cluster
    const [left, other] = cluster.managers.filter((host) => host !== leader)
    assert.ok(leader !== undefined && left !== undefined && other !== undefined)
    cluster.kill(leader)
    cluster.kill(other)
    await cluster.until('it has noticed', () => cluster.storeOf(left)?.status().leader === null)
    const { body } = await ask(cluster.nodeOf(left))
    assert.ok(isMemberStatus(body) && body.role !== 'leader' && body.leader === undefined, JSON.stringify(body))
    const silent = await ask(cluster.nodeOf(leader))
    assert.equal(silent.status, 503)
    assert.match(JSON.stringify(silent.body), /the manager at \S+ does not answer/)
  } finally {
    cluster.end()
  }
})
