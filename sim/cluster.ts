// A whole cluster on one event queue: a manager and workers, each with its own lane (its process), disk,
// clock and machine, joined by one network. The nodes are those of production, made by the same
// `createNode`; only effects, executor and ports are simulated. Read next: run.ts.

import assert from 'node:assert/strict'
import type { Node } from '../api/objects.ts'
import type { Handle } from '../api/request.ts'
import type { Assignment } from '../api/session.ts'
import type { Store } from '../api/store.ts'
import type { Log } from '../effects/effects.ts'
import { createNode, type KitNode } from '../node/node.ts'
import { createSimulatedClock, simulatedEpochMs } from './effects/clock.ts'
import { SimulatedDisk } from './effects/disk.ts'
import { EventQueue, type Lane } from './effects/event-queue.ts'
import { createSimulatedKeys } from './effects/keys.ts'
import { overhear } from './effects/overhear.ts'
import type { SeededRandom } from './effects/random.ts'
import { SimulatedNetwork } from './effects/transport.ts'
import { SimulatedMachine, type TaskPlan } from './executor.ts'
import { SimulatedPorts } from './port-server.ts'
import { type Told, ToldAgent } from './told.ts'

export const managerId = 'manager'

/** Small files and frequent snapshots, so that a short run crosses every boundary. */
const log = { segmentBytes: 256 * 1024, snapshotEntries: 400 }

export interface ClusterOptions {
  readonly workers: number
  readonly random: SeededRandom
  /** What tasks do, drawn anew for each. */
  readonly plan: (task: Assignment) => TaskPlan
  /** Called when the manager's store is there, after each start. */
  readonly onStore: (store: Store, isRestart: boolean) => void
  /** A node's agent hears that a task is to stop. */
  readonly onToldToStop: (node: string, task: string) => void
  /** What a node logs at `warn` and `error`. */
  readonly onWarning: (node: string, message: string, fields: unknown) => void
}

/** What outlives a process: the disk, the machine with its tasks and ports, and how wrong its clock is. */
interface Host {
  readonly id: string
  readonly disk: SimulatedDisk
  readonly machine: SimulatedMachine
  readonly ports: SimulatedPorts
  skewMs: number
  readonly rate: number
  starts: number
  readonly told: ToldAgent
  process: Process | undefined
}

interface Process {
  readonly lane: Lane
  node: KitNode | undefined
}

export class SimulatedCluster {
  readonly queue = new EventQueue()
  readonly network: SimulatedNetwork
  readonly #options: ClusterOptions
  readonly #hosts: readonly Host[]
  /** A node that could not start, or had to stop: never in a healthy run. */
  readonly failures: unknown[] = []

