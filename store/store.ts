// The store: one ordered log of commits, agreed on by Raft, kept by the WAL, applied to a state in
// memory. This file drives the three; it decides nothing about elections, files or conflicts.
//
//   commit → pending → raft.propose → raft.ready → wal.append (one at a time) → raft.appended
//          → raft.ready → state.apply → the caller's promise, then listeners and watches
//
// While one write is on its way to the disk, everything that arrives becomes the next one: that is the
// whole of batching. Guards and versions are checked when an entry is applied, so no lock is held
// across consensus. Read on with `mvcc/state.ts`, `raft/raft.ts`, `wal/wal.ts`, and here `pending.ts`,
// `recover.ts`.

import assert from 'node:assert/strict'
import { StatusError } from '../api/errors.ts'
import type { Commit, Store, StoreEvent } from '../api/store.ts'
import type { Clock, Disk, Log, Random } from '../effects/effects.ts'
import { encodeCommit } from './mvcc/codec.ts'
import { capture, serialise } from './mvcc/snapshot.ts'
import type { State } from './mvcc/state.ts'
import { Watchers } from './mvcc/watch.ts'
import { Pending } from './pending.ts'
import type { Entry } from './raft/entry.ts'
import type { AppendWork, Raft } from './raft/raft.ts'
import { applyEntry, recover } from './recover.ts'
import { openWal, type Recovered, type Wal } from './wal/wal.ts'

const tickMs = 100
/** How long to wait before asking again whether the disk has space. */
const noSpaceRetryMs = 1_000
/** Entries kept behind a snapshot for members that are a little late. */
const keptEntries = 500
const maxBytesSinceSnapshot = 64 * 1024 * 1024
/** Pieces of a snapshot serialised before others get their turn: about 2 ms. */
const piecesPerTurn = 16

export interface StoreOptions {
  readonly directory: string
  readonly nodeId: string
  readonly clusterId: string
  /** Entries between snapshots, at least; as many as there are objects, if those are more. Default 10,000. */
  readonly snapshotEntries?: number
  /** Size of a file of the log. 64 MiB unless told. */
  readonly segmentBytes?: number
}

export interface StoreDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface StoreStatus {
  readonly role: string
  readonly term: number
  readonly leader: string | null
  readonly commit: number
  readonly applied: number
  /** It leads and has applied everything of earlier terms: controllers may run. */
  readonly leads: boolean
  readonly hasSpace: boolean
  readonly outstanding: number
  readonly outstandingBytes: number
  readonly snapshotIndex: number
}

export interface OpenStore extends Store {
  status(): StoreStatus
  /** Called on every change of `status().leads`. Returns how to stop that. */
  onLeadership(listener: (leads: boolean) => void): () => void
  /** Resolves when the store had to stop, with the reason: a failed sync, or a broken invariant. The process must end. */
  readonly fatal: Promise<Error>
  /** Finishes what is under way, refuses what comes, and seals the log. */
  close(): Promise<void>
}

/** Resolves when the state is recovered and, as the sole voter, this node leads. */
export async function openStore(deps: StoreDeps, options: StoreOptions): Promise<OpenStore> {
  const { wal, recovered } = await openWal(deps, options)
  if (recovered.repaired !== undefined) deps.log.warn('Repaired the log', { repaired: recovered.repaired })
  return startStore(wal, recovered, deps, options)
}

/** `openStore` on a log that is open already. */
export async function startStore(
  wal: Wal,
  recovered: Recovered,
  deps: Omit<StoreDeps, 'disk'>,
  options: Pick<StoreOptions, 'nodeId' | 'snapshotEntries'>,
): Promise<OpenStore> {
  const { raft, state } = await recover(recovered, options.nodeId, deps.random)
  const driver = new Driver(wal, raft, state, deps, options.snapshotEntries ?? 10_000, recovered.snapshot?.meta.index ?? 0)
  await driver.start()
  return driver
}

class Driver implements OpenStore {
  readonly #wal: Wal
  readonly #raft: Raft
  readonly #state: State
  readonly #deps: Omit<StoreDeps, 'disk'>
  readonly #snapshotEntries: number
  readonly #pending = new Pending()
  readonly #watchers = new Watchers()
  readonly #listeners = new Set<(events: readonly StoreEvent[]) => void>()
  readonly #leadershipListeners = new Set<(leads: boolean) => void>()
  readonly #stopped = new AbortController()
  readonly fatal: Promise<Error>
  #reportFatal: (error: Error) => void = () => {}
  #snapshotIndex: number
  #snapshotting: Promise<void> | undefined
  #nextSnapshotIndex: number
  /** Where the last snapshot was begun, successful or not. */
  #triedSnapshotIndex = 0
  /** Present while there is work: at most one pass through it at a time. */
  #working: Promise<void> | undefined
  #ticking: Promise<void> | undefined
  #leads = false
  #hasSpace = true
  #isClosing = false

