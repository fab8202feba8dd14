// The values that Raft wants kept: what the core hands out, the log on disk stores and recovery gives back.

/** Must be durable before any message that depends on it leaves. `commit` may lag behind: it is a hint. */
export interface HardState {
  readonly term: number
  readonly vote: string | null
  readonly commit: number
}

export interface Entry {
  /** From 1, without gaps. */
  readonly index: number
  readonly term: number
  readonly type: 'normal' | 'configuration'
  readonly data: Uint8Array
}

/** Where a snapshot stands in the log, and the members at that point. */
export interface SnapshotMeta {
  readonly index: number
  readonly term: number
  readonly voters: readonly string[]
  readonly learners: readonly string[]
}
