// Five managers under load (counters.ts): restarted one after the other, and two of them killed at once.
// `KIT_ROUNDS=20 npm test -- e2e/five-managers.test.ts` kills two so often (once without it).

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster } from './cluster.ts'
import { Counters } from './counters.ts'
import type { Machine } from './machine.ts'
import { ManagerMachines } from './manager-machines.ts'

const rounds = Number(process.env['KIT_ROUNDS'] ?? '1')
const cluster = new Cluster()
const group = new ManagerMachines(cluster, { managers: 5 })
const { managers } = group
const counters = new Counters()
const sockets = (machines: readonly Machine[]): readonly string[] => machines.map((machine) => group.socketOf(machine))

before(async () => {
  await group.create()
  const [first] = sockets(managers)
  assert.ok(first !== undefined)
  for (const name of ['a', 'b']) {
    await counters.make(first, name)
    for (const socket of sockets(managers)) counters.start(name, [socket])
  }
  await counters.goOnAt(sockets(managers))
})
after(() => group.remove())

test('all five are restarted one after the other', async () => {
  for (const machine of managers) {
    await machine.stop()
    await group.start(machine)
    await counters.goOnAt(sockets(managers), 1)
  }
  await counters.whileTrue(group.converge())
})

for (let round = 1; round <= rounds; round++)
  test(`the leader and another one are killed at once (${round}): the other three go on`, async () => {
    const leader = await group.leader()
    const [other = leader, ...rest] = group.others(leader)
    await Promise.all([leader, other].map((machine) => machine.stop('SIGKILL')))
    await counters.goOnAt(sockets(rest))
    await Promise.all([leader, other].map((machine) => group.start(machine)))
    await counters.whileTrue(group.converge())
  })

test('what was acknowledged is there once', async () => {
  const [, second] = sockets(managers)
  assert.ok(second !== undefined)
  await counters.end(second, 20)
})