  constructor(wal: Wal, raft: Raft, state: State, deps: Omit<StoreDeps, 'disk'>, snapshotEntries: number, snapshotIndex: number) {
    assert(snapshotEntries >= 1)
    this.#wal = wal
    this.#raft = raft
    this.#state = state
    this.#deps = deps
    this.#snapshotEntries = snapshotEntries
    this.#snapshotIndex = snapshotIndex
    this.#nextSnapshotIndex = snapshotIndex + this.#snapshotInterval(state.objects().length)
    this.fatal = new Promise((resolve) => {
      this.#reportFatal = resolve
    })
  }

  get view(): State {
    return this.#state
  }

  async start(): Promise<void> {
    this.#ticking = this.#tick()
    const isSoleVoter = this.#raft.configuration.voters.length === 1
    if (isSoleVoter) this.#raft.campaign()
    this.#wake()
    await this.#working
    if (this.#stopped.signal.aborted) throw await this.fatal
    assert(!isSoleVoter || this.#leads, 'a sole voter leads at once')
  }

  async commit(commit: Commit, whenFull: 'refuse' | 'wait' = 'refuse'): Promise<{ readonly resourceVersion: number }> {
    this.#assertWritable()
    while (whenFull === 'wait' && !this.#pending.hasRoom) {
      await this.#pending.whenRoom()
      this.#assertWritable()
    }
    return this.#begin(commit)
  }

  #begin(commit: Commit): Promise<{ readonly resourceVersion: number }> {
    let begun = false
    try {
      const data = encodeCommit(commit)
      const refused = this.#state.check(commit) // Spares a log entry; what counts is the check when it is applied.
      if (refused !== undefined) throw refused
      const result = this.#pending.add(data)
      begun = true
      this.#wake()
      return result
    } finally {
      if (!begun) this.#pending.callNext() // This place is somebody else's.
    }
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
    const [leads, hasSpace, snapshotIndex] = [this.#leads, this.#hasSpace, this.#snapshotIndex]
    return { role, term, leader, commit, applied, leads, hasSpace, outstanding: count, outstandingBytes: bytes, snapshotIndex }
  }

  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    if (this.#hasSpace) await this.#working
    const hadFailed = this.#stopped.signal.aborted
    this.#stop(new Error('the store is closed'))
    await Promise.all([this.#working, this.#ticking, this.#snapshotting])
    if (!hadFailed) await this.#wal.close()
  }

  async #tick(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#deps.clock.sleep(tickMs, signal).catch(() => undefined)
      if (signal.aborted) return
      this.#raft.tick()
      if (this.#raft.status.role !== 'leader' || this.#raft.configuration.voters.length > 1) this.#wake()
    }
  }

  #wake(): void {
    // What is queued until the pass begins, and while it waits for the disk, is proposed together.
    this.#working ??= Promise.resolve().then(() => this.#work())
  }

  async #work(): Promise<void> {
    try {
      while (!this.#stopped.signal.aborted && (await this.#pass())) {
        // Another pass: what was written may be applied now, or more has arrived.
      }
    } catch (error) {
      this.#fail(error)
    }
    this.#working = undefined
    if (this.#leads && !this.#stopped.signal.aborted && this.#pending.waiting().length > 0) this.#wake()
  }

  /** Proposes what waits, applies what is committed, writes what is new. False when there was nothing to do. */
  async #pass(): Promise<boolean> {
    this.#propose()
    const { send, append, apply } = this.#raft.ready()
    assert.equal(send.length, 0, 'a sole voter has nobody to talk to')
    this.#apply(apply)
    this.#noteLeadership()
    if (append === undefined) return apply.length > 0
    if (!(await this.#write(append))) return false
    const messages = this.#raft.appended(append)
    assert.equal(messages.length, 0, 'a sole voter has nobody to talk to')
    return true
  }

  #propose(): void {
    const commands = this.#pending.waiting()
    if (!this.#leads || commands.length === 0) return
    const proposed = this.#raft.propose(commands)
    assert(!('refused' in proposed), 'the bound on what is outstanding is lower than the bound of the core')
    this.#pending.proposed(proposed.term, proposed.index)
  }

  #apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const outcome = applyEntry(this.#state, entry)
      this.#pending.applied(entry.index, entry.term, outcome)
      if ('events' in outcome && outcome.events.length > 0) for (const listener of this.#listeners) listener(outcome.events)
    }
    const last = entries.at(-1)
    if (last === undefined) return
    this.#raft.applied(last.index)
    this.#watchers.wake()
    this.#maybeSnapshot()
  }

  /** Durable when it resolves to true. Waits for space; false when the store was stopped meanwhile. */
  async #write({ hardState, truncateFrom, entries, snapshot }: AppendWork): Promise<boolean> {
    assert(snapshot === undefined, 'a sole voter is sent no snapshot')
    if (hardState === undefined && entries.length === 0) return true
    const batch = { entries, ...(hardState !== undefined && { hardState }), ...(truncateFrom !== undefined && { truncateFrom }) }
    const { clock, log } = this.#deps
    const { signal } = this.#stopped
    while (!signal.aborted) {
      try {
        await this.#wal.append(batch)
        if (!this.#hasSpace) log.info('The disk has space again')
        this.#hasSpace = true
        return true
      } catch (error) {
        // The WAL writes into space that it reserved: without space it has not begun. Any other failure leaves unknown what is durable.
        if (!isNoSpace(error)) throw error
        if (this.#hasSpace) log.error('The disk has no space left; writes are refused until it has')
        this.#hasSpace = false
        // Nobody knows when that is, so nobody is kept waiting. What is in the log already is done then.
        this.#pending.fail('no space left on the disk of the store: free some, then it is done')
        await clock.sleep(noSpaceRetryMs, signal).catch(() => undefined)
      }
    }
    return false
  }

  #noteLeadership(): void {
    const { role, term, applied } = this.#raft.status
    const leads = role === 'leader' && this.#raft.termAt(applied) === term
    if (leads === this.#leads) return
    this.#leads = leads
    if (!leads) this.#pending.fail('leadership was lost')
    for (const listener of this.#leadershipListeners) listener(leads)
  }

  #maybeSnapshot(): void {
    const { resourceVersion } = this.#state
    const isLarge = this.#wal.bytesSinceSnapshot >= maxBytesSinceSnapshot && resourceVersion > this.#triedSnapshotIndex + keptEntries
    const isDue = resourceVersion >= this.#nextSnapshotIndex || isLarge
    if (!isDue || resourceVersion === this.#snapshotIndex || this.#snapshotting !== undefined || this.#isClosing) return
    this.#snapshotting = this.#snapshot()
      .catch((error: unknown) => {
        if (this.#stopped.signal.aborted) return
        if (!isNoSpace(error)) this.#fail(error)
        else this.#deps.log.warn('Put off a snapshot: the disk has no space left')
      })
      .finally(() => {
        this.#snapshotting = undefined
      })
  }

  /** Entries to the next snapshot: at least as many as it has objects, so that an entry pays for one of them at most. */
  #snapshotInterval(objects: number): number {
    return Math.max(this.#snapshotEntries, objects)
  }

  async #snapshot(): Promise<void> {
    const captured = capture(this.#state)
    const { index } = captured
    this.#nextSnapshotIndex = index + this.#snapshotInterval(captured.objects.length)
    this.#triedSnapshotIndex = index
    const term = this.#raft.termAt(index)
    assert(term !== undefined, 'what is applied last is in the log')
    const meta = { index, term, configuration: this.#raft.configuration }
    const keepFrom = Math.max(1, index + 1 - keptEntries)
    await this.#wal.saveSnapshot(meta, this.#inTurns(serialise(captured)), keepFrom)
    this.#raft.compact(meta, keepFrom - 1)
    this.#snapshotIndex = index
    this.#deps.log.info('Saved a snapshot', { index, objects: captured.objects.length })
  }

  async *#inTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    let count = 0
    for (const piece of pieces) {
      yield piece
      count += 1
      if (count % piecesPerTurn === 0) await this.#deps.clock.sleep(0, this.#stopped.signal)
    }
  }

  #fail(error: unknown): void {
    if (this.#stopped.signal.aborted) return
    const cause = error instanceof Error ? error : new Error(String(error))
    this.#deps.log.error('The store stopped', { error: cause.stack })
    this.#stop(cause)
    this.#reportFatal(cause)
  }

  #stop(reason: Error): void {
    this.#stopped.abort(reason)
    this.#watchers.close(new StatusError('Unavailable', 'the store is closed', {}, { cause: reason }))
    this.#pending.fail(reason.message, reason)
    const led = this.#leads
    this.#leads = false
    if (led) for (const listener of this.#leadershipListeners) listener(false)
  }
}

function notLeader(leader: string | null): StatusError {
  return new StatusError(
    'NotLeader',
    leader === null ? 'no manager leads at present' : `the leader is ${leader}`,
    leader === null ? {} : { leader },
  )
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC'
}
