import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Assignment } from '../api/session.ts'
import { EventQueue } from '../sim/effects/event-queue.ts'
import { SeededRandom } from '../sim/effects/random.ts'
import { SimulatedNetwork } from '../sim/effects/transport.ts'
import { nextBackoffMs } from './agent.ts'
import { assignment } from './testdata/assignment.ts'
import { answer, startBareAgent, World } from './testdata/fake-manager.ts'

function wants(task: Assignment, desired: Assignment['desired']): Assignment {
  return { ...task, desired }
}

/** A world whose agent has a session. */
async function connected(...names: readonly string[]): Promise<World> {
  const world = new World(...(names.length === 0 ? ['manager-1'] : names))
  void world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  return world
}

test('an agent says who it is, beats at once and then as often as it is told', async () => {
  const world = await connected()
  const [hello] = world.manager.of('hello')
  assert.equal(hello?.nodeName, 'node-1')
  assert.equal(hello?.sessionId, undefined)
  assert.deepEqual(hello?.description.platform, { os: 'linux', arch: 'x86_64' })
  assert.equal(hello?.description.executor, 'simulated')
  assert.ok(world.queue.nowMs() < 100)
  world.manager.periodMs = 1_000
  await world.pass(5_500)
  const before = world.manager.of('heartbeat').length
  await world.pass(10_000)
  assert.ok(Math.abs(world.manager.of('heartbeat').length - before - 10) <= 1)
})

test('a task runs through its states, each reported; the last one wins where they come fast', async () => {
  const world = await connected()
  world.plans.set('web.1.a', { runMs: 3_000, exitCode: 0, prepareMs: 500, startMs: 500 })
  await world.manager.complete(assignment('web.1.a'))
  await world.until('its end', () => world.manager.lastStatusOf('web.1.a')?.state === 'Complete')
  const states = world.manager.statusesOf('web.1.a').map(({ state }) => state)
  assert.deepEqual(states, ['Preparing', 'Starting', 'Running', 'Complete'])
  const last = world.manager.lastStatusOf('web.1.a')
  assert.equal(last?.exitCode, 0)
  assert.ok((last?.startedAt ?? 0) > 0 && (last?.pid ?? 0) > 0)
})

test('a task with desired Ready waits prepared until it may start', async () => {
  const world = await connected()
  const task = assignment('web.1.a', {}, { desired: 'Ready' })
  await world.manager.complete(task)
  await world.pass(10_000)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Ready')
  await world.manager.change([wants(task, 'Running')])
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
})

test('a status that is not acknowledged is sent again in the next session', async () => {
  const world = await connected()
  world.manager.acknowledges = false
  await world.manager.complete(assignment('web.1.a'))
  await world.until('a second session', () => world.manager.of('hello').length === 2)
  world.manager.acknowledges = true
  const before = world.manager.statusesOf('web.1.a').length
  await world.until('the report', () => world.manager.statusesOf('web.1.a').length > before)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Running')
  assert.equal(world.manager.of('hello')[1]?.sessionId, 'session-1')
})

test('each new session is told the last status of every task, ended ones included', async () => {
  const world = await connected()
  world.plans.set('web.2.b', { runMs: 100, exitCode: 3 })
  await world.manager.complete(assignment('web.1.a'), assignment('web.2.b'))
  await world.until(
    'both',
    () => world.manager.lastStatusOf('web.1.a')?.state === 'Running' && world.manager.lastStatusOf('web.2.b')?.state === 'Failed',
  )
  await world.pass(1_000)
  world.manager.received.length = 0
  world.manager.streams.at(-1)?.close()
  await world.until('the reports', () => world.manager.of('status').length > 0)
  const reports = world.manager.of('status').flatMap((message) => message.reports)
  assert.deepEqual(
    reports.map(({ task, status }) => `${task} ${status.state} ${status.exitCode}`),
    ['web.1.a Running undefined', 'web.2.b Failed 3'],
  )
})

test('a break in the chain of assignments opens a new session, and nothing of the message is applied', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.manager.change([], ['web.1.a'], 'something else')
  await world.until('a second session', () => world.manager.of('hello').length === 2)
  assert.equal(world.machine.running().length, 1)
  await world.manager.complete(assignment('web.1.a'))
  await world.pass(1_000)
  await world.manager.change([assignment('web.2.b')])
  await world.until('the chain goes on', () => world.manager.lastStatusOf('web.2.b')?.state === 'Running')
  assert.equal(world.manager.of('hello').length, 2)
})