  constructor(options: ClusterOptions) {
    this.#options = options
    const { random } = options
    this.network = new SimulatedNetwork(this.queue, random.split('network'))
    const ids = [managerId, ...Array.from({ length: options.workers }, (_, at) => `worker-${at + 1}`)]
    this.#hosts = ids.map((id) => {
      const own = random.split(id)
      const machine = new SimulatedMachine(this.queue, { cpus: 4, memoryBytes: 4e9, plan: options.plan })
      return {
        id,
        disk: new SimulatedDisk(own.split('disk')),
        machine,
        ports: new SimulatedPorts(this.queue, (port) => machine.taskOnPort(port)),
        // The manager's wall clock judges delays; workers may be off by some seconds. `setClock` changes both.
        skewMs: id === managerId ? 0 : Math.round((own.next() - 0.5) * 4000),
        rate: id === managerId ? 1 : 1 + (own.next() - 0.5) * 0.002,
        starts: 0,
        told: new ToldAgent((task) => options.onToldToStop(id, task)),
        process: undefined,
      }
    })
  }

  get workers(): readonly string[] {
    return this.#hosts.slice(1).map(({ id }) => id)
  }

  /** The API of the manager while it is up. */
  get handle(): Handle | undefined {
    return this.#hosts[0]?.process?.node?.handle
  }

  get store(): Store | undefined {
    return this.#hosts[0]?.process?.node?.store
  }

  /** Managers have agents, too. */
  get nodes(): readonly string[] {
    return this.#hosts.map(({ id }) => id)
  }

  /** The node and the manager both run and hear each other, and nothing holds either up. */
  isInTouch(id: string): boolean {
    const [host, manager] = [this.#host(id), this.#host(managerId)]
    const runs = [host, manager].every(({ process }) => process !== undefined && !process.lane.frozen)
    const { faults, slowUntilMs } = manager.disk
    const isQuick = faults.slowness === 1 && slowUntilMs <= this.queue.nowMs()
    return runs && isQuick && !this.network.isCut(id, managerId) && !this.network.isCut(managerId, id)
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

  told(id: string): Told {
    return this.#host(id).told
  }

  disk(id: string): SimulatedDisk {
    return this.#host(id).disk
  }

  /** Starts the node's process on what its disk holds. */
  async start(id: string): Promise<void> {
    const host = this.#host(id)
    assert.ok(host.process === undefined, `${id} is up already`)
    const lane = this.queue.lane()
    const process: Process = { lane, node: undefined }
    host.process = process
    host.starts += 1
    const random = this.#options.random.split(`${id} ${host.starts}`)
    try {
      const node = await createNode(
        {
          clock: createSimulatedClock(lane, host),
          random,
          keys: createSimulatedKeys(random.split('keys')),
          disk: host.disk.mount(lane),
          transport: overhear(
            this.network.join(id, lane, { role: id === managerId ? 'Manager' : 'Worker', clusterId: 'simulated' }),
            (protocol) => (protocol === 'dispatcher' ? host.told.begin() : undefined),
          ),
          log: this.#log(id),
        },
        {
          identity: { nodeId: id, clusterId: 'simulated' },
          directory: `/var/lib/${id}`,
          hostname: id,
          executor: host.machine.executor(lane),
          portServer: host.ports.server(lane),
          managers: id === managerId ? [] : [managerId],
          labels: {},
          engineLabels: {},
          version: 'simulated',
          log,
        },
      )
      if (lane.closed) return // It was killed while it started.
      process.node = node
      if (node.store !== undefined) this.#options.onStore(node.store, host.starts > 1)
      node.run(new AbortController().signal).catch((error: unknown) => this.#fail(lane, id, error))
    } catch (error) {
      this.#fail(lane, id, error)
    }
  }

  /** The process is gone from one moment to the next; its disk keeps what was synced, and some of the rest. Its tasks live on. */
  kill(id: string): void {
    const host = this.#host(id)
    host.process?.lane.close()
    host.process = undefined
    host.told.died()
    host.disk.crash()
    this.network.leave(id)
  }

  /** Somebody, or a time server, sets the node's wall clock: forward, or back when negative. */
  setClock(id: string, byMs: number): void {
    this.#host(id).skewMs += byMs
  }

  /** Of the manager. */
  get wallMs(): number {
    return simulatedEpochMs + Math.floor(this.queue.nowMs() + this.#host(managerId).skewMs)
  }

  freeze(id: string, durationMs: number): void {
    this.#host(id).process?.lane.freeze(durationMs)
  }

  /** Node objects of the workers, as joining would make them. */
  async admit(store: Store): Promise<void> {
    for (const [at, id] of this.workers.entries()) {
      const node: Node = {
        kind: 'Node',
        metadata: {
          name: id,
          uid: `uid-${id}`,
          resourceVersion: 0,
          generation: 1,
          createdAt: 0,
          labels: { zone: at % 2 === 0 ? 'a' : 'b' },
        },
        spec: { role: 'Worker', availability: 'Active' },
        status: {},
      }
      await store.commit({ writes: [{ op: 'create', object: node }] })
    }
  }

  #fail(lane: Lane, id: string, error: unknown): void {
    if (!lane.closed) this.failures.push(new Error(`${id} stopped`, { cause: error }))
  }

  #log(id: string): Log {
    const warn = (message: string, fields?: unknown): void => this.#options.onWarning(id, message, fields)
    return { debug() {}, info() {}, warn, error: warn }
  }

  #host(id: string): Host {
    const host = this.#hosts.find((candidate) => candidate.id === id)
    assert.ok(host !== undefined, `there is no node ${id}`)
    return host
  }
}
