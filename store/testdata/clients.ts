// Clients of a group of stores, each with one call under way: they read, replace what they have read or whatever is there,
// create and delete, at whichever member says that it leads or at any, and note what they were told. Some calls are requests
// with an id, which are asked for again where nobody says what became of them. Watchers go from member to member.

import assert from 'node:assert/strict'
import { reasonOf } from '../../api/errors.ts'
import type { Commit, RequestMark } from '../../api/store.ts'
import type { EventQueue } from '../../sim/effects/event-queue.ts'
import type { SeededRandom } from '../../sim/effects/random.ts'
import { node } from '../mvcc/testdata/builders.ts'
import type { OpenStore } from '../store.ts'
import { type Answer, History, type Value } from './history.ts'
import type { Oracle } from './oracle.ts'

const keys = ['a', 'b', 'c']
const patienceMs = 4_000
/** For one attempt of many. */
const attemptMs = 600
const mostAttempts = 12

/** What a client read last: the value, and the version that it would replace. */
interface Seen {
  readonly value: Value
  readonly version: number
}

export interface ClientsDeps {
  readonly queue: EventQueue
  readonly random: SeededRandom
  readonly oracle: Oracle
  /** Those that answer now. */
  readonly stores: () => readonly OpenStore[]
  readonly report: (error: unknown) => void
}

export class Clients {
  readonly history = new History()
  /** Attempts that were answered with what an earlier one had done. */
  repeats = 0
  readonly #deps: ClientsDeps
  readonly #seen = new Map<string, Seen>()
  readonly #watching = new Map<OpenStore, Set<AbortController>>()
  readonly #watchers = new Map<string, number>()
  #values = 0
  #isOver = false

  constructor(deps: ClientsDeps) {
    this.#deps = deps
  }

  start(clients: number, watchers: number): void {
    for (let at = 1; at <= clients; at += 1) this.#next(`client ${at}`)
    for (let at = 1; at <= watchers; at += 1) {
      this.#watchers.set(`watcher ${at}`, 0)
      this.#watchNext(`watcher ${at}`)
    }
  }

  /** No more calls, and watchers stay where they are. */
  stop(): void {
    this.#isOver = true
  }

  /** A member died: whoever watched there goes elsewhere. */
  lost(store: OpenStore): void {
    for (const controller of this.#watching.get(store) ?? []) controller.abort()
    this.#watching.delete(store)
  }

  /** After faults have ended, and before everything is judged. */
  async readAll(store: OpenStore): Promise<void> {
    for (const key of keys) await this.#read('the end', key, store)
  }

  get hasSeenAll(): boolean {
    return [...this.#watchers.values()].every((seen) => seen >= this.#deps.oracle.last)
  }

  judge(): void {
    for (const [watcher, seen] of this.#watchers) assert(seen >= this.#deps.oracle.last, `I11: ${watcher} has seen up to ${seen} of ${this.#deps.oracle.last}`)
    this.history.judge(this.#deps.oracle)
  }

  #next(client: string): void {
    const { queue, random } = this.#deps
    queue.schedule(random.exponential(150), () => {
      if (this.#isOver) return
      let isWaiting = true
      const goOn = () => {
        if (isWaiting) this.#next(client)
        isWaiting = false
      }
      queue.schedule(patienceMs, goOn)
      this.#call(client).then(goOn, (error: unknown) => this.#deps.report(error))
    })
  }

  async #call(client: string): Promise<void> {
    const { random } = this.#deps
    const stores = this.#deps.stores()
    const leading = stores.filter((store) => store.status().leads)
    const key = random.pick(keys)
    const isRead = random.chance(0.4)
    const choices = leading.length === 0 || (isRead && random.chance(0.5)) ? stores : leading
    if (choices.length === 0) return
    const store = random.pick(choices)
    if (isRead) await this.#read(client, key, store)
    else await this.#write(client, key, store)
  }

  async #read(client: string, key: string, store: OpenStore): Promise<void> {
    const told = this.#called(client, key, { type: 'read' })
    try {
      await store.catchUp()
    } catch (error) {
      told(this.#failure(error))
      return
    }
    const seen = this.#look(store, key)
    this.#seen.set(`${client} ${key}`, seen)
    told({ type: 'done', index: store.view.resourceVersion, value: seen.value })
  }

  async #write(client: string, key: string, store: OpenStore): Promise<void> {
    const { random } = this.#deps
    if (random.chance(0.3)) return this.#set(client, key, store)
    if (random.chance(0.1)) return this.#commit(client, store, [[key, { type: 'delete' }]], { writes: [{ op: 'delete', kind: 'Node', name: key }] })
    const others = random.chance(0.2) ? keys.filter((each) => each > key).slice(0, 1) : []
    const swaps = [key, ...others].map((each) => this.#swap(client, each, store))
    await this.#commit(
      client,
      store,
      swaps.map(({ name, from, to }) => [name, { type: 'swap', from, to }] as const),
      { writes: swaps.map(({ write }) => write) },
    )
  }

  /** Of what this client knows, or of what the member has here and now, which may be old. */
  #swap(client: string, name: string, store: OpenStore) {
    const { random } = this.#deps
    const seen = random.chance(0.5) ? this.#seen.get(`${client} ${name}`) : undefined
    const { value: from, version } = seen ?? this.#look(store, name)
    if (from !== null && random.chance(0.15)) return { name, from, to: null, write: { op: 'delete', kind: 'Node', name, expect: version } as const }
    this.#values += 1
    const to = `v${this.#values}`
    const fresh = node(name)
    const object = { ...fresh, metadata: { ...fresh.metadata, resourceVersion: from === null ? 0 : version, labels: { value: to } } }
    return { name, from, to, write: { op: from === null ? 'create' : 'update', object } as const }
  }

  /**
   * Whatever is there; or something new, of which each attempt makes up the name, so that nothing but the id keeps two of them from being
   * made. With an id: decided anew, at whoever leads then, until somebody says that it is done; who is too slow is left to it.
   */
  async #set(client: string, key: string, first: OpenStore): Promise<void> {
    const { random, queue } = this.#deps
    this.#values += 1
    const to = `v${this.#values}`
    const isNew = random.chance(0.4)
    const told = this.#called(client, isNew ? `new ${to}` : key, { type: 'set', to })
    const request = random.chance(0.7) ? { id: to, digest: to, atMs: 0, by: client } : undefined
    let last: Answer = { type: 'refused' }
    for (let attempt = 1; attempt <= mostAttempts && !this.#isOver; attempt += 1) {
      const store = attempt === 1 ? first : this.#anyLeader()
      const asked = store === undefined ? undefined : this.#attempt(store, isNew ? `new ${to} ${attempt}` : key, to, request)
      const late = new Promise<Answer>((resolve) => queue.schedule(random.exponential(attemptMs), () => resolve({ type: 'unknown' })))
      const answer: Answer = asked === undefined ? last : await (request === undefined ? asked : Promise.race([asked, late]))
      if (answer.type === 'done') return told(answer)
      // What is not known once is not known by a later attempt that comes to nothing.
      if (answer.type === 'unknown' || last.type !== 'unknown') last = answer.type === 'unknown' ? answer : { type: 'refused' }
      if (last.type === 'unknown' && request === undefined) break
      await new Promise<void>((resolve) => queue.schedule(random.exponential(100), resolve))
    }
    told(last)
  }

