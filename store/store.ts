// What the store is to the rest of a manager: one ordered log of commits, agreed on by Raft (`raft/`),
// kept by the WAL (`wal/`), applied to a state in memory (`mvcc/`). `open-store.ts` recovers one from its
// directory, `driver.ts` runs it: read that next.

import type { Store } from '../api/store.ts'
import type { Clock, Disk, Log, Random } from '../effects/effects.ts'
import type { StoreMetrics } from './metrics.ts'
import type { Capture } from './mvcc/snapshot.ts'
import type { Peers } from './peers.ts'
import type { Change, Configuration } from './raft/configuration.ts'
import type { SnapshotOptions } from './snapshots.ts'
import type { KeyFile } from './wal/keys.ts'

export interface StoreOptions extends SnapshotOptions {
  readonly directory: string
  readonly nodeId: string
  readonly clusterId: string
  /** Size of a file of the log. 64 MiB unless told. */
  readonly segmentBytes?: number
  /** Those of the directory, where they are open already. */
  readonly keys?: KeyFile
  /** The members that found the group, the same for each of them; this node alone unless told. None: it joins one. */
  readonly founders?: readonly string[]
  /** This member had a log before: without it, it is refused (WalError Missing). An empty disk under an old id could vote twice. */
  readonly isKnown?: boolean
  /** It may have voted in terms up to this one, and has no log that says so: it was a member before. */
  readonly formerTerm?: number
  /** The other members are lost for good: this one goes on alone, with all that it has. Never while they may come back. */
  readonly forceNewCluster?: boolean
}

export interface StoreDeps {
  /** Without them this node is the only member. */
  readonly peers?: Peers
  readonly disk: Disk
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly metrics?: StoreMetrics
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
  /** Closed, or failed: nothing is written any more. */
  readonly isStopped: boolean
  readonly outstanding: number
  readonly outstandingBytes: number
  readonly snapshotIndex: number
  /** Undefined where the last one was saved before the store was opened. */
  readonly snapshotAgeMs: number | undefined
  /** What a restart would have to replay. */
  readonly replayBytes: number
}

export interface MemberProgress {
  readonly id: string
  /** It answered within the last election timeout or two. */
  readonly isReachable: boolean
  /** Entries that are committed and that it does not have on disk, as far as it has said. */
  readonly behind: number
}

export interface OpenStore extends Store {
  status(): StoreStatus
  /** Called on every change of `status().leads`. Returns how to stop that. */
  onLeadership(listener: (leads: boolean) => void): () => void
  /** Resolves when the store had to stop, with the reason: a failed sync, or a broken invariant. The process must end. */
  readonly fatal: Promise<Error>
  /** As applied here. */
  readonly members: Configuration
  /** How the state of a member differs from that of the others, as a sentence; null when it was found to be the same, undefined while that is not known. */
  disagreement(id: string): string | null | undefined
  /** As leader: what is known of the other members. Undefined of any other. */
  followers(): readonly MemberProgress[] | undefined
  /** As leader: resolves when the change is in force here. With `force` also when the voters that there would be do not answer. */
  changeMembers(change: Change, force?: boolean): Promise<void>
  /** As leader: begins to hand leadership to another voter. `status` tells how it ends. */
  transferLeadership(to: string): void
  /** Resolves when `view` has everything that was acknowledged anywhere before the call. Rejects with Unavailable: try again. */
  catchUp(): Promise<void>
  /** All that is applied here, as it is now. */
  capture(): Capture
  /** There is another data key: what the ones before have sealed is written anew. */
  renewFiles(): void
  /** Finishes what is under way, refuses what comes, and seals the log. */
  close(): Promise<void>
}
