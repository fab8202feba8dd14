// Clients who keep a few values in the cluster: they read, replace what they have read, or whatever is there, at any manager.
// What they were told must have an order (../store/testdata/history.ts, which judges it).

import assert from 'node:assert/strict'
import { reasonOf } from '../api/errors.ts'
import type { StoreEvent } from '../api/store.ts'
import type { Manifest } from '../api/wire.ts'
import type { Client } from '../client/client.ts'
import { type Answer, type Call, History, type Value } from '../store/testdata/history.ts'
import type { Checker } from './checkers/checker.ts'
import type { EventQueue } from './effects/event-queue.ts'
import type { SeededRandom } from './effects/random.ts'

const names = ['register-1', 'register-2']
const clients = 3
const meanBetweenMs = 4_000
/** Who has no answer by then asks something else, and never knows. */
const patienceMs = 40_000
/** Why one may not know what became of a call. */
const unanswered = ['Unavailable', 'Unknown', 'NotLeader', 'TooManyRequests', 'Timeout']

export interface RegistersDeps {
  readonly queue: EventQueue
  readonly random: SeededRandom
  /** At any manager that is up. */
  readonly client: () => Client | undefined
  readonly isOver: () => boolean
  readonly fail: (error: unknown) => void
}

/** What a client read last: the value, and the version that it would replace. */
interface Seen {
  readonly value: Value
  readonly resourceVersion: string | undefined
}

export class Registers implements Checker {
  readonly name = 'what clients were told has an order'
  readonly #deps: RegistersDeps
  readonly #history = new History()
  /** By value: the entry that wrote it, and when that was first heard of. */
  readonly #written = new Map<string, { readonly index: number; readonly atMs: number }>()
  readonly #seen = new Map<string, Seen>()
  #values = 0

  constructor(deps: RegistersDeps) {
    this.#deps = deps
  }

  start(): void {
    for (let at = 1; at <= clients; at += 1) this.#next(`client ${at}`)
  }

  observe({ events }: { readonly events: readonly StoreEvent[] }): void {
    this.replayed(events)
  }

  replayed(events: readonly StoreEvent[]): void {
    for (const { type, object, resourceVersion: index } of events) {
      const value = object.kind === 'Config' ? object.metadata.labels?.['value'] : undefined
      if (value !== undefined && type !== 'DELETED') this.#written.set(value, { index, atMs: this.#deps.queue.nowMs() })
    }
  }

  settled(): void {
    assert.ok(this.#written.size > 10, `only ${this.#written.size} values were written`)
    this.#history.judge({ values: this.#written })
  }

  #next(client: string): void {
    const { queue, random, isOver, fail } = this.#deps
    queue.schedule(random.exponential(meanBetweenMs), () => {
      if (isOver()) return
      let isWaiting = true
      const goOn = (): void => {
        if (isWaiting) this.#next(client)
        isWaiting = false
      }
      queue.schedule(patienceMs, goOn)
      this.#call(client).then(goOn, fail)
    })
  }

  async #call(client: string): Promise<void> {
    const { random } = this.#deps
    const present = this.#deps.client()
    const name = random.pick(names)
    if (present === undefined) return
    if (random.chance(0.5)) {
      await this.#ask(client, name, { type: 'read' }, async () => {
        const { items, metadata } = await present.list('Config')
        const found = items.find((item) => item.metadata.name === name)
        const value = found?.metadata.labels?.['value'] ?? null
        this.#seen.set(`${client} ${name}`, { value, resourceVersion: found?.metadata.resourceVersion })
        return { type: 'done', index: Number(metadata.resourceVersion), value }
      })
      return
    }
    this.#values += 1
    const to = `value-${this.#values}`
    const seen = this.#seen.get(`${client} ${name}`)
    const write = async (carryOut: () => Promise<{ readonly metadata: { readonly resourceVersion: string } }>): Promise<Answer> => {
      const { metadata } = await carryOut()
      this.#seen.set(`${client} ${name}`, { value: to, resourceVersion: metadata.resourceVersion })
      return { type: 'done', index: Number(metadata.resourceVersion) }
    }
    if (seen === undefined || random.chance(0.2))
      await this.#ask(client, name, { type: 'set', to }, () =>
        write(() => present.apply('Config', register(name, to), { fieldManager: 'registers', force: true })),
      )
    else {
      const { value, resourceVersion } = seen
      await this.#ask(client, name, { type: 'swap', from: value, to }, () =>
        write(() =>
          resourceVersion === undefined
            ? present.create('Config', register(name, to))
            : present.update('Config', register(name, to, resourceVersion)),
        ),
      )
    }
  }

  async #ask(client: string, name: string, call: Call, carryOut: () => Promise<Answer>): Promise<void> {
    const { queue } = this.#deps
    const answered = this.#history.call(client, name, call, queue.nowMs())
    const answer = await carryOut().catch((error: unknown): Answer => {
      const reason = reasonOf(error) ?? ''
      if (call.type === 'swap' && (reason === 'Conflict' || reason === 'AlreadyExists')) return { type: 'stale' }
      if (!unanswered.includes(reason)) throw error
      return { type: 'unknown' }
    })
    answered(answer, queue.nowMs())
  }
}

function register(name: string, value: string, resourceVersion?: string): Manifest {
  const metadata = { name, labels: { value }, ...(resourceVersion === undefined ? {} : { resourceVersion }) }
  return { apiVersion: 'kit/v1', kind: 'Config', metadata, spec: { data: 'dmFsdWU=' } }
}