test('what a complete message no longer lists is stopped and removed, as is what an incremental one removes', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'), assignment('web.2.b'), assignment('web.3.c'))
  await world.until('all run', () => world.machine.running().length === 3)
  await world.manager.change([], ['web.1.a'])
  await world.until('one is gone', () => world.machine.held().join(' ') === 'web.2.b web.3.c')
  await world.manager.complete(assignment('web.3.c'))
  await world.until('another is gone', () => world.machine.held().join(' ') === 'web.3.c')
  await world.pass(1_000)
  assert.deepEqual(world.disk.platter.list('/agent'), ['version', 'web.3.c.json'])
})

test('a task that is not wanted any more is stopped, and its exit is reported', async () => {
  const world = await connected()
  const task = assignment('web.1.a')
  await world.manager.complete(task)
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.manager.change([wants(task, 'Shutdown')])
  await world.until('Shutdown', () => world.manager.lastStatusOf('web.1.a')?.state === 'Shutdown')
  assert.equal(world.manager.lastStatusOf('web.1.a')?.signal, 'SIGTERM')
  await world.manager.change([wants(task, 'Running')])
  await world.pass(5_000)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Shutdown', 'desired never goes back')
})

test('tasks keep running while no manager answers, and the silence ends the session', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  world.manager.answersHeartbeats = false
  world.manager.answersHello = false
  await world.pass(60_000)
  assert.equal(world.machine.running().length, 1)
  const tries = world.manager.of('hello').length
  assert.ok(tries > 3 && tries < 30, `${tries} tries in a minute`)
  world.manager.answersHeartbeats = true
  world.manager.answersHello = true
  const before = world.manager.of('heartbeat').length
  await world.until('a session', () => world.manager.of('heartbeat').length > before)
})

test('another manager is tried when one does not answer, and newly told ones count', async () => {
  const world = new World('manager-1', 'manager-2')
  for (const manager of world.managers.values()) manager.managers = ['manager-2']
  world.manager.refusal = { type: 'refused', reason: 'NotLeader', message: 'another one leads', retry: true }
  void world.startAgent()
  const second = world.managers.get('manager-2')
  await world.until('a session with the other', () => (second?.of('heartbeat').length ?? 0) > 0)
  const tries = world.manager.of('hello').length
  second?.streams.at(-1)?.close()
  await world.until('a session again', () => second?.of('hello').length === 2)
  assert.equal(world.manager.of('hello').length, tries)
})

test('a manager calls itself, too, wherever it is said to be', async () => {
  const world = new World('manager-1')
  world.managerAddress = 'here:4242'
  world.manager.managers = ['elsewhere:4242', 'here:4242']
  void world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  world.manager.streams.at(-1)?.close()
  await world.until('calls', () => world.called.length > 8)
  assert.deepEqual(new Set(world.called), new Set(['manager-1', 'node-1', 'elsewhere:4242']))
})

test('whom a manager wrongly takes for the leader takes nobody’s turn', async () => {
  const world = new World('manager-1', 'manager-2')
  world.managerAddress = 'here:4242'
  for (const manager of world.managers.values()) manager.managers = ['manager-2']
  const second = world.managers.get('manager-2')
  assert.ok(second !== undefined)
  second.refusal = { type: 'refused', reason: 'NotLeader', message: 'another one leads', retry: true, leader: 'gone:4242' }
  void world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  world.called.length = 0
  world.manager.streams.at(-1)?.close()
  await world.until('calls', () => world.called.length > 8)
  for (const each of ['node-1', 'manager-2', 'gone:4242']) assert.ok(world.called.filter((to) => to === each).length > 2, `${world.called}`)
})

const removed = { type: 'refused', reason: 'NotFound', message: 'the node was removed', retry: false } as const

test('an agent that is told that its node was removed stops what it runs, what only the executor knows included, and ends', async () => {
  const world = new World('manager-1')
  const ended = world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await world.manager.complete(assignment('web.1.a'), assignment('web.2.b', {}, { desired: 'Ready' }))
  await world.until('Running', () => world.machine.running().length === 1)
  world.machine.start(assignment('lost.1.a'), {})
  await world.manager.send(removed)
  await assert.rejects(world.queue.settle(ended), /the node was removed/)
  assert.deepEqual(world.machine.held(), [])
  assert.deepEqual(world.disk.platter.list('/agent'), ['version'])
  assert.ok(world.logged.includes('This node was removed from the cluster; stopping what it runs'))
})

