// Three managers and a worker, each with a network of its own, that are cut off from each other in part: all around one of
// them, in one direction only, for moments, again and again, and not quite. Clients on all of them count up meanwhile
// (counters.ts), and tasks do not notice any of it.
// `KIT_CUTS=50 npm test -- e2e/partitions.test.ts` goes on with cuts at random, so many.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, eventually } from './cluster.ts'
import { Counters } from './counters.ts'
import type { Machine } from './machine.ts'
import { ManagerMachines } from './manager-machines.ts'
import { isHere } from './required.ts'
import { Wire, whyNoWire } from './wire.ts'

const cuts = Number(process.env['KIT_CUTS'] ?? '0')
/** Five seconds of patience (docs/operations.md), after the two that a leader may need to see that it is none; the rest is for a machine that does all of this at once. */
const answeredWithinMs = 5_000 + 2_000 + 3_000
const app = `
name: app
services:
  web: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {replicas: 4, update_config: {monitor: 100ms}}}
`

if (isHere('netns', await whyNoWire(), 'managers that are cut off from each other')) {
  const cluster = new Cluster()
  const wire = new Wire(4)
  const group = new ManagerMachines(cluster, {
    managers: 3,
    workers: 1,
    machine: (number) => ({ enter: wire.enter(number) }),
    address: (number) => `${wire.address(number)}:4242`,
  })
  const { managers } = group
  const counters = new Counters()
  const hostOf = (machine: Machine): number => group.all.indexOf(machine) + 1
  const sockets = (machines: readonly Machine[]): readonly string[] => machines.map((machine) => group.socketOf(machine))
  let tasks: readonly string[] = []

  before(async () => {
    await wire.create()
    await group.create()
    // A node that is cut off must not be given up within the test: this is about managers.
    await cluster.kit('cluster', 'update', 'default', '--heartbeatperiod', '30s')
    await cluster.kit('apply', '-f', cluster.file('app.yml', app))
    const [first] = managers
    assert.ok(first !== undefined)
    tasks = await group.tasks('app_web', first)
    assert.equal(tasks.length, 4)
    for (const name of ['a', 'b']) {
      await counters.make(group.socketOf(first), name)
      for (const socket of sockets(managers)) counters.start(name, [socket])
    }
    await counters.goOnAt(sockets(managers))
  })
  after(async () => {
    await group.remove()
    await wire.remove()
  })

  /** Everybody writes again, has the same, and the same tasks run in the same processes. */
  async function assertWhole(): Promise<void> {
    await counters.goOnAt(sockets(managers))
    await counters.whileTrue(group.converge())
    for (const machine of managers) assert.deepEqual(await group.tasks('app_web', machine), tasks, machine.name)
    for (const machine of group.all) assert.notEqual(machine.pid, undefined, `${machine.name} runs`)
  }

  const idOf = async (machine: Machine): Promise<string> => {
    const [asked] = group.others(machine)
    return (await group.nodes(asked ?? machine)).get(machine.name)?.metadata.name ?? ''
  }

  test('the leader is cut off: it says so in time and whom it misses, reads what it has, and the others go on', async () => {
    const cut = await group.leader()
    const others = group.others(cut)
    const ids = await Promise.all(others.map(idOf))
    await wire.plug(hostOf(cut), 'down')
    const cutMs = performance.now()
    const next = await group.leader(others)
    await counters.goOnAt(sockets(others))
    console.log(`the others go on ${Math.round(performance.now() - cutMs)} ms after the leader was cut off`)
    assert.notEqual(next, cut)

    await eventually(async () => assert.equal(await group.leads(cut), false))
    const refusedMs = performance.now()
    const refused = await cluster.fails(1, ...group.at(cut, 'config', 'create', 'nowhere', cluster.file('nowhere', 'x')))
    assert.ok(performance.now() - refusedMs < answeredWithinMs)
    assert.match(refused, /no manager leads: it takes 2 of 3 managers that reach each other, and this one does not hear from /)
    const missed = refused.slice(refused.indexOf('does not hear from'))
    for (const [at, id] of ids.entries()) assert.ok(missed.includes(`${id} (${group.addressOf(others[at] ?? cut)})`), refused)
    assert.match(await cluster.fails(1, ...group.at(cut, 'get', 'services')), /no manager leads/)
    const { code, out, err } = await cluster.run(group.at(cut, '--stale', 'get', 'services'))
    assert.deepEqual([code, /app_web +Replicated +4\/4/.test(out)], [0, true], out + err)
    assert.match(err, /this manager knows of none that leads: what it has may be old/)

    await wire.plug(hostOf(cut), 'up')
    await assertWhole()
    const late = counters.complaints.filter(({ tookMs }) => tookMs > answeredWithinMs)
    assert.deepEqual(late, [], 'everybody was answered in time')
  })

  for (const [name, cut] of [
    ['a follower is not heard by the leader', (leader: Machine, follower: Machine) => [[leader, follower] as const]],
    ['a follower does not hear the leader', (leader: Machine, follower: Machine) => [[follower, leader] as const]],
    [
      'a follower hears nobody, and everybody hears it',
      (leader: Machine, follower: Machine, third: Machine) => [[follower, leader] as const, [follower, third] as const],
    ],
    [
      'the leader hears nobody, and everybody hears it',
      (leader: Machine, follower: Machine, third: Machine) => [[leader, follower] as const, [leader, third] as const],
    ],
    [
      'the leader is heard by nobody, and hears everybody',
      (leader: Machine, follower: Machine, third: Machine) => [[follower, leader] as const, [third, leader] as const],
    ],
  ] as const)
    test(`${name}: two managers go on, and all three afterwards`, async () => {
      const leader = await group.leader()
      const [follower = leader, third = leader] = group.others(leader)
      const deaf = cut(leader, follower, third)
      for (const [to, from] of deaf) await wire.deafen(hostOf(to), hostOf(from))
      const affected = name.includes('leader is') || name.includes('the leader hears') ? leader : follower
      await counters.goOnAt(sockets(group.others(affected)))
      for (const [to, from] of deaf) await wire.undeafen(hostOf(to), hostOf(from))
      await assertWhole()
    })

  test('the cable of the leader is pulled and plugged in every half second', async () => {
    const leader = await group.leader()
    for (let round = 0; round < 5; round++) {
      await wire.plug(hostOf(leader), 'down')
      await sleep(500)
      await wire.plug(hostOf(leader), 'up')
      await sleep(500)
    }
    await assertWhole()
  })

  test('the cable of the leader is a bad one: it goes on, or another one does', async () => {
    const leader = await group.leader()
    await wire.spoil(hostOf(leader))
    await counters.goOnAt(sockets(group.others(leader)), 10)
    await wire.repair(hostOf(leader))
    await assertWhole()
  })

  for (let cut = 0; cut < cuts; cut++)
    test(`cut ${cut + 1} at random`, async () => {
      const pairs = managers.flatMap((to) => managers.map((from) => [to, from] as const)).filter(([to, from]) => to !== from)
      const deaf = pairs.filter(() => Math.random() < 0.4)
      for (const [to, from] of deaf) await wire.deafen(hostOf(to), hostOf(from))
      await sleep(Math.random() * 6_000)
      for (const [to, from] of deaf) await wire.undeafen(hostOf(to), hostOf(from))
      await assertWhole()
    })

  test('what was acknowledged is there once', async () => {
    const [, second] = managers
    assert.ok(second !== undefined)
    await counters.end(group.socketOf(second), 50)
  })
}
