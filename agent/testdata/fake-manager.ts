// A manager that does what a test tells it, and an agent on a simulated machine that talks to it.

import assert from 'node:assert/strict'
import type { AgentMessage, Assignment, ManagerMessage } from '../../api/session.ts'
import type { TaskStatus } from '../../api/types/task.ts'
import type { FrameStream, Log } from '../../effects/effects.ts'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { SimulatedDisk } from '../../sim/effects/disk.ts'
import { EventQueue, type Lane } from '../../sim/effects/event-queue.ts'
import { createSimulatedKeys } from '../../sim/effects/keys.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { SimulatedNetwork } from '../../sim/effects/transport.ts'
import { SimulatedMachine, type TaskPlan } from '../../sim/executor.ts'
import { SimulatedPorts } from '../../sim/port-server.ts'
import { createAgent } from '../agent.ts'
import { parseJson } from '../frames.ts'

export class FakeManager {
  readonly received: AgentMessage[] = []
  /** Every stream of a session that was opened, the last one last. */
  readonly streams: FrameStream[] = []
  /** Frames of protocol `logs`, as text. */
  readonly logFrames: string[] = []
  logStreamsClosed = 0
  acknowledges = true
  answersHello = true
  answersHeartbeats = true
  periodMs = 5_000
  refusal: Extract<ManagerMessage, { type: 'refused' }> | undefined
  managers: readonly string[] = []
  #resultsIn = 0

  async serve(stream: FrameStream): Promise<void> {
    this.streams.push(stream)
    try {
      for await (const frame of stream.frames()) await this.#answer(stream, decode(frame))
    } catch {
      // A reset stream.
    }
  }

  async serveLogs(stream: FrameStream): Promise<void> {
    for await (const frame of stream.frames()) this.logFrames.push(new TextDecoder().decode(frame))
    this.logStreamsClosed += 1
    stream.close()
  }

  async send(message: ManagerMessage): Promise<void> {
    await this.streams.at(-1)?.send(new TextEncoder().encode(JSON.stringify(message)))
  }

  /** All tasks of the node. */
  async complete(...update: readonly Assignment[]): Promise<void> {
    this.#resultsIn += 1
    await this.send({ type: 'assignments', mode: 'complete', appliesTo: '', resultsIn: `${this.#resultsIn}`, update, remove: [] })
  }

  async change(update: readonly Assignment[], remove: readonly string[] = [], appliesTo = `${this.#resultsIn}`): Promise<void> {
    this.#resultsIn += 1
    await this.send({ type: 'assignments', mode: 'incremental', appliesTo, resultsIn: `${this.#resultsIn}`, update, remove })
  }

  of<T extends AgentMessage['type']>(type: T): readonly Extract<AgentMessage, { type: T }>[] {
    return this.received.filter((message): message is Extract<AgentMessage, { type: T }> => message.type === type)
  }

  /** The states of a task, in the order in which they were reported. */
  statusesOf(task: string): readonly TaskStatus[] {
    return this.of('status').flatMap(({ reports }) => reports.filter((report) => report.task === task).map(({ status }) => status))
  }

  lastStatusOf(task: string): TaskStatus | undefined {
    return this.statusesOf(task).at(-1)
  }

  async #answer(stream: FrameStream, message: AgentMessage): Promise<void> {
    this.received.push(message)
    const reply = (answer: ManagerMessage): Promise<void> => stream.send(new TextEncoder().encode(JSON.stringify(answer)))
    if (message.type === 'hello' && this.refusal !== undefined) return await reply(this.refusal)
    if (message.type === 'hello' && this.answersHello) {
      const node = { name: message.nodeName, hostname: message.description.hostname, labels: {} }
      await reply({ type: 'session', sessionId: `session-${this.streams.length}`, node, managers: this.managers })
    }
    if (message.type === 'heartbeat' && this.answersHeartbeats) await reply({ type: 'heartbeat', periodMs: this.periodMs })
    if (message.type === 'status' && this.acknowledges) await reply({ type: 'ack', number: message.number })
  }
}

/** One machine with an agent on it that may die and come back, and as many managers as are named. */
export class World {
  readonly queue = new EventQueue()
  readonly disk = new SimulatedDisk(new SeededRandom(1))
  readonly network = new SimulatedNetwork(this.queue, new SeededRandom(2))
  readonly managers = new Map<string, FakeManager>()
  readonly plans = new Map<string, TaskPlan>()
  readonly machine: SimulatedMachine
  readonly ports: SimulatedPorts
  readonly logged: string[] = []
  /** With which error the agent's transport does not connect, if it does not. */
  refuses: Error | undefined
  /** Of an agent whose node is a manager. */
  managerAddress: string | undefined
  /** Whom the agent has called, in order. */
  readonly called: string[] = []
  #lane: Lane | undefined