test('an agent that dies while it stops what a removed node ran goes on in its next life', async () => {
  const world = await connected()
  world.plans.set('web.1.a', { stopMs: 3_000 })
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  await world.manager.send(removed)
  await world.pass(500)
  world.killAgent()
  world.manager.refusal = removed
  await assert.rejects(world.queue.settle(world.startAgent()), /the node was removed/)
  assert.deepEqual(world.machine.held(), [])
})

test('a node that the transport of a manager does not let in because it was removed stops what it runs', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  world.killAgent()
  world.refuses = Object.assign(new Error('manager-1 refuses dispatcher'), { code: 'Removed' })
  await assert.rejects(world.queue.settle(world.startAgent()), /refuses dispatcher/)
  assert.deepEqual(world.machine.held(), [])
})

test('what one manager says of a removal does not count while another one knows the node, and its tasks run on', async () => {
  const world = new World('manager-1', 'manager-2')
  for (const manager of world.managers.values()) manager.managers = [...world.managers.keys()]
  const restored = world.managers.get('manager-2')
  assert.ok(restored !== undefined)
  restored.refusal = removed
  void world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  const said = (): number => restored.of('hello').length
  for (let round = 0; said() < 4; round += 1) {
    assert.ok(round < 100)
    world.manager.streams.at(-1)?.close()
    await world.pass(1_000)
  }
  world.manager.refusal = { type: 'refused', reason: 'NotLeader', message: 'nobody leads', retry: true }
  world.manager.streams.at(-1)?.close()
  await world.until('more of it', () => said() > 8)
  assert.equal(world.machine.running().length, 1)
  world.managers.delete('manager-1')
  world.network.leave('manager-1')
  await world.until('the removal to count', () => world.machine.held().length === 0)
})

test('a manager that is said to be removed waits whether those of its own group come together again', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  world.killAgent()
  world.managerAddress = 'here:4242'
  world.manager.refusal = removed
  const ended = world.startAgent()
  await world.pass(12_000)
  assert.equal(world.machine.running().length, 1)
  world.manager.refusal = { type: 'refused', reason: 'NotLeader', message: 'another one leads', retry: true }
  await world.pass(20_000)
  world.manager.refusal = removed
  await world.pass(12_000)
  assert.equal(world.machine.running().length, 1)
  await assert.rejects(world.queue.settle(ended), /the node was removed/)
  assert.deepEqual(world.machine.held(), [])
})

for (const code of ['Expired', 'NotTrusted', 'WrongCluster', 'Forbidden', 'ECONNREFUSED']) {
  test(`a node that is not let in with ${code} keeps its tasks, and goes on asking`, async () => {
    const world = await connected()
    await world.manager.complete(assignment('web.1.a'))
    await world.until('Running', () => world.machine.running().length === 1)
    world.killAgent()
    world.refuses = Object.assign(new Error('manager-1 refuses dispatcher'), { code })
    void world.startAgent()
    await world.pass(120_000)
    assert.equal(world.machine.running().length, 1)
    world.refuses = undefined
    await world.until('a session', () => world.manager.of('hello').length === 2)
  })
}

test('a refusal for another reason ends the agent, and its tasks keep running', async () => {
  const world = new World('manager-1')
  const ended = world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  await world.manager.send({ type: 'refused', reason: 'Forbidden', message: 'not here', retry: false })
  await assert.rejects(world.queue.settle(ended), /not here/)
  assert.equal(world.machine.running().length, 1)
})

test('an agent that is stopped leaves its tasks running', async () => {
  const world = new World('manager-1')
  const aborter = new AbortController()
  const ended = world.startAgent(aborter.signal)
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  aborter.abort(new Error('stopped'))
  await world.queue.settle(ended)
  await world.pass(1_000)
  assert.equal(world.machine.running().length, 1)
})

