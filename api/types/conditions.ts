// Generated from crds/ by `npm run generate`. Do not edit.

import type { Condition } from './condition.ts'

/**
 * Standing facts about the object, one per type.
 *
 * Items: A standing fact about an object.
 */
export type Conditions = readonly Condition[]
