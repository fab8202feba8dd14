// Several members in one process, over a network in memory: nothing moves but by `pass`, which lets time go on
// and everything that is under way arrive.

import assert from 'node:assert/strict'
import type { PeerHandler, PeerMessage, Peers, SnapshotMessage } from '../peers.ts'
import { startStore } from '../open-store.ts'
import type { OpenStore } from '../store.ts'
import { ManualClock, MemoryDisk, silent } from './world.ts'

interface Started {
  readonly id: string
  readonly disk: MemoryDisk
  readonly clock: ManualClock
  readonly founders: readonly string[]
  store: OpenStore
  handler: PeerHandler | undefined
}

export class Group {
  readonly members = new Map<string, Started>()
  /** Who hears nobody and whom nobody hears. */
  readonly cut = new Set<string>()
  /** Awaited by each state that is sent when half of it has arrived. */
  snapshotGate: Promise<void> = Promise.resolve()
  snapshotsSent = 0
  readonly #snapshotEntries: number
  #network: (() => void)[] = []

  constructor(snapshotEntries = 10_000) {
    this.#snapshotEntries = snapshotEntries
  }

  async start(id: string, founders: readonly string[], disk = new MemoryDisk(), forceNewCluster = false): Promise<OpenStore> {
    const clock = new ManualClock()
    const started: Started = { id, disk, clock, founders, store: undefined as never, handler: undefined }
    const peers: Peers = {
      serve: (handler) => {
        started.handler = handler
      },
      send: (messages) => {
        for (const message of messages) this.#network.push(() => this.#handler(message)?.receive(message))
      },
      sendSnapshot: (message, chunks) => this.#carry(message, chunks),
    }
    // Each member draws other election timeouts, or they would vote for themselves for ever.
    const random = { next: () => (Number(id) % 7) / 7, bytes: (length: number) => new Uint8Array(length) }
    const deps = { clock, random, log: silent, peers }
    const options = { nodeId: id, founders, snapshotEntries: this.#snapshotEntries, forceNewCluster }
    started.store = await startStore(disk.open(), disk.recovered(), deps, options)
    this.members.set(id, started)
    return started.store
  }

  #handler({ from, to }: PeerMessage): PeerHandler | undefined {
    return this.cut.has(from) || this.cut.has(to) ? undefined : this.members.get(to)?.handler
  }

  async #carry(message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const handler = this.#handler(message)
    if (handler === undefined) throw new Error(`${message.to} cannot be reached`)
    this.snapshotsSent += 1
    const read = await Array.fromAsync(chunks) // As an open file: it may be replaced meanwhile.
    const gate = this.snapshotGate
    const half = Math.ceil(read.length / 2)
    const arriving = (async function* () {
      yield* read.slice(0, half)
      await gate
      yield* read.slice(half)
    })()
    await handler.receiveSnapshot(message, arriving)
  }

  store(id: string): OpenStore {
    const member = this.members.get(id)
    assert(member !== undefined)
    return member.store
  }

  get leader(): OpenStore | undefined {
    return [...this.members.values()].find(({ id, store }) => !this.cut.has(id) && store.status().leads)?.store
  }

  /** The member is gone with its memory; its disk stays. */
  async stop(id: string): Promise<MemoryDisk> {
    const member = this.members.get(id)
    assert(member !== undefined)
    this.members.delete(id)
    await member.store.close()
    return member.disk
  }

  /** Time goes on until `isDone`, and at most for a minute. */
  async pass(isDone: () => boolean): Promise<void> {
    for (let tick = 0; tick < 600; tick += 1) {
      await this.settle()
      if (isDone()) return
      for (const { clock } of this.members.values()) clock.advance(100)
    }
    const states = [...this.members].map(([id, { store }]) => `${id}: ${JSON.stringify(store.status())}`)
    assert.fail(`it did not come about in a minute:\n${states.join('\n')}`)
  }

  /** Everything that is under way arrives. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      const arriving = this.#network
      this.#network = []
      for (const arrive of arriving) arrive()
      if (arriving.length > 0) quiet = -1
    }
  }
}