  #anyLeader(): OpenStore | undefined {
    const leading = this.#deps.stores().filter((store) => store.status().leads)
    return leading.length === 0 ? undefined : this.#deps.random.pick(leading)
  }

  async #attempt(store: OpenStore, key: string, to: string, request: RequestMark | undefined): Promise<Answer> {
    const { value, version } = this.#look(store, key)
    const fresh = node(key)
    const object = { ...fresh, metadata: { ...fresh.metadata, resourceVersion: version, labels: { value: to } } }
    try {
      const write = { op: value === null ? 'create' : 'update', object } as const
      const { resourceVersion, isRepeat } = await store.commit({ writes: [write], ...(request !== undefined && { request }) })
      if (isRepeat === true) this.repeats += 1
      return { type: 'done', index: resourceVersion }
    } catch (error) {
      return this.#failure(error)
    }
  }

  async #commit(client: string, store: OpenStore, calls: readonly (readonly [key: string, call: Parameters<History['call']>[2]])[], commit: Commit) {
    const told = calls.map(([key, call]) => this.#called(client, key, call))
    let answer: Answer
    try {
      const { resourceVersion } = await store.commit(commit)
      answer = { type: 'done', index: resourceVersion }
    } catch (error) {
      answer = this.#failure(error)
      // Of several, nobody says which one it was.
      if (answer.type === 'stale' && calls.length > 1) answer = { type: 'refused' }
    }
    for (const tell of told) tell(answer)
  }

  #called(client: string, key: string, call: Parameters<History['call']>[2]): (answer: Answer) => void {
    const tell = this.history.call(client, key, call, this.#deps.queue.nowMs())
    return (answer) => tell(answer, this.#deps.queue.nowMs())
  }

  #failure(error: unknown): Answer {
    const reason = reasonOf(error) ?? ''
    if (reason === 'Conflict' || reason === 'AlreadyExists') return { type: 'stale' }
    if (reason === 'Unknown') return { type: 'unknown' }
    if (['Unavailable', 'NotLeader', 'TooManyRequests'].includes(reason)) return { type: 'refused' }
    throw error
  }

  #look({ view }: OpenStore, key: string): Seen {
    const { labels, resourceVersion = 0 } = view.get('Node', key)?.metadata ?? {}
    return { value: labels?.['value'] ?? null, version: resourceVersion }
  }

  #watchNext(watcher: string): void {
    const { queue, random } = this.#deps
    queue.schedule(random.exponential(50), () => {
      const stores = this.#deps.stores()
      if (stores.length === 0) this.#watchNext(watcher)
      else
        this.#watch(watcher, random.pick(stores)).then(
          () => this.#watchNext(watcher),
          (error: unknown) => this.#deps.report(error),
        )
    })
  }

  /** Goes on, at any member, where it was: until that one dies, or the watcher has enough of it. */
  async #watch(watcher: string, store: OpenStore): Promise<void> {
    const { queue, random, oracle } = this.#deps
    const controller = new AbortController()
    const here = this.#watching.get(store) ?? new Set()
    this.#watching.set(store, here.add(controller))
    queue.schedule(random.exponential(3_000), () => controller.abort())
    try {
      for await (const events of store.watch(this.#watchers.get(watcher) ?? 0, controller.signal)) {
        this.#watchers.set(watcher, oracle.watched(watcher, this.#watchers.get(watcher) ?? 0, events))
        if (random.chance(0.05)) return
      }
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === 'Expired') this.#watchers.set(watcher, store.view.resourceVersion)
      else if (reason !== 'Unavailable') throw error
    } finally {
      here.delete(controller)
    }
  }
}
