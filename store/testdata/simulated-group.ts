// Several members with everything of production except the network and the disk's matter: the driver, the log
// with its bytes on a simulated disk that loses and garbles what was not synced, and a network in virtual time.
// One run is one seed: safety while it is bad, then liveness once it is good.

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { reasonOf } from '../../api/errors.ts'
import type { StoreEvent, StoreView } from '../../api/store.ts'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { SimulatedDisk } from '../../sim/effects/disk.ts'
import { EventQueue, type Lane } from '../../sim/effects/event-queue.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { stateHash } from '../mvcc/snapshot.ts'
import { State } from '../mvcc/state.ts'
import { edit, task } from '../mvcc/testdata/builders.ts'
import type { PeerHandler, PeerMessage, Peers, SnapshotMessage } from '../peers.ts'
import { type Change, membersOf } from '../raft/configuration.ts'
import { openStore } from '../open-store.ts'
import type { OpenStore } from '../store.ts'
import { walErrorKind } from '../wal/errors.ts'
import type { KeyFile } from '../wal/keys.ts'
import { Recorder } from '../wal/testdata/recorder.ts'
import { sealedOnce } from '../wal/testdata/seals.ts'
import { openLocked, unlockKey } from '../wal/testdata/workload.ts'
import { Clients } from './clients.ts'
import { diskFault, drawLuck, type Fault, healthy, type Luck, pickFault } from './luck.ts'
import { Oracle } from './oracle.ts'
import { Witness } from './witness.ts'
import { silent } from './world.ts'

const directory = '/state/raft'
const safetyMs = 30_000
const healMs = 60_000
/** Within which damage in memory is found, while the member runs. */
const findMs = 30_000
/** What is said of a disk that has not what was written to it. */
const damage: ReadonlySet<string | undefined> = new Set(['Corrupt', 'WrongKey', 'Diverged'])
const changeRefusals = ['Unavailable', 'Unknown', 'NotLeader', 'Invalid']

class Host {
  readonly id: string
  readonly disk: SimulatedDisk
  readonly recorder = new Recorder()
  readonly random: SeededRandom
  readonly founders: readonly string[]
  lane: Lane | undefined
  store: OpenStore | undefined
  /** Of its files, and which changes of the unlock key it was told and has made for certain. */
  keys: KeyFile | undefined
  locks = { acknowledged: 0, asked: 0 }
  handler: PeerHandler | undefined
  /** Bytes of its disk have changed while it was down. It may find that when it starts; then somebody takes its place. */
  isRotten = false
  isGone = false
  /** Since when something in its memory is not as it was written. */
  damagedMs: number | undefined
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
  readonly replaced: number
  readonly found: number
  /** Members whose disk put a write in another place, and that were refused for what they found. */
  readonly strayed: number
  readonly events: number
  readonly calls: number
  readonly repeats: number
  /** Times that a member went over to other keys. */
  readonly rekeyed: number
  /** Members that did, and of whose files none needs a key of before at the end. */
  readonly clean: number
  /** Of every message, every batch that a member applied and every crash, with its time and in its order. */
  readonly hash: number
}