test('an agent that was killed goes on with the same programs, and tells how others ended meanwhile', async () => {
  const world = await connected()
  world.plans.set('web.2.b', { runMs: 2_000, exitCode: 9 })
  await world.manager.complete(assignment('web.1.a'), assignment('web.2.b'))
  await world.until('both run', () => world.machine.running().length === 2)
  await world.pass(500)
  const pid = world.manager.lastStatusOf('web.1.a')?.pid
  world.killAgent()
  await world.pass(5_000)
  world.manager.received.length = 0
  void world.startAgent()
  await world.until(
    'both reports',
    () => world.manager.lastStatusOf('web.2.b')?.state === 'Failed' && world.manager.lastStatusOf('web.1.a') !== undefined,
  )
  assert.equal(world.manager.lastStatusOf('web.2.b')?.exitCode, 9)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Running')
  assert.equal(world.manager.lastStatusOf('web.1.a')?.pid, pid)
})

test('a known task keeps its own status over the older one that a manager has', async () => {
  const world = await connected()
  world.plans.set('web.1.a', { runMs: 100, exitCode: 1 })
  await world.manager.complete(assignment('web.1.a'))
  await world.until('its end', () => world.manager.lastStatusOf('web.1.a')?.state === 'Failed')
  await world.pass(1_000)
  world.killAgent()
  void world.startAgent()
  await world.until('a session', () => world.manager.of('hello').length === 2)
  await world.manager.complete(assignment('web.1.a'))
  await world.pass(5_000)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Failed')
})

test('a lost record of a running task does no harm: its program is found and goes on', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  const running = assignment('web.1.a', {}, { status: world.manager.lastStatusOf('web.1.a') ?? { state: 'Running', at: 1 } })
  await world.pass(1_000)
  world.killAgent()
  const file = await world.disk.mount().open('/agent/web.1.a.json')
  await file.write(20, new TextEncoder().encode('garbage'))
  void world.startAgent()
  await world.until('a session', () => world.manager.of('hello').length === 2)
  assert.ok(world.logged.some((message) => message.includes('cannot be read')))
  await world.manager.complete(running)
  await world.pass(5_000)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Running')
  assert.equal(world.machine.running().length, 1)
})

test('without space for their records tasks run on, and the records catch up by themselves', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.pass(1_000)
  world.disk.faults.capacityBytes = world.disk.platter.usedBytes()
  await world.manager.change([assignment('web.2.b')])
  await world.until('the second runs, too', () => world.manager.lastStatusOf('web.2.b')?.state === 'Running')
  await world.pass(10_000)
  assert.ok(world.logged.some((message) => message.includes('Could not save the record')))
  assert.equal(world.machine.running().length, 2)
  assert.equal(world.disk.platter.find('/agent/web.2.b.json'), undefined)

  world.disk.faults.capacityBytes = Number.POSITIVE_INFINITY
  await world.pass(2_000)
  world.killAgent()
  world.disk.crash()
  world.manager.received.length = 0
  void world.startAgent()
  // The manager lists nothing: what the agent says it knows from its own disk.
  await world.until('both reports', () => ['web.1.a', 'web.2.b'].every((task) => world.manager.lastStatusOf(task)?.state === 'Running'))
  assert.equal(world.machine.running().length, 2)
})

test('what only the executor knows is removed, once a manager has said what there should be', async () => {
  const world = new World('manager-1')
  const executor = world.machine.executor(world.queue.lane())
  const never = new AbortController().signal
  const node = { id: 'node-1', hostname: 'one', os: 'linux', arch: 'x86_64' }
  const orphan = assignment('old.1.a')
  await world.queue.settle(executor.prepare(orphan, node, never).then(() => executor.start(orphan, node, never)))
  void world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await world.pass(10_000)
  assert.deepEqual(world.machine.held(), ['old.1.a'])
  await world.manager.complete(assignment('web.1.a'))
  await world.until('only the wanted one', () => world.machine.held().join(' ') === 'web.1.a')
})

test('a task that was running when its machine lost power has failed, by no fault of its own', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.pass(1_000)
  world.killAgent()
  world.machine.powerOff()
  await world.disk.crash()
  void world.startAgent()
  await world.until('the report', () => world.manager.lastStatusOf('web.1.a')?.state === 'Failed')
  assert.equal(world.manager.lastStatusOf('web.1.a')?.nodeFault, 'Lost')
})

