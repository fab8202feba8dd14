// Clients that count up, each with what it has read (compare and set), on managers that may be lost at any time. Everything that
// they ask and are told is judged at the end (history.ts): a lost write, one that was applied twice or in spite of a refusal, and a
// stale read leave no order in which all of it could have happened.

import assert from 'node:assert/strict'
import { ask, type Reply } from './api.ts'
import { eventually } from './cluster.ts'
import { History, type Outcome } from './history.ts'

interface Tally {
  readonly history: History
  acknowledged: number
  /** The highest count that a write was acknowledged with, or a read has shown: a read of less is told at once. */
  seen: number
}

interface Counter {
  readonly metadata: { readonly labels: { readonly count: string; readonly by: string } }
}

/** A request that was answered with anything but what was asked for. */
interface Complaint {
  readonly socket: string
  readonly tookMs: number
  readonly text: string
}

const path = (name: string): string => `/apis/kit/v1/configs/count-${name}`
const countOf = ({ metadata }: Counter): number => Number(metadata.labels.count)
/** No two writes are of the same one. */
const contentOf = ({ metadata }: Counter): string => `${metadata.labels.count} by ${metadata.labels.by}`
const isUnknown = ({ status, body }: Reply): boolean => status === 500 && JSON.stringify(body).includes('Unknown')

export class Counters {
  readonly #tallies = new Map<string, Tally>()
  readonly #acknowledgedAt = new Map<string, number>()
  readonly #clients: Promise<void>[] = []
  readonly complaints: Complaint[] = []
  #isOver = false

  /** Makes a counter, which stands at zero. */
  async make(socket: string, name: string): Promise<void> {
    const metadata = { name: `count-${name}`, labels: { count: '0', by: 'nobody' } }
    const made = await ask(socket, 'POST', '/apis/kit/v1/configs', {
      apiVersion: 'kit/v1',
      kind: 'Config',
      metadata,
      spec: { data: 'eA==' },
    })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    this.#tallies.set(name, { history: new History(contentOf({ metadata })), acknowledged: 0, seen: 0 })
  }

  /** A client that asks these in turn, one question after the other, until `end`. */
  start(name: string, sockets: readonly string[]): void {
    const client = this.#count(name, sockets, `c${this.#clients.length}`)
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
    await this.#read(name, socket, 'onlooker')
  }

  /** Ends the clients, reads at `socket` what is there, and looks whether that and all that was told has an order. */
  async end(socket: string, least: number): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
    for (const [name, { acknowledged, history }] of this.#tallies) {
      await eventually(async () => assert.ok((await this.#read(name, socket, 'last')) !== undefined, this.complaints.at(-1)?.text))
      assert.ok(acknowledged >= least, `${name}: only ${acknowledged} writes were acknowledged`)
      history.judge(name)
    }
  }

  async #count(name: string, sockets: readonly string[], client: string): Promise<void> {
    const tally = this.#tallyOf(name)
    for (let turn = 0; !this.#isOver; turn += 1) {
      const [reading, writing] = [0, 1].map((more) => sockets[(turn + more) % sockets.length] ?? '')
      assert.ok(reading !== undefined && writing !== undefined)
      const found = await this.#read(name, reading, client)
      if (found === undefined) continue
      const { metadata } = found
      const value = countOf(found)
      const next = { ...found, metadata: { ...metadata, labels: { count: String(value + 1), by: `${client}-${turn}` } } }
      const askedMs = performance.now()
      const reply = await this.#ask(writing, 'PUT', path(name), next)
      const note = (outcome: Outcome): void => tally.history.swap(client, askedMs, contentOf(found), contentOf(next), outcome)
      if (reply === undefined || isUnknown(reply)) note('unknown')
      else if (reply.status === 200) {
        note('done')
        tally.acknowledged += 1
        this.#acknowledgedAt.set(writing, this.acknowledgedBy(writing) + 1)
        tally.seen = Math.max(tally.seen, value + 1)
      } else if (reply.status === 409) note('stale')
      else assert.equal(reply.status, 503, JSON.stringify(reply))
    }
  }

  /** Undefined when it was not answered. */
  async #read(name: string, socket: string, client: string): Promise<Counter | undefined> {
    const tally = this.#tallyOf(name)
    const { seen } = tally
    const askedMs = performance.now()
    const reply = await this.#ask(socket, 'GET', path(name))
    if (reply?.status !== 200) return undefined
    const found = reply.body as Counter
    tally.history.read(client, askedMs, contentOf(found))
    const value = countOf(found)
    assert.ok(value >= seen, `${socket} answered ${value} after ${seen} had been acknowledged or read`)
    tally.seen = Math.max(tally.seen, value)
    return found
  }

  #tallyOf(name: string): Tally {
    return this.#tallies.get(name) ?? assert.fail(`there is no counter ${name}`)
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
