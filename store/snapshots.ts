// When the state is saved as a whole, so that the log before it can go, and what of the log stays behind it.

import assert from 'node:assert/strict'
import type { Clock, Log } from '../effects/effects.ts'
import { errorCodeOf } from '../effects/thrown.ts'
import { capture, serialise } from './mvcc/snapshot.ts'
import type { State } from './mvcc/state.ts'
import type { SnapshotMeta } from './raft/entry.ts'
import type { Raft } from './raft/raft.ts'
import type { Wal } from './wal/wal.ts'

/** Entries between two snapshots that are saved to get rid of a data key: what was under way may need more than one. */
const entriesPerKeySnapshot = 64
const defaultEntries = 10_000
const defaultBytes = 64 * 1024 * 1024
const defaultKeptEntries = 500
/** Pieces of a snapshot serialised before others get their turn: about 2 ms. */
const piecesPerTurn = 16

export interface SnapshotOptions {
  /** Entries between snapshots, at least; as many as there are objects and remembered requests, if those are more. Default 10,000. */
  readonly snapshotEntries?: number
  /** Bytes of log after which a snapshot is due however few its entries are; as many as the last one had, if those are more. 64 MiB unless told. */
  readonly snapshotBytes?: number
  /** Entries kept behind a snapshot for members that are a little late. 500 unless told. */
  readonly keptEntries?: number
}

export interface SnapshotDeps {
  readonly wal: Wal
  readonly raft: Raft
  /** As applied here, at present. */
  readonly state: () => State
  readonly clock: Clock
  readonly log: Log
  /** The store has stopped. */
  readonly signal: AbortSignal
  /** One could not be saved, and not because the disk is full. */
  readonly onFailure: (error: unknown) => void
}

/** At most one is saved at a time. */
export class Snapshots {
  readonly #deps: SnapshotDeps
  readonly #leastEntries: number
  readonly #leastBytes: number
  readonly #keptEntries: number
  #index: number
  /** Of the last one that was whole, before it was sealed. */
  #bytes: number
  /** Of the monotonic clock. */
  #savedAtMs: number | undefined
  #dueAt: number
  /** Where the last one was begun, successful or not. */
  #triedIndex = 0
  /** The data key has changed since the last one was begun. */
  #hasNewKey: boolean
  #saving: Promise<void> | undefined
  #isEnding = false

  constructor(deps: SnapshotDeps, options: SnapshotOptions, last: { readonly index: number; readonly bytes: number }) {
    const { snapshotEntries = defaultEntries, snapshotBytes = defaultBytes, keptEntries = defaultKeptEntries } = options
    assert(snapshotEntries >= 1)
    assert(keptEntries >= 0)
    this.#deps = deps
    this.#leastEntries = snapshotEntries
    this.#leastBytes = snapshotBytes
    this.#keptEntries = keptEntries
    this.#index = last.index
    this.#bytes = last.bytes
    this.#dueAt = last.index + this.#interval(deps.state())
    this.#hasNewKey = deps.wal.hasOldKeys
  }

  /** Of the last one. */
  get index(): number {
    return this.#index
  }

  /** Undefined where the last one was saved before the store was opened. */
  get ageMs(): number | undefined {
    return this.#savedAtMs === undefined ? undefined : this.#deps.clock.monotonicMs() - this.#savedAtMs
  }

  /** There is another data key: what the ones before have sealed is written anew. */
  renew(): void {
    this.#hasNewKey = true
    this.saveIfDue()
  }

  saveIfDue(): void {
    const { raft, state } = this.#deps
    const { resourceVersion } = state()
    if (this.#isEnding || this.#saving !== undefined || resourceVersion === this.#index || !this.#isDue(resourceVersion)) return
    if (raft.configuration.voters.length === 0) return // Who has joined and does not know the members yet.
    if (raft.termAt(resourceVersion) === undefined) return // A state that the leader sent is about to take the place of ours.
    this.#saving = this.#save()
      .catch((error: unknown) => this.#noteFailure(error))
      .finally(() => {
        this.#saving = undefined
      })
  }

  /** The state that the leader sent. Durable when it resolves; the log before it is void. */
  async install(meta: SnapshotMeta, state: State): Promise<void> {
    await this.#saving
    await this.#deps.wal.saveSnapshot(meta, this.#inTurns(serialise(capture(state))), meta.index + 1)
    this.#dueAt = meta.index + this.#interval(state)
    this.#noteSaved(meta.index)
  }

  /** None is begun from now on. Resolves when the one that is being saved is over. */
  async end(): Promise<void> {
    this.#isEnding = true
    await this.#saving
  }

  #isDue(index: number): boolean {
    const { wal } = this.#deps
    const isLarge = wal.bytesSinceSnapshot >= Math.max(this.#leastBytes, this.#bytes) && index > this.#triedIndex + this.#keptEntries
    const hasKeysToForget = wal.hasOldKeys && (this.#hasNewKey || index >= this.#triedIndex + entriesPerKeySnapshot)
    return index >= this.#dueAt || isLarge || hasKeysToForget
  }

  /** Entries to the next one: at least as many as there are objects and requests, so that an entry pays for one of them at most. */
  #interval({ size, requestCount }: State): number {
    return Math.max(this.#leastEntries, size + requestCount)
  }

  async #save(): Promise<void> {
    const { wal, raft, state, log } = this.#deps
    const captured = capture(state())
    const { index } = captured
    const { configuration } = raft
    this.#dueAt = index + this.#interval(state())
    this.#triedIndex = index
    const term = raft.termAt(index)
    assert(term !== undefined, 'what is applied last is in the log')
    const meta = { index, term, configuration }
    // What members that are late would get of the log is sealed with an old key, too: they get the snapshot.
    const keeps = !wal.hasOldKeys
    const keepFrom = keeps ? this.#keepFrom(index) : index + 1
    this.#hasNewKey = false
    await wal.saveSnapshot(meta, this.#inTurns(serialise(captured)), keepFrom)
    if (index <= this.#index) return // A newer one of the leader's was faster.
    raft.compact(meta, (keeps ? Math.min(keepFrom, this.#keepFrom(index)) : keepFrom) - 1)
    this.#noteSaved(index)
    log.info('Saved a snapshot', { index, objects: captured.objects.length })
  }

  /**
   * Behind a snapshot of `index` the last entries stay, and for members that are being sent the snapshot before it, or are on
   * their way from there, all since then: they would need this one, too, and the next, and never be there.
   */
  #keepFrom(index: number): number {
    const usual = Math.max(1, index + 1 - this.#keptEntries)
    const needed = this.#deps.raft.followers.filter(({ isReachable }) => isReachable).map(({ needsAfter }) => needsAfter + 1)
    return Math.max(Math.min(usual, ...needed), Math.min(usual, this.#index + 1))
  }

  #noteSaved(index: number): void {
    this.#index = index
    this.#savedAtMs = this.#deps.clock.monotonicMs()
  }

  #noteFailure(error: unknown): void {
    const { signal, log, onFailure } = this.#deps
    if (signal.aborted) return
    if (isNoSpace(error)) log.warn('Put off a snapshot: the disk has no space left')
    else onFailure(error)
  }

  async *#inTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    const { clock, signal } = this.#deps
    let count = 0
    let bytes = 0
    for (const piece of pieces) {
      yield piece
      count += 1
      bytes += piece.length
      if (count % piecesPerTurn === 0) await clock.sleep(0, signal)
    }
    this.#bytes = bytes
  }
}

export function isNoSpace(error: unknown): boolean {
  return errorCodeOf(error) === 'ENOSPC'
}
