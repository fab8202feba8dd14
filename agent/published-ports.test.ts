import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Assignment, EndpointsUpdate } from '../api/session.ts'
import type { SimulatedClient } from '../sim/port-server.ts'
import { assignment } from './testdata/assignment.ts'
import { World } from './testdata/fake-manager.ts'

const port = { protocol: 'TCP', publishedPort: 80 } as const
const targetPorts = [{ protocol: 'TCP', targetPort: 8080 }] as const

function web(name: string, template: Assignment['template'] = {}): Assignment {
  return assignment(name, template, { targetPorts })
}

function update(added: readonly string[], removed: readonly string[] = []): EndpointsUpdate {
  const ports = [{ ...port, targetPort: 8080 }]
  return { service: 'web', uid: 'uid-of-web', ports, added: added.map((task) => ({ task, node: 'node-1' })), removed }
}

let version = 0
async function tell(world: World, change: EndpointsUpdate, mode: 'complete' | 'incremental' = 'incremental'): Promise<void> {
  version += 1
  const told = version
  await world.manager.send({ type: 'endpoints', mode, version: told, update: [change], remove: [] })
  await world.until('the answer', () => world.manager.of('served').at(-1)?.version === told)
}

/** A node whose tasks run and are published. */
async function serving(...tasks: readonly Assignment[]): Promise<World> {
  const world = new World('manager-1')
  void world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await world.manager.complete(...tasks)
  await world.until('Running', () => tasks.every(({ task }) => world.manager.lastStatusOf(task)?.state === 'Running'))
  await tell(world, update(tasks.map(({ task }) => task)), 'complete')
  return world
}

function client(world: World): SimulatedClient {
  const outcome = world.ports.connect(port)
  assert.ok(typeof outcome !== 'string', `it was ${String(outcome)}`)
  return outcome.client
}

/** The task that a client gets, or why it gets none. It hangs up at once. */
function ask(world: World): string {
  const outcome = world.ports.connect(port)
  if (typeof outcome === 'string') return outcome
  outcome.client.close()
  return outcome.client.task
}

const a = web('web.1.a')
const b = web('web.2.b')

function isRunning(world: World, { task }: Assignment): boolean {
  return world.machine.running().some((one) => one.task === task)
}

test('a manager hears which version is served, which ports are not open and why, and again when that changes', async () => {
  const world = await serving(a)
  assert.deepEqual(world.manager.of('served').at(-1)?.problems, [])
  const taken = { protocol: 'TCP', publishedPort: 81 } as const
  world.ports.occupy(taken, true)
  await tell(world, { ...update([]), uid: 'other', ports: [{ ...taken, targetPort: 1 }] })
  const answer = world.manager.of('served').at(-1)
  assert.deepEqual(answer?.problems, [{ service: 'other', ...taken, message: 'port 81/TCP is in use by another program' }])
  const before = world.manager.of('served').length
  await world.pass(20_000)
  assert.equal(world.manager.of('served').length, before, 'what does not change is not told again')
  world.ports.occupy(taken, false)
  await world.until('the news', () => world.manager.of('served').length > before)
  assert.deepEqual(world.manager.of('served').at(-1), { type: 'served', version: answer.version, problems: [] })
})

test('without a manager the node goes on serving, save what it knows to have ended', async () => {
  const world = await serving(a, b)
  world.network.leave('manager-1')
  await world.pass(60_000)
  assert.deepEqual([ask(world), ask(world)].toSorted(), ['web.1.a', 'web.2.b'])
  world.machine.kill('web.1.a', { exitCode: 1 })
  await world.pass(0)
  assert.deepEqual([ask(world), ask(world)], ['web.2.b', 'web.2.b'])
})

test('in the next session nothing is answered before it is told', async () => {
  const world = await serving(a)
  const before = world.manager.of('served').length
  world.manager.streams.at(-1)?.close()
  await world.until('a second session', () => world.manager.of('hello').length === 2)
  await world.pass(30_000)
  assert.equal(world.manager.of('served').length, before)
  assert.equal(ask(world), 'web.1.a')
})

test('a task without clients is stopped without delay', async () => {
  const world = await serving(a)
  client(world).close()
  await world.manager.change([{ ...a, desired: 'Shutdown' }])
  const told = world.queue.nowMs()
  await world.until('its end', () => !isRunning(world, a))
  assert.ok(world.queue.nowMs() - told < 100)
})

test('a task that is told to stop gets no new clients, and is stopped once those that it has are done', async () => {
  const world = await serving(a, b)
  const waiting = [client(world), client(world)].find(({ task }) => task === 'web.1.a')
  waiting?.speak('client')
  await world.manager.change([{ ...a, desired: 'Shutdown' }])
  await world.pass(4_000)
  assert.deepEqual([ask(world), ask(world)], ['web.2.b', 'web.2.b'])
  assert.ok(isRunning(world, a) && waiting?.isOpen)
  waiting?.speak('task')
  waiting?.close()
  await world.pass(100)
  assert.ok(!isRunning(world, a))
})

for (const [grace, limitMs] of [
  [undefined, 10_000],
  ['3s', 3_000],
  ['1m', 10_000],
] as const)
  test(`with a grace period of ${grace ?? 'the default'} a task is stopped after ${limitMs} ms at the latest, and what its clients have is closed`, async () => {
    const task = web('web.1.a', grace === undefined ? {} : { stopGracePeriod: grace })
    const world = await serving(task)
    const waiting = client(world)
    waiting.speak('client')
    await world.manager.change([{ ...task, desired: 'Shutdown' }])
    const told = world.queue.nowMs()
    await world.until('its end', () => !isRunning(world, task))
    assert.ok(Math.abs(world.queue.nowMs() - told - limitMs) < 200, `after ${world.queue.nowMs() - told} ms`)
    await world.until('the client is cut off', () => !waiting.isOpen)
  })

