// The dispatcher: agents' sessions with the leader. It tells each agent what to run, writes down what the
// agent reports, and knows when each was heard last. It decides nothing about tasks: that is the
// controllers' business, and whether silence means Down is the node-lifecycle controller's.
//
// Who gets a session is in `session-admission.ts`, what an agent is told of tasks in `assignment-sender.ts`, what it reports in
// `agent-reports.ts`, what it says of published ports in `endpoint-versions.ts`. `session-messages.ts` has the frames.

import { isDeepStrictEqual } from 'node:util'
import { durationMs } from '../../api/duration.ts'
import { StatusError } from '../../api/errors.ts'
import { isAttachRequest } from '../../api/exec.ts'
import type { Cluster, KitObject, Node, Service } from '../../api/objects.ts'
import type { AgentMessage, ManagerMessage } from '../../api/session.ts'
import type { Store, StoreEvent } from '../../api/store.ts'
import { trustedRoots, wantedIssuer } from '../../ca/cluster-ca.ts'
import type { NodeLiveness } from '../../controllers/node-lifecycle/liveness.ts'
import type { EventRecorder, WriteList } from '../../controllers/runtime/controller.ts'
import { guardStore } from '../../controllers/runtime/guarded-store.ts'
import type { Clock, FrameStream, Log, Random, Transport } from '../../effects/effects.ts'
import { attachesToTasks } from '../../effects/stream-versions.ts'
import { createRefusalLog } from '../refusal-log.ts'
import { AgentReports } from './agent-reports.ts'
import { AssignmentSender } from './assignment-sender.ts'
import { EndpointVersions } from './endpoint-versions.ts'
import { EndpointTables } from './endpoints.ts'
import { Listening } from './listening.ts'
import { addChanges, createSession, end, markTask, refused, type Session, send } from './session.ts'
import { type Hello, SessionAdmission } from './session-admission.ts'
import { decodeAgentMessage, encodeMessage } from './session-messages.ts'
import type { SessionMetrics } from './session-metrics.ts'

export const dispatcherWrites: WriteList = {
  Task: ['status', 'spec.settledAt'],
  Node: ['status.description', 'status.address', 'status.leftAt'],
  Service: ['status.conditions.PortsServed'],
}

export interface DispatcherDeps {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly transport: Transport
  readonly events: EventRecorder
  /** Address of this manager, which agents may connect to. */
  readonly address: string
  readonly metrics?: SessionMetrics
}

/** What an agent answers with a stream of its own. */
export type StreamRequest = Extract<ManagerMessage, { type: 'logs' | 'exec' | 'stats' }>

const defaultHeartbeatPeriod = '5s'
/** Beats of agents that began together spread; no more than half of a short period. */
const heartbeatJitterMs = 500
/** An agent that has sent more unanswered reports is not read from until some are committed. */
const maxQueuedReports = 32

export class Dispatcher implements NodeLiveness {
  readonly #deps: DispatcherDeps
  readonly #sessions = new Map<string, Session>()
  readonly #listening: Listening
  /** Node → when it was last heard, by `#listening`. */
  readonly #lastSeen = new Map<string, number>()
  /** Node → the period that its agent was told last. */
  readonly #periods = new Map<string, number>()
  readonly #admission: SessionAdmission
  readonly #reports: AgentReports
  readonly #assignments: AssignmentSender
  readonly #listeners = new Set<(nodeName: string) => void>()
  readonly #endpoints: EndpointTables
  readonly #versions: EndpointVersions

  constructor(deps: DispatcherDeps) {
    const { store, clock, log, events, metrics } = deps
    const sessions = this.#sessions
    const endpoints = new EndpointTables(store)
    const guarded = guardStore(store, 'dispatcher', dispatcherWrites)
    const tell = createRefusalLog({ clock, log })
    const note = createRefusalLog({ clock, log: { warn: (message, fields) => log.info(message, fields) } })
    this.#deps = deps
    this.#endpoints = endpoints
    this.#listening = new Listening(clock)
    this.#admission = new SessionAdmission({ store, clock, tell, sessions, silentMs: (nodeName) => this.#silentMs(nodeName) })
    this.#reports = new AgentReports({ store: guarded, clock, events, tell, note, metrics })
    this.#assignments = new AssignmentSender({ store, clock, endpoints })
    this.#versions = new EndpointVersions({ store: guarded, clock, log, events, endpoints, sessions })
  }

