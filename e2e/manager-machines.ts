// Several managers and a worker, each a daemon that is started by hand (machine.ts): on loopback addresses, or each with a
// network of its own.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { ask } from './api.ts'
import { type Cluster, eventually, type TaskObject } from './cluster.ts'
import { freeAddress } from './free-address.ts'
import { Machine, type MachineOptions } from './machine.ts'

export interface ManagerMachinesOptions {
  readonly managers: number
  readonly workers?: number
  /** Of the machine with that number, from 1 on, managers first. */
  readonly machine?: (number: number) => MachineOptions
  /** Where it listens; a free port of a loopback address of its own unless told. */
  readonly address?: (number: number) => string
}

export interface ManagerNode {
  readonly metadata: { readonly name: string }
  readonly status: {
    readonly state: string
    readonly role: string
    readonly manager?: { readonly member: string; readonly reachable: boolean }
    readonly description?: { readonly hostname: string }
  }
}

export class ManagerMachines {
  readonly #cluster: Cluster
  readonly #options: ManagerMachinesOptions
  readonly #addresses = new Map<Machine, string>()
  readonly managers: readonly Machine[]
  readonly workers: readonly Machine[]

  /** They are called `m1`, `m2`, …, and `w1`, `w2`, …; the commands of `cluster` ask the first one unless told. */
  constructor(cluster: Cluster, options: ManagerMachinesOptions) {
    const { managers, workers = 0, machine = () => ({}) } = options
    this.#cluster = cluster
    this.#options = options
    // The home of the first one is that of the cluster; all others have one of their own.
    this.managers = Array.from(
      { length: managers },
      (_, at) => new Machine(cluster, `m${at + 1}`, at === 0 ? 'manager' : 'worker', machine(at + 1)),
    )
    this.workers = Array.from({ length: workers }, (_, at) => new Machine(cluster, `w${at + 1}`, 'worker', machine(managers + at + 1)))
  }

  get all(): readonly Machine[] {
    return [...this.managers, ...this.workers]
  }

  socketOf(machine: Machine): string {
    return join(machine.directory, 'kit.sock')
  }

  /** Words before a command that shall ask that one. */
  at(machine: Machine, ...args: readonly string[]): readonly string[] {
    return ['--socket', this.socketOf(machine), ...args]
  }

  /** Resolves when all have joined. */
  async create(): Promise<void> {
    const { address = (number) => freeAddress(`127.0.0.${number}`) } = this.#options
    for (const [at, machine] of this.all.entries()) this.#addresses.set(machine, await address(at + 1))
    const [first, ...others] = this.managers
    assert.ok(first !== undefined)
    await this.start(first)
    for (const [role, machines] of [['manager', others] as const, ['worker', this.workers] as const]) {
      if (machines.length === 0) continue
      const token = this.#cluster.file(`${role}-token`, await this.#cluster.kit('swarm', 'join-token', role, '-q'))
      const joining = ['--join-addr', this.addressOf(first), '--join-token', `@${token}`]
      await Promise.all(machines.map((machine) => this.start(machine, ...joining)))
    }
    await eventually(async () => {
      const nodes = [...(await this.nodes(first)).values()]
      const voters = nodes.filter(({ status }) => status.manager?.reachable === true && status.manager.member !== 'Learner')
      assert.deepEqual([voters.length, nodes.length], [this.managers.length, this.all.length])
    })
  }

  addressOf(machine: Machine): string {
    return this.#addresses.get(machine) ?? assert.fail(`${machine.name} was not created`)
  }

  async start(machine: Machine, ...more: readonly string[]): Promise<void> {
    const code = await machine.start('--executor', 'process', '--listen-remote-api', this.addressOf(machine), ...more)
    assert.equal(code, undefined, machine.text)
  }

  /** What that manager says, by host name. */
  async nodes(machine: Machine): Promise<ReadonlyMap<string, ManagerNode>> {
    const items = (await this.#list(machine, 'nodes')) as readonly ManagerNode[]
    return new Map(items.map((node) => [node.status.description?.hostname ?? '', node]))
  }

  /** Whether it says so itself. */
  async leads(machine: Machine): Promise<boolean> {
    const { body } = await ask(this.socketOf(machine), 'GET', '/metrics')
    return /^kit_store_is_leader 1$/m.test(String(body))
  }

  /** Of these, once there is exactly one. */
  async leader(among: readonly Machine[] = this.managers): Promise<Machine> {
    return await eventually(async () => {
      const leading = await Promise.all(among.map((machine) => (machine.pid === undefined ? false : this.leads(machine))))
      const [found, ...more] = among.filter((_, at) => leading[at])
      assert.ok(found !== undefined && more.length === 0, `${more.length} of ${among.map(({ name }) => name)} lead`)
      return found
    })
  }

  others(machine: Machine): readonly Machine[] {
    return this.managers.filter((other) => other !== machine)
  }

  /** Resolves when all managers have applied the same, and say that all are reachable. */
  async converge(): Promise<void> {
    await eventually(async () => {
      const versions = await Promise.all(
        this.managers.map(async (machine) => {
          const { body } = await ask(this.socketOf(machine), 'GET', '/apis/kit/v1/configs?resourceVersion=0')
          return (body as { readonly metadata: { readonly resourceVersion: string } }).metadata.resourceVersion
        }),
      )
      assert.equal(new Set(versions).size, 1, `applied ${versions}`)
    })
    await eventually(async () => {
      for (const machine of this.managers)
        for (const [name, { status }] of await this.nodes(machine))
          assert.ok(status.state === 'Ready' && status.manager?.reachable !== false, `${machine.name} says that ${name} is away`)
    })
  }

  /** Names of tasks that run, with their processes. */
  async tasks(service: string, machine: Machine): Promise<readonly string[]> {
    const items = (await this.#list(machine, `tasks?fieldSelector=spec.service%3D${service}`)) as readonly TaskObject[]
    return items
      .filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')
      .map(({ metadata, status }) => `${metadata.name} ${status.pid}`)
      .toSorted()
  }

  async #list(machine: Machine, what: string): Promise<readonly unknown[]> {
    const { status, body } = await ask(this.socketOf(machine), 'GET', `/apis/kit/v1/${what}`)
    assert.equal(status, 200, JSON.stringify(body))
    return (body as { readonly items: readonly unknown[] }).items
  }

  /** With tasks and files. */
  async remove(): Promise<void> {
    for (const machine of this.all.slice(1)) await machine.remove()
    await this.#cluster.remove()
  }
}
