// The log while it is open: one frame at a time at the end of the current segment, the next segment
// when that is full, and a reserve of zeros so that a full disk is noticed before a batch is begun.
//
//   writes happen one after another; a failed write or sync ends the log for good (raft paper: a
//   server that does not know its own state must not speak)

import assert from 'node:assert/strict'
import type { Clock, Disk, DiskFile, Random } from '../../effects/effects.ts'
import { errorCodeOf, messageOf } from '../../effects/thrown.ts'
import type { StoreMetrics } from '../metrics.ts'
import type { HardState, SnapshotMeta } from '../raft/entry.ts'
import { markDiverged } from './diverged.ts'
import { outOfSpace, WalError } from './errors.ts'
import { type ChainState, encodeFrame, type FrameType, flags, frameBytes, frameTypes } from './frame.ts'
import type { LogShape } from './log-shape.ts'
import { type Batch, batchBytesAtMost, encodeBatch, encodeMarker } from './records.ts'
import type { StoredSegment } from './recovery.ts'
import { type Sealer, tagBytes } from './seal.ts'
import {
  beginSegment,
  chainOf,
  createZeroed,
  freshSalt,
  reserveName,
  type SegmentHeader,
  sealerOf,
  segmentHeaderBytes,
  segmentName,
} from './segment.ts'
import {
  keyOfSnapshot,
  readSnapshot,
  type SnapshotChunks,
  type SnapshotPlace,
  snapshotName,
  verifySnapshot,
  writeSnapshot,
} from './snapshot-file.ts'

/** A single batch for which no segment of usual size is big enough gets one of this name first. */
export const oversizeName = 'oversize.seg'

export interface Current {
  readonly header: SegmentHeader
  /** Opened by `openSegment`: what is written is durable. */
  readonly file: DiskFile
  readonly sizeBytes: number
  end: number
}

export interface WriterStart {
  readonly place: SnapshotPlace
  readonly random: Random
  readonly segmentBytes: number
  readonly chain: ChainState
  readonly hardState: HardState
  readonly shape: LogShape
  readonly segments: readonly StoredSegment[]
  readonly highest: number
  readonly bytesSinceSnapshot: number
  /** Snapshot files that recovery could use, oldest first. */
  readonly snapshots: readonly { readonly name: string; readonly index: number }[]
  readonly hasReserve: boolean
  readonly measure: { readonly clock: Pick<Clock, 'monotonicMs'>; readonly metrics: StoreMetrics } | undefined
}

export class LogWriter {
  readonly #place: SnapshotPlace
  readonly #disk: Disk
  readonly #random: Random
  readonly #segmentBytes: number
  readonly #shape: LogShape
  readonly #measure: WriterStart['measure']
  #chain: ChainState
  #hardState: HardState
  #segments: StoredSegment[]
  #highest: number
  #bytesSinceSnapshot: number
  #snapshots: { readonly name: string; readonly index: number }[]
  #current: Current | undefined
  #sealer: Sealer | undefined
  #reserve: 'ready' | 'missing' | Promise<void>
  /** True from `append` to its outcome: callers must wait. */
  #isAppending = false
  #isSnapshotting = false
  #isClosed = false
  /** Ends when the frame that is being written has its outcome. */
  /** Of what is written now, and all that waits behind it. */
  #turn: Promise<void> | undefined
  #failure: WalError | undefined

  constructor(start: WriterStart) {
    this.#place = start.place
    this.#disk = start.place.disk
    this.#random = start.random
    this.#segmentBytes = start.segmentBytes
    this.#chain = start.chain
    this.#hardState = start.hardState
    this.#shape = start.shape
    this.#measure = start.measure
    this.#segments = [...start.segments]
    this.#highest = start.highest
    this.#bytesSinceSnapshot = start.bytesSinceSnapshot
    this.#snapshots = [...start.snapshots]
    this.#reserve = start.hasReserve ? 'ready' : 'missing'
  }

  get hasOldKeys(): boolean {
    return this.#place.keys.hasOld
  }

  get bytesSinceSnapshot(): number {
    return this.#bytesSinceSnapshot
  }

