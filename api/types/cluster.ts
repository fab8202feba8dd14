// Generated from crds/ by `npm run generate`. Do not edit.

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
   *
   * Items: One condition.
   */
  readonly conditions?: {
    /**
     * Ready, Converged, …
     */
    readonly type: string
    /**
     * Whether it holds.
     */
    readonly status: 'True' | 'False' | 'Unknown'
    /**
     * One CamelCase word for programs.
     */
    readonly reason?: string
    /**
     * A sentence for people.
     */
    readonly message?: string
    /**
     * The generation it describes.
     */
    readonly observedGeneration?: number
    /**
     * When status last changed.
     */
    readonly lastTransitionTime?: string
  }[]
}
