// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * Something that happened, for people to read. The leader keeps the newest in memory; they are never part of the log.
 */
export interface EventFields {
  /**
   * What it happened to.
   */
  readonly involvedObject: {
    /**
     * Always kit/v1.
     */
    readonly apiVersion: string
    /**
     * Kind.
     */
    readonly kind: string
    /**
     * Name.
     */
    readonly name: string
    /**
     * Uid.
     */
    readonly uid?: string
  }
  /**
   * Whether somebody should look.
   */
  readonly type: 'Normal' | 'Warning'
  /**
   * One CamelCase word for programs.
   */
  readonly reason: string
  /**
   * A sentence for people.
   */
  readonly message: string
  /**
   * How often the same was recorded.
   */
  readonly count: number
  /**
   * When it happened first.
   */
  readonly firstTimestamp: string
  /**
   * When it happened last.
   */
  readonly lastTimestamp: string
  /**
   * Who recorded it.
   */
  readonly source: {
    /**
     * A controller, or agent/ and the node.
     */
    readonly component: string
  }
}
