// Two of three managers are lost, or all at once, and start in any order. Meanwhile what is here can be read, nothing is
// written, and tasks run on. In the end two are lost for good, and the third goes on alone.
// `KIT_ORDERS=6 npm test -- e2e/majority.test.ts` starts them in all orders (two of them without it, at random).

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from './api.ts'
import { Cluster, eventually, isAlive } from './cluster.ts'
import type { Machine } from './machine.ts'
import { ManagerMachines } from './manager-machines.ts'

const cluster = new Cluster()
const group = new ManagerMachines(cluster, { managers: 3, workers: 1 })
const { managers } = group
/** Five seconds of patience (docs/operations.md); the rest is for a machine that does all of this at once. */
const answeredWithinMs = 5_000 + 3_000
const app = `
name: app
services:
  web: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {replicas: 4, update_config: {monitor: 100ms}}}
`
let tasks: readonly string[] = []

before(async () => {
  await group.create()
  // The tasks of a daemon that is away are not moved, however long these tests take to start it again.
  await cluster.kit('swarm', 'update', '--dispatcher-heartbeat', '1m')
  await cluster.kit('apply', '-f', cluster.file('app.yml', app))
  const [first] = managers
  assert.ok(first !== undefined)
  tasks = await group.tasks('app_web', first)
  assert.equal(tasks.length, 4)
})
after(() => group.remove())

let serial = 0
const acknowledged: string[] = []
async function write(machine: Machine): Promise<void> {
  serial += 1
  const name = `config-${serial}`
  const manifest = { apiVersion: 'kit/v1', kind: 'Config', metadata: { name }, spec: { data: 'eA==' } }
  const { status, body } = await ask(group.socketOf(machine), 'POST', '/apis/kit/v1/configs', manifest)
  assert.equal(status, 201, JSON.stringify(body))
  acknowledged.push(name)
}

/** All writes are there, and it takes another one. */
async function assertKept(machine: Machine): Promise<void> {
  await eventually(() => write(machine))
  const { body } = await ask(group.socketOf(machine), 'GET', '/apis/kit/v1/configs')
  const names = new Set(
    (body as { readonly items: readonly { readonly metadata: { readonly name: string } }[] }).items.map((each) => each.metadata.name),
  )
  for (const name of acknowledged) assert.ok(names.has(name), `${machine.name} has ${name}`)
}

/** And the same tasks run in the same processes. */
async function assertWhole(machines: readonly Machine[]): Promise<void> {
  for (const machine of machines) {
    await assertKept(machine)
    assert.deepEqual(await group.tasks('app_web', machine), tasks, machine.name)
  }
}

/** Each is there before the next one is started; ready they are when a majority is. */
async function startInOrder(machines: readonly Machine[]): Promise<void> {
  const starting: Promise<void>[] = []
  for (const machine of machines) {
    starting.push(group.start(machine))
    await eventually(() => ask(group.socketOf(machine), 'GET', '/livez'))
  }
  await Promise.all(starting)
}

test('two of three are lost: writes fail in time and say who is missed, what is here is read and said to be old; one is enough again', async () => {
  const kept = await group.leader()
  const lost = group.others(kept)
  const ids = await group.nodes(kept)
  await Promise.all(lost.map((machine) => machine.stop('SIGKILL')))
  await eventually(async () => assert.equal(await group.leads(kept), false))
  const since = performance.now()
  const refused = await cluster.fails(1, ...group.at(kept, 'scale', 'service/app_web=5'))
  assert.ok(performance.now() - since < answeredWithinMs)
  assert.match(refused, /no manager leads: it takes 2 of 3 managers that reach each other, and this one does not hear from /)
  for (const machine of lost) assert.ok(refused.includes(`${ids.get(machine.name)?.metadata.name} (${group.addressOf(machine)})`), refused)
  assert.match(await cluster.fails(1, ...group.at(kept, 'get', 'services')), /no manager leads/)
  const { code, out, err } = await cluster.run(group.at(kept, '--stale', 'get', 'services'))
  assert.deepEqual([code, /app_web +Replicated +4\/4/.test(out)], [0, true], out + err)
  assert.match(err, /this manager knows of none that leads: what it has may be old/)
  for (const task of tasks) assert.ok(isAlive(Number(task.split(' ')[1])), task)
  const [back] = lost
  assert.ok(back !== undefined)
  await group.start(back)
  await assertWhole([kept, back])
  for (const machine of lost) if (machine.pid === undefined) await group.start(machine)
  await assertWhole(managers)
})

