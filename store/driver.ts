// The driver of the store: it runs Raft, the WAL and the state in memory, and decides nothing about
// elections, files or conflicts.
//
//   commit → pending → raft.propose → raft.ready → wal.append (one at a time) → raft.appended
//          → raft.ready → state.apply → the caller's promise, then listeners and watches
//
// While one write is on its way to the disk, and until the end of the turn of the event loop in which
// there is something to do, everything that arrives becomes the next one: that is the whole of batching.
// Messages that promise nothing leave meanwhile; those that do leave after their write.
// Guards and versions are checked when an entry is applied, so no lock is held across consensus. Read on
// with `mvcc/state.ts`, `raft/raft.ts`, `wal/wal.ts`, and here `peers.ts`, `pending.ts`, `snapshots.ts`.

import assert from 'node:assert/strict'
import { reasonOf, StatusError } from '../api/errors.ts'
import type { Commit, Committed, StoreEvent } from '../api/store.ts'
import { Comparison, inspect } from './comparison.ts'
import { encodeCommit } from './mvcc/codec.ts'
import { type Capture, capture, Restorer } from './mvcc/snapshot.ts'
import type { State } from './mvcc/state.ts'
import { Watchers } from './mvcc/watch.ts'
import type { PeerHandler, PeerMessage, Peers, SnapshotMessage } from './peers.ts'
import { Pending } from './pending.ts'
import type { Change, Configuration } from './raft/configuration.ts'
import type { Entry, SnapshotMeta } from './raft/entry.ts'
import type { Message } from './raft/message.ts'
import type { AppendWork, Raft } from './raft/raft.ts'
import { LostEntries } from './raft/replication.ts'
import { applyEntry } from './recover.ts'
import { notLeader, refusal } from './refusals.ts'
import { isNoSpace, type SnapshotOptions, Snapshots } from './snapshots.ts'
import type { MemberProgress, OpenStore, StoreDeps, StoreOptions, StoreStatus } from './store.ts'
import { Waiting } from './waiting.ts'
import { walErrorKind } from './wal/errors.ts'
import type { Wal } from './wal/wal.ts'

const tickMs = 100
/** Members that get no entries for so long are told on their own what is committed. */
const tellCommitMs = 5
/** How long to wait before asking again whether the disk has space. */
const noSpaceRetryMs = 1_000

const never = new AbortController().signal

interface ReceivedState {
  readonly meta: SnapshotMeta
  readonly state: State
}

/** Of a member that has nobody to talk to. */
const nobody: Peers = {
  serve: () => undefined,
  send: (messages) => assert.equal(messages.length, 0, 'a sole member has nobody to talk to'),
  sendSnapshot: () => Promise.reject(new Error('a sole member has nobody to talk to')),
}

export class Driver implements OpenStore, PeerHandler {
  readonly #wal: Wal
  readonly #raft: Raft
  readonly #peers: Peers
  #state: State
  readonly #deps: Omit<StoreDeps, 'disk'>
  readonly #nodeId: string
  readonly #pending = new Pending()
  readonly #waiting = new Waiting()
  /** The last state that a leader sent, until it is on disk. */
  #received: ReceivedState | undefined
  readonly #comparison: Comparison
  readonly #snapshots: Snapshots
  readonly #watchers = new Watchers()
  readonly #listeners = new Set<(events: readonly StoreEvent[]) => void>()
  readonly #leadershipListeners = new Set<(leads: boolean) => void>()
  readonly #stopped = new AbortController()
  readonly fatal: Promise<Error>
  #reportFatal: (error: Error) => void = () => {}
  /** `#work` is about to run: at the end of this turn of the event loop. */
  #woken: Promise<void> | undefined
  /** The write that is on its way to the disk. */
  #writing: Promise<void> | undefined
  #ticking: Promise<void> | undefined
  /** While members are owed word of what is committed, until it is told on its own. */
  #telling: Promise<void> | undefined
  #tellsCommit = false
  #inspecting: Promise<void> | undefined
  #leads = false
  #hasSpace = true
  #isClosing = false

