// A rotation of the root in a simulated cluster, over and over: each time a process dies on another event of it, and the
// rotation ends all the same, while every node and the manager believe each other at every moment.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wantedIssuer } from '../ca/cluster-ca.ts'
import { inProcessClient } from '../client/in-process.ts'
import { rootsAreTrusted } from './checkers/roots-are-trusted.ts'
import { managerId, SimulatedCluster } from './cluster.ts'
import { createSimulatedClock } from './effects/clock.ts'
import { SeededRandom } from './effects/random.ts'
import { rotateRoot } from './workload.ts'

/** Runs of one victim; more would only be closer to each other. */
const deaths = 25
const downMs = 700

interface Death {
  readonly who: string
  /** Events after the rotation was asked for. */
  readonly event: number
}

/** Resolves with the events that it took until every node trusts the new root only. */
async function rotate(death?: Death): Promise<number> {
  const fail = (error: unknown): void => void cluster.failures.push(error)
  const roots = rootsAreTrusted(() => cluster, fail)
  const cluster: SimulatedCluster = new SimulatedCluster({
    workers: 2,
    random: new SeededRandom(7),
    plan: () => ({ prepareMs: 1, startMs: 1, stopMs: 1 }),
    onCertificate: (host) => roots.changed(host),
    onEnded: (_, error) => fail(error),
  })
  const { queue } = cluster
  const isSettled = (): boolean => {
    const { view } = cluster.store ?? {}
    const ca = view?.get('Cluster', 'default')?.status.ca
    if (view === undefined || ca === undefined || ca.rotation !== undefined) return false
    return cluster.hosts.every((host) => {
      const { state, description } = view.get('Node', cluster.nodeOf(host) ?? '')?.status ?? {}
      return state === 'Ready' && description?.issuer === wantedIssuer(ca) && cluster.certificateOf(host)?.root === ca.certificate
    })
  }
  await cluster.startAll()
  const { store, handle } = cluster
  assert.ok(store !== undefined && handle !== undefined)
  await cluster.until('all are there', isSettled)

  const before = store.view.get('Cluster', 'default')?.status
  const first = queue.executed
  const client = inProcessClient({ router: { handle }, clock: createSimulatedClock(queue), name: 'user' })
  void rotateRoot(client).catch(() => 0)
  let isOver = death === undefined
  await cluster.until(
    'the new root is the root',
    () => isOver && isSettled() && cluster.store?.view.get('Cluster', 'default')?.status.ca?.certificate !== before?.ca?.certificate,
    {
      onEvent() {
        if (isOver || death === undefined || queue.executed - first < death.event) return
        isOver = true
        cluster.kill(death.who)
        queue.schedule(downMs, () => void cluster.start(death.who))
      },
    },
  )
  const after = cluster.store?.view.get('Cluster', 'default')?.status
  for (const role of ['worker', 'manager'] as const) assert.notEqual(after?.joinTokens?.[role], before?.joinTokens?.[role])
  cluster.end()
  return queue.executed - first
}

for (const who of [managerId, 'worker-1'])
  test(`a rotation ends, and nobody is locked out, on whichever event the ${who} dies`, async () => {
    const events = await rotate()
    assert.ok(events > deaths, `${events} events`)
    // The request itself may die with the manager: it must have been acknowledged.
    const earliest = 10
    const step = (events - earliest) / deaths
    for (let at = 0; at < deaths; at += 1) {
      const event = Math.round(earliest + at * step)
      await rotate({ who, event }).catch((error: unknown) => {
        throw new Error(`when ${who} dies on event ${event} of ${events}`, { cause: error })
      })
    }
  })