  /**
   * Goes on in a segment that ended in order. Says so on disk first: were the seal still the last frame
   * after a crash, a number that we had used meanwhile would be used again, and its nonce repeated.
   */
  async resume(current: Current): Promise<void> {
    this.#use(current)
    if (current.end + frameBytes(0) > current.sizeBytes || this.#isOutdated(current)) await this.begin(current.end)
    else await this.#exclusive(() => this.#writeFrame(current, encodeFrame(this.#chain, frameTypes.open, flags.clear, new Uint8Array(0))))
    this.#prepareReserve()
  }

  /** Goes on in a new segment. `previousEnd` is where the last one ends. */
  async begin(previousEnd: number): Promise<void> {
    await this.#inspectFailure(() => this.#roll(0, previousEnd))
  }

  async append(batch: Batch): Promise<void> {
    assert.ok(!this.#isAppending, 'appends do not overlap')
    this.#isAppending = true
    try {
      await this.#exclusive(() => this.#append(batch))
    } finally {
      this.#isAppending = false
    }
  }

  async #append(batch: Batch): Promise<void> {
    const { hardState = this.#hardState, truncateFrom, entries } = batch
    assert.equal(this.#shape.misfit(truncateFrom, entries), undefined)
    assert.ok(hardState.term >= this.#hardState.term, 'the term never falls')
    assert.ok(hardState.term >= (entries.at(-1)?.term ?? 0), 'an entry is not newer than the stored term')
    assert.ok(truncateFrom === undefined || truncateFrom > this.#hardState.commit, 'committed entries are not truncated')

    const atMost = batchBytesAtMost(batch)
    const room = this.#makeRoom(frameBytes(atMost + tagBytes), entries.length > 0)
    if (room !== undefined) await room
    await this.#write(frameTypes.batch, encodeBatch(batch, atMost))
    this.#measure?.metrics.batchEntries.observe(entries.length)
    this.#hardState = hardState
    this.#shape.change(truncateFrom, entries)
    this.#highest = Math.max(this.#highest, entries.at(-1)?.index ?? 0)
  }

  async saveSnapshot(meta: SnapshotMeta, chunks: SnapshotChunks, keepFrom: number): Promise<void> {
    assert.ok(!this.#isSnapshotting, 'snapshots do not overlap')
    assert.ok(keepFrom <= meta.index + 1, 'entries behind the snapshot are kept')
    // A snapshot of ours may finish after a newer one was installed: it must not move anything back.
    if (meta.index <= (this.#snapshots.at(-1)?.index ?? 0)) return
    this.#isSnapshotting = true
    try {
      const file = await this.#storeSnapshot(meta, chunks)
      const resets = await this.#exclusive(() => this.#writeMarker(meta, file, keepFrom))
      if (resets) this.#snapshots = []
      this.#snapshots.push({ name: file, index: meta.index })
      await this.#inspectFailure(() => this.#forget(keepFrom))
    } finally {
      this.#isSnapshotting = false
    }
  }

  readSnapshot({ index, term }: SnapshotMeta): AsyncIterable<Uint8Array> {
    return readSnapshot(this.#place, snapshotName(index, term))
  }

  /** Durable, and read back, before anything refers to it. */
  async #storeSnapshot(meta: SnapshotMeta, chunks: SnapshotChunks): Promise<string> {
    const { directory } = this.#place
    try {
      const name = await writeSnapshot(this.#place, meta, chunks, freshSalt(this.#random))
      await verifySnapshot(this.#place, name)
      return name
    } catch (error) {
      await this.#disk.remove(`${directory}/${snapshotName(meta.index, meta.term)}.tmp`)
      if (errorCodeOf(error) === 'ENOSPC') throw outOfSpace(directory, 'a snapshot', error)
      if (errorCodeOf(error) !== undefined) throw this.#fail(error)
      throw error // What the caller's chunks threw, or a file that does not read back as written: the log is unharmed.
    }
  }

  async #writeMarker({ index, term }: SnapshotMeta, file: string, keepFrom: number): Promise<boolean> {
    const resets = this.#shape.termAt(index) !== term
    const { term: current, vote, commit } = this.#hardState
    const hardState = { term: Math.max(current, term), vote: term > current ? null : vote, commit: Math.max(commit, index) }
    const marker = encodeMarker({ file, index, term, keepFrom, resets, hardState })
    const room = this.#makeRoom(frameBytes(marker.length + tagBytes), false)
    if (room !== undefined) await room
    await this.#write(frameTypes.snapshot, marker)
    this.#hardState = hardState
    this.#bytesSinceSnapshot = 0
    if (resets) this.#shape.reset(index, term)
    return resets
  }

  /** Whole segments below `keepFrom` go, oldest first, then the snapshots to which the log does not reach back. */
  async #forget(keepFrom: number): Promise<void> {
    const { directory } = this.#place
    while (this.#segments[0] !== undefined && this.#segments[0].highest < keepFrom) {
      await this.#disk.remove(`${directory}/${this.#segments[0].name}`)
      await this.#disk.syncDirectory(directory)
      this.#segments.shift()
    }
    const reachesBackTo = this.#segments[0]?.firstIndex ?? this.#current?.header.firstIndex ?? 1
    // While data keys are replaced only the newest stays, so that the one before needs no old key.
    const useful = this.#snapshots
      .slice(this.hasOldKeys ? -1 : -2)
      .filter(({ index }, at, two) => at === two.length - 1 || index + 1 >= reachesBackTo)
    const kept = new Set(useful.map(({ name }) => name))
    for (const { name } of this.#snapshots) if (!kept.has(name)) await this.#disk.remove(`${directory}/${name}`)
    this.#snapshots = useful
    await this.#disk.syncDirectory(directory)
    if (this.hasOldKeys) await this.#forgetKeys()
  }

  /** Old data keys go after the last file that is sealed with them. */
  async #forgetKeys(): Promise<void> {
    const used = new Set(this.#segments.map(({ keyId }) => keyId))
    if (this.#current !== undefined) used.add(this.#current.header.keyId)
    for (const { name } of this.#snapshots) used.add(await keyOfSnapshot(this.#place, name))
    try {
      await this.#place.keys.keepOnly(used)
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOSPC') throw error // Without space they stay for now: it is tried again with the next snapshot.
    }
  }

  markDiverged(why: string): Promise<void> {
    return markDiverged(this.#disk, this.#place.directory, why)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    if (this.#failure === undefined) await this.#exclusive(() => this.#seal())
    this.#isClosed = true
    if (typeof this.#reserve === 'object') await this.#reserve
    await this.#current?.file.close()
  }

  /** In clear: it needs no key, and says only that the log ended here in order. */
  async #seal(): Promise<void> {
    const current = this.#current
    if (current === undefined || current.end + frameBytes(0) > current.sizeBytes) return // Full to the brim: as after a crash, nothing is lost.
    await this.#writeFrame(current, encodeFrame(this.#chain, frameTypes.seal, flags.clear, new Uint8Array(0)))
  }

  /**
   * Room for `bytes` in the current segment, and for entries a reserve behind it; else OutOfSpace, and nothing has happened.
   * Undefined where there is room already: then the disk has the write before this turn of the caller is over.
   */
  #makeRoom(bytes: number, forEntries: boolean): Promise<void> | undefined {
    const current = this.#current
    assert.ok(current !== undefined, 'the log has been begun')
    if (current.end + bytes > current.sizeBytes || this.#isOutdated(current)) return this.#roll(bytes, current.end)
    return forEntries && this.#reserve === 'missing' ? this.#needReserve() : undefined
  }

  /** There is another data key, and nothing more is sealed with the one before. */
  #isOutdated({ header }: Current): boolean {
    return header.keyId !== this.#place.keys.current
  }

  async #roll(bytes: number, previousEnd: number): Promise<void> {
    const { directory, owner, keys, disk } = this.#place
    const sizeBytes = Math.max(this.#segmentBytes, segmentHeaderBytes + bytes)
    const from = sizeBytes > this.#segmentBytes ? oversizeName : reserveName
    if (from === reserveName) await this.#needReserve()
    else await this.#zeroed(oversizeName, sizeBytes)
    const header: SegmentHeader = {
      sequence: (this.#current?.header.sequence ?? this.#segments.at(-1)?.sequence ?? 0) + 1,
      firstIndex: this.#shape.next,
      previousNumber: this.#chain.number,
      previousChain: this.#chain.chain,
      previousEnd,
      keyId: keys.current,
      salt: freshSalt(this.#random),
    }
    const file = await beginSegment(disk, directory, from, header, owner)
    const old = this.#current
    if (old !== undefined) this.#segments.push(this.#stored(old.header))
    this.#use({ header, file, sizeBytes, end: segmentHeaderBytes })
    this.#chain = chainOf(header)
    await old?.file.close()
    if (from === reserveName) this.#reserve = 'missing'
    this.#prepareReserve()
  }

  #stored({ sequence, firstIndex, keyId }: SegmentHeader): StoredSegment {
    return { name: segmentName(sequence, firstIndex), keyId, sequence, firstIndex, highest: this.#highest }
  }

  #use(current: Current): void {
    this.#current = current
    const { keys, owner, directory } = this.#place
    this.#sealer = sealerOf(current.header, keys.dataKey(current.header.keyId, directory), owner)
  }

  /** Makes the reserve beside other work; whoever needs it waits for it. */
  #prepareReserve(): void {
    if (this.#reserve !== 'missing') return
    this.#reserve = this.#zeroed(reserveName, this.#segmentBytes).then(
      () => {
        this.#reserve = 'ready'
      },
      (error: unknown) => {
        this.#reserve = 'missing'
        if (!(error instanceof WalError && error.kind === 'OutOfSpace')) this.#fail(error)
      },
    )
  }

  async #needReserve(): Promise<void> {
    if (typeof this.#reserve === 'object') await this.#reserve
    if (this.#reserve === 'ready') return
    if (this.#failure !== undefined) throw this.#failure
    await this.#zeroed(reserveName, this.#segmentBytes)
    this.#reserve = 'ready'
  }

  async #zeroed(name: string, sizeBytes: number): Promise<void> {
    const { directory, disk } = this.#place
    try {
      await createZeroed(disk, directory, name, sizeBytes)
    } catch (error) {
      await disk.remove(`${directory}/${name}.tmp`)
      throw errorCodeOf(error) === 'ENOSPC' ? outOfSpace(directory, `a segment of ${sizeBytes} bytes`, error) : error
    }
  }

  async #write(type: FrameType, plaintext: Uint8Array): Promise<void> {
    const [current, sealer] = [this.#current, this.#sealer]
    assert.ok(current !== undefined && sealer !== undefined)
    const body = sealer.seal(this.#chain.number + 1, type, plaintext)
    await this.#writeFrame(current, encodeFrame(this.#chain, type, flags.encrypted, body))
  }

  async #writeFrame(current: Current, { frame, next }: { readonly frame: Buffer; readonly next: ChainState }): Promise<void> {
    assert.ok(current.end + frame.length <= current.sizeBytes, 'a frame fits into its segment')
    try {
      await this.#writeDurably(current, frame)
    } catch (error) {
      // Even ENOSPC: the blocks were there, so nobody can tell what is now in them.
      throw this.#fail(error)
    }
    current.end += frame.length
    this.#chain = next
    this.#bytesSinceSnapshot += frame.length
  }

  async #writeDurably({ file, end }: Current, frame: Uint8Array): Promise<void> {
    if (this.#measure === undefined) return file.write(end, frame)
    const { clock, metrics } = this.#measure
    const beganMs = clock.monotonicMs()
    await file.write(end, frame)
    metrics.fsyncSeconds.observe((clock.monotonicMs() - beganMs) / 1000)
    metrics.walBytes.inc(frame.length)
  }

  /** One at a time. Anything but a lack of space ends the log. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const begin = async (): Promise<T> => {
      if (this.#failure !== undefined) throw this.#failure
      assert.ok(!this.#isClosed, 'the log is closed')
      return await this.#inspectFailure(work)
    }
    const done = this.#turn === undefined ? begin() : this.#turn.then(begin)
    const end = (): void => {
      if (this.#turn === turn) this.#turn = undefined
    }
    const turn = done.then(end, end)
    this.#turn = turn
    return done
  }

  async #inspectFailure<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      // A failed assertion is the caller's or our mistake; a lack of space was noticed before anything was written.
      if (error instanceof assert.AssertionError || (error instanceof WalError && error.kind !== 'Corrupt')) throw error
      throw this.#fail(error)
    }
  }

  #fail(cause: unknown): WalError {
    const why = messageOf(cause)
    this.#failure ??= new WalError('Failed', `${this.#place.directory}: the log stopped (${why}); restart to read what is durable`, {
      cause,
    })
    return this.#failure
  }
}
