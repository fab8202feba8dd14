// The manager that founded the cluster was away until its certificate had expired, or has lost it, while others lead; and all
// managers were.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { managerId, SimulatedCluster } from './cluster.ts'
import { SeededRandom } from './effects/random.ts'

const lifeMs = 120_000
const againMs = 1_000

/** Three managers, whose certificates last shortly. */
async function openThree() {
  const warnings: string[] = []
  const cluster: SimulatedCluster = new SimulatedCluster({
    managers: 3,
    workers: 0,
    random: new SeededRandom(3),
    plan: () => assert.fail('there are no tasks'),
    onEnded: (host) => cluster.queue.schedule(againMs, () => void cluster.start(host)),
    onWarning: (host, message) => (host === managerId ? warnings.push(message) : undefined),
  })
  const { queue } = cluster
  const answering = (count: number): boolean => {
    const store = cluster.leader === undefined ? undefined : cluster.storeOf(cluster.leader)
    return store?.members.voters.length === 3 && store.followers()?.filter(({ isReachable }) => isReachable).length === count - 1
  }
  await queue.settle(cluster.start(managerId))
  await cluster.until('there is a token', () => cluster.token !== undefined)
  const { store } = cluster
  const settings = store?.view.get('Cluster', 'default')
  assert.ok(store !== undefined && settings !== undefined)
  const spec = { ...settings.spec, ca: { nodeCertExpiry: `${lifeMs}ms` } }
  await queue.settle(store.commit({ writes: [{ op: 'update', object: { ...settings, spec } }] }))
  for (const id of cluster.managers.slice(1)) void cluster.start(id)
  const areAll = (): boolean => cluster.managers.every((id) => cluster.storeOf(id)?.members.voters.length === 3)
  await cluster.until('all are there', () => answering(3) && areAll())
  const isShort = (id: string): boolean => {
    const present = cluster.leader === undefined ? undefined : cluster.storeOf(cluster.leader)
    const { notAfter } = present?.view.get('Node', cluster.nodeOf(id) ?? '')?.status.certificate ?? {}
    return notAfter !== undefined && notAfter < cluster.wallMs + lifeMs
  }
  await cluster.until('all have certificates that last shortly', () => cluster.managers.every(isShort))
  return { cluster, answering, warnings }
}

/** Of three managers the founder is away until its certificate has expired. */
async function whileItWasAway() {
  const { cluster, answering, warnings } = await openThree()
  const { queue } = cluster
  const node = cluster.nodeOf(managerId)
  cluster.kill(managerId)
  await queue.run(queue.nowMs() + 2 * lifeMs)
  await cluster.until('the others lead', () => answering(2))
  return { cluster, answering, node, warnings }
}

test('a founder whose certificate has expired says what to do, and comes back as who it was with a token', async () => {
  const { cluster, answering, node, warnings } = await whileItWasAway()
  try {
    void cluster.start(managerId)
    const told = /^The certificate of this node has expired, .* start it with --join-addr of a manager that leads and --join-token/
    await cluster.until('it says so', () => warnings.some((warning) => told.test(warning)))
    assert.ok(answering(2), 'nobody lets it in')
    cluster.kill(managerId)
    const token = cluster.tokenOf(managerId)
    void cluster.start(managerId, { token, at: 'manager-2' })
    await cluster.until('it is back', () => answering(3))
    assert.equal(cluster.nodeOf(managerId), node)
    cluster.kill(managerId)
    void cluster.start(managerId, { token, at: 'manager-2' })
    await cluster.until('the same flags do once more', () => answering(3))
  } finally {
    cluster.end()
  }
})

test('a founder that is started to join another cluster, or without what it was, says how it could come back', async () => {
  const { cluster } = await whileItWasAway()
  const whyNot = async (token: string | undefined): Promise<string> => {
    await cluster.queue.settle(cluster.start(managerId, { token, at: 'manager-2' }))
    const [failure] = cluster.failures.splice(0)
    assert.ok(failure instanceof Error && failure.cause instanceof Error)
    return failure.cause.message
  }
  try {
    assert.match(
      await whyNot(undefined),
      /belongs to a manager of a cluster: .*it needs the token that `kit swarm join-token manager` prints/,
    )
    const other = `SWMTKN-1-${'0'.repeat(50)}-${'1'.repeat(25)}`
    assert.match(await whyNot(other), /belongs to a manager of a cluster: choose an empty directory/)
    cluster.forgetCertificates(managerId)
    assert.match(
      await whyNot(cluster.tokenOf(managerId)),
      /whose certificate and key are lost: `kit node demote` and `kit node rm` it there, delete the directory/,
    )
  } finally {
    cluster.end()
  }
})

test('all were away until every certificate had expired: nobody leads, until they are told to accept such; then nothing is lost, and they are told no more', async () => {
  const { cluster, answering } = await openThree()
  const { queue, managers } = cluster
  const nodes = managers.map((id) => cluster.nodeOf(id))
  const startAll = (acceptExpired: boolean): void => {
    for (const id of managers) void cluster.start(id, { token: undefined, acceptExpired })
  }
  try {
    const last = cluster.store?.view.resourceVersion ?? 0
    for (const id of managers) cluster.kill(id)
    await queue.run(queue.nowMs() + 2 * lifeMs)
    void cluster.start(managerId)
    await queue.run(queue.nowMs() + lifeMs)
    assert.equal(cluster.leader, undefined)
    cluster.kill(managerId)

    startAll(true)
    await cluster.until('they have found each other', () => answering(3))
    const notAfter = (id: string): number => cluster.store?.view.get('Node', cluster.nodeOf(id) ?? '')?.status.certificate?.notAfter ?? 0
    await cluster.until('they have new certificates', () => managers.every((id) => notAfter(id) > cluster.wallMs))
    for (const id of managers) assert.ok((cluster.storeOf(id)?.view.resourceVersion ?? 0) > last, `${id} has all that there was`)
    assert.deepEqual(
      managers.map((id) => cluster.nodeOf(id)),
      nodes,
    )
    for (const id of managers) cluster.kill(id)
    startAll(false)
    await cluster.until('they go on without being told', () => answering(3))
  } finally {
    cluster.end()
  }
})
