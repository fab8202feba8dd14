// Clients that count up, each with what it has read (compare and set), on managers that may be lost at any time. A lost
// write would leave a count too low, one that was applied twice too high, and a stale read would show in an order that
// cannot be.

import assert from 'node:assert/strict'
import { ask, type Reply } from './api.ts'
import { eventually } from './cluster.ts'

interface Tally {
  acknowledged: number
  /** Writes of which nobody knows whether they were made. */
  unknown: number
  /** The highest count that a write was acknowledged with, or a read has shown. */
  seen: number
}

interface Counter {
  readonly metadata: { readonly labels: { readonly count: string } }
}

/** A request that was answered with anything but what was asked for. */
interface Complaint {
  readonly socket: string
  readonly tookMs: number
  readonly text: string
}

const path = (name: string): string => `/apis/kit/v1/configs/count-${name}`
const countOf = (body: unknown): number => Number((body as Counter).metadata.labels.count)
const isUnknown = ({ status, body }: Reply): boolean => status === 500 && JSON.stringify(body).includes('Unknown')

export class Counters {
  readonly #tallies = new Map<string, Tally>()
  readonly #acknowledgedAt = new Map<string, number>()
  readonly #clients: Promise<void>[] = []
  readonly complaints: Complaint[] = []
  #isOver = false

  /** Makes a counter, which stands at zero. */
  async make(socket: string, name: string): Promise<void> {
    const metadata = { name: `count-${name}`, labels: { count: '0' } }
    const made = await ask(socket, 'POST', '/apis/kit/v1/configs', {
      apiVersion: 'kit/v1',
      kind: 'Config',
      metadata,
      spec: { data: 'eA==' },
    })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    this.#tallies.set(name, { acknowledged: 0, unknown: 0, seen: 0 })
  }

  /** A client that asks these in turn, one question after the other, until `end`. */
  start(name: string, sockets: readonly string[]): void {
    const client = this.#count(name, sockets)
    client.catch(() => undefined) // `end` tells.
    this.#clients.push(client)
  }

  /** Writes that were acknowledged by that manager. */
  acknowledgedBy(socket: string): number {
    return this.#acknowledgedAt.get(socket) ?? 0
  }

  /** Resolves once each of these has acknowledged some more. */
  async goOnAt(sockets: readonly string[], more = 3): Promise<void> {
    const before = sockets.map((socket) => this.acknowledgedBy(socket))
    await this.whileTrue(
      eventually(() => {
        for (const [at, socket] of sockets.entries())
          assert.ok(
            this.acknowledgedBy(socket) >= (before[at] ?? 0) + more,
            `${socket} acknowledges nothing: ${this.complaints.at(-1)?.text}`,
          )
      }),
    )
  }

  /** Waits for that, unless a client is told meanwhile what cannot be true. */
  async whileTrue(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, Promise.all(this.#clients).then(() => work)])
  }

  /** Another client that reads once, of a manager that may have been overtaken. */
  async read(name: string, socket: string): Promise<void> {
    await this.#read(name, socket)
  }

  /** Ends the clients, and looks at `socket` whether all is there, once. */
  async end(socket: string, least: number): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
    for (const [name, { acknowledged, unknown }] of this.#tallies) {
      const value = await eventually(async () => {
        const { status, body } = await ask(socket, 'GET', path(name))
        assert.equal(status, 200)
        return countOf(body)
      })
      assert.ok(acknowledged >= least, `${name}: only ${acknowledged} writes were acknowledged`)
      assert.ok(value >= acknowledged, `${name}: ${acknowledged} were acknowledged, and ${value} are there`)
      assert.ok(
        value <= acknowledged + unknown,
        `${name}: ${acknowledged} were acknowledged and ${unknown} unknown, and ${value} are there`,
      )
    }
  }

  async #count(name: string, sockets: readonly string[]): Promise<void> {
    const tally = this.#tallies.get(name)
    assert.ok(tally !== undefined, `there is no counter ${name}`)
    for (let turn = 0; !this.#isOver; turn += 1) {
      const [reading, writing] = [0, 1].map((more) => sockets[(turn + more) % sockets.length] ?? '')
      assert.ok(reading !== undefined && writing !== undefined)
      const found = await this.#read(name, reading)
      if (found === undefined) continue
      const { metadata } = found
      const value = Number(metadata.labels.count)
      const next = { ...found, metadata: { ...metadata, labels: { count: String(value + 1) } } }
      const reply = await this.#ask(writing, 'PUT', path(name), next)
      if (reply === undefined || isUnknown(reply)) tally.unknown += 1
      else if (reply.status === 200) {
        tally.acknowledged += 1
        this.#acknowledgedAt.set(writing, this.acknowledgedBy(writing) + 1)
        tally.seen = Math.max(tally.seen, value + 1)
      } else assert.ok([409, 503].includes(reply.status), JSON.stringify(reply))
    }
  }

  /** Undefined when it was not answered. */
  async #read(name: string, socket: string): Promise<Counter | undefined> {
    const tally = this.#tallies.get(name)
    assert.ok(tally !== undefined, `there is no counter ${name}`)
    const { seen } = tally
    const found = await this.#ask(socket, 'GET', path(name))
    if (found?.status !== 200) return undefined
    const value = countOf(found.body)
    assert.ok(value >= seen, `${socket} answered ${value} after ${seen} had been acknowledged or read`)
    tally.seen = Math.max(tally.seen, value)
    return found.body as Counter
  }

  /** Undefined when it was not answered. A conflict is no complaint: somebody else was faster. */
  async #ask(socket: string, method: string, to: string, body?: unknown): Promise<Reply | undefined> {
    const askedMs = performance.now()
    const complain = (text: string): void => void this.complaints.push({ socket, tookMs: performance.now() - askedMs, text })
    try {
      const reply = await ask(socket, method, to, body)
      if (![200, 409].includes(reply.status)) complain(`${reply.status} ${JSON.stringify(reply.body)}`)
      return reply
    } catch (error) {
      complain(String(error))
      return undefined
    }
  }
}
