// Generated from crds/ by `npm run generate`. Do not edit.

import type { Conditions } from './conditions.ts'

/**
 * The Compose document, one atomic field, validated by the rules of Compose.
 */
export interface StackSpec {
  readonly [k: string]: unknown
}

/**
 * How far the stack controller got.
 */
export interface StackStatus {
  /**
   * The generation merged last.
   */
  readonly observedGeneration?: number
  /**
   * The document merged last: the base of the next three-way merge.
   */
  readonly applied?: {
    readonly [k: string]: unknown
  }
  /**
   * Services that the stack owns.
   */
  readonly services?: number
  /**
   * Standing facts about the object, one per type.
   */
  readonly conditions?: Conditions
}