  /** Serves agents until `signal` fires, that is while this node leads. A new leader starts with no sessions. */
  async run(signal: AbortSignal): Promise<void> {
    this.#endpoints.restore(this.#deps.clock.monotonicMs())
    const unsubscribe = this.#deps.store.subscribe((events) => this.#notice(events))
    this.#versions.begin(signal)
    void this.#listening.run(signal)
    try {
      await this.#deps.transport.serve('dispatcher', (stream, ended) => this.#serve(stream, AbortSignal.any([signal, ended])), signal)
    } finally {
      unsubscribe()
      for (const session of this.#sessions.values()) end(session)
      this.#sessions.clear()
      this.#countSessions()
      this.#admission.clear()
      this.#lastSeen.clear()
      this.#periods.clear()
    }
  }

  /** How long this manager has listened, in ms. */
  listenedMs(): number {
    return this.#listening.ms
  }

  /** By `listenedMs`, when the node was last heard; undefined when never since this leader began. */
  lastSeenMs(nodeName: string): number | undefined {
    return this.#lastSeen.get(nodeName)
  }

  /** What its agent was told to wait between two heartbeats: a period that was changed since counts from its next one. */
  periodMs(nodeName: string): number | undefined {
    return this.#periods.get(nodeName)
  }

  /** Whether the store has what the node knew when its present session began. */
  hasReported(nodeName: string): boolean {
    return this.#sessions.get(nodeName)?.hasReported === true
  }

  /** Called with the name of a node whose session was registered or has ended, or that is heard and counts as down. */
  subscribe(listener: (nodeName: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks a node to open the stream that the message is about. False when the node has no session. Throws Conflict when its kit is too old. */
  async requestStream(nodeName: string, message: StreamRequest): Promise<boolean> {
    const session = this.#sessions.get(nodeName)
    if (session === undefined) return false
    if (!isUnderstood(message, session))
      throw new StatusError('Conflict', `node "${nodeName}" has a kitd that cannot attach to tasks: upgrade it`, {
        kind: 'Node',
        name: nodeName,
      })
    return send(session, message).then(
      () => true,
      () => false,
    )
  }

  async #serve(stream: FrameStream, signal: AbortSignal): Promise<void> {
    const frames = stream.frames()[Symbol.asyncIterator]()
    let session: Session | undefined
    const close = (): void => stream.close()
    signal.addEventListener('abort', close)
    try {
      const first = await frames.next()
      if (first.done === true) return
      const opening = decodeAgentMessage(first.value)
      if (opening.type !== 'hello' && opening.type !== 'leave') {
        await stream.send(encodeMessage(refused('BadRequest', 'a session begins with hello', true)))
        return
      }
      const refusal = this.#admission.refusal(opening, stream.peer)
      if (opening.type === 'hello') this.#deps.metrics?.begun.inc({ result: refusal?.reason ?? 'Accepted' })
      if (refusal !== undefined) await stream.send(encodeMessage(refusal))
      else if (opening.type === 'leave') await this.#leave(opening.nodeName, stream)
      else {
        session = await this.#register(opening, stream)
        await this.#converse(session, frames)
      }
    } catch (error) {
      if (!signal.aborted) this.#deps.log.info('A session ended', { object: `Node/${session?.nodeName ?? stream.peer.node?.id}`, error })
    } finally {
      signal.removeEventListener('abort', close)
      if (session !== undefined) this.#drop(session)
      stream.close()
    }
  }

  /** What it ran is replaced at once: nobody has to wait for heartbeats to fail. It is told so when any leader will know it. */
  async #leave(nodeName: string, stream: FrameStream): Promise<void> {
    await this.#reports.leave(nodeName)
    const session = this.#sessions.get(nodeName)
    if (session !== undefined) end(session)
    this.#deps.log.info('A node left', { object: `Node/${nodeName}` })
    this.#deps.events.record({ object: { kind: 'Node', name: nodeName }, type: 'Normal', reason: 'Left', message: 'left the cluster' })
    await stream.send(encodeMessage({ type: 'ack', number: 0 }))
  }

  async #register(hello: Hello, stream: FrameStream): Promise<Session> {
    const { nodeName } = hello
    const before = this.#sessions.get(nodeName)
    const id = before !== undefined && before.id === hello.sessionId ? before.id : Buffer.from(this.#deps.random.bytes(16)).toString('hex')
    if (before !== undefined) {
      end(before)
      if (before.id !== id) this.#admission.replaced(before)
    }
    const session = createSession({ id, nodeName, stream, periodMs: this.#periodMs() })
    this.#sessions.set(nodeName, session)
    this.#countSessions()
    await this.#reports.describe(session, hello.description)
    this.#see(nodeName)
    for (const listener of this.#listeners) listener(nodeName)
    return session
  }

  async #converse(session: Session, frames: AsyncIterator<Uint8Array>): Promise<void> {
    await this.#sendSession(session)
    await this.#sendHeartbeat(session)
    const pump = this.#assignments.run(session).catch((error: unknown) => this.#fail(session, error))
    let queued = 0
    let reports: Promise<void> = Promise.resolve()
    for (let frame = await frames.next(); frame.done !== true && !session.ended.signal.aborted; frame = await frames.next()) {
      const message = decodeAgentMessage(frame.value)
      this.#see(session.nodeName)
      if (session.rival !== undefined) this.#recordRival(session, session.rival)
      if (message.type === 'status') {
        queued++
        // In order, so that of two reports about one task the later is written last.
        reports = reports
          .then(() => this.#reports.report(session, message.number, message.reports))
          .then(
            () => void queued--,
            (error: unknown) => this.#fail(session, error),
          )
        if (queued >= maxQueuedReports) await reports
      } else await this.#hear(session, message)
    }
    end(session)
    await Promise.all([pump, reports])
  }

  async #hear(session: Session, message: AgentMessage): Promise<void> {
    switch (message.type) {
      case 'heartbeat':
        this.#deps.metrics?.heartbeatDelay.observe(Math.max(0, this.#deps.clock.monotonicMs() - session.beatDueMs) / 1000)
        return this.#sendHeartbeat(session)
      case 'description':
        return this.#reports.describe(session, message.description)
      case 'event':
        return this.#reports.recordEvent(session, message)
      case 'served':
        return this.#versions.hear(session, message)
      case 'hello':
      case 'leave':
      case 'status':
        return
    }
  }

  /** Both were heard, one after the other: there are two. */
  #recordRival(session: Session, address: string): void {
    session.rival = undefined
    this.#deps.events.record({
      object: { kind: 'Node', name: session.nodeName },
      type: 'Warning',
      reason: 'TwoMachines',
      message: `two machines have the certificate of this node: the one at ${session.stream.peer.address} is let in, the one at ${address} is not`,
    })
  }

