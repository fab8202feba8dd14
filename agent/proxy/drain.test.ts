// Tasks come and go behind one real port, as in a rolling update: clients must not notice.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, get, type Server } from 'node:http'
import { type TestContext, test } from 'node:test'
import { createClock } from '../../effects/real/clock.ts'
import { until } from '../../effects/real/testdata/until.ts'
import { Mesh } from '../mesh/mesh.ts'
import type { LocalTask } from '../mesh/serving.ts'
import { createPortServer } from './port-server.ts'
import { createTestLog, dial, freePort, listening, never, portOf } from './testdata/programs.ts'

interface Task {
  readonly server: Server
  /** Requests that it was still at work for when it was killed. */
  broken: number
}

/** A node with one service on one port. */
class World {
  readonly tasks = new Map<string, LocalTask>()
  readonly programs = new Map<string, Task>()
  readonly mesh: Mesh
  readonly port: number
  #version = 0

  constructor(port: number) {
    const log = createTestLog()
    const portServer = createPortServer({ address: '127.0.0.1', log })
    this.port = port
    this.mesh = new Mesh({ clock: createClock(), log, nodeName: 'here', portServer, taskOf: (task) => this.tasks.get(task) })
  }

  async tell(added: readonly string[], removed: readonly string[]): Promise<void> {
    const ports = [{ protocol: 'TCP', publishedPort: this.port, targetPort: 80 }] as const
    const endpoints = added.map((task) => ({ task, node: 'here' }))
    const update = [{ service: 'web', uid: 'web', ports, added: endpoints, removed }]
    this.#version += 1
    await this.mesh.apply({ type: 'endpoints', mode: 'incremental', version: this.#version, update, remove: [] }, never)
  }

  /** An HTTP server that takes `workMs` for each answer. */
  async start(name: string, workMs: number): Promise<void> {
    const task: Task = { server: createServer({ keepAliveTimeout: 60_000 }), broken: 0 }
    task.server.on('request', (_, response) => {
      task.broken += 1
      setTimeout(() => {
        task.broken -= 1
        response.end(name)
      }, workMs)
    })
    await listening(task.server)
    this.programs.set(name, task)
    this.tasks.set(name, { desired: 'Running', status: { state: 'Running', at: 1, ports: { '80/tcp': portOf(task.server) } } })
    await this.tell([name], [])
  }

  /** What the agent does before it stops a task. */
  async drain(name: string): Promise<void> {
    const task = this.tasks.get(name)
    assert.ok(task !== undefined)
    this.tasks.set(name, { ...task, desired: 'Shutdown' })
    await this.mesh.drain({ task: name, template: {} }, never)
  }

  /** The drain, and then an end without mercy. Resolves with the number of requests that it broke off. */
  async stop(name: string): Promise<number> {
    await this.drain(name)
    const broken = this.programs.get(name)?.broken ?? 0
    this.kill(name)
    return broken
  }

  kill(name: string): void {
    const program = this.programs.get(name)
    this.programs.delete(name)
    this.tasks.delete(name)
    program?.server.close()
    program?.server.closeAllConnections()
    this.mesh.ended(name)
  }
}

async function createWorld(context: TestContext): Promise<World> {
  const world = new World(await freePort())
  context.after(async () => {
    for (const name of world.programs.keys()) world.kill(name)
    await world.mesh.end()
  })
  return world
}

async function ask(port: number, agent: Agent): Promise<string> {
  const request = get({ host: '127.0.0.1', port, agent })
  const [response] = await once(request, 'response')
  let body = ''
  for await (const chunk of response) body += chunk
  return body
}

test('while every task is replaced, one after the other and both ways, no request fails', async (context) => {
  const world = await createWorld(context)
  for (const name of ['a-0', 'b-0', 'c-0']) await world.start(name, 3)
  let isOver = false
  let answered = 0
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: false })
    for (; !isOver; answered += 1) await ask(world.port, agent)
  }
  const clients = Promise.all(Array.from({ length: 8 }, client))
  for (let round = 1; round <= 4; round++) {
    for (const slot of ['a', 'b', 'c']) {
      const startFirst = round % 2 === 0
      if (startFirst) await world.start(`${slot}-${round}`, 3)
      await world.tell([], [`${slot}-${round - 1}`])
      assert.equal(await world.stop(`${slot}-${round - 1}`), 0)
      if (!startFirst) await world.start(`${slot}-${round}`, 3)
      const before = answered
      await until('requests go on', () => answered > before + 20)
    }
  }
  isOver = true
  await clients
})

test('a connection that a client keeps for its next request is closed by the drain, and the request goes elsewhere', async (context) => {
  const world = await createWorld(context)
  await world.start('a', 0)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  assert.equal(await ask(world.port, agent), 'a')
  const kept = await dial(context, world.port)
  await world.start('b', 0)
  await world.drain('a')
  kept.resume()
  await until('the idle one is closed, although the task runs', () => kept.readableEnded)
  assert.equal(await ask(world.port, agent), 'b')
  agent.destroy()
})

test('an answer that takes its time is waited for', async (context) => {
  const world = await createWorld(context)
  await world.start('a', 2_500)
  const agent = new Agent({ keepAlive: false })
  const answer = ask(world.port, agent)
  await until('the task is at work', () => world.programs.get('a')?.broken === 1)
  assert.equal(await world.stop('a'), 0)
  assert.equal(await answer, 'a')
})
