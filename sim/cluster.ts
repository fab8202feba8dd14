// A whole cluster on one event queue: managers and workers, each with its own lane (its process), disk,
// clock and machine, joined by one network. The nodes are those of production, made by the same `openNetwork` and
// `createNode`: a worker is nobody before it has joined with a token. Only effects, executor and ports are simulated.
// A host is named after its machine (`worker-1`), whatever node it is at the moment. Read next: run.ts, machines.ts.

import assert from 'node:assert/strict'
import { RefusedError } from '../agent/session.ts'
import type { Handle } from '../api/request.ts'
import type { Assignment } from '../api/session.ts'
import type { Https, Log } from '../effects/effects.ts'
import { errorCodeOf } from '../effects/thrown.ts'
import { certificatesOf, type NodeCertificate } from '../node/certificate.ts'
import { type NetworkDeps, openNetwork, tellLeaving } from '../node/network.ts'
import { createNode, RoleChanged } from '../node/node.ts'
import type { KitNode } from '../node/node-options.ts'
import type { OpenStore } from '../store/store.ts'
import { SimulatedDirectory } from './directories.ts'
import { createSimulatedClock, simulatedEpochMs } from './effects/clock.ts'
import { SimulatedDisk } from './effects/disk.ts'
import { EventQueue, type Lane, type Schedule } from './effects/event-queue.ts'
import { nobodyOutside } from './effects/https.ts'
import { createSimulatedKeys } from './effects/keys.ts'
import { overhear } from './effects/overhear.ts'
import type { SeededRandom } from './effects/random.ts'
import { SimulatedNetwork } from './effects/transport.ts'
import { SimulatedMachine, type TaskPlan } from './executor.ts'
import { SimulatedPorts } from './port-server.ts'
import { type Told, ToldAgent } from './told.ts'

/** The one that founds the cluster. */
export const managerId = 'manager'

const port = 4242
/** A session with a leader of before that is cut off ends when two heartbeats have failed. */
const sessionsMoveMs = 12_000
/** Shorter than in production, so that a short run sees renewals. */
const shortestCertificateMs = 60_000
/** What a test waits for takes less. */
const patienceMs = 120_000
/** Small files and frequent snapshots, so that a short run crosses every boundary. */
const log = { segmentBytes: 256 * 1024, snapshotEntries: 400 }

export interface ClusterOptions {
  /** One when left out. */
  readonly managers?: number
  readonly workers: number
  /** Clocks of managers, which judge delays, are off as those of workers are. */
  readonly managerClocksDiffer?: boolean
  readonly random: SeededRandom
  /** What tasks do, drawn anew for each. */
  readonly plan: (task: Assignment) => TaskPlan
  /** Called when the store of a manager is there, after each start. */
  readonly onStore?: (store: OpenStore, isRestart: boolean, host: string) => void
  /** A node's agent hears that a task is to stop. */
  readonly onToldToStop?: (node: string, task: string) => void
  /** A machine has a certificate: a new one, or the one that its disk holds. */
  readonly onCertificate?: (host: string, certificate: NodeCertificate) => void
  /** A machine has lost what it had on its disk, or its certificates at least. */
  readonly onDiskIsNew?: (host: string) => void
  /** A daemon has ended by itself: its disk has failed, or that of a worker or a later manager could not join, or its node was removed. */
  readonly onEnded: (host: string, error: Error) => void
  /** What a node logs at `warn` and `error`. */
  readonly onWarning?: (node: string, message: string, fields: unknown) => void
  /** The world outside, as one process sees it; nobody when left out. */
  readonly https?: (process: Schedule) => Https
}

/** What outlives a process: the disk, the machine with its tasks and ports, and how wrong its clock is. */
interface Host {
  readonly id: string
  readonly disk: SimulatedDisk
  readonly machine: SimulatedMachine
  readonly ports: SimulatedPorts
  readonly directory: SimulatedDirectory
  skewMs: number
  readonly rate: number
  starts: number
  readonly told: ToldAgent
  readonly labels: Readonly<Record<string, string>>
  certificate: NodeCertificate | undefined
  process: Process | undefined
}

