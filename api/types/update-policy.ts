// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * How tasks of one revision replace those of another.
 */
export interface UpdatePolicy {
  /**
   * Slots replaced at the same time. 0 means all.
   */
  readonly parallelism?: number
  /**
   * Wait after each slot before the next takes its place in the budget.
   */
  readonly delay?: string
  /**
   * A new task that fails within this time after its start counts as a failed update.
   */
  readonly monitor?: string
  /**
   * What to do when more than maxFailureRatio failed.
   */
  readonly failureAction?: 'Pause' | 'Continue' | 'Rollback'
  /**
   * Share of failed slots that is tolerated.
   */
  readonly maxFailureRatio?: number
  /**
   * Stop the old task first, or start the new one first.
   */
  readonly order?: 'StopFirst' | 'StartFirst'
}
