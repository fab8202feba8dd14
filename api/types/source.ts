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
   * The manager that has the directory: its name or host name. Any that has it, when left out.
   */
  readonly node?: string
  /**
   * Time between two comparisons when no file changes.
   */
  readonly interval?: string
  /**
   * Time before a failed attempt is repeated.
   */
  readonly retryInterval?: string
  /**
   * Delete what this source has created and no longer holds.
   */
  readonly prune?: boolean
  /**
   * Prune even when the directory holds no object at all.
   */
  readonly allowEmpty?: boolean
  /**
   * What becomes of changes that others make to what was applied: undone, or only reported.
   */
  readonly drift?: 'Heal' | 'Report'
  /**
   * Fields that are left to whoever has changed them, such as spec.replicas.
   *
   * Items: Path of a field.
   */
  readonly leave?: readonly string[]
  /**
   * Leave the cluster alone.
   */
  readonly suspend?: boolean
  /**
   * When a suspended one goes on by itself. Only when it is resumed, if left out.
   */
  readonly suspendUntil?: string
  /**
   * Why it is suspended.
   */
  readonly suspendReason?: string
  /**
   * A revision of status.history that is applied instead of the directory, until this is removed.
   */
  readonly pin?: string
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
   * The manager that reads the directory.
   */
  readonly node?: string
  /**
   * Hash of the files read last.
   */
  readonly lastAttemptedRevision?: string
  /**
   * Commit that was checked out then; ends in -dirty when files differ from it.
   */
  readonly lastAttemptedCommit?: string
  /**
   * Hash of the files applied last.
   */
  readonly lastAppliedRevision?: string
  /**
   * Commit that was checked out then; ends in -dirty when files differ from it.
   */
  readonly lastAppliedCommit?: string
  /**
   * When something was written last.
   */
  readonly lastAppliedAt?: string
  /**
   * What was written last.
   */
  readonly lastChange?: {
    /**
     * When.
     */
    readonly at: string
    /**
     * Why: the files say so, or others had changed it.
     */
    readonly reason: 'Applied' | 'Healed'
    /**
     * What was done.
     */
    readonly message: string
  }
  /**
   * The request of kit gitops sync that was carried out last.
   */
  readonly lastHandledSync?: string
  /**
   * How changes of files are noticed.
   */
  readonly watching?: string
  /**
   * Objects in the files applied last.
   */
  readonly objects?: number
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
    /**
     * Uid.
     */
    readonly uid?: string
    /**
     * It was there before; it is never pruned.
     */
    readonly adopted?: boolean
    /**
     * File that defines it, below the directory.
     */
    readonly file?: string
    /**
     * Where it begins there, from 1.
     */
    readonly line?: number
  }[]
  /**
   * What others have changed since it was applied, and has not been undone.
   *
   * Items: One field, or an object that is gone.
   */
  readonly drift?: readonly {
    /**
     * Kind.
     */
    readonly kind: string
    /**
     * Name.
     */
    readonly name: string
    /**
     * The field. All of the object when left out.
     */
    readonly field?: string
    /**
     * Field manager that has changed it.
     */
    readonly by?: string
    /**
     * User who has changed it with that.
     */
    readonly user?: string
    /**
     * When that was.
     */
    readonly at?: string
    /**
     * What it is and what it should be.
     */
    readonly message?: string
    /**
     * File that says so, below the directory.
     */
    readonly file?: string
    /**
     * Where, from 1.
     */
    readonly line?: number
  }[]
  /**
   * What an attempt would do that waits: it is suspended, or somebody has to agree.
   *
   * Items: One object.
   */
  readonly pending?: readonly {
    /**
     * Kind.
     */
    readonly kind: string
    /**
     * Name.
     */
    readonly name: string
    /**
     * What would be done.
     */
    readonly action: 'Create' | 'Configure' | 'Prune'
    /**
     * The fields.
     */
    readonly message?: string
  }[]
  /**
   * How often drift was undone lately, so that two who disagree do not keep each other busy.
   */
  readonly healing?: {
    /**
     * Times in a row.
     */
    readonly count: number
    /**
     * The last time.
     */
    readonly at: string
  }
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
    readonly action: 'Created' | 'Configured' | 'Pruned' | 'PruneSkipped' | 'Failed'
    /**
     * Why.
     */
    readonly message?: string
  }[]
  /**
   * What is wrong with the files; the last good ones stay applied.
   *
   * Items: One mistake.
   */
  readonly errors?: readonly {
    /**
     * File, below the directory.
     */
    readonly file?: string
    /**
     * From 1.
     */
    readonly line?: number
    /**
     * From 1.
     */
    readonly column?: number
    /**
     * Code, for kit explain.
     */
    readonly code?: string
    /**
     * What is wrong.
     */
    readonly message: string
  }[]
  /**
   * A pruning that is so large that somebody has to agree to it.
   */
  readonly awaiting?: {
    /**
     * Names exactly this pruning.
     */
    readonly token: string
    /**
     * Objects that would be deleted.
     */
    readonly prune: number
    /**
     * Objects that this source has created.
     */
    readonly of: number
  }
  /**
   * What was applied, newest first.
   *
   * Items: One revision.
   */
  readonly history?: readonly {
    /**
     * Hash of the files.
     */
    readonly revision: string
    /**
     * Commit that was checked out.
     */
    readonly commit?: string
    /**
     * When it was applied.
     */
    readonly at: string
    /**
     * Objects in it.
     */
    readonly objects: number
    /**
     * Objects that it changed.
     */
    readonly changed?: number
  }[]
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