  constructor(
    wal: Wal,
    raft: Raft,
    state: State,
    deps: Omit<StoreDeps, 'disk'>,
    options: Pick<StoreOptions, 'nodeId'> & SnapshotOptions,
    lastSnapshot: { readonly index: number; readonly bytes: number },
  ) {
    this.#wal = wal
    this.#raft = raft
    this.#peers = deps.peers ?? nobody
    this.#state = state
    this.#deps = deps
    this.#nodeId = options.nodeId
    this.#comparison = new Comparison(
      {
        self: options.nodeId,
        log: deps.log,
        members: () => raft.configuration,
        leader: () => raft.status.leader,
        send: (messages) => this.#peers.send(messages),
        onDiverged: (why) => this.#stopAsDiverged(why),
      },
      state,
    )
    const { signal } = this.#stopped
    const onFailure = (error: unknown): void => this.#fail(error)
    this.#snapshots = new Snapshots({ ...deps, wal, raft, state: () => this.#state, signal, onFailure }, options, lastSnapshot)
    this.fatal = new Promise((resolve) => {
      this.#reportFatal = resolve
    })
  }

  get view(): State {
    return this.#state
  }

  get members(): Configuration {
    return this.#raft.configuration
  }

  followers(): readonly MemberProgress[] | undefined {
    if (!this.#leads) return undefined
    const { commit } = this.#raft.status
    return this.#raft.followers.map(({ id, isReachable, match }) => ({ id, isReachable, behind: Math.max(0, commit - match) }))
  }

  disagreement(id: string): string | null | undefined {
    return this.#comparison.disagreement(id)
  }

  async start(): Promise<void> {
    this.#peers.serve(this)
    this.#ticking = this.#tick()
    this.#inspecting = inspect(this.#deps.clock, () => this.#state, this.#stopped.signal).catch((error: unknown) => this.#fail(error))
    if (this.#isAlone) this.#raft.campaign()
    this.#wake()
    await this.#quiet()
    if (this.#stopped.signal.aborted) throw await this.fatal
    assert(!this.#isAlone || this.#leads, 'a sole member leads at once')
  }

  /** This node is the only member: its own vote and its own disk are the majority. */
  get #isAlone(): boolean {
    const { voters, outgoing, learners } = this.#raft.configuration
    return voters.length === 1 && voters[0] === this.#nodeId && outgoing.length === 0 && learners.length === 0
  }

  /** Resolves when nothing is to be done and nothing is being written. */
  async #quiet(): Promise<void> {
    do await Promise.all([this.#woken, this.#writing])
    while (this.#woken !== undefined || this.#writing !== undefined)
  }

  async commit(commit: Commit, whenFull: 'refuse' | 'wait' = 'refuse'): Promise<Committed> {
    const { clock, metrics } = this.#deps
    const beganMs = clock.monotonicMs()
    try {
      const done = await this.#commit(commit, whenFull)
      metrics?.commits.inc({ result: 'Committed' })
      metrics?.commitSeconds.observe((clock.monotonicMs() - beganMs) / 1000)
      return done
    } catch (error) {
      metrics?.commits.inc({ result: reasonOf(error) ?? 'InternalError' })
      throw error
    }
  }

  async #commit(commit: Commit, whenFull: 'refuse' | 'wait'): Promise<Committed> {
    this.#assertWritable()
    while (whenFull === 'wait' && !this.#pending.hasRoom) {
      await this.#pending.whenRoom()
      this.#assertWritable()
    }
    return this.#begin(commit)
  }

  #begin(commit: Commit): Promise<Committed> {
    let begun = false
    try {
      const data = encodeCommit(commit)
      const repeated = this.#state.repeatOf(commit)
      if (repeated !== undefined) return repeat(repeated)
      const refused = this.#state.check(commit) // Spares a log entry; what counts is the check when it is applied.
      if (refused !== undefined && !this.#isAlone) return this.#beginLater(commit)
      if (refused !== undefined) throw refused
      const result = this.#pending.add(data)
      begun = true
      this.#wake()
      return result
    } finally {
      if (!begun) this.#pending.callNext() // The place that this one was woken for is free for the next.
    }
  }

  /**
   * For a commit that the state here refuses: this member may have been overtaken by another leader without knowing it, and
   * refuse for what is no longer true. So it catches up first, and only then is the refusal final.
   */
  async #beginLater(commit: Commit): Promise<Committed> {
    await this.catchUp()
    const repeated = this.#state.repeatOf(commit)
    if (repeated !== undefined) return repeat(repeated)
    const refused = this.#state.check(commit)
    if (refused !== undefined) throw refused
    this.#assertWritable()
    const result = this.#pending.add(encodeCommit(commit))
    this.#wake()
    return result
  }

  #assertWritable(): void {
    if (this.#isClosing || this.#stopped.signal.aborted) throw new StatusError('Unavailable', 'the store is closing')
    if (!this.#leads) throw notLeader(this.#raft.status.leader)
    if (!this.#hasSpace)
      throw new StatusError('Unavailable', 'no space left on the disk of the store: free some; writes go on by themselves')
  }

  subscribe(listener: (events: readonly StoreEvent[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  watch(since: number, signal: AbortSignal): AsyncIterable<readonly StoreEvent[]> {
    return this.#watchers.watch(() => this.#state.ring, since, signal)
  }

  history(since: number): readonly StoreEvent[] {
    return this.#state.ring.allAfter(since)
  }

  onLeadership(listener: (leads: boolean) => void): () => void {
    this.#leadershipListeners.add(listener)
    return () => this.#leadershipListeners.delete(listener)
  }

  status(): StoreStatus {
    const { role, term, leader, commit, applied } = this.#raft.status
    const { count, bytes } = this.#pending
    const [leads, hasSpace, snapshotIndex] = [this.#leads, this.#hasSpace, this.#snapshots.index]
    const isStopped = this.#stopped.signal.aborted
    const snapshotAgeMs = this.#snapshots.ageMs
    return {
      role,
      term,
      leader,
      commit,
      applied,
      leads,
      hasSpace,
      isStopped,
      outstanding: count,
      outstandingBytes: bytes,
      snapshotIndex,
      snapshotAgeMs,
      replayBytes: this.#wal.bytesSinceSnapshot,
    }
  }

  async changeMembers(change: Change, force = false): Promise<void> {
    this.#assertWritable()
    const proposed = this.#raft.proposeChange(change, force)
    if ('refused' in proposed) throw refusal(proposed, this.#raft.status.leader)
    this.#wake()
    await this.#waiting.forEntry(proposed.index, proposed.term)
  }

  transferLeadership(to: string): void {
    const refused = this.#raft.transfer(to)
    if (refused !== undefined) throw refusal(refused, this.#raft.status.leader)
    this.#wake()
  }

  capture(): Capture {
    return capture(this.#state)
  }

  renewFiles(): void {
    this.#snapshots.renew()
  }

  async catchUp(): Promise<void> {
    if (this.#isClosing || this.#stopped.signal.aborted) throw new StatusError('Unavailable', 'the store is closing')
    if (this.#isAlone && this.#leads) return // All that was acknowledged is applied, and the write before may wait long for space.
    const read = this.#raft.readIndex()
    if ('refused' in read) throw refusal(read, this.#raft.status.leader)
    this.#wake()
    await this.#waiting.forRead(read.id)
  }

  receive(message: PeerMessage): void {
    if (this.#isClosing || this.#stopped.signal.aborted) return
    try {
      if (message.type === 'state') this.#comparison.hear(message)
      else this.#raft.step(message)
    } catch (error) {
      if (error instanceof LostEntries) this.#stopAsDiverged(error.message)
      else this.#fail(error)
    }
    this.#wake()
  }

  async receiveSnapshot(message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const restorer = new Restorer()
    for await (const chunk of chunks) restorer.add(chunk)
    const state = restorer.finish()
    const { meta } = message
    if (state.resourceVersion !== meta.index) throw new Error(`a state of ${state.resourceVersion} came as the one of ${meta.index}`)
    const before = this.#received
    this.#received = { meta, state }
    this.receive(message)
    if (this.#raft.snapshot !== meta) this.#received = before // Raft did not take it. One that it took before may still wait to be written.
  }

  twin(why: string): void {
    this.#fail(new Error(why))
  }

  unreachable(id: string): void {
    this.#raft.unreachable(id)
    this.#wake()
  }

  gone(id: string): void {
    this.#raft.gone(id)
    this.#wake()
  }

  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    const saved = this.#snapshots.end()
    if (this.#hasSpace) await this.#quiet()
    const hadFailed = this.#stopped.signal.aborted
    this.#stop(new Error('the store is closed'))
    await Promise.all([this.#writing, this.#ticking, this.#telling, saved, this.#inspecting])
    if (!hadFailed) await this.#wal.close()
  }

  async #tick(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#deps.clock.sleep(tickMs, signal).catch(() => undefined)
      if (signal.aborted) return
      this.#raft.tick()
      this.#comparison.tick()
      if (this.#raft.status.role !== 'leader' || !this.#isAlone) this.#wake()
    }
  }

  /** This member answers and votes no more. The mark in the log keeps it so after a restart. */
  #stopAsDiverged(why: string): void {
    if (this.#stopped.signal.aborted) return
    const marked = this.#wal.markDiverged(why).catch((error: unknown) => {
      this.#deps.log.error('Could not note that the state of this manager is another one', { error: String(error) })
    })
    this.#fail(new Error(`this manager stops, because it cannot be trusted: ${why}`), marked)
  }

  /** Work asked for in one turn of the event loop is done together. A sole member also leaves what comes during a write to the next one. */
  #wake(): void {
    if (this.#woken !== undefined || (this.#writing !== undefined && this.#isAlone)) return
    this.#woken = this.#deps.clock.sleep(0, never).then(() => this.#work())
  }

  #work(): void {
    this.#woken = undefined
    try {
      while (!this.#stopped.signal.aborted && this.#pass()) {
        // Another pass: there may be more to apply.
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Proposes what waits, sends, applies what is committed, begins to write what is new. False when nothing is left to do now. */
  #pass(): boolean {
    this.#propose()
    const { send, append, apply, reads, owesCommit } = this.#raft.ready(this.#writing === undefined, this.#tellsCommit)
    this.#tellsCommit = false
    if (owesCommit) this.#telling ??= this.#tellCommitLater()
    this.#send(send)
    if (append !== undefined) this.#writing = this.#carryOut(append)
    this.#waiting.confirm(reads)
    this.#apply(apply)
    this.#waiting.applied(this.#state.resourceVersion, (index) => this.#raft.termAt(index))
    this.#noteLeadership()
    return send.length > 0 || apply.length > 0
  }

  /** What arrives during a write is one batch after it, here and on every other member. */
  #propose(): void {
    if (this.#writing !== undefined) return
    const commands = this.#pending.waiting()
    if (!this.#leads || commands.length === 0) return
    const proposed = this.#raft.propose(commands)
    // Refused while leadership is handed over, or while too many entries of a former leader are under way: then the commits
    // wait. If leadership was lost, which this pass will notice further down, they are told so there.
    if (!('refused' in proposed)) this.#pending.proposed(proposed.term, proposed.index)
  }

  /** Under load the next entries bring it, and each message costs both ends as much as a write does otherwise. */
  async #tellCommitLater(): Promise<void> {
    await this.#deps.clock.sleep(tellCommitMs, this.#stopped.signal).catch(() => undefined)
    this.#telling = undefined
    this.#tellsCommit = true
    this.#wake()
  }

  #send(messages: readonly Message[]): void {
    const small = messages.filter(({ type }) => type !== 'snapshot')
    if (small.length > 0) this.#peers.send(small)
    for (const message of messages) if (message.type === 'snapshot') void this.#sendSnapshot(message)
  }

  async #sendSnapshot(message: SnapshotMessage): Promise<void> {
    try {
      await this.#peers.sendSnapshot(message, this.#wal.readSnapshot(message.meta), this.#stopped.signal)
      this.#raft.delivered(message.to)
      this.#wake()
    } catch (error) {
      if (this.#stopped.signal.aborted) return
      this.#deps.log.warn('Could not send a snapshot', { to: message.to, index: message.meta.index, error: String(error) })
      if (walErrorKind(error) === 'Corrupt') this.#snapshots.replace() // What is in memory is good.
      this.unreachable(message.to)
    }
  }

  #apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const outcome = applyEntry(this.#state, entry)
      this.#comparison.applied(this.#state)
      this.#pending.applied(entry.index, entry.term, outcome)
      if ('events' in outcome && outcome.events.length > 0) for (const listener of this.#listeners) listener(outcome.events)
    }
    const last = entries.at(-1)
    if (last === undefined) return
    this.#raft.applied(last.index)
    this.#watchers.wake()
    this.#comparison.answer()
    this.#snapshots.saveIfDue()
  }

  /** Never rejects. Messages that promise what the write makes durable leave after it. */
  async #carryOut(work: AppendWork): Promise<void> {
    try {
      const isDone = await this.#write(work)
      this.#writing = undefined
      if (isDone) this.#send(this.#raft.appended(work))
    } catch (error) {
      this.#writing = undefined
      this.#fail(error)
    }
    this.#wake()
  }

  /** Durable when it resolves to true. Waits for space; false when the store was stopped meanwhile. */
  async #write({ hardState, truncateFrom, entries, snapshot }: AppendWork): Promise<boolean> {
    if (snapshot !== undefined) {
      const received = this.#received // A newer one may come while this one waits for space.
      assert(received?.meta === snapshot, 'a snapshot comes with its state')
      if (!(await this.#withSpace(() => this.#install(received)))) return false
    }
    if (hardState === undefined && entries.length === 0) return true
    const batch = { entries, ...(hardState !== undefined && { hardState }), ...(truncateFrom !== undefined && { truncateFrom }) }
    return this.#withSpace(() => this.#wal.append(batch))
  }

  async #withSpace(write: () => Promise<void>): Promise<boolean> {
    const { clock, log } = this.#deps
    const { signal } = this.#stopped
    while (!signal.aborted) {
      try {
        await write()
        if (!this.#hasSpace) log.info('The disk has space again')
        this.#hasSpace = true
        return true
      } catch (error) {
        // The WAL writes into space that it reserved: without space it has not begun. Any other failure leaves unknown what is durable.
        if (!isNoSpace(error)) throw error
        if (this.#hasSpace) log.error('The disk has no space left; writes are refused until it has')
        this.#hasSpace = false
        // How long that takes nobody knows, so callers are not kept waiting. What was proposed is carried out when there is space.
        this.#pending.fail('no space left on the disk of the store: free some, then it is done')
        this.#giveWay()
        await clock.sleep(noSpaceRetryMs, signal).catch(() => undefined)
      }
    }
    return false
  }

  /** A leader that cannot write keeps the whole cluster from writing. So the reachable voter that has most of the log takes over, if there is one. */
  #giveWay(): void {
    if (this.#raft.status.role !== 'leader') return
    const { voters } = this.#raft.configuration
    const [heir] = this.#raft.followers
      .filter(({ id, isReachable }) => isReachable && voters.includes(id))
      .toSorted((a, b) => b.match - a.match)
    if (heir === undefined) return
    this.#raft.transfer(heir.id)
    this.#wake()
  }

  /** Puts the state that the leader sent on disk, then in place of ours. Watches end with Expired, so that watchers list again. */
  async #install(received: ReceivedState): Promise<void> {
    const { meta, state } = received
    await this.#snapshots.install(meta, state)
    if (this.#received === received) this.#received = undefined
    this.#state = state
    this.#comparison.applied(state)
    for (const listener of this.#listeners) listener([])
    this.#watchers.wake()
    this.#deps.log.info('Installed a snapshot', { index: meta.index })
  }

  #noteLeadership(): void {
    const { role, term, applied } = this.#raft.status
    const leads = role === 'leader' && this.#raft.termAt(applied) === term
    if (leads === this.#leads) return
    this.#leads = leads
    if (!leads) this.#pending.fail('leadership was lost') // Changes of members are answered when their index is applied.
    for (const listener of this.#leadershipListeners) listener(leads)
  }

  /** @param last is done before anybody hears of it. */
  #fail(error: unknown, last: Promise<void> = Promise.resolve()): void {
    if (this.#stopped.signal.aborted) return
    const cause = error instanceof Error ? error : new Error(String(error))
    this.#deps.log.error('The store stopped', { error: cause.stack })
    this.#stop(cause)
    void last.then(() => this.#reportFatal(cause))
  }

  #stop(reason: Error): void {
    this.#stopped.abort(reason)
    this.#watchers.close(new StatusError('Unavailable', 'the store is closed', {}, { cause: reason }))
    this.#pending.fail(reason.message, reason)
    this.#waiting.fail(new StatusError('Unavailable', reason.message, {}, { cause: reason }))
    const led = this.#leads
    this.#leads = false
    if (led) for (const listener of this.#leadershipListeners) listener(false)
  }
}

async function repeat(repeated: NonNullable<ReturnType<State['repeatOf']>>): Promise<Committed> {
  if ('refused' in repeated) throw repeated.refused
  return { resourceVersion: repeated.applied.index, isRepeat: true }
}
