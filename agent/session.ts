// One conversation with one manager: who we are, heartbeats, what to run, how it goes. Any failure in
// any part ends the whole session; the agent then opens another one and tells everything again.

import { isDeepStrictEqual } from 'node:util'
import { formatDuration } from '../api/duration.ts'
import type { AgentMessage, ManagerMessage } from '../api/session.ts'
import type { MachineStats } from '../api/stats.ts'
import type { Clock, FrameStream, Log, Transport } from '../effects/effects.ts'
import { serveExec } from './exec-stream.ts'
import type { Executor } from './executor.ts'
import { Bell, firstOf, untilAborted, within } from './first-of.ts'
import { decodeManagerMessage, encode } from './frames.ts'
import { streamLogs } from './log-stream.ts'
import type { EndpointsMessage } from './mesh/endpoints.ts'
import type { Mesh } from './mesh/mesh.ts'
import type { StatusReporter } from './status-reporter.ts'
import type { Worker } from './worker.ts'

export type Description = Extract<AgentMessage, { type: 'hello' }>['description']
export type SessionStart = Extract<ManagerMessage, { type: 'session' }>
export type TaskEvent = Extract<AgentMessage, { type: 'event' }>

/** From the first packet to the manager's answer to hello. */
const establishLimitMs = 5_000
const heartbeatLimitMs = 5_000
/** A manager without a majority cannot acknowledge anything; after this another one is tried. */
const acknowledgeLimitMs = 15_000
/** Short-lived states are passed over: only the last one in this time is told. */
const reportDelayMs = 20
const describePeriodMs = 20_000
/** While the executor does not answer. */
const describeAgainMs = 2_000
/** Log streams of one session at a time. */
const maxLogStreams = 100
/** Commands of one session at a time. */
const maxCommands = 50

export interface SessionDeps {
  readonly clock: Clock
  readonly transport: Transport
  readonly log: Log
  readonly executor: Executor
  readonly machineStats?: () => Promise<MachineStats>
  readonly worker: Worker
  readonly mesh: Mesh
  readonly reporter: StatusReporter
  readonly events: { take(signal: AbortSignal): Promise<TaskEvent> }
  readonly describe: () => Promise<Description>
  /** Part of the description, and told as soon as it changes. */
  readonly certificate?: { change(known: string | undefined, signal: AbortSignal): Promise<void> }
  readonly nodeName: string
  /** With every `session` message, the first one included, and the address of the manager. */
  readonly onSession: (message: SessionStart, manager: string) => void
}

/** The manager does not want this agent. */
export class RefusedError extends Error {
  readonly reason: string
  readonly retry: boolean
  /** Address of the manager that leads, where the one that refused knows it. */
  readonly leader: string | undefined
  constructor(reason: string, message: string, retry: boolean, leader?: string) {
    super(message)
    this.name = 'RefusedError'
    this.reason = reason
    this.retry = retry
    this.leader = leader
  }
}

/** Runs until the session fails or `signal` fires; always rejects, with the reason. */
export async function runSession(deps: SessionDeps, manager: string, sessionId: string | undefined, signal: AbortSignal): Promise<never> {
  const description = await deps.describe()
  const unanswered = `manager ${manager} did not answer within ${formatDuration(establishLimitMs)}`
  const stream = await within(deps.clock, establishLimitMs, unanswered, signal, (inner) =>
    deps.transport.connect(manager, 'dispatcher', inner),
  )
  const session = new Session(deps, manager, stream, description)
  try {
    return await session.run(sessionId, signal)
  } finally {
    stream.close()
  }
}

class Session {
  readonly #deps: SessionDeps
  readonly #manager: string
  readonly #stream: FrameStream
  readonly #established = new Bell()
  readonly #beaten = new Bell()
  #description: Description
  #isEstablished = false
  #periodMs = 0
  /** The chain of assignments: what the next incremental message has to apply to. */
  #assigned = ''
  #logStreams = 0
  #commands = 0
  /** The last answer to `endpoints` in this session. */
  #served: Extract<AgentMessage, { type: 'served' }> | undefined

