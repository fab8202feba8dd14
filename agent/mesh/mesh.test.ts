import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EndpointsUpdate, IngressPort } from '../../api/session.ts'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { EventQueue } from '../../sim/effects/event-queue.ts'
import { SimulatedPorts } from '../../sim/port-server.ts'
import { Mesh } from './mesh.ts'
import type { LocalTask } from './serving.ts'

const never = new AbortController().signal
const web: IngressPort = { protocol: 'TCP', publishedPort: 80, targetPort: 8080 }

/** One node; its tasks listen on ports of their own unless `deaf`. */
class World {
  readonly queue = new EventQueue()
  readonly lane = this.queue.lane()
  readonly tasks = new Map<string, LocalTask>()
  readonly deaf = new Set<string>()
  readonly warnings: string[] = []
  readonly ports = new SimulatedPorts(this.queue, (port) => this.#taskOn(port))
  readonly mesh = new Mesh({
    clock: createSimulatedClock(this.lane),
    log: { debug() {}, info() {}, warn: (message) => void this.warnings.push(message), error() {} },
    nodeName: 'node-1',
    portServer: this.ports.server(this.lane),
    taskOf: (task) => this.tasks.get(task),
  })
  #version = 0
  #nextPort = 20_000

  run(...names: readonly string[]): void {
    for (const name of names)
      this.tasks.set(name, { desired: 'Running', status: { state: 'Running', at: 1, ports: { '8080/tcp': this.#nextPort++ } } })
  }

  /** The task is told to stop. */
  stop(name: string): void {
    const task = this.tasks.get(name)
    if (task !== undefined) this.tasks.set(name, { ...task, desired: 'Shutdown' })
  }

  async tell(mode: 'complete' | 'incremental', update: readonly Partial<EndpointsUpdate>[], remove: readonly string[] = []): Promise<void> {
    this.#version += 1
    const whole = update.map((one) => ({ service: 'web', uid: 'web', ports: [web], added: [], removed: [], ...one }))
    await this.queue.settle(this.mesh.apply({ type: 'endpoints', mode, version: this.#version, update: whole, remove }, never))
  }

  /** The task that a client gets, or why it gets none. It hangs up at once. */
  ask(publishedPort = 80): string {
    const outcome = this.ports.connect({ protocol: 'TCP', publishedPort })
    if (typeof outcome === 'string') return outcome
    outcome.client.close()
    return outcome.client.task
  }

  #taskOn(port: number): string | undefined {
    return [...this.tasks].find(([name, { status }]) => status.ports?.['8080/tcp'] === port && !this.deaf.has(name))?.[0]
  }
}

function here(...tasks: readonly string[]) {
  return tasks.map((task) => ({ task, node: 'node-1' }))
}

test('endpoints of this node take turns; those of other nodes are passed over', async () => {
  const world = new World()
  world.run('a', 'b', 'elsewhere')
  await world.tell('complete', [{ added: [...here('a', 'b'), { task: 'elsewhere', node: 'node-2' }] }])
  assert.deepEqual([world.ask(), world.ask(), world.ask()], ['a', 'b', 'a'])
})

test('a port is open while nobody serves it, and clients are reset; it is closed when its service is gone', async () => {
  const world = new World()
  assert.equal(world.ask(), 'refused')
  await world.tell('complete', [{}])
  assert.equal(world.ask(), 'reset')
  await world.tell('incremental', [], ['web'])
  assert.equal(world.ask(), 'refused')
})

test('what this node knows of its tasks counts before any manager says so', async () => {
  const world = new World()
  world.run('a', 'b')
  await world.tell('complete', [{ added: here('a', 'b', 'not here any more') }])
  world.stop('a')
  assert.deepEqual([world.ask(), world.ask()], ['b', 'b'])
  world.tasks.delete('b')
  assert.equal(world.ask(), 'reset')
})

test('from the moment that a removal is applied nothing new goes to the task', async () => {
  const world = new World()
  world.run('a', 'b')
  await world.tell('complete', [{ added: here('a', 'b') }])
  const applied = world.mesh.apply(
    {
      type: 'endpoints',
      mode: 'incremental',
      version: 9,
      update: [{ service: 'web', uid: 'web', ports: [web], added: [], removed: ['a'] }],
      remove: [],
    },
    never,
  )
  assert.deepEqual([world.ask(), world.ask()], ['b', 'b'])
  await world.queue.settle(applied)
})

test('a task that refuses is passed over for the next; after three in vain the client is reset', async () => {
  const world = new World()
  world.run('a', 'b', 'c', 'd')
  await world.tell('complete', [{ added: here('a', 'b', 'c', 'd') }])
  for (const task of ['a', 'b']) world.deaf.add(task)
  assert.equal(world.ask(), 'c')
  assert.equal(world.ask(), 'd')
  for (const task of ['c', 'd']) world.deaf.add(task)
  assert.equal(world.ask(), 'reset')
})

test('a port that another program has is a problem with a reason, and is opened when it is free again', async () => {
  const world = new World()
  world.ports.occupy(web, true)
  await world.tell('complete', [{}])
  assert.deepEqual(world.mesh.problems(), [
    { service: 'web', protocol: 'TCP', publishedPort: 80, message: 'port 80/TCP is in use by another program' },
  ])
  await world.queue.run(60_000)
  assert.equal(world.warnings.length, 1, 'one warning, however often it was tried')
  world.ports.occupy(web, false)
  const change = world.mesh.problemChange(never)
  await world.queue.settle(change)
  assert.ok(world.queue.nowMs() <= 91_000)
  assert.deepEqual(world.mesh.problems(), [])
  assert.equal(world.ask(), 'reset')
})

test('a port that goes from one service to another stays open', async () => {
  const world = new World()
  world.run('a', 'b')
  await world.tell('complete', [{ added: here('a') }])
  await world.tell('incremental', [{ uid: 'next', service: 'next', added: here('b') }])
  assert.equal(world.ask(), 'a')
  assert.match(world.mesh.problems()[0]?.message ?? '', /serves service "web" already/)
  await world.tell('incremental', [], ['web'])
  assert.deepEqual(world.mesh.problems(), [])
  assert.equal(world.ask(), 'b')
})

test('open flows outlive the port, and are closed once their task has ended', async () => {
  const world = new World()
  world.run('a')
  await world.tell('complete', [{ added: here('a') }])
  const outcome = world.ports.connect(web)
  assert.ok(typeof outcome !== 'string')
  await world.tell('incremental', [], ['web'])
  await world.queue.run(60_000)
  assert.ok(outcome.client.isOpen)
  world.tasks.delete('a')
  world.mesh.ended('a')
  await world.queue.run(61_000)
  assert.ok(!outcome.client.isOpen)
})

test('when the agent ends, its ports and flows are closed', async () => {
  const world = new World()
  world.run('a')
  await world.tell('complete', [{ added: here('a') }])
  const outcome = world.ports.connect(web)
  assert.ok(typeof outcome !== 'string')
  await world.queue.settle(world.mesh.end())
  assert.equal(world.ask(), 'refused')
  assert.ok(!outcome.client.isOpen)
})

const names = ['a', 'b', 'c', 'd'] as const
const step = fc.oneof(
  fc.record({ what: fc.constant('run' as const), task: fc.constantFrom(...names) }),
  fc.record({ what: fc.constantFrom('stop', 'forget', 'deafen', 'add', 'remove'), task: fc.constantFrom(...names) }),
  fc.record({ what: fc.constant('ask' as const), task: fc.constant('a') }),
)

test('whatever happens, a client reaches only a task that is listed, runs and is to go on, and a reset means that there is none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const world = new World()
      await world.tell('complete', [{}])
      const listed = new Set<string>()
      for (const { what, task } of steps) {
        if (what === 'run' && !world.tasks.has(task)) world.run(task)
        if (what === 'stop') world.stop(task)
        if (what === 'forget') world.tasks.delete(task)
        if (what === 'deafen') world.deaf.add(task)
        if (what === 'add') await world.tell('incremental', [{ added: here(task) }]).then(() => listed.add(task))
        if (what === 'remove') await world.tell('incremental', [{ removed: [task] }]).then(() => listed.delete(task))
        const able = names.filter((name) => listed.has(name) && world.tasks.get(name)?.desired === 'Running' && !world.deaf.has(name))
        const reached = world.ask()
        const deafAndListed = names.filter((name) => listed.has(name) && world.deaf.has(name)).length
        if (reached === 'reset') assert.ok(able.length === 0 || deafAndListed >= 3, `reset, although ${able.join(' ')} would answer`)
        else
          assert.ok(
            able.some((name) => name === reached),
            `${reached} of ${able.join(' ')}`,
          )
      }
    }),
    { numRuns: 200 },
  )
})