  constructor(...names: readonly string[]) {
    this.machine = new SimulatedMachine(this.queue, { plan: ({ task }) => this.plans.get(task) ?? {} })
    this.ports = new SimulatedPorts(this.queue, (port) => this.machine.taskOnPort(port))
    for (const name of names) this.startManager(name)
  }

  get manager(): FakeManager {
    const first = this.managers.get('manager-1')
    assert.ok(first !== undefined)
    return first
  }

  startManager(name: string): FakeManager {
    const manager = this.managers.get(name) ?? new FakeManager()
    this.managers.set(name, manager)
    const transport = this.network.join(name, this.queue.lane())
    const signal = new AbortController().signal
    void transport.serve('dispatcher', (stream) => manager.serve(stream), signal)
    void transport.serve('logs', (stream) => manager.serveLogs(stream), signal)
    return manager
  }

  /** The agent's next life. The result settles when its run does. */
  startAgent(signal = new AbortController().signal): Promise<void> {
    const lane = this.queue.lane()
    this.#lane = lane
    const transport = this.network.join('node-1', lane)
    const effects = {
      clock: createSimulatedClock(lane),
      random: new SeededRandom(3),
      keys: createSimulatedKeys(new SeededRandom(3)),
      disk: this.disk.mount(lane),
      transport: {
        ...transport,
        connect: (...to: Parameters<typeof transport.connect>) => {
          this.called.push(to[0])
          return this.refuses === undefined ? transport.connect(...to) : Promise.reject(this.refuses)
        },
      },
      log: this.#log(),
    }
    const own = this.managerAddress === undefined ? {} : { managerAddress: this.managerAddress }
    const options = { nodeName: 'node-1', hostname: 'one', managers: [...this.managers.keys()], directory: '/agent', ...own }
    const world = { executor: this.machine.executor(lane), portServer: this.ports.server(lane) }
    return createAgent(effects, { ...options, ...world }).run(signal)
  }

  /** kill -9: the machine and its tasks go on. */
  killAgent(): void {
    this.#lane?.close()
    this.network.leave('node-1')
  }

  /** Lets time pass until something holds; fails after a minute of virtual time. */
  async until(what: string, holds: () => boolean): Promise<void> {
    await this.queue.run(this.queue.nowMs() + 60_000, () => {}, holds)
    assert.ok(holds(), `not within a minute: ${what}`)
  }

  pass(durationMs: number): Promise<void> {
    return this.queue.run(this.queue.nowMs() + durationMs)
  }

  #log(): Log {
    const write = (message: string): void => {
      this.logged.push(message)
    }
    return { debug: write, info: write, warn: write, error: write }
  }
}

/** A manager that knows nothing but heartbeats. @param onHello called for each session. */
export async function answer(stream: FrameStream, onHello: () => void): Promise<void> {
  const reply = (message: ManagerMessage): Promise<void> => stream.send(new TextEncoder().encode(JSON.stringify(message)))
  try {
    for await (const frame of stream.frames()) {
      const message = decode(frame)
      if (message.type === 'hello') {
        onHello()
        await reply({ type: 'session', sessionId: 's', node: { name: message.nodeName, hostname: '', labels: {} }, managers: [] })
      }
      if (message.type === 'heartbeat') await reply({ type: 'heartbeat', periodMs: 5_000 })
      if (message.type === 'status') await reply({ type: 'ack', number: message.number })
    }
  } catch {
    // The manager, or the agent, has died.
  }
}

/** An agent on a machine of its own that runs nothing. */
export function startBareAgent(queue: EventQueue, network: SimulatedNetwork, name: string): void {
  const lane = queue.lane()
  const random = new SeededRandom(Number(name.replace(/\D/g, '')))
  const silent = (): void => {}
  const effects = {
    clock: createSimulatedClock(lane),
    random,
    keys: createSimulatedKeys(random),
    disk: new SimulatedDisk(random).mount(lane),
    transport: network.join(name, lane),
    log: { debug: silent, info: silent, warn: silent, error: silent },
  }
  const machine = new SimulatedMachine(queue)
  const portServer = new SimulatedPorts(queue, () => undefined).server(lane)
  const options = { nodeName: name, hostname: name, managers: ['manager'], directory: '/agent', executor: machine.executor(lane), portServer }
  void createAgent(effects, options).run(new AbortController().signal)
}

/** What an agent of ours sent is taken at its word. */
function decode(frame: Uint8Array): AgentMessage {
  const value = parseJson(new TextDecoder().decode(frame))
  assert.ok(isAgentMessage(value))
  return value
}

function isAgentMessage(value: unknown): value is AgentMessage {
  return typeof value === 'object' && value !== null && 'type' in value
}