  constructor(deps: SessionDeps, manager: string, stream: FrameStream, description: Description) {
    this.#deps = deps
    this.#manager = manager
    this.#stream = stream
    this.#description = description
  }

  async run(sessionId: string | undefined, signal: AbortSignal): Promise<never> {
    const { nodeName, worker } = this.#deps
    worker.payloads.beginSession()
    await this.#send({
      type: 'hello',
      nodeName,
      ...(sessionId === undefined ? {} : { sessionId }),
      description: this.#description,
    })
    return await firstOf<never>(signal, [
      (inner) => untilAborted(inner),
      (inner) => this.#receive(inner),
      (inner) => this.#afterStart(inner, (rest) => this.#beat(rest)),
      (inner) => this.#afterStart(inner, (rest) => this.#report(rest)),
      (inner) => this.#afterStart(inner, (rest) => this.#sendEvents(rest)),
      (inner) => this.#afterStart(inner, (rest) => this.#watchDescription(rest)),
      (inner) => this.#afterStart(inner, (rest) => this.#watchPorts(rest)),
    ])
  }

  async #afterStart(signal: AbortSignal, work: (signal: AbortSignal) => Promise<never>): Promise<never> {
    await within(this.#deps.clock, establishLimitMs, `manager ${this.#manager} did not open a session`, signal, async (inner) => {
      if (!this.#isEstablished) await this.#established.wait(inner)
    })
    return await work(signal)
  }

  /** The stream is closed when the session ends for another reason, so that waiting for frames ends too. */
  async #receive(signal: AbortSignal): Promise<never> {
    const close = (): void => this.#stream.close()
    signal.addEventListener('abort', close, { once: true })
    for await (const frame of this.#stream.frames()) {
      if (signal.aborted) break
      const message = decodeManagerMessage(frame)
      if (message !== undefined) await this.#handle(message, signal)
    }
    throw signal.aborted ? signal.reason : new Error(`manager ${this.#manager} closed the session`)
  }

  async #handle(message: ManagerMessage, signal: AbortSignal): Promise<void> {
    switch (message.type) {
      case 'session':
        return this.#start(message)
      case 'heartbeat':
        this.#periodMs = message.periodMs
        return this.#beaten.notify()
      case 'ack':
        return this.#deps.reporter.acknowledge(message.number)
      case 'assignments':
        return await this.#assign(message)
      case 'endpoints':
        return await this.#serve(message, signal)
      case 'payload':
        return this.#deps.worker.payloads.put(message.payload)
      case 'forget':
        return this.#deps.worker.payloads.forget(message.payloads)
      case 'logs':
        return void this.#sendLogs(message, signal)
      case 'exec':
        return void this.#runCommand(message, signal)
      case 'stats':
        return void this.#sendStats(message.id, signal)
      case 'refused':
        throw new RefusedError(message.reason, message.message, message.retry, message.leader)
    }
  }

  #start(message: SessionStart): void {
    this.#deps.onSession(message, this.#manager)
    if (this.#isEstablished) return
    this.#isEstablished = true
    this.#deps.reporter.restart(this.#deps.worker.reports())
    this.#established.notify()
  }

  async #assign(message: Extract<ManagerMessage, { type: 'assignments' }>): Promise<void> {
    if (message.mode === 'incremental' && message.appliesTo !== this.#assigned)
      throw new Error(`assignments continue "${message.appliesTo}", and this agent is at "${this.#assigned}"`)
    this.#assigned = message.resultsIn
    await this.#deps.worker.apply(message)
  }

  /** The answer means that what was removed gets nothing new, and that every port is open or among the problems. */
  async #serve(message: EndpointsMessage, signal: AbortSignal): Promise<void> {
    await this.#deps.mesh.apply(message, signal)
    await this.#sendServed(message.version)
  }

  #sendServed(version: number): Promise<void> {
    this.#served = { type: 'served', version, problems: this.#deps.mesh.problems() }
    return this.#send(this.#served)
  }

  async #watchPorts(signal: AbortSignal): Promise<never> {
    const { mesh } = this.#deps
    for (;;) {
      if (this.#served === undefined || isDeepStrictEqual(this.#served.problems, mesh.problems())) await mesh.problemChange(signal)
      else await this.#sendServed(this.#served.version)
    }
  }

  async #beat(signal: AbortSignal): Promise<never> {
    for (;;) {
      const unanswered = `manager ${this.#manager} did not answer a heartbeat within ${formatDuration(heartbeatLimitMs)}`
      await within(this.#deps.clock, heartbeatLimitMs, unanswered, signal, async (inner) => {
        const answer = this.#beaten.wait(inner)
        await Promise.all([answer, this.#send({ type: 'heartbeat' })])
      })
      await this.#deps.clock.sleep(this.#periodMs, signal)
    }
  }

  async #report(signal: AbortSignal): Promise<never> {
    const { clock, reporter } = this.#deps
    // The first report goes out even when it is empty: with it the manager knows all that this node knows.
    for (let isFirst = true; ; isFirst = false) {
      if (!isFirst) {
        await reporter.waitForReports(signal)
        if (!reporter.isFull) await clock.sleep(reportDelayMs, signal)
      }
      await this.#send({ type: 'status', ...reporter.next() })
      const unanswered = `manager ${this.#manager} did not acknowledge a report within ${formatDuration(acknowledgeLimitMs)}`
      await within(clock, acknowledgeLimitMs, unanswered, signal, (inner) => reporter.waitForAcknowledgement(inner))
    }
  }

  async #sendEvents(signal: AbortSignal): Promise<never> {
    for (;;) await this.#send(await this.#deps.events.take(signal))
  }

  async #watchDescription(signal: AbortSignal): Promise<never> {
    const { clock, certificate } = this.#deps
    for (;;) {
      const periodMs = this.#description.trouble === undefined ? describePeriodMs : describeAgainMs
      await firstOf<void>(signal, [
        (inner) => clock.sleep(periodMs, inner),
        ...(certificate === undefined ? [] : [(inner: AbortSignal) => certificate.change(this.#description.issuer, inner)]),
      ])
      const description = await this.#deps.describe()
      if (isDeepStrictEqual(description, this.#description)) continue
      this.#description = description
      await this.#send({ type: 'description', description })
    }
  }

  async #sendLogs(request: Extract<ManagerMessage, { type: 'logs' }>, signal: AbortSignal): Promise<void> {
    const { transport, executor, log } = this.#deps
    if (this.#logStreams >= maxLogStreams) return log.warn('Too many log streams are open', { object: `Task/${request.task}` })
    this.#logStreams += 1
    try {
      await streamLogs(transport, this.#manager, executor, request, signal)
    } catch (error) {
      if (!signal.aborted) log.warn('Could not send the log of a task', { object: `Task/${request.task}`, error })
    } finally {
      this.#logStreams -= 1
    }
  }

  async #sendStats(id: string, signal: AbortSignal): Promise<void> {
    const { transport, executor, log, machineStats } = this.#deps
    try {
      // What cannot be said of the machine keeps nobody from hearing of its tasks.
      const [stats, machine] = await Promise.all([executor.stats(), machineStats?.().catch(() => undefined)])
      const stream = await transport.connect(this.#manager, 'stats', signal)
      try {
        for (const frame of [{ id }, { stats, machine }]) await stream.send(encode(frame))
      } finally {
        stream.close()
      }
    } catch (error) {
      if (!signal.aborted) log.warn('Could not say what tasks use', { error })
    }
  }

  async #runCommand(message: Extract<ManagerMessage, { type: 'exec' }>, signal: AbortSignal): Promise<void> {
    const { transport, executor, log } = this.#deps
    const object = `Task/${message.task}`
    if (this.#commands >= maxCommands) return log.warn('Too many commands run in tasks', { object })
    this.#commands += 1
    try {
      await serveExec(transport, this.#manager, executor, message, signal)
    } catch (error) {
      if (!signal.aborted) log.info('A command in a task was cut off', { object, error })
    } finally {
      this.#commands -= 1
    }
  }

  #send(message: AgentMessage): Promise<void> {
    return this.#stream.send(encode(message))
  }
}