export class SimulatedGroup {
  readonly #queue = new EventQueue()
  readonly #random: SeededRandom
  readonly #hosts: Host[] = []
  readonly #cut = new Map<string, number>()
  /** When the last message of a link arrives: a connection keeps the order. */
  readonly #arrivals = new Map<string, number>()
  readonly #witness = new Witness()
  readonly #oracle = new Oracle()
  readonly #clients: Clients
  readonly #acknowledged: { readonly name: string; readonly resourceVersion: number }[] = []
  readonly #delayMs: number
  readonly #snapshotEntries: number
  readonly #segmentBytes: number
  /** What can go wrong in this run: each run has other luck. */
  readonly #luck: Luck
  readonly #broken: unknown[] = []
  #isHealing = false
  #hash = 0
  #commands = 0
  /** Who is to take the place of one whose disk is damaged. */
  #replacement: Host | undefined
  /** Changes of members that were asked for, and may yet be made. */
  readonly #undecided = new Set<{ readonly term: number }>()
  /** Changes of the unlock key. */
  #locks = 0
  #counts = { crashes: 0, installs: 0, reads: 0, changes: 0, replaced: 0, found: 0, strayed: 0, rekeyed: 0 }

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
    this.#delayMs = 0.2 + this.#random.next() * 20
    this.#snapshotEntries = this.#random.chance(0.6) ? 10 : 1_000
    this.#segmentBytes = this.#random.chance(0.5) ? 4 * 1024 : 16 * 1024
    this.#luck = drawLuck(this.#random.split('luck'))
    const ids = ['1', '2', '3', '4', '5'].slice(0, this.#random.chance(0.6) ? 3 : 5)
    for (const id of ids) this.#hosts.push(new Host(id, this.#random.split(id), ids))
    this.#clients = new Clients({
      queue: this.#queue,
      random: this.#random.split('clients'),
      oracle: this.#oracle,
      stores: () => this.#hosts.flatMap((host) => (this.#isAwake(host) && host.damagedMs === undefined && host.store !== undefined ? [host.store] : [])),
      report: (error) => this.#broken.push(error),
    })
  }

  async run(): Promise<GroupOutcome> {
    for (const host of this.#hosts) this.#start(host)
    this.#every(30 + this.#random.next() * 200, () => this.#write())
    this.#every(300, () => this.#read())
    this.#every(700, () => this.#disturb())
    this.#every(2_500, () => this.#change())
    this.#every(4_000, () => this.#changeLock())
    this.#clients.start(4, 2)
    this.#replaceGone()
    await this.#queue.run(safetyMs, () => this.#check())
    await this.#heal()
    return {
      acknowledged: this.#acknowledged.length,
      terms: this.#witness.terms,
      events: this.#queue.executed,
      calls: this.#clients.history.size,
      repeats: this.#clients.repeats,
      clean: this.#hosts.filter(({ keys, locks }) => locks.acknowledged > 0 && keys?.hasOld === false).length,
      ...this.#counts,
      hash: this.#hash,
    }
  }

  // Members

  #start(host: Host): void {
    const lane = this.#queue.lane()
    host.lane = lane
    const random = host.random.split(`life ${this.#counts.crashes}`)
    const clock = createSimulatedClock(lane, { rate: 0.98 + host.random.next() * 0.04 })
    const deps = { disk: host.recorder.wrap(host.disk.mount(lane)), clock, random, log: silent, peers: this.#peers(host, lane) }
    const options = { directory, nodeId: host.id, clusterId: 'c', segmentBytes: this.#segmentBytes }
    const open = async (): Promise<readonly [OpenStore, KeyFile]> => {
      const keys = await openLocked(deps.disk, directory, random.split('keys'), host.locks)
      const settings = { ...options, keys, founders: host.founders, snapshotEntries: this.#snapshotEntries, keptEntries: 3 }
      return [await openStore(deps, settings), keys]
    }
    open().then(
      ([store, keys]) => {
        if (lane.closed) return
        host.store = store
        host.keys = keys
        host.disk.platter.hasStrayed = false // What it needs it has read.
        this.#hear(host, store, store.history(store.status().snapshotIndex))
        store.subscribe((events) => this.#hear(host, store, events))
        store.fatal.then((error) => this.#ended(host, lane, error))
      },
      (error: unknown) => this.#ended(host, lane, error),
    )
  }

  /** Of one entry, of many that were found on the disk, or of none: then the state came as a whole. */
  #hear(host: Host, { view }: OpenStore, events: readonly StoreEvent[]): void {
    const { id } = host
    this.#mix(`${id} ${view.resourceVersion} ${events.length}`)
    if (events.length === 0) host.damagedMs = undefined
    if (host.damagedMs !== undefined) return
    try {
      this.#oracle.hear(id, events, this.#queue.nowMs())
      if (events.length === 0 || view.resourceVersion % 8 === 0) this.#oracle.compare(id, view.resourceVersion, hashOf(view))
    } catch (error) {
      this.#broken.push(error)
    }
  }

  /** A store that stops by itself does so only when its disk failed, or because its memory was damaged. */
  #ended(host: Host, lane: Lane, error: unknown): void {
    if (lane.closed) return
    const kind = walErrorKind(error)
    const isFound = host.damagedMs !== undefined && /is not what was written|cannot be trusted/.test(String(error))
    if (isFound) this.#counts.found += 1
    if ((host.isRotten || host.disk.platter.hasStrayed) && damage.has(kind)) {
      host.isGone = true
      if (host.disk.platter.hasStrayed) this.#counts.strayed += 1
    } else if (isFound) host.isRotten ||= /cannot be trusted/.test(String(error)) // It is refused when it is started again.
    else if (!/EIO/.test(String(error instanceof Error ? (error.cause ?? error) : error)) && kind !== 'OutOfSpace') this.#broken.push(error)
    this.#crash(host)
  }

  /** Into what tells this run from every other one. */
  #mix(what: string): void {
    this.#hash = crc32(`${this.#queue.nowMs()} ${what}`, this.#hash)
  }

  /** Power is cut: what was not synced is lost or garbled, piece by piece. */
  #crash(host: Host): void {
    if (host.lane === undefined) return
    this.#counts.crashes += 1
    this.#mix(`${host.id} crashes`)
    host.lane.close()
    if (host.store !== undefined) this.#clients.lost(host.store)
    host.lane = undefined
    host.store = undefined
    host.keys = undefined
    host.handler = undefined
    host.damagedMs = undefined
    host.disk.crash()
    host.disk.faults.strayWrites = 0 // What strays after it has been read is not known to be needless.
    if (!this.#isHealing && this.#random.chance(this.#luck.rot)) this.#rot(host)
    for (const { handler } of this.#hosts) {
      if (this.#random.chance(0.3)) handler?.gone(host.id)
      else if (this.#random.chance(0.5)) handler?.unreachable(host.id)
    }
    for (const stop of [...host.transfers]) stop()
    this.#queue.schedule(this.#random.chance(0.5) ? this.#random.next() * 50 : this.#random.next() * 6_000, () => {
      if (host.lane === undefined && !host.isGone) this.#start(host)
    })
  }

  /** One at a time, and where the others go on without it: nobody promises more. */
  #rot(host: Host): void {
    if (!this.#canLose()) return
    const names = host.disk.platter.list(directory).filter((name) => /^(log-.*seg|snapshot-.*kit|keys.json)$/.test(name))
    // Not the last frame: a last write that was acknowledged and then lost looks like one that never ended.
    const name = names.length === 0 ? undefined : this.#random.pick(names)
    if (name === undefined) return
    const isSealed = name.startsWith('log-') && name !== names.filter((each) => each.startsWith('log-')).at(-1)
    const size = host.disk.platter.find(`${directory}/${name}`)?.live.size ?? 0
    host.disk.platter.damage(`${directory}/${name}`, this.#random.below(name.startsWith('log-') && !isSealed ? 200 : size))
    host.isRotten = true
  }

  /** Whether the vote of one member may be lost now, and the others go on, with whatever change of members is under way. */
  #canLose(): boolean {
    const leading = this.#hosts.flatMap((host) => (this.#isAwake(host) && host.store?.status().leads === true ? [host.store] : []))
    const newest = leading.toSorted((a, b) => b.status().term - a.status().term)[0]
    if (newest === undefined || this.#hosts.some(isWeak)) return false
    // What was asked for in an earlier term is decided: it is in the log of whoever leads now, and applied, or never will be.
    for (const asked of this.#undecided) if (asked.term < newest.status().term) this.#undecided.delete(asked)
    return this.#undecided.size === 0 && newest.members.voters.length >= 3 && newest.members.outgoing.length === 0
  }

  async #changeMembers(store: OpenStore, change: Change): Promise<void> {
    const asked = { term: store.status().term }
    this.#undecided.add(asked)
    try {
      await store.changeMembers(change)
      this.#undecided.delete(asked)
    } catch (error) {
      if (['NotLeader', 'Invalid'].includes(reasonOf(error) ?? '')) this.#undecided.delete(asked)
      throw error
    }
  }

  /** Something that it has is not as it was written; now and then it is replaced before anybody has looked. */
  #damage(host: Host): void {
    const { store } = host
    if (store === undefined || !this.#canLose() || this.#leader?.store?.members.voters.includes(host.id) !== true) return
    const tasks = [...store.view.list('Task')]
    if (tasks.length === 0) return
    const { metadata, status } = this.#random.pick(tasks)
    Object.assign(status, { message: 'this was never written' })
    host.damagedMs = this.#queue.nowMs()
    this.#clients.lost(store)
    if (this.#random.chance(0.5)) this.#queue.schedule(this.#random.next() * 2_000, () => this.#replace(metadata.name))
  }

  #replace(name: string): void {
    const { store } = this.#leader ?? {}
    const stored = store?.view.get('Task', name)
    if (store === undefined || stored === undefined) return
    store.commit({ writes: [{ op: 'update', object: edit<'Task'>(stored, { status: { state: 'Running', at: 1 } }) }] }).catch((error: unknown) =>
      this.#refused(error, ['Unknown', 'Unavailable', 'NotLeader', 'TooManyRequests', 'Conflict']),
    )
  }

  /** Whoever keeps the machines puts a new one in the place of one whose disk is damaged, under a new id. */
  #replaceGone(): void {
    const { store } = this.#leader ?? {}
    const gone = this.#hosts.find((host) => host.isGone && store !== undefined && membersOf(store.members).includes(host.id))
    this.#queue.schedule(500, () => this.#replaceGone())
    if (store === undefined || gone === undefined) return
    this.#replacement ??= this.#join()
    const { id } = this.#replacement
    this.#changeMembers(store, { steps: [{ make: 'stranger', id: gone.id }, { make: 'learner', id }], leave: 'auto' }).then(
      () => {
        this.#replacement = undefined
        this.#counts.replaced += 1
      },
      (error: unknown) => this.#refused(error, changeRefusals),
    )
  }

  /** Somebody who knows nobody. */
  #join(): Host {
    const id = String(this.#hosts.length + 1)
    const host = new Host(id, this.#random.split(id), [])
    this.#hosts.push(host)
    this.#start(host)
    return host
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

  #transmit(message: PeerMessage): void {
    const link = `${message.from}>${message.to}`
    this.#witness.sent(message)
    this.#mix(`${link} ${message.type}`)
    if (!this.#isHealing && this.#random.chance(0.01)) return // The connection broke with it.
    const at = Math.max(this.#arrivals.get(link) ?? 0, this.#queue.nowMs() + this.#random.exponential(this.#delayMs))
    this.#arrivals.set(link, at)
    this.#queue.schedule(at - this.#queue.nowMs(), () => {
      const host = this.#host(message.to)
      if (!this.#isCut(message.from, message.to)) host?.lane?.schedule(0, () => host.handler?.receive(message))
    })
    const { crashAfterVote, crashAfterAck } = this.#luck
    const isVote = message.type === 'voteResponse' && message.granted
    const chance = isVote ? crashAfterVote : message.type === 'appendResponse' ? crashAfterAck : 0
    const sender = this.#host(message.from)
    if (sender !== undefined && !this.#isHealing && this.#random.chance(chance)) this.#queue.schedule(0, () => this.#crash(sender))
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
    const kind = pickFault(this.#luck, this.#random)
    if (kind === 'crash') this.#crash(host)
    else if (kind === 'crash all' && this.#random.chance(0.3)) for (const each of this.#hosts) this.#crash(each)
    else if (kind === 'freeze') host.lane?.freeze(forMs)
    else if (kind === 'cut') this.#isolate(host, untilMs, true)
    else if (kind === 'cut leader') this.#isolate(this.#leader ?? host, untilMs, true)
    else if (kind === 'one way') this.#isolate(host, untilMs, false)
    else if (kind === 'bridge') this.#split(host, untilMs)
    else if (kind === 'flap') this.#flap(host, untilMs)
    else if (kind === 'damaged memory') this.#damage(host)
    else this.#harmDisk(host, kind, forMs)
  }

  /** For a while; a sync that fails is done with sooner, or nobody would be left. */
  #harmDisk(host: Host, kind: Fault | undefined, forMs: number): void {
    const { disk } = host
    if (kind === undefined || (kind === 'stray write' && (host.store === undefined || !this.#canLose()))) return
    Object.assign(disk.faults, diskFault(kind, disk, this.#random))
    // Soon, or the file is gone before anybody reads it.
    if (kind === 'stray write') this.#queue.schedule(this.#random.next() * forMs, () => (this.#isHealing ? undefined : this.#crash(host)))
    this.#queue.schedule(kind === 'bad sync' ? forMs / 10 : forMs, () => Object.assign(disk.faults, healthy))
  }

  /** Two halves that hear nothing of each other, and one in the middle whom both hear. */
  #split(middle: Host, untilMs: number): void {
    const left = this.#hosts.filter((host) => host !== middle && this.#random.chance(0.5))
    for (const { id } of left)
      for (const other of this.#hosts) {
        if (other === middle || left.includes(other)) continue
        this.#cut.set(`${id}>${other.id}`, untilMs)
        this.#cut.set(`${other.id}>${id}`, untilMs)
      }
  }

  #flap(host: Host, untilMs: number): void {
    if (this.#queue.nowMs() >= untilMs || this.#isHealing) return
    this.#isolate(host, this.#queue.nowMs() + this.#random.next() * 300, true)
    this.#queue.schedule(100 + this.#random.next() * 500, () => this.#flap(host, untilMs))
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
        ({ resourceVersion }) => {
          this.#acknowledged.push({ name, resourceVersion })
          if (this.#isHealing || !this.#random.chance(this.#luck.crashAllAfterCommit)) return
          this.#queue.schedule(0, () => this.#hosts.forEach((host) => this.#crash(host)))
        },
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
    if (this.#hosts.some((host) => isWeak(host) && membersOf(store.members).includes(host.id))) return
    const { voters, learners } = store.members
    const [voter, learner] = [this.#random.pick(voters), learners[0]]
    if (this.#random.chance(0.4)) {
      if (voter !== store.status().leader) store.transferLeadership(voter)
      return
    }
    const change = this.#drawChange(voter, learner, voters.length)
    this.#changeMembers(store, change).then(
      () => {
        this.#counts.changes += 1
      },
      (error: unknown) => this.#refused(error, changeRefusals),
    )
  }

  /** Each member takes up another unlock key for itself, and with it another data key; or takes the lock off. */
  #changeLock(): void {
    const version = (this.#locks += 1)
    for (const host of this.#hosts) this.#queue.schedule(this.#random.next() * 50, () => this.#takeUp(host, version))
    // Again, while files are still sealed anew because of this one.
    if (!this.#isHealing && this.#random.chance(0.5)) this.#queue.schedule(this.#random.next() * 100, () => this.#changeLock())
  }

  #takeUp(host: Host, version: number): void {
    const { keys, store, lane } = host
    if (keys === undefined || store === undefined || lane === undefined || this.#isHealing || version <= host.locks.asked) return
    host.locks = { ...host.locks, asked: version }
    keys.changeLock(unlockKey(version), version).then(
      () => {
        if (lane.closed) return
        host.locks = { acknowledged: version, asked: host.locks.asked }
        this.#counts.rekeyed += 1
        store.renewFiles()
      },
      (error: unknown) => {
        // It goes on with the keys of before, and takes up the next.
        if (!lane.closed && !/EIO|ENOSPC/.test(String(error))) this.#broken.push(error)
      },
    )
    if (!this.#random.chance(this.#luck.crashWhileRekeying)) return
    this.#queue.schedule(this.#random.next() * 60, () => (host.lane === lane && !this.#isHealing ? this.#crash(host) : undefined))
  }

  #drawChange(voter: string, learner: string | undefined, voters: number): Change {
    if (learner !== undefined) return { steps: [{ make: 'voter', id: learner }], leave: 'auto' }
    if (this.#hosts.length < 7 && this.#random.chance(0.5)) {
      const { id } = this.#join()
      const replaced = voters > 2 && this.#random.chance(0.3) ? [{ make: 'learner', id: voter } as const] : []
      return { steps: [{ make: 'learner', id }, ...replaced], leave: 'auto' }
    }
    return { steps: [{ make: 'learner', id: voter }], leave: 'auto' }
  }

  /** After every event. */
  #check(): void {
    for (const { id, store, damagedMs } of this.#hosts) {
      assert(damagedMs === undefined || this.#queue.nowMs() - damagedMs < findMs, `I12: what is damaged in the memory of ${id} is not found`)
      if (store !== undefined) this.#witness.look(id, store)
    }
    const { executed } = this.#queue
    assert(executed < 20_000 + 3 * this.#queue.nowMs(), 'I14: a storm of events')
    if (executed % 1_000 === 0) assert(this.#queue.pending < 5_000, 'I14: events pile up')
    if (this.#broken.length > 0) throw this.#broken[0]
  }

  // The end

  async #heal(): Promise<void> {
    this.#isHealing = true
    this.#cut.clear()
    for (const host of this.#hosts) {
      Object.assign(host.disk.faults, healthy)
      if (host.lane === undefined && !host.isGone) this.#start(host)
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
    for (const { recorder } of this.#hosts) sealedOnce(recorder.steps)
    await this.#judge(store)
  }

  /** What clients and watchers were told, now that everybody can be told the rest. */
  async #judge(store: OpenStore): Promise<void> {
    this.#clients.stop()
    await this.#queue.settle(this.#clients.readAll(store))
    await this.#queue.run(this.#queue.nowMs() + healMs, () => this.#check(), () => this.#clients.hasSeenAll)
    this.#clients.judge()
    for (const { id, store } of this.#hosts) if (store !== undefined) this.#witness.quiet(id, store)
  }

  #members(leader: OpenStore): readonly (OpenStore | undefined)[] {
    return membersOf(leader.members).map((id) => this.#host(id)?.store)
  }

  #isConverged(): boolean {
    const { store } = this.#leader ?? {}
    if (store === undefined || this.#hosts.some(({ damagedMs }) => damagedMs !== undefined)) return false
    const { commit, applied } = store.status()
    return commit === applied && this.#members(store).every((each) => each?.view.resourceVersion === applied)
  }

  #show(): string {
    return this.#hosts.map(({ id, store }) => `${id} ${JSON.stringify(store?.status())} ${JSON.stringify(store?.members)}`).join('\n')
  }
}

/** A vote that may be lost: nobody takes others away before it is replaced. */
function isWeak({ isRotten, isGone, damagedMs, disk }: Host): boolean {
  return isRotten || isGone || damagedMs !== undefined || disk.faults.strayWrites > 0 || disk.platter.isAstray
}

function hashOf(view: StoreView): string {
  assert(view instanceof State)
  return stateHash(view)
}
