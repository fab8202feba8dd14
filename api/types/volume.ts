// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'

/**
 * What the user wants.
 */
export interface VolumeSpec {
  /**
   * Volume driver.
   */
  readonly driver?: string
  /**
   * Options for the driver.
   */
  readonly driverOptions?: {
    /**
     * Value.
     */
    readonly [k: string]: string
  }
  /**
   * Labels that the engine's volume carries.
   */
  readonly labels?: {
    /**
     * Value.
     */
    readonly [k: string]: string
  }
}

/**
 * What was observed.
 */
export interface VolumeStatus {
  /**
   * The generation that this status describes.
   */
  readonly observedGeneration?: number
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
