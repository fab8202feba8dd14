// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * A secret or config that tasks get as a file.
 */
export interface FileReference {
  /**
   * Name of the object.
   */
  readonly source: string
  /**
   * File name: for a secret below the secrets directory. The object's name when left out.
   */
  readonly target?: string
  /**
   * Owner of the file.
   */
  readonly uid?: string
  /**
   * Group of the file.
   */
  readonly gid?: string
  /**
   * Permission bits. 0444 when left out.
   */
  readonly mode?: number
}
