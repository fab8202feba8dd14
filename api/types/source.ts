// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'

/**
 * What the user wants.
 */
export interface SourceSpec {
  /**
   * The directory on the manager's machine.
   */
  readonly path: string
  /**
   * Time between two comparisons when no file changes.
   */
  readonly interval?: string
  /**
   * Time before a failed attempt is repeated.
   */
  readonly retryInterval?: string
  /**
   * Longest that one attempt may take.
   */
  readonly timeout?: string
  /**
   * Delete what this source has applied and no longer holds.
   */
  readonly prune?: boolean
  /**
   * Prune even when the directory holds no object at all.
   */
  readonly allowEmpty?: boolean
  /**
   * Leave the cluster alone.
   */
  readonly suspend?: boolean
  /**
   * Take fields that others have set.
   */
  readonly force?: boolean
}

/**
 * How far the gitops controller got.
 */
export interface SourceStatus {
  /**
   * The generation that this status describes.
   */
  readonly observedGeneration?: number
  /**
   * Hash of the files read last.
   */
  readonly lastAttemptedRevision?: string
  /**
   * Hash of the files applied last.
   */
  readonly lastAppliedRevision?: string
  /**
   * Objects that this source applied.
   *
   * Items: One object.
   */
  readonly inventory?: readonly {
    /**
     * Kind.
     */
    readonly kind: string
    /**
     * Name.
     */
    readonly name: string
  }[]
  /**
   * What the last attempt did, changes and failures only.
   *
   * Items: One object.
   */
  readonly results?: readonly {
    /**
     * Kind.
     */
    readonly kind: string
    /**
     * Name.
     */
    readonly name: string
    /**
     * What was done.
     */
    readonly action: 'Created' | 'Configured' | 'Unchanged' | 'Pruned' | 'PruneSkipped' | 'Skipped' | 'Failed'
    /**
     * Why.
     */
    readonly message?: string
  }[]
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
