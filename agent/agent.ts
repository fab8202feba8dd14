// The worker part of a node: keeps one session with some manager, runs the tasks that it is told to run,
// and says how they are doing. It never reads the store and never decides what should run; while no
// manager can be reached, tasks keep running. What runs them is an Executor (executor.ts, read it next);
// then task-loop.ts for the life of one task, worker.ts for all of them, session.ts for the conversation, and
// mesh/mesh.ts for the clients of published ports.

import type { MachineStats } from '../api/stats.ts'
import type { Clock, Effects } from '../effects/effects.ts'
import { errorCodeOf } from '../effects/thrown.ts'
import type { Executor, NodeFacts, Notice } from './executor.ts'
import { Bell, withSignal } from './first-of.ts'
import { Mesh } from './mesh/mesh.ts'
import type { PortServer } from './mesh/port-server.ts'
import { type Description, RefusedError, runSession, type SessionDeps, type SessionStart, type TaskEvent } from './session.ts'
import { StatusReporter } from './status-reporter.ts'
import { Worker } from './worker.ts'

export interface AgentOptions {
  readonly nodeName: string
  readonly hostname: string
  /** Addresses for Transport.connect; at least one. Managers tell newer ones. */
  readonly managers: readonly string[]
  /** For the database of tasks; the agent's own. */
  readonly directory: string
  readonly executor: Executor
  /** What the machine uses, now. Managers are not told where this is left out. */
  readonly machineStats?: () => Promise<MachineStats>
  /** Opens the published ports of this node. */
  readonly portServer: PortServer
  /** What engine.labels.* reads, beside the engine's own. */
  readonly engineLabels?: Readonly<Record<string, string>>
  /** Generic resources: values, or one entry that is a number. */
  readonly generic?: Readonly<Record<string, readonly string[]>>
  /** Version of the program. */
  readonly version?: string
  /** Of managers: host:port where other nodes join. */
  readonly managerAddress?: string
  /** Of managers: host:port where users of other machines connect. */
  readonly apiAddress?: string
  /** What the node goes with; managers are told of whom it is. */
  readonly certificate?: CertificateFacts
  /** The node object, the managers and what to trust, at the start of each session and whenever they change. */
  readonly onSession?: (message: SessionStart, manager: string) => void
}

export interface CertificateFacts {
  /** Digest of the key of the authority that it is of; undefined while there is none. */
  issuer(): string | undefined
  /** Resolves when `issuer` is another than `known`; rejects with the signal's reason when it fires first. */
  change(known: string | undefined, signal: AbortSignal): Promise<void>
}

export interface Agent {
  /**
   * Until `signal` fires; tasks keep running then. Rejects with a RefusedError when managers do not want
   * this node any more. When they have said that it was removed, its tasks are stopped before.
   */
  run(signal: AbortSignal): Promise<void>
}

const firstBackoffMs = 100
const maxBackoffMs = 8_000
/** A manager was not removed as long as those of its own group come together again soon, such as while one of them is started again. */
const managerBelievesAfterMs = 15_000
/** In a row, before the next pause. */
const mostRedirects = 2
/** Events that wait for a session. Older ones give way: they are for people, and best effort. */
const maxEvents = 1_000

export function createAgent(effects: Omit<Effects, 'https'>, options: AgentOptions): Agent {
  return { run: (signal) => runAgent(effects, options, signal) }
}

function runAgent(effects: Omit<Effects, 'https'>, options: AgentOptions, signal: AbortSignal): Promise<void> {
  return withSignal(signal, async (inner, stop) => {
    const reporter = new StatusReporter()
    const events = new EventBuffer()
    const { executor, directory, nodeName } = options
    const describe = () => describeNode(options)
    const node = factsOf(options, await describe())
    const notify = (task: string, notice: Notice): void => events.add(task, notice)
    const { clock, transport, log } = effects
    const mesh: Mesh = new Mesh({ clock, log, nodeName, portServer: options.portServer, taskOf: (task) => worker.assignmentOf(task) })
    const { machineStats, certificate } = options
    const told = { ...(certificate === undefined ? {} : { certificate }), ...(machineStats === undefined ? {} : { machineStats }) }
    const worker = new Worker({ effects, executor, directory, node, reporter, notify, mesh }, inner)
    await worker.start()
    try {
      await keepSession(
        effects,
        options,
        { clock, transport, log, executor, worker, mesh, reporter, events, describe, nodeName, ...told },
        inner,
      )
    } catch (error) {
      if (isRemoval(error)) await leave(worker, log)
      if (!signal.aborted) throw error
    } finally {
      stop(new Error('the agent ends'))
      await Promise.all([worker.end(), mesh.end()])
    }
  })
}

/** What a node runs belongs to the cluster: nobody else would ever stop it. */
async function leave(worker: Worker, log: Effects['log']): Promise<void> {
  log.warn('This node was removed from the cluster; stopping what it runs', { tasks: worker.reports().length })
  await worker.leave()
  log.info('Stopped what this node ran')
}

/** Only a manager that the transport has made sure of says so. A manager that is not reached says nothing. */
function isRemoval(error: unknown): error is RefusedError {
  return error instanceof RefusedError && error.reason === 'NotFound' && !error.retry
}

