// The clock of one of three managers is set hours ahead and back, of the one that leads and of another: nobody loses the
// lead by it, and nobody else notices.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { ask } from './api.ts'
import { Cluster, eventually } from './cluster.ts'
import { Counters } from './counters.ts'
import { FakeClock, whyNoFakeClock } from './fake-clock.ts'
import type { Machine } from './machine.ts'
import { ManagerMachines } from './manager-machines.ts'
import { isHere } from './required.ts'

const hourMs = 3_600_000
const app = `
name: app
services:
  web: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {replicas: 4, update_config: {monitor: 100ms}}}
`

if (isHere('faketime', whyNoFakeClock(), 'the clock of one of three managers that is set for real')) {
  const cluster = new Cluster()
  const clocks = [1, 2, 3, 4].map((number) => new FakeClock(join(cluster.home, `clock-${number}`)))
  const group = new ManagerMachines(cluster, {
    managers: 3,
    workers: 1,
    machine: (number) => ({ environment: clocks[number - 1]?.environment ?? {} }),
  })
  const { managers } = group
  const counters = new Counters()
  const sockets = managers.map((machine) => group.socketOf(machine))
  let tasks: readonly string[] = []

  before(async () => {
    await group.create()
    await cluster.kit('apply', '-f', cluster.file('app.yml', app))
    const [first] = managers
    assert.ok(first !== undefined)
    tasks = await group.tasks('app_web', first)
    for (const name of ['a', 'b']) {
      await counters.make(group.socketOf(first), name)
      for (const socket of sockets) counters.start(name, [socket])
    }
    await counters.goOnAt(sockets)
  })
  after(() => group.remove())

  const termOf = async (machine: Machine): Promise<string | undefined> =>
    /^kit_store_term (\d+)$/m.exec(String((await ask(group.socketOf(machine), 'GET', '/metrics')).body))?.[1]

  /** Resolves once its daemon goes by it. */
  async function setClock(machine: Machine, hours: number): Promise<void> {
    clocks[managers.indexOf(machine)]?.set(`${hours < 0 ? '' : '+'}${hours}h`)
    await eventually(async () => {
      const { headers } = await ask(group.socketOf(machine), 'GET', '/livez')
      const off = Date.parse(String(headers['date'])) - Date.now()
      assert.ok(Math.abs(off - hours * hourMs) < 60_000, `${off} ms`)
    })
  }

  /** The clock goes wrong, and right again: whether there was an election meanwhile. */
  async function setThereAndBack(who: 'leader' | 'follower', hours: number): Promise<boolean> {
    const leader = await group.leader()
    const [machine] = who === 'leader' ? [leader] : group.others(leader)
    assert.ok(machine !== undefined)
    const terms = await Promise.all(managers.map(termOf))
    for (const at of [hours, 0]) {
      await setClock(machine, at)
      await counters.goOnAt(sockets, 10)
    }
    for (const each of managers) assert.deepEqual(await group.tasks('app_web', each), tasks)
    return !isDeepStrictEqual(await Promise.all(managers.map(termOf)), terms)
  }

  for (const who of ['leader', 'follower'] as const)
    for (const hours of [5, -5])
      test(`the clock of the ${who} is set by ${hours} hours: nobody else leads, writes and tasks go on; and again when it is right`, async () => {
        // Where a leader gets no time to run, another one is elected, too, but not on each of these occasions.
        const occasions = 3
        let elections = 0
        while (elections < occasions && (await setThereAndBack(who, hours))) elections += 1
        assert.ok(elections < occasions, `there was an election on each of ${occasions} occasions`)
        await counters.whileTrue(group.converge())
      })

  test('what was acknowledged is there once', async () => {
    const [socket] = sockets
    assert.ok(socket !== undefined)
    await counters.end(socket, 20)
  })
}