const permutations = managers.flatMap((first) =>
  managers.flatMap((second) =>
    managers.filter((third) => new Set([first, second, third]).size === 3).map((third) => [first, second, third]),
  ),
)
const orders = permutations.toSorted(() => Math.random() - 0.5).slice(0, Number(process.env['KIT_ORDERS'] ?? '2'))

for (const order of orders)
  test(`all are killed at once and start in the order ${order.map(({ name }) => name).join(', ')}: everything is as it was`, async () => {
    await Promise.all(managers.map((machine) => machine.stop('SIGKILL')))
    await startInOrder(order)
    await assertWhole(managers)
  })

test('all are killed at once and one does not start again: the other two go on', async () => {
  const [missing] = orders[0] ?? []
  assert.ok(missing !== undefined)
  await Promise.all(managers.map((machine) => machine.stop('SIGKILL')))
  await startInOrder(group.others(missing))
  await assertWhole(group.others(missing))
  await group.start(missing)
  await assertWhole(managers)
})

test('two of three are lost for good, the third goes on alone: the worker finds it by itself, its tasks run on, and new ones start there', async () => {
  const [worker] = group.workers
  const lost = await group.leader() // The worker has its session there, and has to look for another manager.
  const [kept, alsoLost] = group.others(lost)
  assert.ok(worker !== undefined && kept !== undefined && alsoLost !== undefined)
  const there = { image: 'x', command: ['sleep', '1000'], stop_grace_period: '1s' }
  const deploy = { replicas: 3, placement: { constraints: [`node.hostname == ${worker.name}`] }, update_config: { monitor: '100ms' } }
  const file = cluster.file('there.json', JSON.stringify({ name: 'there', services: { web: { ...there, deploy } } }))
  await cluster.kit('apply', '-f', file)
  const running = await group.tasks('there_web', kept)
  assert.equal(running.length, 3)
  const present = await group.nodes(kept)
  const daemon = worker.pid

  await Promise.all([lost, alsoLost].map((machine) => machine.stop('SIGKILL')))
  await kept.stop()
  await group.start(kept, '--force-new-cluster')
  await eventually(async () => {
    const { body } = await ask(group.socketOf(kept), 'GET', '/metrics')
    assert.match(String(body), /^kit_agent_sessions 2$/m, 'its own, and that of the worker')
  })
  await eventually(async () => assert.equal((await group.nodes(kept)).get(worker.name)?.status.state, 'Ready'))
  assert.equal(worker.pid, daemon, 'nobody started the worker again')
  await cluster.kit(...group.at(kept, 'scale', 'service/there_web=5'))
  await eventually(async () => assert.equal((await group.tasks('there_web', kept)).length, 5))
  const grown = await group.tasks('there_web', kept)
  assert.deepEqual(
    grown.filter((task) => running.includes(task)),
    running,
    'the tasks of before are the same ones in the same processes',
  )
  for (const task of grown) assert.ok(isAlive(Number(task.split(' ')[1])), task)

  for (const { name } of [lost, alsoLost]) {
    const id = present.get(name)?.metadata.name ?? ''
    await cluster.kit(...group.at(kept, 'node', 'demote', id))
    await eventually(() => cluster.kit(...group.at(kept, 'node', 'rm', id)))
  }
  await assertKept(kept)

  await alsoLost.remove()
  const token = cluster.file('new-token', await cluster.kit(...group.at(kept, 'swarm', 'join-token', 'manager', '-q')))
  await group.start(alsoLost, '--join-addr', group.addressOf(kept), '--join-token', `@${token}`)
  await eventually(async () => {
    const nodes = await group.nodes(kept)
    assert.deepEqual([...nodes.keys()].toSorted(), [kept.name, alsoLost.name, worker.name].toSorted())
    assert.equal(nodes.get(alsoLost.name)?.status.manager?.member, 'Voter')
  })
  await assertKept(alsoLost)
  assert.deepEqual(await group.tasks('there_web', alsoLost), grown)
})
