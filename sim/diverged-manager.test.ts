// One manager of three whose state is another one: it ends, is refused when it is started again, and everybody can see why.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inProcessClient } from '../client/in-process.ts'
import { SimulatedCluster } from './cluster.ts'
import { createSimulatedClock } from './effects/clock.ts'
import { SeededRandom } from './effects/random.ts'

/** From the write after which its state is another one. */
const foundWithinMs = 5_000
/** From its start. */
const refusedWithinMs = 60_000

for (const who of ['a follower', 'the leader'])
  test(`${who} whose state differs ends, and the others show it`, async () => {
    const cluster: SimulatedCluster = new SimulatedCluster({
      managers: 3,
      workers: 0,
      random: new SeededRandom(7),
      plan: () => ({ prepareMs: 20, startMs: 20, stopMs: 50 }),
      onEnded: (host) => queue.schedule(500, () => void cluster.start(host)), // Whom it asked to join was not there yet.
    })
    const { queue } = cluster
    const untilItEnds = async (withinMs: number): Promise<unknown> => {
      await queue.run(
        queue.nowMs() + withinMs,
        () => {},
        () => cluster.failures.length > 0,
      )
      return cluster.failures.splice(0)[0]
    }
    try {
      await cluster.startAll()
      const nodes = () => [...(cluster.store?.view.list('Node') ?? [])]
      await cluster.until('all have a vote', () => nodes().filter(({ status }) => status.manager?.member === 'Voter').length === 2)

      const { leader } = cluster
      const wrong = who === 'the leader' ? leader : cluster.managers.find((id) => id !== leader)
      assert(wrong !== undefined)
      const handle: Parameters<typeof inProcessClient>[0]['router']['handle'] = (request) => {
        const door = cluster.handle
        assert.ok(door !== undefined)
        return door(request)
      }
      const client = inProcessClient({ router: { handle }, clock: createSimulatedClock(queue), name: 'user' })
      const config = (data: string) => ({ apiVersion: 'kit/v1', kind: 'Config', metadata: { name: 'c' }, spec: { data } })
      await queue.settle(client.apply('Config', config('YQ=='), { fieldManager: 'user' }))
      await cluster.until('it is everywhere', () =>
        cluster.managers.every((each) => cluster.storeOf(each)?.view.get('Config', 'c') !== undefined),
      )

      // What is in its memory changes, and is replaced before it has looked.
      const damaged = cluster.storeOf(wrong)?.view.get('Config', 'c')
      assert(damaged !== undefined)
      Object.assign(damaged.metadata, { labels: { never: 'written' } })
      const name = nodes().find(({ status }) => status.description?.hostname === wrong)?.metadata.name
      await queue.settle(client.delete('Config', 'c'))
      const ended = await untilItEnds(foundWithinMs)
      assert.match(String(ended), new RegExp(`^Error: ${wrong} stopped`))
      const causeOf = (failure: unknown): string => (failure instanceof Error ? String(failure.cause) : '')
      assert.match(causeOf(ended), new RegExp(`cannot be trusted: at index \\d+ the state of manager ${name} has hash`))

      const shown = () => nodes().find(({ metadata }) => metadata.name === name)?.status.manager?.diverged
      await cluster.until('its node says so', () => shown() !== undefined)
      assert.match(shown() ?? '', /kit node demote/)
      const events = await queue.settle(client.raw({ method: 'GET', path: '/apis/kit/v1/events' }))
      assert.match(JSON.stringify(events), /ManagerDiverged/)

      void cluster.start(wrong)
      assert.match(causeOf(await untilItEnds(refusedWithinMs)), /holds a state that was not that of the other managers, and is not used/)
      const others = cluster.managers.filter((each) => each !== wrong)
      assert.ok(others.every((each) => cluster.storeOf(each)?.status().isStopped === false))
    } finally {
      cluster.end()
    }
  })
