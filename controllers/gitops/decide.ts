// What a source does next, from what is so. Pure: it is asked again after a crash, twice, and late, and says the same.

import type { Source } from '../../api/objects.ts'
import type { PrunePlan } from './prune.ts'

export type HoldReason = 'Suspended' | 'InvalidFiles' | 'Empty' | 'PruneNeedsConsent' | 'Drifted'

export type Decision =
  | { readonly do: 'Apply'; readonly isHealing: boolean }
  /** The cluster is as the files say. */
  | { readonly do: 'Rest' }
  /** Nothing is written until somebody does something about it. */
  | { readonly do: 'Hold'; readonly reason: HoldReason }
  /** Healing again so soon would only be a fight. */
  | { readonly do: 'Wait'; readonly ms: number }

export interface Situation {
  readonly spec: Pick<Source['spec'], 'suspend' | 'suspendUntil' | 'drift'>
  readonly status: Pick<Source['status'], 'lastAppliedRevision' | 'conditions' | 'healing'>
  readonly revision: string
  /** Whether the files, and a dry run of all that is in them, are without mistakes. */
  readonly isValid: boolean
  readonly prune: PrunePlan
  /** Fields and objects that an apply would change. */
  readonly changes: number
  /** Somebody has asked for it, whatever the state. */
  readonly isAsked: boolean
  readonly nowMs: number
}

/** An attempt that did not get to its end is repeated whole. */
export const unfinished = ['ApplyFailed', 'Pruning']
const firstWaitMs = 5000
const longestWaitMs = 5 * 60_000
/** Drift after so long is nothing to do with what was healed before. */
const forgottenAfterMs = 15 * 60_000

export function decide({ spec, status, revision, isValid, prune, changes, isAsked, nowMs }: Situation): Decision {
  if (suspendedForMs(spec, nowMs) > 0 && !isAsked) return { do: 'Hold', reason: 'Suspended' }
  if (!isValid) return { do: 'Hold', reason: 'InvalidFiles' }
  if (prune.refusal !== undefined) return { do: 'Hold', reason: prune.refusal === 'Empty' ? 'Empty' : 'PruneNeedsConsent' }
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  const isUnfinished = unfinished.includes(ready?.reason ?? '')
  if (isAsked || revision !== status.lastAppliedRevision || isUnfinished) return { do: 'Apply', isHealing: false }
  if (changes === 0) return prune.prune.length === 0 ? { do: 'Rest' } : { do: 'Apply', isHealing: false }
  if (spec.drift === 'Report') return { do: 'Hold', reason: 'Drifted' }
  const ms = healingWaitMs(status.healing, nowMs)
  return ms > 0 ? { do: 'Wait', ms } : { do: 'Apply', isHealing: true }
}

/** How much longer it is left alone; 0 when it is not. */
export function suspendedForMs({ suspend, suspendUntil }: Pick<Source['spec'], 'suspend' | 'suspendUntil'>, nowMs: number): number {
  if (suspend !== true) return 0
  return suspendUntil === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Date.parse(suspendUntil) - nowMs)
}

/** At once, then after 5 s, 10 s, … since the last time. */
function healingWaitMs(healing: Source['status']['healing'], nowMs: number): number {
  if (healing === undefined) return 0
  const sinceMs = nowMs - Date.parse(healing.at)
  if (sinceMs < 0 || sinceMs > forgottenAfterMs) return 0
  return Math.max(0, Math.min(firstWaitMs * 2 ** (healing.count - 1), longestWaitMs) - sinceMs)
}

export function nextHealing(healing: Source['status']['healing'], at: string, nowMs: number): NonNullable<Source['status']['healing']> {
  const isRecent = healing !== undefined && nowMs - Date.parse(healing.at) <= forgottenAfterMs
  return { count: isRecent ? healing.count + 1 : 1, at }
}
