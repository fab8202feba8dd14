// Several members with everything of production except the network and the disk's matter: the driver, the log
// with its bytes on a simulated disk that loses and garbles what was not synced, and a network in virtual time.
// One run is one seed: safety while it is bad, then liveness once it is good.

import assert from 'node:assert/strict'
import { reasonOf } from '../../api/errors.ts'
import type { StoreEvent, StoreView } from '../../api/store.ts'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { SimulatedDisk } from '../../sim/effects/disk.ts'
import { EventQueue, type Lane } from '../../sim/effects/event-queue.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { stateHash } from '../mvcc/snapshot.ts'
import { State } from '../mvcc/state.ts'
import { task } from '../mvcc/testdata/builders.ts'
import type { PeerHandler, Peers, SnapshotMessage } from '../peers.ts'
import { type Change, membersOf } from '../raft/configuration.ts'
import type { Message } from '../raft/message.ts'
import { type OpenStore, openStore } from '../store.ts'
import { Clients } from './clients.ts'
import { Oracle } from './oracle.ts'
import { silent } from './world.ts'

const safetyMs = 30_000
const healMs = 60_000

class Host {
  readonly id: string
  readonly disk: SimulatedDisk
  readonly random: SeededRandom
  readonly founders: readonly string[]
  lane: Lane | undefined
  store: OpenStore | undefined
  handler: PeerHandler | undefined
  /** How to break the transfers of snapshots to this member that are under way. */
  readonly transfers = new Set<() => void>()

  constructor(id: string, random: SeededRandom, founders: readonly string[]) {
    this.id = id
    this.random = random
    this.founders = founders
    this.disk = new SimulatedDisk(random.split('disk'))
  }
}

export interface GroupOutcome {
  readonly acknowledged: number
  readonly crashes: number
  readonly terms: number
  readonly installs: number
  readonly reads: number
  readonly changes: number
  readonly events: number
  readonly calls: number
}

