// The values that Raft wants kept: what the core hands out, the log on disk stores and recovery gives back.

import type { Configuration } from './configuration.ts'

/**
 * Must be durable before any message that depends on it leaves. `commit` may lag behind, with one
 * exception: it is never older than what was known when the newest entry was handed out (`membership.ts`).
 */
export interface HardState {
  readonly term: number
  readonly vote: string | null
  readonly commit: number
}

export interface Entry {
  /** From 1, without gaps. */
  readonly index: number
  readonly term: number
  /** The data of a configuration entry are a whole `Configuration`; those of others are not looked at. */
  readonly type: 'normal' | 'configuration'
  readonly data: Uint8Array
}

/** Where a snapshot stands in the log, and the members at that point. */
export interface SnapshotMeta {
  readonly index: number
  readonly term: number
  readonly configuration: Configuration
}
