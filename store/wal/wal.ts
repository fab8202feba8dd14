// The write-ahead log: entries, term and vote, and snapshots of one node, sealed, on its own disk.
//
// One call of `append` is one write and one sync, and is the unit that survives a crash as a whole.
// What it does not do: decide what to store (raft/), order concurrent callers (store.ts has one
// append in flight), or interpret the bytes of an entry.

import type { Disk, Log, Random } from '../../effects/effects.ts'
import type { Entry, HardState, SnapshotMeta } from '../raft/entry.ts'

/** What the disk held: a state that contains everything acknowledged before the crash. */
export interface Recovered {
  readonly hardState: HardState
  readonly snapshot?: { readonly meta: SnapshotMeta; chunks(): AsyncIterable<Uint8Array> }
  /** Contiguous. The first index is at most one past the snapshot's. */
  readonly entries: readonly Entry[]
  /** One sentence for the operator when a torn tail was cut off. */
  readonly repaired?: string
}

export interface Batch {
  readonly hardState?: HardState
  /** Entries with this index or a higher one, stored earlier, are void. */
  readonly truncateFrom?: number
  readonly entries: readonly Entry[]
}

export interface Wal {
  /** Durable when it resolves: one write, one sync. Calls must not overlap. */
  append(batch: Batch): Promise<void>
  /**
   * Makes the snapshot durable, then forgets entries below `keepFrom` (≤ the snapshot's index + 1).
   * May run beside `append`; two snapshots must not overlap.
   */
  saveSnapshot(meta: SnapshotMeta, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, keepFrom: number): Promise<void>
  /** What a restart would have to replay: a reason to take a snapshot. */
  readonly bytesSinceSnapshot: number
  /** Writes a seal record, so that a damaged end is told apart from a crash. */
  close(): Promise<void>
}

export interface WalOptions {
  readonly directory: string
  readonly nodeId: string
  readonly clusterId: string
  /** Size of one segment file; a larger batch gets a segment of its own size. Default 64 MiB. */
  readonly segmentBytes?: number
}

export type WalDeps = { readonly disk: Disk; readonly random: Random; readonly log: Log }

export function openWal(_deps: WalDeps, options: WalOptions): Promise<{ wal: Wal; recovered: Recovered }> {
  return Promise.reject(new Error(`${options.directory}: the log cannot be opened yet`))
}
