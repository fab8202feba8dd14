// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'

/**
 * Settings.
 */
export interface ClusterSpec {
  /**
   * Tasks kept per slot, the live one included. -1 keeps all.
   */
  readonly taskHistoryLimit?: number
  /**
   * Time between two heartbeats of a node.
   */
  readonly heartbeatPeriod?: string
  /**
   * Log entries between two snapshots.
   */
  readonly snapshotInterval?: number
  /**
   * Tasks of a node that is down this long are given up as Orphaned.
   */
  readonly orphanAfter?: string
}

/**
 * What the managers decided.
 */
export interface ClusterStatus {
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