  /** The session cannot go on: the agent comes back and starts from a complete list. */
  #fail(session: Session, error: unknown): void {
    if (!session.ended.signal.aborted) this.#deps.log.warn('Ended a session', { object: `Node/${session.nodeName}`, error })
    end(session)
  }

  #drop(session: Session): void {
    end(session)
    if (this.#sessions.get(session.nodeName) === session) this.#sessions.delete(session.nodeName)
    this.#countSessions()
    this.#versions.drop(session)
    for (const listener of this.#listeners) listener(session.nodeName)
  }

  #countSessions(): void {
    this.#deps.metrics?.sessions.set(this.#sessions.size)
  }

  #silentMs(nodeName: string): number {
    return this.#listening.ms - (this.#lastSeen.get(nodeName) ?? Number.NEGATIVE_INFINITY)
  }

  #see(nodeName: string): void {
    this.#lastSeen.set(nodeName, this.#listening.ms)
    // A machine that stood still goes on with the session that it had: nothing else tells that it is back.
    if (this.#deps.store.view.get('Node', nodeName)?.status.state !== 'Down') return
    for (const listener of this.#listeners) listener(nodeName)
  }

  // What agents are told.

  async #sendSession(session: Session): Promise<void> {
    const { view } = this.#deps.store
    const node = view.get('Node', session.nodeName)
    if (node === undefined) return
    const { labels = {} } = node.metadata
    const hostname = node.status.description?.hostname ?? ''
    const ca = view.get('Cluster', 'default')?.status.ca
    const { renewal } = node.status
    await send(session, {
      type: 'session',
      sessionId: session.id,
      node: { name: session.nodeName, hostname, labels },
      managers: this.#managers(),
      ...(node.status.role === undefined ? {} : { role: node.status.role }),
      ...(ca === undefined ? {} : { roots: trustedRoots(ca) }),
      // One of an earlier rotation means nothing any more.
      ...(ca !== undefined && renewal?.issuer === wantedIssuer(ca) ? { renewal: renewal.issuer } : {}),
    })
  }

  /** Where agents find managers: the leader first, then all that have said where they listen. */
  #managers(): readonly string[] {
    const others = [...this.#deps.store.view.list('Node')].flatMap(({ status: { role, description } }) =>
      role === 'Manager' && description?.managerAddress !== undefined ? [description.managerAddress] : [],
    )
    return [...new Set([this.#deps.address, ...others])]
  }

  async #sendHeartbeat(session: Session): Promise<void> {
    const period = this.#periodMs()
    const offMs = (this.#deps.random.next() * 2 - 1) * Math.min(heartbeatJitterMs, period / 2)
    session.periodMs = Math.round(period + offMs)
    session.beatDueMs = this.#deps.clock.monotonicMs() + session.periodMs
    this.#periods.set(session.nodeName, session.periodMs)
    await send(session, { type: 'heartbeat', periodMs: session.periodMs })
  }

  #periodMs(): number {
    return durationMs(this.#deps.store.view.get('Cluster', 'default')?.spec.heartbeatPeriod ?? defaultHeartbeatPeriod)
  }

  /** Called within the store's apply: it only takes notes. */
  #notice(events: readonly StoreEvent[]): void {
    const changes = this.#endpoints.notice(events, this.#deps.clock.monotonicMs())
    if (changes.size > 0) for (const session of this.#sessions.values()) addChanges(session, changes)
    this.#versions.release() // What left some time ago, all may know already.
    this.#versions.releaseInTime()
    for (const { object, previous, type } of events) {
      if (object.kind === 'Task') {
        markTask(this.#sessions, object)
        if (previous?.kind === 'Task' && previous.spec.nodeName !== object.spec.nodeName) markTask(this.#sessions, previous)
      } else if (object.kind === 'Node') this.#noticeNode(object, previous, type)
      else if (object.kind === 'Service') this.#noticeService(object, previous)
      else if (object.kind === 'Cluster') this.#noticeCluster(object, previous)
    }
  }

  #noticeService({ metadata, status }: Service, previous: KitObject | undefined): void {
    const isSame =
      previous?.kind === 'Service' && previous.metadata.generation === metadata.generation && previous.status.endpoint === status.endpoint
    if (!isSame) this.#versions.judge(metadata.name)
  }

  #noticeNode(node: Node, previous: KitObject | undefined, type: StoreEvent['type']): void {
    const { name } = node.metadata
    const session = this.#sessions.get(name)
    const before = previous?.kind === 'Node' ? previous : undefined
    if (type !== 'DELETED' && before !== undefined && movesManagers(before, node))
      for (const each of this.#sessions.values()) if (each !== session) this.#tellSession(each)
    if (type === 'DELETED') this.#forget(name)
    if (session === undefined) return
    if (type === 'DELETED') {
      session.ended.abort() // From here on it is told nothing else.
      const last = encodeMessage(refused('NotFound', `node '${session.nodeName}' was removed from the cluster`, false))
      const sent = session.stream.send(last).catch(() => undefined)
      void sent.finally(() => end(session))
    } else if (previous?.kind === 'Node' && isNews(previous, node)) this.#tellSession(session)
  }

  #forget(nodeName: string): void {
    this.#lastSeen.delete(nodeName)
    this.#periods.delete(nodeName)
    this.#admission.forget(nodeName)
  }

  #noticeCluster({ status: { ca } }: Cluster, previous: KitObject | undefined): void {
    const before = previous?.kind === 'Cluster' ? previous.status.ca : undefined
    if (ca === undefined || (before !== undefined && trustedRoots(before) === trustedRoots(ca))) return
    for (const session of this.#sessions.values()) this.#tellSession(session)
  }

  #tellSession(session: Session): void {
    this.#sendSession(session).catch((error: unknown) => this.#fail(session, error))
  }
}

/** An agent of before would end its session over a request that it does not know. */
function isUnderstood(message: StreamRequest, { stream: { peer } }: Session): boolean {
  return message.type !== 'exec' || !isAttachRequest(message.request) || (peer.version ?? attachesToTasks) >= attachesToTasks
}

/** Whether an agent has to hear of what changed of its node. */
function isNews(before: Node, now: Node): boolean {
  const isSame =
    isDeepStrictEqual(before.metadata.labels, now.metadata.labels) &&
    isDeepStrictEqual(before.status.renewal, now.status.renewal) &&
    before.status.role === now.status.role
  return !isSame || movesManagers(before, now)
}

/** Whether managers are elsewhere for it. */
function movesManagers(before: Node, now: Node): boolean {
  const where = ({ status: { role, description } }: Node): string | undefined =>
    role === 'Manager' ? description?.managerAddress : undefined
  return where(before) !== where(now)
}