for (const forgets of [false, true])
  test(`what was stopped while no agent ran was stopped with its node, not by itself${forgets ? ', also when nothing of it is left' : ''}`, async () => {
    const world = await connected()
    world.plans.set('web.2.b', { startMs: 10_000 })
    await world.manager.complete(assignment('web.1.a'), assignment('web.2.b'))
    await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
    await world.until('Starting', () => world.manager.lastStatusOf('web.2.b')?.state === 'Starting')
    await world.pass(1_000)
    world.killAgent()
    world.machine.stopAll({ exitCode: 0 }, forgets)
    void world.startAgent()
    for (const name of ['web.1.a', 'web.2.b']) {
      await world.until('the report', () => world.manager.lastStatusOf(name)?.state === 'Failed')
      assert.equal(world.manager.lastStatusOf(name)?.nodeFault, forgets ? 'Lost' : 'Stopped')
    }
  })

test('a task that was to be stopped when the agent died is shut down, not failed', async () => {
  const world = await connected()
  const task = assignment('web.1.a')
  world.plans.set('web.1.a', { stopMs: 5_000 })
  await world.manager.complete(task)
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.manager.change([wants(task, 'Shutdown')])
  await world.pass(1_000)
  world.killAgent()
  await world.pass(10_000)
  void world.startAgent()
  await world.until('the report', () => world.manager.lastStatusOf('web.1.a')?.state === 'Shutdown')
  assert.equal(world.manager.lastStatusOf('web.1.a')?.nodeFault, undefined)
})

test('a change of the node’s description is reported within half a minute', async () => {
  const world = await connected()
  await world.pass(45_000)
  assert.equal(world.manager.of('description').length, 0)
  world.machine.resize({ cpus: 2 })
  await world.pass(30_000)
  assert.deepEqual(
    world.manager.of('description').map(({ description }) => description.resources.cpus),
    [2],
  )
})

test('the log of a task is sent on a stream of its own, which ends with the log', async () => {
  const world = await connected()
  world.plans.set('web.1.a', { output: ['one', 'two'], outputEveryMs: 100, runMs: 1_000 })
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.machine.running().length === 1)
  await world.manager.send({ type: 'logs', id: 'request-7', task: 'web.1.a', options: { follow: true } })
  await world.until('the end of the log', () => world.manager.logStreamsClosed === 1)
  assert.equal(world.manager.logFrames[0], '{"id":"request-7"}')
  assert.deepEqual(
    world.manager.logFrames.slice(1).map((frame) => /"text":"(\w+)"/.exec(frame)?.[1]),
    ['one', 'two'],
  )
})

/** Replaces a file of the agent. */
async function writeFile(world: World, name: string, text: string): Promise<void> {
  const disk = world.disk.mount(world.queue.lane())
  const write = async (): Promise<void> => {
    const file = await disk.open(`/agent/${name}`, { create: true })
    await file.truncate(0)
    await file.write(0, Buffer.from(text))
    await file.sync()
    await file.close()
  }
  await world.queue.settle(write())
}

test('records of a newer kit are refused and not touched; where the number is damaged the records are read', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a'))
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.pass(1_000)
  world.killAgent()
  await writeFile(world, 'version', '2\n')
  await assert.rejects(
    world.queue.settle(world.startAgent()),
    /\/agent: written in format 2, and this kit reads format 1; run the kit that wrote it/,
  )
  assert.deepEqual(world.disk.platter.list('/agent'), ['version', 'web.1.a.json'])
  world.killAgent()
  await writeFile(world, 'version', 'two')
  world.manager.received.length = 0
  void world.startAgent()
  await world.until('the report', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  assert.ok(world.logged.includes('Found a file that should say the format of the records, and does not'))
})

test('500 agents whose manager was away for a while, or only for a moment, do not come back in one moment', async () => {
  for (const [awayMs, within, most] of [
    [20_000, 9_000, 40],
    [1_000, 7_000, 100],
  ] as const) {
    const queue = new EventQueue()
    const network = new SimulatedNetwork(queue, new SeededRandom(4))
    const arrivals: number[] = []
    const startManager = (): void => {
      const { signal } = new AbortController()
      void network.join('manager', queue.lane()).serve('dispatcher', (stream) => answer(stream, () => arrivals.push(queue.nowMs())), signal)
    }
    startManager()
    for (let at = 0; at < 500; at++) startBareAgent(queue, network, `node-${at}`)
    await queue.run(1_000)
    assert.equal(arrivals.length, 500)
    arrivals.length = 0
    network.leave('manager')
    await queue.run(1_000 + awayMs)
    startManager()
    await queue.run(1_000 + awayMs + within)
    assert.equal(arrivals.length, 500, `all are back ${within} ms later`)
    const perTenth = Map.groupBy(arrivals, (atMs) => Math.floor(atMs / 100))
    const busiest = Math.max(...[...perTenth.values()].map(({ length }) => length))
    assert.ok(busiest <= most, `${busiest} within a tenth of a second, after ${awayMs} ms`)
  }
})