/** One session after the other, with any manager that answers. Rejects when `signal` fires or managers refuse the node. */
async function keepSession(
  effects: Omit<Effects, 'https'>,
  options: AgentOptions,
  deps: Omit<SessionDeps, 'onSession'>,
  signal: AbortSignal,
): Promise<never> {
  let managers = options.managers
  let sessionId: string | undefined
  let backoffMs = 0
  let leader: string | undefined
  let redirects = 0
  const removal = new Removal(effects.clock)
  const believedAfterMs = options.managerAddress === undefined ? 0 : managerBelievesAfterMs
  const onSession = (message: SessionStart, manager: string): void => {
    sessionId = message.sessionId
    removal.denied()
    if (message.managers.length > 0) managers = withOwn(options, message.managers)
    backoffMs = 0
    redirects = 0
    options.onSession?.(message, manager)
  }
  let turn = Math.floor(effects.random.next() * managers.length)
  for (;;) {
    // Whom another one takes for the leader is asked in between: were it somebody's turn, one wrong hint in each round could leave him out for ever.
    const manager = leader ?? managers[turn++ % managers.length] ?? ''
    leader = undefined
    try {
      await runSession({ ...deps, onSession }, manager, sessionId, signal)
    } catch (error) {
      if (signal.aborted) throw error
      const said = isRefusedByTransport(error) ? new RefusedError('NotFound', error.message, false) : error
      if (isRemoval(said)) removal.said(manager, said)
      else if (!(said instanceof RefusedError)) removal.silent(manager)
      else if (!said.retry) throw said
      else if (manager !== options.nodeName || said.leader !== undefined) removal.denied()
      if (removal.word !== undefined) {
        if (isRemoval(said)) effects.log.warn('A manager says that this node was removed; asking the others', { manager })
        if (!removal.isAgreed(managers.filter((each) => each !== options.nodeName))) continue
        if (effects.clock.monotonicMs() - removal.sinceMs >= believedAfterMs) throw removal.word
      }
      // Whoever follows knows where the leader is. Two who take each other for it are not asked without a pause.
      leader = error instanceof RefusedError ? error.leader : undefined
      if (leader !== undefined && redirects++ < mostRedirects) continue
      redirects = 0
      effects.log.info('The session with a manager ended', { manager, error })
    }
    backoffMs = nextBackoffMs(backoffMs)
    await effects.clock.sleep(effects.random.next() * backoffMs, signal)
  }
}

/**
 * That the node was removed, as managers say: what it runs is stopped then, so all of them that can be reached have to say so. One
 * alone may be of a cluster that was made of a backup, where a manager of this one was: with the same root, and other members.
 */
class Removal {
  /** What the last of them has said; undefined while nobody has, or somebody has denied it since. */
  word: RefusedError | undefined
  /** Since when nobody has denied it. */
  sinceMs = 0
  readonly #asked = new Set<string>()
  readonly #clock: Pick<Clock, 'monotonicMs'>

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  said(manager: string, word: RefusedError): void {
    if (this.word === undefined) this.sinceMs = this.#clock.monotonicMs()
    this.word = word
    this.#asked.add(manager)
  }

  /** It cannot be reached, or does not let the node in for another reason. */
  silent(manager: string): void {
    if (this.word !== undefined) this.#asked.add(manager)
  }

  /** It deals with this node as with one of the cluster. */
  denied(): void {
    this.word = undefined
    this.#asked.clear()
  }

  isAgreed(managers: readonly string[]): boolean {
    return managers.every((each) => this.#asked.has(each))
  }
}

/** A manager is always there for itself: what is said of where it is may be wrong, and its session is what mends that. */
function withOwn({ nodeName, managerAddress }: AgentOptions, told: readonly string[]): readonly string[] {
  return managerAddress === undefined ? told : [nodeName, ...told.filter((each) => each !== managerAddress)]
}

/** The manager, which the transport has made sure of, does not even begin: this node is not of its cluster any more. */
function isRefusedByTransport(error: unknown): error is Error {
  return error instanceof Error && errorCodeOf(error) === 'Removed'
}

/** Upper bound of the wait before the next session, given the one before; 0 after a session that was opened. */
export function nextBackoffMs(backoffMs: number): number {
  return Math.min(firstBackoffMs + 2 * backoffMs, maxBackoffMs)
}

async function describeNode(options: AgentOptions): Promise<Description> {
  const { platform, resources, engine, trouble } = await options.executor.describe()
  const labels = { ...engine?.labels, ...options.engineLabels }
  const generic = { ...resources.generic, ...options.generic }
  const issuer = options.certificate?.issuer()
  return {
    hostname: options.hostname,
    platform,
    resources: { ...resources, ...(Object.keys(generic).length === 0 ? {} : { generic }) },
    executor: options.executor.name,
    ...(engine === undefined && Object.keys(labels).length === 0 ? {} : { engine: { ...engine, labels } }),
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.managerAddress === undefined ? {} : { managerAddress: options.managerAddress }),
    ...(options.apiAddress === undefined ? {} : { apiAddress: options.apiAddress }),
    ...(trouble === undefined ? {} : { trouble }),
    ...(issuer === undefined ? {} : { issuer }),
  }
}

function factsOf(options: AgentOptions, description: Description): NodeFacts {
  return { id: options.nodeName, hostname: options.hostname, os: description.platform.os, arch: description.platform.arch }
}

class EventBuffer {
  readonly #bell = new Bell()
  readonly #events: TaskEvent[] = []

  add(task: string, notice: Notice): void {
    this.#events.push({ type: 'event', task, ...notice })
    if (this.#events.length > maxEvents) this.#events.shift()
    this.#bell.notify()
  }

  async take(signal: AbortSignal): Promise<TaskEvent> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) return event
      await this.#bell.wait(signal)
    }
  }
}
