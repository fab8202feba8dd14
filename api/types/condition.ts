// Generated from crds/ by `npm run generate`. Do not edit.

/**
 * A standing fact about an object.
 */
export interface Condition {
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
}