test('the wait between sessions doubles up to eight seconds', () => {
  const waits: number[] = [0]
  for (let index = 0; index < 9; index += 1) waits.push(nextBackoffMs(waits.at(-1) ?? 0))
  assert.deepEqual(waits, [0, 100, 300, 700, 1500, 3100, 6300, 8000, 8000, 8000])
})

const withSecret = { secrets: [{ source: 'pw', target: 'password' }] }
const hunter = { kind: 'Secret', name: 'pw', data: Buffer.from('hunter2').toString('base64') } as const

test('a task waits for its secrets, and has them when it starts; they are on no disk', async () => {
  const world = await connected()
  await world.manager.complete(assignment('web.1.a', withSecret))
  await world.pass(20_000)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Preparing')
  await world.manager.send({ type: 'payload', payload: hunter })
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  assert.deepEqual(world.machine.filesOf('web.1.a'), ['/run/secrets/password'])
  const record = world.disk.platter.find('/agent/web.1.a.json')?.live
  const written = Buffer.from(record?.read(0, record.size) ?? []).toString()
  assert.match(written, /"secrets":\[\{"source":"pw"/)
  assert.doesNotMatch(`${written} ${JSON.stringify(world.manager.received)}`, /hunter2|aHVudGVy/)
})

test('a secret that does not exist rejects its task, and says which', async () => {
  const world = await connected()
  await world.manager.send({ type: 'payload', payload: { kind: 'Secret', name: 'pw', missing: 'secret "pw" does not exist' } })
  await world.manager.complete(assignment('web.1.a', withSecret))
  await world.until('its end', () => world.manager.lastStatusOf('web.1.a')?.state === 'Rejected')
  assert.equal(world.manager.lastStatusOf('web.1.a')?.error, 'secret "pw" does not exist')
})

test('after a restart a running task is found without its secrets, one that has not started waits for them', async () => {
  const world = await connected()
  const [runs, waits] = [assignment('web.1.a', withSecret), assignment('web.2.b', withSecret, { desired: 'Ready' })]
  await world.manager.send({ type: 'payload', payload: hunter })
  await world.manager.complete(runs, waits)
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.until('Ready', () => world.manager.lastStatusOf('web.2.b')?.state === 'Ready')
  world.killAgent()
  world.manager.received.length = 0
  void world.startAgent()
  await world.until('a report', () => world.manager.lastStatusOf('web.1.a') !== undefined)
  await world.manager.complete(runs, wants(waits, 'Running'))
  await world.pass(20_000)
  assert.equal(world.manager.lastStatusOf('web.1.a')?.state, 'Running')
  assert.equal(world.manager.lastStatusOf('web.2.b')?.state, 'Starting')
  await world.manager.send({ type: 'payload', payload: hunter })
  await world.until('Running', () => world.manager.lastStatusOf('web.2.b')?.state === 'Running')
})

test('what is forgotten, or not told again in the next session, the agent has no more', async () => {
  const world = await connected()
  await world.manager.send({ type: 'payload', payload: hunter })
  await world.manager.complete(assignment('web.1.a', withSecret))
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await world.manager.send({ type: 'forget', payloads: [{ kind: 'Secret', name: 'pw' }] })
  await world.manager.change([assignment('web.2.b', withSecret)])
  await world.pass(5_000)
  assert.equal(world.manager.lastStatusOf('web.2.b')?.state, 'Preparing')
  await world.manager.send({ type: 'payload', payload: hunter })
  await world.until('Running', () => world.manager.lastStatusOf('web.2.b')?.state === 'Running')

  world.manager.streams.at(-1)?.close()
  await world.until('a second session', () => world.manager.of('hello').length === 2)
  await world.manager.complete(assignment('web.1.a', withSecret))
  await world.manager.change([assignment('web.3.c', withSecret)])
  await world.pass(5_000)
  assert.equal(world.manager.lastStatusOf('web.3.c')?.state, 'Preparing')
})