export class SimulatedGroup {
  readonly #queue = new EventQueue()
  readonly #random: SeededRandom
  readonly #hosts: Host[] = []
  readonly #cut = new Map<string, number>()
  /** When the last message of a link arrives: a connection keeps the order. */
  readonly #arrivals = new Map<string, number>()
  readonly #leaders = new Map<number, string>()
  readonly #oracle = new Oracle()
  readonly #clients: Clients
  readonly #acknowledged: { readonly name: string; readonly resourceVersion: number }[] = []
  readonly #delayMs: number
  readonly #snapshotEntries: number
  readonly #broken: unknown[] = []
  #isHealing = false
  #commands = 0
  #counts = { crashes: 0, installs: 0, reads: 0, changes: 0 }

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
    this.#delayMs = 0.2 + this.#random.next() * 20
    this.#snapshotEntries = this.#random.chance(0.6) ? 10 : 1_000
    const ids = ['1', '2', '3', '4', '5'].slice(0, this.#random.chance(0.6) ? 3 : 5)
    for (const id of ids) this.#hosts.push(new Host(id, this.#random.split(id), ids))
    this.#clients = new Clients({
      queue: this.#queue,
      random: this.#random.split('clients'),
      oracle: this.#oracle,
      stores: () => this.#hosts.flatMap((host) => (this.#isAwake(host) && host.store !== undefined ? [host.store] : [])),
      report: (error) => this.#broken.push(error),
    })
  }

  async run(): Promise<GroupOutcome> {
    for (const host of this.#hosts) this.#start(host)
    this.#every(30 + this.#random.next() * 200, () => this.#write())
    this.#every(300, () => this.#read())
    this.#every(700, () => this.#disturb())
    this.#every(2_500, () => this.#change())
    this.#clients.start(4, 2)
    await this.#queue.run(safetyMs, () => this.#check())
    await this.#heal()
    return {
      acknowledged: this.#acknowledged.length,
      terms: this.#leaders.size,
      events: this.#queue.executed,
      calls: this.#clients.history.size,
      ...this.#counts,
    }
  }

  // Members

  #start(host: Host): void {
    const lane = this.#queue.lane()
    host.lane = lane
    const random = host.random.split(`life ${this.#counts.crashes}`)
    const clock = createSimulatedClock(lane, { rate: 0.98 + host.random.next() * 0.04 })
    const deps = { disk: host.disk.mount(lane), clock, random, log: silent, peers: this.#peers(host, lane) }
    const options = { directory: '/state/raft', nodeId: host.id, clusterId: 'c', segmentBytes: 16 * 1024 }
    openStore(deps, { ...options, founders: host.founders, snapshotEntries: this.#snapshotEntries, keptEntries: 3 }).then(
      (store) => {
        if (lane.closed) return
        host.store = store
        this.#hear(host, store, store.history(store.status().snapshotIndex))
        store.subscribe((events) => this.#hear(host, store, events))
        store.fatal.then((error) => this.#ended(host, lane, error))
      },
      (error: unknown) => this.#ended(host, lane, error),
    )
  }

  /** Of one entry, of many that were found on the disk, or of none: then the state came as a whole. */
  #hear({ id }: Host, { view }: OpenStore, events: readonly StoreEvent[]): void {
    try {
      this.#oracle.hear(id, events, this.#queue.nowMs())
      if (events.length === 0 || view.resourceVersion % 8 === 0) this.#oracle.compare(id, view.resourceVersion, hashOf(view))
    } catch (error) {
      this.#broken.push(error)
    }
  }

  /** A store that stops by itself does so only when its disk failed. */
  #ended(host: Host, lane: Lane, error: unknown): void {
    if (lane.closed) return
    if (!/EIO/.test(String(error instanceof Error ? (error.cause ?? error) : error))) this.#broken.push(error)
    this.#crash(host)
  }

  /** Power is cut: what was not synced is lost or garbled, piece by piece. */
  #crash(host: Host): void {
    if (host.lane === undefined) return
    this.#counts.crashes += 1
    host.lane.close()
    if (host.store !== undefined) this.#clients.lost(host.store)
    host.lane = undefined
    host.store = undefined
    host.handler = undefined
    host.disk.crash()
    for (const { handler } of this.#hosts) if (this.#random.chance(0.5)) handler?.unreachable(host.id)
    for (const stop of [...host.transfers]) stop()
    this.#queue.schedule(this.#random.chance(0.5) ? this.#random.next() * 50 : this.#random.next() * 6_000, () => {
      if (host.lane === undefined) this.#start(host)
    })
  }

  #isAwake({ lane, store }: Host): boolean {
    return store !== undefined && lane !== undefined && !lane.frozen
  }

  get #leader(): Host | undefined {
    return this.#hosts.find((host) => this.#isAwake(host) && host.store?.status().leads === true)
  }

  // The network

  #isCut(from: string, to: string): boolean {
    return (this.#cut.get(`${from}>${to}`) ?? 0) > this.#queue.nowMs()
  }

  #peers(host: Host, lane: Lane): Peers {
    return {
      serve: (handler) => {
        host.handler = handler
      },
      send: (messages) => {
        for (const message of messages) this.#transmit(message)
      },
      sendSnapshot: (message, chunks) => this.#carry(message, chunks, lane),
    }
  }

  #transmit(message: Message): void {
    const link = `${message.from}>${message.to}`
    if (!this.#isHealing && this.#random.chance(0.01)) return // The connection broke with it.
    const at = Math.max(this.#arrivals.get(link) ?? 0, this.#queue.nowMs() + this.#random.exponential(this.#delayMs))
    this.#arrivals.set(link, at)
    this.#queue.schedule(at - this.#queue.nowMs(), () => {
      const host = this.#host(message.to)
      if (!this.#isCut(message.from, message.to)) host?.lane?.schedule(0, () => host.handler?.receive(message))
    })
  }

  async #carry(message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>, lane: Lane): Promise<void> {
    const carried: Uint8Array[] = []
    for await (const chunk of chunks) carried.push(chunk)
    await new Promise<void>((resolve) => lane.schedule(this.#random.exponential(this.#delayMs * 10), resolve))
    const host = this.#host(message.to)
    const isLost = !this.#isHealing && this.#random.chance(0.1)
    if (host?.handler === undefined || isLost || this.#isCut(message.from, message.to)) throw new Error('the connection broke')
    const { promise: broken, reject } = Promise.withResolvers<never>()
    const stop = () => reject(new Error('the connection broke'))
    host.transfers.add(stop)
    const whole = (async function* () {
      yield* carried
    })()
    try {
      await Promise.race([host.handler.receiveSnapshot(message, whole), broken])
      this.#counts.installs += 1
    } finally {
      host.transfers.delete(stop)
    }
  }

  #host(id: string): Host | undefined {
    return this.#hosts.find((host) => host.id === id)
  }

  // What happens

  #every(meanMs: number, run: () => void): void {
    this.#queue.schedule(this.#random.exponential(meanMs), () => {
      if (this.#isHealing) return
      run()
      this.#every(meanMs, run)
    })
  }

  #disturb(): void {
    const host = this.#random.pick(this.#hosts)
    const forMs = this.#random.next() * 4_000
    const untilMs = this.#queue.nowMs() + forMs
    const kind = this.#random.pick(['crash', 'crash', 'crash all', 'freeze', 'cut', 'cut leader', 'one way', 'slow disk', 'bad sync'])
    if (kind === 'crash') this.#crash(host)
    else if (kind === 'crash all' && this.#random.chance(0.3)) for (const each of this.#hosts) this.#crash(each)
    else if (kind === 'freeze') host.lane?.freeze(forMs)
    else if (kind === 'cut') this.#isolate(host, untilMs, true)
    else if (kind === 'cut leader') this.#isolate(this.#leader ?? host, untilMs, true)
    else if (kind === 'one way') this.#isolate(host, untilMs, false)
    else if (kind === 'slow disk') {
      host.disk.faults.syncStallMs = this.#random.next() * 1_000
      this.#queue.schedule(forMs, () => {
        host.disk.faults.syncStallMs = 0
      })
    } else if (kind === 'bad sync') {
      host.disk.faults.syncErrors = 0.5
      this.#queue.schedule(forMs / 10, () => {
        host.disk.faults.syncErrors = 0
      })
    }
  }

  #isolate({ id }: Host, untilMs: number, bothWays: boolean): void {
    for (const other of this.#hosts) {
      this.#cut.set(`${id}>${other.id}`, untilMs)
      if (bothWays) this.#cut.set(`${other.id}>${id}`, untilMs)
    }
  }

  #write(): void {
    const { store } = this.#leader ?? {}
    for (let count = this.#random.below(4); store !== undefined && count > 0; count -= 1) {
      this.#commands += 1
      const name = `web.${this.#commands}.a`
      store.commit({ writes: [{ op: 'create', object: task(name) }] }).then(
        ({ resourceVersion }) => this.#acknowledged.push({ name, resourceVersion }),
        (error: unknown) => this.#refused(error, ['Unknown', 'Unavailable', 'NotLeader', 'TooManyRequests']),
      )
    }
  }

  #refused(error: unknown, expected: readonly string[]): void {
    if (!expected.includes(reasonOf(error) ?? '')) this.#broken.push(error)
  }

  #read(): void {
    const host = this.#random.pick(this.#hosts)
    const { store } = host
    const last = this.#acknowledged.at(-1)
    if (store === undefined || !this.#isAwake(host)) return
    store.catchUp().then(
      () => {
        this.#counts.reads += 1
        if (last !== undefined && store.view.get('Task', last.name) === undefined)
          this.#broken.push(new Error(`I10: ${host.id} does not see ${last.name}, which was acknowledged before`))
      },
      (error: unknown) => this.#refused(error, ['Unavailable', 'NotLeader']),
    )
  }

  #change(): void {
    const { store } = this.#leader ?? {}
    if (store === undefined) return
    const { voters, learners } = store.members
    const [voter, learner] = [this.#random.pick(voters), learners[0]]
    if (this.#random.chance(0.4)) {
      if (voter !== store.status().leader) store.transferLeadership(voter)
      return
    }
    const change = this.#drawChange(voter, learner, voters.length)
    store.changeMembers(change).then(
      () => {
        this.#counts.changes += 1
      },
      (error: unknown) => this.#refused(error, ['Unavailable', 'Unknown', 'NotLeader', 'Invalid']),
    )
  }

  #drawChange(voter: string, learner: string | undefined, voters: number): Change {
    if (learner !== undefined) return { steps: [{ make: 'voter', id: learner }], leave: 'auto' }
    if (this.#hosts.length < 7 && this.#random.chance(0.5)) {
      const id = String(this.#hosts.length + 1)
      const host = new Host(id, this.#random.split(id), [])
      this.#hosts.push(host)
      this.#start(host)
      const replaced = voters > 2 && this.#random.chance(0.3) ? [{ make: 'learner', id: voter } as const] : []
      return { steps: [{ make: 'learner', id }, ...replaced], leave: 'auto' }
    }
    return { steps: [{ make: 'learner', id: voter }], leave: 'auto' }
  }

  /** After every event. */
  #check(): void {
    for (const { id, store } of this.#hosts) {
      const status = store?.status()
      if (status?.role !== 'leader') continue
      assert.equal(this.#leaders.get(status.term) ?? id, id, `I1: two leaders in term ${status.term}`)
      this.#leaders.set(status.term, id)
    }
    if (this.#broken.length > 0) throw this.#broken[0]
  }

  // The end

  async #heal(): Promise<void> {
    this.#isHealing = true
    this.#cut.clear()
    for (const host of this.#hosts) {
      host.disk.faults.syncStallMs = 0
      host.disk.faults.syncErrors = 0
      if (host.lane === undefined) this.#start(host)
    }
    const endMs = this.#queue.nowMs() + healMs
    await this.#queue.run(endMs, () => this.#check(), () => this.#isConverged())
    assert(this.#isConverged(), `I13: not one cluster in time:\n${this.#show()}`)
    let isWritten = false
    const write = () => {
      const written = this.#leader?.store?.commit({ writes: [{ op: 'create', object: task('last') }] }) ?? Promise.reject(new Error('none leads'))
      written.then(
        () => {
          isWritten = true
        },
        (error: unknown) => {
          isWritten = reasonOf(error) === 'AlreadyExists'
          if (!isWritten) this.#queue.schedule(200, write)
        },
      )
    }
    write()
    await this.#queue.run(endMs + healMs, () => this.#check(), () => isWritten && this.#isConverged())
    assert(isWritten && this.#isConverged(), `I13: nothing can be written in time:\n${this.#show()}`)
    const { store } = this.#leader ?? {}
    assert(store !== undefined)
    const hash = hashOf(store.view)
    for (const each of this.#members(store)) assert.equal(each === undefined ? '' : hashOf(each.view), hash, 'I12: members differ')
    for (const { name } of this.#acknowledged)
      assert.notEqual(store.view.get('Task', name), undefined, `I6: ${name} was acknowledged, and is gone`)
    await this.#judge(store)
  }

  /** What clients and watchers were told, now that everybody can be told the rest. */
  async #judge(store: OpenStore): Promise<void> {
    this.#clients.stop()
    await this.#queue.settle(this.#clients.readAll(store))
    await this.#queue.run(this.#queue.nowMs() + healMs, () => this.#check(), () => this.#clients.hasSeenAll)
    this.#clients.judge()
  }

  #members(leader: OpenStore): readonly (OpenStore | undefined)[] {
    return membersOf(leader.members).map((id) => this.#host(id)?.store)
  }

  #isConverged(): boolean {
    const { store } = this.#leader ?? {}
    if (store === undefined) return false
    const { commit, applied } = store.status()
    return commit === applied && this.#members(store).every((each) => each?.view.resourceVersion === applied)
  }

  #show(): string {
    return this.#hosts.map(({ id, store }) => `${id} ${JSON.stringify(store?.status())} ${JSON.stringify(store?.members)}`).join('\n')
  }
}

function hashOf(view: StoreView): string {
  assert(view instanceof State)
  return stateHash(view)
}
