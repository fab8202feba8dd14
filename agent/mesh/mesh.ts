// Published ports on one node: puts together what managers said (../../server/dispatcher/endpoints.ts), what this node knows of its own
// tasks (serving.ts), whose turn it is (rotation.ts), the listeners and the open flows. Without a manager it
// goes on with what it knows. Only tasks of this node are given clients; endpoints on other nodes are passed over.

import { stopGraceMs } from '../../api/schema/defaults.ts'
import type { Assignment, PortProblem } from '../../api/session.ts'
import type { Clock, Log } from '../../effects/effects.ts'
import { applyEndpoints, type Endpoints, type EndpointsMessage, keyOfPort, type PublishedPort, publishedPorts } from './endpoints.ts'
import { Listeners } from './listeners.ts'
import { OpenFlows } from './open-flows.ts'
import { type Lease, maxTries, type PortServer } from './port-server.ts'
import { Rotation } from './rotation.ts'
import { addressOf, type LocalTask, takesClients } from './serving.ts'

export interface MeshDeps {
  readonly clock: Clock
  readonly log: Log
  readonly nodeName: string
  readonly portServer: PortServer
  /** What this node knows of a task of its own; `undefined` for one that it does not have, or is removing. */
  readonly taskOf: (task: string) => LocalTask | undefined
}

/** Managers wait for the answer to what they told; a port that takes longer is said to be a problem meanwhile. */
const openLimitMs = 500
const drainLimitMs = 10_000

export class Mesh {
  readonly #deps: MeshDeps
  readonly #flows: OpenFlows
  readonly #listeners: Listeners
  #endpoints: Endpoints = new Map()
  #published = publishedPorts(this.#endpoints)
  /** Names of the tasks of this node that serve a service, sorted, by its uid. */
  #local: ReadonlyMap<string, readonly string[]> = new Map()
  readonly #rotations = new Map<string, Rotation>()
  readonly #finishing = new Set<Promise<void>>()
  readonly #stop = new AbortController()

  constructor(deps: MeshDeps) {
    this.#deps = deps
    this.#flows = new OpenFlows(deps.clock)
    this.#listeners = new Listeners(deps, (key, tried) => this.#choose(key, tried))
  }

  /** From the moment of the call nothing goes to a task that is removed. Resolves when ports are open, or have a problem. */
  async apply(message: EndpointsMessage, signal: AbortSignal): Promise<void> {
    this.#endpoints = applyEndpoints(this.#endpoints, message)
    this.#published = publishedPorts(this.#endpoints)
    this.#local = new Map([...this.#endpoints.values()].map(({ uid, endpoints }) => [uid, this.#localOf([...endpoints.values()])]))
    for (const [key, rotation] of this.#rotations) {
      const uid = this.#published.ports.get(key)?.uid
      if (uid === undefined) this.#rotations.delete(key)
      else rotation.keep((task) => this.#endpoints.get(uid)?.endpoints.has(task) === true)
    }
    this.#listeners.want([...this.#published.ports.values()])
    await this.#listeners.settled(openLimitMs, signal)
  }

  /** All ports that are not open. */
  problems(): readonly PortProblem[] {
    const problemOf = ({ uid, protocol, publishedPort }: PublishedPort, message: string): PortProblem => ({
      service: uid,
      protocol,
      publishedPort,
      message,
    })
    const closed = [...this.#published.ports.values()].flatMap((port) => {
      const message = this.#listeners.problem(keyOfPort(port))
      return message === undefined ? [] : [problemOf(port, message)]
    })
    const claimed = this.#published.claimedTwice.map((port) =>
      problemOf(port, `port ${keyOfPort(port)} serves service "${port.heldBy}" already; publish another one`),
    )
    return [...closed, ...claimed]
  }

  /** Resolves when problems may have changed. */
  problemChange(signal: AbortSignal): Promise<void> {
    return this.#listeners.change(signal)
  }

  /**
   * For a task that takes no clients any more: until those that it has are done, for as long as it may take to stop, up
   * to `drainLimitMs`. That time begins with the first call.
   */
  drain({ task, template }: Pick<Assignment, 'task' | 'template'>, signal: AbortSignal): Promise<void> {
    return this.#flows.drain(task, Math.min(stopGraceMs(template), drainLimitMs), signal)
  }

  /** The task has ended, and its flows with it. May be called twice. */
  ended(task: string): void {
    if (this.#flows.count(task) === 0) return
    const finishing = this.#flows.finish(task, this.#stop.signal).finally(() => this.#finishing.delete(finishing))
    this.#finishing.add(finishing)
  }

  /** Closes everything, and gives nothing to anybody any more. */
  async end(): Promise<void> {
    this.#stop.abort(new Error('the agent ends'))
    this.#published = publishedPorts(new Map())
    this.#flows.end()
    await Promise.all([this.#listeners.end(), ...this.#finishing])
  }

  #localOf(endpoints: readonly { readonly task: string; readonly node: string }[]): readonly string[] {
    return endpoints
      .filter(({ node }) => node === this.#deps.nodeName)
      .map(({ task }) => task)
      .toSorted()
  }

  #choose(key: string, tried: readonly string[]): Lease | undefined {
    const port = this.#published.ports.get(key)
    if (port === undefined || tried.length >= maxTries) return undefined
    const candidates = (this.#local.get(port.uid) ?? []).filter((task) => this.#placeOf(task, port) !== undefined)
    const rotation = this.#rotations.get(key) ?? new Rotation()
    this.#rotations.set(key, rotation)
    const task = rotation.next(candidates, tried, this.#deps.clock.monotonicMs())
    const place = task === undefined ? undefined : this.#placeOf(task, port)
    if (task === undefined || place === undefined) return undefined
    const open = this.#flows.begin(task)
    return {
      task,
      ...place,
      ...(port.proxyProtocol === undefined ? {} : { proxyProtocol: port.proxyProtocol }),
      isCurrent: () => this.#isServing(key, port.uid, task),
      opened: (flow) => open.carry(flow),
      answered: () => rotation.succeeded(task),
      failed: () => {
        rotation.failed(task, this.#deps.clock.monotonicMs())
        open.end()
      },
      release: () => open.end(),
    }
  }

  #placeOf(name: string, port: PublishedPort): ReturnType<typeof addressOf> {
    const task = this.#deps.taskOf(name)
    return task === undefined || !takesClients(task) ? undefined : addressOf(task.status, port)
  }

  #isServing(key: string, uid: string, name: string): boolean {
    const task = this.#deps.taskOf(name)
    const isPublished = this.#published.ports.get(key)?.uid === uid && this.#endpoints.get(uid)?.endpoints.has(name) === true
    return isPublished && task !== undefined && takesClients(task)
  }
}
