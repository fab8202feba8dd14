// A world for tests of the driver: a log in memory that survives a "crash" with what was acknowledged,
// can be told to fail, and a clock that moves only when told to.

import type { Clock, Log, Random } from '../../effects/effects.ts'
import type { Entry, HardState, SnapshotMeta } from '../raft/entry.ts'
import { corrupt } from '../wal/errors.ts'
import type { Batch, Recovered, Wal } from '../wal/wal.ts'

export class MemoryDisk {
  hardState: HardState = { term: 0, vote: null, commit: 0 }
  entries: Entry[] = []
  snapshot: { readonly meta: SnapshotMeta; readonly chunks: readonly Uint8Array[] } | undefined
  isSealed = false
  bytesSinceSnapshot = 0
  /** Why it is refused from here on. */
  diverged: string | undefined
  appends = 0
  /** Thrown by the next append or snapshot, and again until it is undefined. */
  failure: Error | undefined
  /** Awaited by every append before it is durable. */
  gate: Promise<void> = Promise.resolve()
  /** Awaited by every snapshot before it is there. */
  snapshotGate: Promise<void> = Promise.resolve()
  /** Index of a snapshot that can no longer be read. */
  damaged: number | undefined
  /** Snapshots that were begun. */
  snapshots = 0
  isBusy = false

  recovered(): Recovered {
    const { snapshot } = this
    return {
      hardState: this.hardState,
      entries: [...this.entries],
      ...(snapshot !== undefined && {
        snapshot: {
          meta: snapshot.meta,
          async *chunks() {
            for (const chunk of snapshot.chunks) yield chunk
          },
        },
      }),
    }
  }

  open(): Wal {
    this.isSealed = false
    const disk = this
    return {
      get bytesSinceSnapshot() {
        return disk.bytesSinceSnapshot
      },
      hasOldKeys: false,
      append: (batch) => this.#append(batch),
      saveSnapshot: async (meta, chunks, keepFrom) => {
        this.snapshots += 1
        const kept: Uint8Array[] = []
        for await (const chunk of chunks) kept.push(Buffer.from(chunk))
        await this.snapshotGate
        if (this.failure !== undefined) throw this.failure
        this.snapshot = { meta, chunks: kept }
        this.bytesSinceSnapshot = 0
        this.entries = this.entries.filter(({ index }) => index >= keepFrom && index > 0)
        // Entries at or below the snapshot are not given back: recovery begins after it.
        this.entries = this.entries.filter(({ index }) => index > meta.index)
      },
      readSnapshot: (meta) => this.#read(meta),
      markDiverged: async (why) => {
        this.diverged = why
      },
      close: async () => {
        this.isSealed = true
      },
    }
  }

  async *#read({ index }: SnapshotMeta): AsyncGenerator<Uint8Array> {
    if (this.snapshot?.meta.index !== index) throw new Error(`no snapshot of ${index}`)
    if (this.damaged === index) throw corrupt(`snapshot-${index}`, 0, 'damaged')
    yield* this.snapshot.chunks
  }

  async #append(batch: Batch): Promise<void> {
    if (this.isBusy) throw new Error('appends overlap')
    this.isBusy = true
    try {
      await this.gate
      if (this.failure !== undefined) throw this.failure
      this.appends += 1
      if (batch.hardState !== undefined) this.hardState = batch.hardState
      const { truncateFrom } = batch
      if (truncateFrom !== undefined) this.entries = this.entries.filter(({ index }) => index < truncateFrom)
      this.entries.push(...batch.entries)
      for (const { data } of batch.entries) this.bytesSinceSnapshot += data.length
    } finally {
      this.isBusy = false
    }
  }
}

export class ManualClock implements Clock {
  #nowMs = 0
  #wrongByMs = 0
  readonly #sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>()

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.#nowMs + this.#wrongByMs
  }

  /** Somebody sets the clock on the wall. */
  setWall(byMs: number): void {
    this.#wrongByMs += byMs
  }

  sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (delayMs === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const sleeper = { atMs: this.#nowMs + delayMs, wake: resolve }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper)
        reject(signal.reason)
      })
    })
  }

  advance(ms: number): void {
    this.#nowMs += ms
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.atMs > this.#nowMs) continue
      this.#sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
}

export const random: Random = { next: () => 0.5, bytes: (length) => new Uint8Array(length) }

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }
