// When the state is saved as a whole, so that the log before it can go, and what of the log stays behind it.

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import type { Clock, Log } from '../effects/effects.ts'
import { errorCodeOf } from '../effects/thrown.ts'
import { capture, serialise } from './mvcc/snapshot.ts'
import type { State } from './mvcc/state.ts'
import type { SnapshotMeta } from './raft/entry.ts'
import type { Raft } from './raft/raft.ts'
import type { Wal } from './wal/wal.ts'

/**
 * Entries between two snapshots that are saved to get rid of an old data key. One may not be enough: what was on its way to
 * the disk when the key changed is sealed with the old one.
 */
const entriesPerKeySnapshot = 64
const defaultEntries = 10_000
const defaultBytes = 64 * 1024 * 1024
const defaultKeptEntries = 500
/**
 * What a turn of serialising may take before others get theirs, in pieces and in time. A write passes through the loop of
 * several members, several times, and waits for a turn each time.
 */
const piecesPerTurn = 16
const turnMs = 1

export interface SnapshotOptions {
  /** At least so many entries lie between snapshots, and at least as many as there are objects and remembered requests. 10,000 unless told. */
  readonly snapshotEntries?: number
  /** After so many bytes of log a snapshot is due however few entries they are, but not before the log is as large as the last snapshot. 64 MiB unless told. */
  readonly snapshotBytes?: number
  /** Entries kept behind a snapshot for members that are a little late. 500 unless told. */
  readonly keptEntries?: number
}

export interface SnapshotDeps {
  readonly wal: Wal
  readonly raft: Raft
  /** The state as applied here, now. */
  readonly state: () => State
  readonly clock: Clock
  readonly log: Log
  /** Fires when the store has stopped. */
  readonly signal: AbortSignal
  /** Called when a snapshot could not be saved for another reason than a full disk. */
  readonly onFailure: (error: unknown) => void
}

/** At most one is saved at a time. */
export class Snapshots {
  readonly #deps: SnapshotDeps
  readonly #leastEntries: number
  readonly #leastBytes: number
  readonly #keptEntries: number
  #index: number
  /** Size of the last complete snapshot, before it was sealed. */
  #bytes: number
  /** On the monotonic clock. */
  #savedAtMs: number | undefined
  #dueAt: number
  /** Index at which the last snapshot was begun, whether it could be saved or not. */
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

  /** Index of the last snapshot. */
  get index(): number {
    return this.#index
  }

  /** Age of the last snapshot; undefined where that was saved before the store was opened. */
  get ageMs(): number | undefined {
    return this.#savedAtMs === undefined ? undefined : this.#deps.clock.monotonicMs() - this.#savedAtMs
  }

  /** There is another data key: what the ones before have sealed is written anew. */
  renew(): void {
    this.#hasNewKey = true
    this.saveIfDue()
  }

  /** The file of the last one is damaged. The next entry, of which there may be one already, makes another one due. */
  replace(): void {
    this.#dueAt = this.#index + 1
    this.saveIfDue()
  }

  saveIfDue(): void {
    const { raft, state } = this.#deps
    const { resourceVersion } = state()
    if (this.#isEnding || this.#saving !== undefined || resourceVersion === this.#index || !this.#isDue(resourceVersion)) return
    if (raft.configuration.voters.length === 0) return // It has joined and does not know the members yet, which a snapshot must name.
    if (raft.termAt(resourceVersion) === undefined) return // A state that the leader sent is about to take the place of ours.
    this.#saving = this.#save()
      .catch((error: unknown) => this.#noteFailure(error))
      .finally(() => {
        this.#saving = undefined
      })
  }

  /** Saves the state that the leader sent, in place of the log up to it. Durable when it resolves. */
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

  /**
   * Entries to the next snapshot: twice as many as it will have objects and requests, so that on average two commits pay for
   * writing one of them. A restart reads as many, but no more than `snapshotBytes` of them, or as the last snapshot has.
   */
  #interval({ size, requestCount }: State): number {
    return Math.max(this.#leastEntries, 2 * (size + requestCount))
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
    // The entries that late members would get are sealed with an old key, which is to go: they get the snapshot instead.
    const keeps = !wal.hasOldKeys
    const keepFrom = keeps ? this.#keepFrom(index) : index + 1
    this.#hasNewKey = false
    await wal.saveSnapshot(meta, this.#inTurns(serialise(captured)), keepFrom)
    if (index <= this.#index) return // One that the leader sent, and that is newer, was installed meanwhile.
    raft.compact(meta, (keeps ? Math.min(keepFrom, this.#keepFrom(index)) : keepFrom) - 1)
    this.#noteSaved(index)
    log.info('Saved a snapshot', { index, objects: captured.objects.length })
  }

  /**
   * The first entry that stays in the log behind a snapshot of `index`. The last `keptEntries` stay for members that are a
   * little late. For those that are being sent the snapshot before this one, or catch up from it, everything since then
   * stays: otherwise they would need this snapshot, too, then the next, and would never catch up.
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

  async *#inTurns(pieces: Iterable<string>): AsyncGenerator<string, void, void> {
    const { clock, signal } = this.#deps
    let count = 0
    let bytes = 0
    let beganMs = clock.monotonicMs()
    for (const piece of pieces) {
      yield piece
      count += 1
      bytes += Buffer.byteLength(piece)
      if (count < piecesPerTurn && clock.monotonicMs() - beganMs < turnMs) continue
      await clock.sleep(0, signal)
      count = 0
      beganMs = clock.monotonicMs()
    }
    this.#bytes = bytes
  }
}

export function isNoSpace(error: unknown): boolean {
  return errorCodeOf(error) === 'ENOSPC'
}
