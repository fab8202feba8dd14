// Managers for benchmarks: built daemons on loopback addresses of one machine, over TLS, each with a directory, a log and fsync
// of its own.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, connect } from '../../cli/connect.ts'
import type { Client } from '../../client/client.ts'
import { freeAddress } from '../../e2e/free-address.ts'
import { createClock } from '../../effects/real/clock.ts'
import { usageOf } from './daemon.ts'
import type { Delay } from './loop-delay.ts'

const clock = createClock()
const kitd = join(import.meta.dirname, '../../dist/kitd.mjs')
const loopDelay = join(import.meta.dirname, 'loop-delay-child.ts')
const lookAgainMs = 10
/** What takes longer has failed. */
const patienceMs = 120_000
/** A connection of the client has at most so many sockets. */
const socketsPerConnection = 256

interface Manager {
  readonly host: string
  readonly address: string
  readonly connections: Connection[]
  daemon: ChildProcess | undefined
}

export class ManagerGroup {
  readonly home = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  readonly #managers = new Map<string, Manager>()

  /** The first founds the cluster, the others join it. */
  static async start(size: number): Promise<ManagerGroup> {
    const group = new ManagerGroup()
    try {
      for (let at = 1; at <= size; at += 1)
        group.#managers.set(`m${at}`, { host: `m${at}`, address: await freeAddress(`127.0.0.${at}`), connections: [], daemon: undefined })
      const [first = '', ...others] = group.hosts
      await group.start(first)
      const { manager } = await group.joinTokens()
      for (const host of others) await group.start(host, '--join-addr', group.addressOf(first), '--join-token', manager)
      await until(async () => (await group.#members()).size === size || undefined)
    } catch (error) {
      await group.close()
      throw error
    }
    return group
  }

  get hosts(): readonly string[] {
    return [...this.#managers.keys()]
  }

  addressOf(host: string): string {
    return this.#manager(host).address
  }

  /** Of those who ask at the same time, give each its number: they share sockets otherwise. */
  client(host: string, number = 0): Client {
    const { connections } = this.#manager(host)
    const at = Math.floor(number / socketsPerConnection)
    while (connections.length <= at) connections.push(connect(join(this.home, host, 'kit.sock'), clock))
    const { client } = connections[at] ?? {}
    if (client === undefined) throw new Error('it was just made')
    return client
  }

  joinTokens(): Promise<{ readonly worker: string; readonly manager: string }> {
    const [host = ''] = this.hosts
    return until(async () => (await this.client(host).get('Cluster', 'default')).status.joinTokens)
  }

  leader(): Promise<string> {
    return until(async () => [...(await this.#members())].find(([, { member }]) => member === 'Leader')?.[0])
  }

  async follower(): Promise<string> {
    const leader = await this.leader()
    return this.hosts.find((host) => host !== leader) ?? leader
  }

  /** CPU used so far by all of them, in ms. */
  cpuMs(): number {
    return this.hosts.reduce((sum, host) => sum + usageOf(this.#manager(host).daemon?.pid ?? 0).cpuMs, 0)
  }

  /** How late its event loop was since it was last asked. */
  async delay(host: string): Promise<Delay> {
    const { daemon } = this.#manager(host)
    if (daemon === undefined) throw new Error(`${host} does not run`)
    const answer = once(daemon, 'message')
    daemon.send('delay')
    return (await answer)[0]
  }

  async start(host: string, ...more: readonly string[]): Promise<void> {
    const manager = this.#manager(host)
    const args = ['-d', join(this.home, host), '--hostname', host, '--executor', 'process', '--listen-remote-api', manager.address, ...more]
    const daemon = spawn(process.execPath, ['--import', loopDelay, kitd, ...args], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    manager.daemon = daemon
    await until(async () => {
      if (daemon.exitCode !== null) throw new Ended(`kitd ended with ${daemon.exitCode}; is it built? npm run build`)
      await this.client(host).raw({ method: 'GET', path: '/readyz' })
      return true
    })
  }

  /** Returns once it is being stopped; `ended` resolves when it is gone. */
  stop(host: string, how: 'SIGKILL' | 'SIGTERM'): { readonly ended: Promise<unknown> } {
    const manager = this.#manager(host)
    const { daemon } = manager
    const ended = daemon === undefined ? Promise.resolve() : once(daemon, 'exit')
    daemon?.kill(how)
    manager.daemon = undefined
    return { ended }
  }

  /** All are members, and answer each other. */
  async whole(): Promise<void> {
    await until(async () => {
      const members = [...(await this.#members()).values()]
      return (members.length === this.hosts.length && members.every(({ reachable }) => reachable)) || undefined
    })
  }

  async close(): Promise<void> {
    for (const { connections } of this.#managers.values()) for (const { close } of connections) close()
    await Promise.all(this.hosts.map((host) => this.stop(host, 'SIGKILL').ended))
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }

  /** Those with a say, as any manager knows them. */
  async #members(): Promise<ReadonlyMap<string, { readonly member: string; readonly reachable: boolean }>> {
    const [running] = [...this.#managers.values()].filter(({ daemon }) => daemon !== undefined && daemon.exitCode === null)
    const { items } = await this.client(running?.host ?? '').list('Node')
    return new Map(
      items.flatMap(({ status: { description, manager } }) =>
        manager === undefined || manager.member === 'Learner' ? [] : [[description?.hostname ?? '', manager] as const],
      ),
    )
  }

  #manager(host: string): Manager {
    const manager = this.#managers.get(host)
    if (manager === undefined) throw new Error(`there is no manager ${host}`)
    return manager
  }
}

/** It will not be ready, however long one waits. */
class Ended extends Error {}

/** Looks again until there is something; what fails meanwhile is tried again. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = await look().catch((error: unknown) => {
      if (error instanceof Ended || performance.now() > deadline) throw error
      return undefined
    })
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms`)
    await sleep(lookAgainMs)
  }
}
