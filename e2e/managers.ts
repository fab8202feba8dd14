// The nodes of a local cluster with several managers, one by one: what each says, which one leads, and how it is killed.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Cluster, eventually, isAlive } from './cluster.ts'

export interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly role: string }
  readonly status: {
    readonly state: string
    readonly role: string
    readonly manager?: { readonly member: string; readonly reachable: boolean }
    readonly description?: { readonly hostname: string }
  }
}

interface Running {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly desired: string }
  readonly status: { readonly state: string; readonly pid?: number }
}

/** A host is one of those that `kit up` makes: `node-1` and so on. */
export class Managers {
  readonly #cluster: Cluster

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  directoryOf(host: string): string {
    return join(this.#cluster.directory, host)
  }

  /** Arguments for a command that asks that host. */
  at(host: string, ...args: readonly string[]): readonly string[] {
    return ['--socket', join(this.directoryOf(host), 'kit.sock'), ...args]
  }

  /** By host, as the manager there says it, or any that runs. */
  async nodes(host?: string): Promise<ReadonlyMap<string, NodeObject>> {
    const args = ['get', 'nodes', '-o', 'json']
    const text = await this.#cluster.kit(...(host === undefined ? args : this.at(host, ...args)))
    const { items }: { readonly items: readonly NodeObject[] } = JSON.parse(text)
    return new Map(items.map((node) => [node.status.description?.hostname ?? '', node]))
  }

  async idOf(host: string, asked?: string): Promise<string> {
    return (await this.nodes(asked)).get(host)?.metadata.name ?? assert.fail(`there is no node ${host}`)
  }

  async leader(asked?: string): Promise<string> {
    return await eventually(async () => {
      const [found] = [...(await this.nodes(asked))].filter(([, { status }]) => status.manager?.member === 'Leader')
      assert.ok(found !== undefined)
      return found[0]
    })
  }

  /** Until the node on `host` is a member of the group, or a worker that is Ready. */
  async becomes(host: string, what: 'Voter' | 'Worker', asked?: string): Promise<void> {
    await eventually(async () => {
      const { role, manager, state } = (await this.nodes(asked)).get(host)?.status ?? {}
      if (what === 'Voter') assert.ok(manager?.member === 'Voter' || manager?.member === 'Leader', JSON.stringify(manager))
      else assert.deepEqual([role, manager, state], ['Worker', undefined, 'Ready'])
    })
  }

  pidOf(host: string): number {
    return Number(/\d+/.exec(readFileSync(join(this.directoryOf(host), 'lock'), 'utf8'))?.[0])
  }

  async kill(host: string): Promise<void> {
    const pid = this.pidOf(host)
    process.kill(pid, 'SIGKILL')
    await eventually(() => assert.ok(!isAlive(pid)))
  }

  /** What runs, with its process ids. */
  async tasks(asked?: string): Promise<readonly string[]> {
    const args = ['get', 'tasks', '-o', 'json']
    const { items }: { readonly items: readonly Running[] } = JSON.parse(
      await this.#cluster.kit(...(asked === undefined ? args : this.at(asked, ...args))),
    )
    return items
      .filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')
      .map(({ metadata, status }) => `${metadata.name} ${status.pid}`)
      .toSorted()
  }
}