interface Process {
  readonly lane: Lane
  readonly stop: AbortController
  /** Resolves when nothing of it runs any more. */
  ended?: Promise<unknown>
  node: KitNode | undefined
}

/** With which token a daemon is started: the present one when left out, none when undefined. */
export interface StartOptions {
  readonly token: string | undefined
  /** A host to join at; of the founder none when left out, of others any manager. */
  readonly at?: string
  readonly acceptExpired?: boolean
}

interface Patience {
  readonly withinMs?: number
  readonly onEvent?: () => void
  /** What is there instead, for whoever reads that it did not come true. */
  readonly found?: () => string
}

export class SimulatedCluster {
  readonly queue = new EventQueue()
  readonly managers: readonly string[]
  readonly workers: readonly string[]
  readonly network: SimulatedNetwork
  readonly #options: ClusterOptions
  readonly #hosts: readonly Host[]
  readonly #processes: Process[] = []
  readonly #doors: SeededRandom
  /** When the last one of several began to lead. */
  #leadsSinceMs = Number.NEGATIVE_INFINITY
  readonly #tokens: { worker?: string; manager?: string } = {}
  /** A node that could not start, or had to stop, and what checkers find: never in a healthy run. */
  readonly failures: unknown[] = []

  constructor(options: ClusterOptions) {
    this.#options = options
    const { random } = options
    this.network = new SimulatedNetwork(this.queue, random.split('network'))
    this.#doors = random.split('doors')
    const others = Array.from({ length: (options.managers ?? 1) - 1 }, (_, at) => `${managerId}-${at + 2}`)
    this.managers = [managerId, ...others]
    this.workers = Array.from({ length: options.workers }, (_, at) => `worker-${at + 1}`)
    const isManager = (id: string): boolean => this.managers.includes(id)
    const isRight = (id: string): boolean => isManager(id) && options.managerClocksDiffer !== true
    this.#hosts = [...this.managers, ...this.workers].map((id) => {
      const at = this.workers.indexOf(id) + 1
      const own = random.split(id)
      const machine = new SimulatedMachine(this.queue, { cpus: 4, memoryBytes: 4e9, plan: options.plan })
      return {
        id,
        disk: new SimulatedDisk(own.split('disk')),
        machine,
        ports: new SimulatedPorts(this.queue, (port) => machine.taskOnPort(port)),
        directory: new SimulatedDirectory(own.split('directory')),
        // A wall clock may be off by some seconds, and run a little fast or slow. `setClock` changes both.
        skewMs: isRight(id) ? 0 : Math.round((own.next() - 0.5) * 4000),
        rate: isRight(id) ? 1 : 1 + (own.next() - 0.5) * 0.002,
        starts: 0,
        told: new ToldAgent((task) => options.onToldToStop?.(id, task)),
        labels: isManager(id) ? {} : { zone: at % 2 === 1 ? 'a' : 'b' },
        certificate: undefined,
        process: undefined,
      }
    })
  }

  /** The API of any manager that is up. */
  get handle(): Handle | undefined {
    const up = this.#stores()
    return up.length === 0 ? undefined : this.#doors.pick(up).node.handle
  }

  /** Of the manager that leads, or else of one that has most. */
  get store(): OpenStore | undefined {
    const [best] = this.#stores().toSorted((a, b) => rank(b.store) - rank(a.store))
    return best?.store
  }

  storeOf(id: string): OpenStore | undefined {
    return this.#host(id).process?.node?.store
  }

  /** The host that leads; of two that both think so the later one. */
  get leader(): string | undefined {
    const leading = this.#stores().filter(({ store }) => store.status().leads)
    return leading.toSorted((a, b) => b.store.status().term - a.store.status().term)[0]?.host.id
  }

  #stores(): readonly { readonly host: Host; readonly node: KitNode; readonly store: OpenStore }[] {
    return this.#hosts.flatMap((host) => {
      const node = host.process?.node
      return node?.store === undefined ? [] : [{ host, node, store: node.store }]
    })
  }

  /** Managers have agents, too. */
  get hosts(): readonly string[] {
    return this.#hosts.map(({ id }) => id)
  }

  /** The token of workers, as somebody would copy it from a manager; the one read last while none is up. */
  get token(): string | undefined {
    Object.assign(this.#tokens, this.store?.view.get('Cluster', 'default')?.status.joinTokens)
    return this.#tokens.worker
  }

  /** With which a machine joins as what it is at first. */
  tokenOf(id: string): string | undefined {
    const worker = this.token
    return this.managers.includes(id) ? this.#tokens.manager : worker
  }

  /** The node that the machine is; undefined before it has joined. */
  nodeOf(id: string): string | undefined {
    return this.#host(id).certificate?.nodeId
  }

  /** The machine that is the node now. */
  hostOf(node: string): string | undefined {
    return this.#hosts.find(({ certificate }) => certificate?.nodeId === node)?.id
  }

  certificateOf(id: string): NodeCertificate | undefined {
    return this.#host(id).certificate
  }

  /** The node and the manager that leads both run and hear each other, nothing holds either up, and sessions are with this leader. */
  isInTouch(id: string): boolean {
    const { leader } = this
    if (leader === undefined || this.queue.nowMs() - this.#leadsSinceMs < sessionsMoveMs) return false
    const [host, manager] = [this.#host(id), this.#host(leader)]
    const runs = [host, manager].every(({ process }) => process !== undefined && !process.lane.frozen)
    const areQuick = [host, manager].every(({ disk: { faults, slowUntilMs } }) => {
      return faults.slowness === 1 && faults.capacityBytes === Number.POSITIVE_INFINITY && slowUntilMs <= this.queue.nowMs()
    })
    return runs && areQuick && !this.network.isCut(id, leader) && !this.network.isCut(leader, id)
  }

  isUp(id: string): boolean {
    return this.#host(id).process !== undefined
  }

  /** Whether the task's program ran until its machine, or all on it, was stopped. */
  wentDownWithNode(task: string): boolean {
    return this.#hosts.some(({ machine }) => machine.wentDownWith(task))
  }

  machine(id: string): SimulatedMachine {
    return this.#host(id).machine
  }

  /** The published ports of the node, and what clients find there. */
  ports(id: string): SimulatedPorts {
    return this.#host(id).ports
  }

  /** That a source of its may read. */
  directory(id: string): SimulatedDirectory {
    return this.#host(id).directory
  }

  /**
   * Counts what the process of the machine has done that outlives it: on its disk, to its programs, to others. Dying between
   * two such deeds is like dying right after the first: the rest is gone with its memory.
   */
  deedsOf(id: string): number {
    const { disk, machine } = this.#host(id)
    return disk.platter.changes + machine.orders + this.network.sentBy(id)
  }

  told(id: string): Told {
    return this.#host(id).told
  }

  disk(id: string): SimulatedDisk {
    return this.#host(id).disk
  }

  /** Lets time pass until it is true. Throws when it is not within `withinMs`, and as soon as there is a failure. */
  async until(what: string, isTrue: () => boolean, { withinMs = patienceMs, onEvent, found }: Patience = {}): Promise<void> {
    await this.pass(withinMs, isTrue, onEvent)
    assert.ok(isTrue(), `not within ${withinMs} ms: ${what}${found === undefined ? '' : `; ${found()}`}`)
  }

  /** Lets so much time pass, or less, when it is enough before. Throws as soon as there is a failure. */
  async pass(ms: number, isEnough: () => boolean = () => false, onEvent: () => void = () => {}): Promise<void> {
    const isBroken = (): boolean => this.failures.length > 0
    await this.queue.run(this.queue.nowMs() + ms, onEvent, () => isBroken() || isEnough())
    if (isBroken()) throw this.failures[0]
  }

  /** Starts the founder and, when there is a token to join with, everybody else but `absent`: how far they are then is not said. */
  async startAll(absent?: string): Promise<void> {
    await this.queue.settle(this.start(managerId))
    await this.until('there is a token', () => this.token !== undefined)
    for (const host of this.hosts.filter((id) => id !== managerId && id !== absent)) void this.start(host)
  }

  /** Starts the daemon on what the disk of the machine holds. */
  async start(id: string, options: StartOptions = { token: this.tokenOf(id) }): Promise<void> {
    const host = this.#host(id)
    assert.ok(host.process === undefined, `${id} is up already`)
    const process: Process = { lane: this.queue.lane(), stop: new AbortController(), node: undefined }
    host.process = process
    this.#processes.push(process)
    host.starts += 1
    try {
      await this.#run(host, process, options)
    } catch (error) {
      this.#ended(host, process, error)
    }
  }

  /** Resolves when the node runs. */
  async #run(host: Host, process: Process, { token, at, acceptExpired = false }: StartOptions): Promise<void> {
    const { lane, stop } = process
    const { id, labels } = host
    const directory = directoryOf(id)
    const effects = this.#effects(host, lane)
    const own = `${id}:${port}`
    const others = this.managers.filter((each) => each !== id).map((each) => `${each}:${port}`)
    const network = await openNetwork(
      effects,
      directory,
      {
        hostname: id,
        advertise: () => own,
        labels,
        listenRemoteApi: own,
        acceptExpired,
        ...(at !== undefined ? { joinAddr: `${at}:${port}` } : id === managerId ? {} : { joinAddr: effects.random.pick(others) }),
        ...(token === undefined ? {} : { joinToken: () => Promise.resolve(token) }),
      },
      stop.signal,
    )
    if (lane.closed) return // It was killed while it started.
    const { role, certificate, managers, advertise, onManagers, keys } = network
    const onCertificate = (fresh: NodeCertificate): void => {
      host.certificate = fresh
      this.#options.onCertificate?.(id, fresh)
    }
    if (certificate !== undefined) onCertificate(certificate)
    const node = await createNode(
      {
        ...effects,
        https: this.#options.https?.(lane) ?? nobodyOutside,
        transport: overhear(network.transport, (protocol) => (protocol === 'dispatcher' ? host.told.begin() : undefined)),
      },
      {
        ...{ role, directory, hostname: id, managers, onManagers, version: 'simulated', log, shortestCertificateMs },
        executor: host.machine.executor(lane),
        portServer: host.ports.server(lane),
        directories: host.directory.mount(lane),
        onCertificate: (fresh) => {
          network.onCertificate(fresh)
          if (!lane.closed) onCertificate(fresh)
        },
        ...(certificate === undefined ? {} : { certificate }),
        ...(advertise === undefined ? {} : { advertise }),
        ...(keys === undefined ? {} : { keys }),
        labels,
        engineLabels: {},
      },
    )
    if (lane.closed) return
    process.node = node
    if (node.store !== undefined) this.#follow(node.store, host.starts > 1, id)
    const end = new AbortController()
    const until = AbortSignal.any([stop.signal, end.signal])
    const parts = [node.run(until), network.run(until, node.store)]
    process.ended = Promise.allSettled(parts)
    Promise.all(parts).catch((error: unknown) => {
      end.abort()
      if (lane.closed) return
      if (!(error instanceof RoleChanged)) return this.#ended(host, process, error)
      process.node = undefined
      void Promise.allSettled(parts)
        .then(() => this.#run(host, process, { token: undefined }))
        .catch((failure: unknown) => this.#ended(host, process, failure))
    })
  }

  /** Of one start. */
  #effects(host: Host, lane: Lane): NetworkDeps & { readonly random: SeededRandom } {
    const { id, starts } = host
    const random = this.#options.random.split(`${id} ${starts}`)
    return {
      clock: createSimulatedClock(lane, host),
      random,
      keys: createSimulatedKeys(random.split('keys')),
      disk: host.disk.mount(lane),
      log: this.#log(id, lane),
      ...this.network.plug(id, lane),
    }
  }

  #follow(store: OpenStore, isRestart: boolean, id: string): void {
    this.#options.onStore?.(store, isRestart, id)
    if (this.managers.length === 1) return
    store.onLeadership((leads) => {
      if (leads) this.#leadsSinceMs = this.queue.nowMs()
    })
  }

  /** Its daemon is told to end, and does what it has to do before. Resolves when the process is gone. */
  async stop(id: string): Promise<void> {
    const host = this.#host(id)
    assert.ok(host.process !== undefined, `${id} is not up`)
    host.process.stop.abort(new Error('somebody stopped it'))
    await host.process.ended
    this.#close(host)
  }

  /** The process is gone from one moment to the next; its disk keeps what was synced, and some of the rest. Its tasks live on. */
  kill(id: string): void {
    this.#close(this.#host(id))
    this.#host(id).disk.crash()
  }

  #close(host: Host): void {
    host.process?.lane.close()
    host.process = undefined
    host.told.died()
    this.network.leave(host.id)
  }

  /** Somebody lets the machine, whose daemon does not run, say that it leaves. False when no manager has heard it. */
  async leave(id: string): Promise<boolean> {
    const host = this.#host(id)
    assert.ok(host.process === undefined && host.certificate !== undefined, `${id} is up, or has never joined`)
    const lane = this.queue.lane()
    host.starts += 1
    try {
      return await tellLeaving(this.#effects(host, lane), directoryOf(id), host.certificate, new AbortController().signal)
    } finally {
      lane.close()
      this.network.leave(id)
    }
  }

  /** Somebody gives the machine, whose daemon does not run, an empty disk. */
  wipe(id: string): void {
    this.#forget(id, directoryOf(id))
  }

  /** Somebody deletes the certificates of a machine whose daemon does not run, so that it may join as a new node. */
  forgetCertificates(id: string): void {
    this.#forget(id, certificatesOf(directoryOf(id)))
  }

  #forget(id: string, directory: string): void {
    const host = this.#host(id)
    assert.ok(host.process === undefined, `${id} is up`)
    host.disk.platter.erase(directory)
    host.certificate = undefined
    host.told.becameAnother()
    this.#options.onDiskIsNew?.(id)
  }

  /** Somebody, or a time server, sets the node's wall clock: forward, or back when negative. */
  setClock(id: string, byMs: number): void {
    this.#host(id).skewMs += byMs
  }

  /** As a time server of all managers does. */
  setManagerClocks(byMs: number): void {
    for (const id of this.managers) this.setClock(id, byMs)
  }

  /** By how much the wall clock of the machine is off. */
  clockErrorMs(id: string): number {
    return this.#host(id).skewMs
  }

  /** Of the manager that leads, or else of the one that has founded the cluster. */
  get wallMs(): number {
    const { rate, skewMs } = this.#host(this.leader ?? managerId)
    return simulatedEpochMs + Math.floor(this.queue.nowMs() * rate + skewMs)
  }

  freeze(id: string, durationMs: number): void {
    this.#host(id).process?.lane.freeze(durationMs)
  }

  /** Nothing happens any more. What waits for a signal that never comes would stay in memory: Node.js holds on to it. */
  end(): void {
    for (const { lane } of this.#processes) lane.close()
    for (const { stop } of this.#processes) stop.abort(new Error('the simulation is over'))
  }

  #ended(host: Host, process: Process, error: unknown): void {
    if (process.lane.closed) return
    this.#close(host)
    if (error instanceof Error && (isOfDisk(error) || (host.id !== managerId && isForPeople(error)))) this.#options.onEnded(host.id, error)
    else this.failures.push(new Error(`${host.id} stopped`, { cause: error }))
  }

  #log(id: string, lane: Lane): Log {
    const warn = (message: string, fields?: unknown): void => {
      if (!lane.closed) this.#options.onWarning?.(id, message, fields)
    }
    return { debug() {}, info() {}, warn, error: warn }
  }

  #host(id: string): Host {
    const host = this.#hosts.find((candidate) => candidate.id === id)
    assert.ok(host !== undefined, `there is no machine ${id}`)
    return host
  }
}

/** Who leads knows most; of two the later one. */
function rank(store: OpenStore): number {
  const { leads, term, applied } = store.status()
  return leads ? 1e12 + term : applied
}

function directoryOf(id: string): string {
  return `/var/lib/${id}`
}

/** A daemon has ended because its disk has failed, or because it was started where there is no space. */
export function isOfDisk(error: unknown): boolean {
  const code = errorCodeOf(error)
  return code === 'EIO' || code === 'ENOSPC' || (error instanceof Error && isOfDisk(error.cause))
}

/** What a daemon says when it ends for a reason that somebody can mend: a node that was removed, a token, a certificate, a clock. */
function isForPeople(error: Error): boolean {
  return (
    error instanceof RefusedError ||
    /^(cannot join the cluster|joining needs a token|the certificate of this node expired)/.test(error.message)
  )
}