test('a second wish, the removal of the task and the removal again do not make the drain longer', async () => {
  const world = await serving(a)
  client(world).speak('client')
  const told = world.queue.nowMs()
  await world.manager.change([{ ...a, desired: 'Shutdown' }])
  await world.pass(2_000)
  await world.manager.change([{ ...a, desired: 'Remove' }])
  await world.pass(2_000)
  await world.manager.change([], [a.task])
  await world.pass(2_000)
  await world.manager.complete()
  assert.ok(isRunning(world, a))
  assert.equal(ask(world), 'reset')
  await world.until('nothing is held', () => world.machine.held().length === 0)
  assert.ok(Math.abs(world.queue.nowMs() - told - 10_000) < 200)
})

test('an agent that dies while it drains stops the task when it is back: its clients went with it', async () => {
  const world = await serving(a)
  client(world).speak('client')
  await world.manager.change([{ ...a, desired: 'Shutdown' }])
  await world.pass(2_000)
  world.killAgent()
  assert.equal(ask(world), 'refused')
  assert.ok(isRunning(world, a))
  void world.startAgent()
  const back = world.queue.nowMs()
  await world.until('its end', () => !isRunning(world, a))
  assert.ok(world.queue.nowMs() - back < 1_000)
})

test('a task found unhealthy gets nothing new, and time for what it has', async () => {
  const task = web('web.1.a', { healthCheck: { test: ['CMD', 'true'], interval: '1s', retries: 1 } })
  const world = new World('manager-1')
  world.plans.set('web.1.a', { unhealthyAfterMs: 5_000 })
  void world.startAgent()
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await world.manager.complete(task)
  await world.until('Running', () => world.manager.lastStatusOf('web.1.a')?.state === 'Running')
  await tell(world, update(['web.1.a']), 'complete')
  client(world).speak('client')
  await world.until('the failed check', () => world.manager.of('event').length > 0)
  await world.pass(3_000)
  assert.equal(ask(world), 'reset')
  assert.ok(isRunning(world, task))
  await world.until('Failed', () => world.manager.lastStatusOf('web.1.a')?.state === 'Failed')
})

test('when the agent ends, ports are closed', async () => {
  const world = new World('manager-1')
  const stop = new AbortController()
  const ended = world.startAgent(stop.signal)
  await world.until('a session', () => world.manager.of('heartbeat').length > 0)
  await tell(world, update([]), 'complete')
  assert.equal(ask(world), 'reset')
  stop.abort()
  await world.queue.settle(ended)
  assert.equal(ask(world), 'refused')
})

const step = fc.oneof(
  fc.record({ what: fc.constantFrom('run', 'shut down', 'remove', 'add', 'take out', 'crash'), at: fc.nat(3) }),
  fc.record({ what: fc.constantFrom('connect', 'speak', 'hang up', 'kill agent', 'pass'), at: fc.nat(9) }),
)

test('whatever happens, no new client reaches a task that was told to stop, or taken out and answered for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const world = await serving()
      const tasks = new Map<string, Assignment>()
      const [stopped, out, clients] = [new Set<string>(), new Set<string>(), [] as SimulatedClient[]]
      let count = 0
      for (const { what, at } of steps) {
        const name = [...tasks.keys()].at(at)
        const task = name === undefined ? undefined : tasks.get(name)
        if (what === 'run') {
          const next = web(`web.${at}.${count++}`)
          tasks.set(next.task, next)
          await world.manager.change([next])
          await world.until('Running', () => world.machine.running().some((one) => one.task === next.task))
          await tell(world, update([next.task]))
        }
        if (what === 'kill agent') {
          world.killAgent()
          const sessions = world.manager.of('hello').length
          void world.startAgent()
          await world.until('a session', () => world.manager.of('hello').length > sessions)
          await world.pass(100)
          await world.manager.complete(...tasks.values())
          await tell(world, update([...tasks.keys()].filter((one) => !out.has(one))), 'complete')
        }
        if (what === 'pass') await world.pass(700 * (at + 1))
        if (what === 'connect') {
          const outcome = world.ports.connect(port)
          if (typeof outcome !== 'string') clients.push(outcome.client)
        }
        if (what === 'speak') clients.at(at)?.speak(at % 2 === 0 ? 'client' : 'task')
        if (what === 'hang up') clients.splice(at, 1).at(0)?.close()
        if (task !== undefined && (what === 'shut down' || what === 'remove')) {
          const gone: Assignment = { ...task, desired: what === 'remove' ? 'Remove' : 'Shutdown' }
          tasks.set(gone.task, gone)
          await world.manager.change([gone])
          await world.pass(50) // On its way to the agent.
          stopped.add(gone.task)
        }
        if (task !== undefined && what === 'take out') {
          await tell(world, update([], [task.task]))
          out.add(task.task)
        }
        if (task !== undefined && what === 'add' && !out.has(task.task)) await tell(world, update([task.task]))
        if (task !== undefined && what === 'crash') world.machine.kill(task.task, { exitCode: 1 })
        for (let turn = 0; turn < 3; turn++) {
          const reached = ask(world)
          assert.ok(!stopped.has(reached) && !out.has(reached), `${reached} after ${what}`)
        }
      }
    }),
    { numRuns: 40 },
  )
})
