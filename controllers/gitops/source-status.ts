// What the status of a Source says, made of what was found and done. Pure.

import type { Source } from '../../api/objects.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import type { WireObject } from '../../api/wire.ts'
import type { InputObject } from '../../compose/input-object.ts'
import { placeOf } from '../../compose/refusal.ts'
import { nameOf, type Result } from './attempt.ts'
import type { Drift } from './compare.ts'
import { isCreatedBy, type Present } from './prune.ts'

export type Status = Source['status']

const maxHistory = 10
/** Of results and drift. */
export const maxListed = 50

export interface Verdict {
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

export function withReady(source: Source, status: Status, { status: holds, reason, message }: Verdict, nowMs: number): Status {
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'Ready')
  const old = status.conditions?.find(({ type }) => type === 'Ready')
  const lastTransitionTime = (old?.status === holds ? old.lastTransitionTime : undefined) ?? formatTimestamp(nowMs)
  const observedGeneration = source.metadata.generation
  return {
    ...status,
    observedGeneration,
    conditions: [...others, { type: 'Ready', status: holds, reason, message, observedGeneration, lastTransitionTime }],
  }
}

/** Without what was wrong before: it is said anew where it still is. */
export function withoutTroubles({ errors: _errors, awaiting: _awaiting, drift: _drift, pending: _pending, ...status }: Status): Status {
  return status
}

/** `given`: as the files define them. */
export function inventoryOf(
  source: string,
  objects: readonly WireObject[],
  given: readonly InputObject[],
): NonNullable<Status['inventory']> {
  const places = new Map(given.map((each) => [nameOf(each), placeOf(each, '')]))
  return objects.map(({ kind, metadata }) => ({
    kind,
    name: metadata.name,
    uid: metadata.uid,
    ...(isCreatedBy(source, { metadata }) ? {} : { adopted: true }),
    ...places.get(`${kind}/${metadata.name}`),
  }))
}

export interface Revision {
  readonly revision: string
  readonly commit?: string
}

/** One entry for each revision: a healed one, or one that was rolled back to, is there once, as the newest. */
export function withHistory(
  history: Status['history'],
  { revision, commit }: Revision,
  facts: { readonly at: string; readonly objects: number; readonly changed: number },
): NonNullable<Status['history']> {
  const others = (history ?? []).filter((entry) => entry.revision !== revision)
  return [{ revision, ...(commit === undefined ? {} : { commit }), ...facts }, ...others].slice(0, maxHistory)
}

/** `3 created, 1 pruned`; empty when nothing was. */
export function describeResults(results: readonly Result[]): string {
  const words = { Created: 'created', Configured: 'configured', Pruned: 'pruned', PruneSkipped: 'kept', Failed: 'failed' } as const
  return Object.entries(words)
    .map(([action, word]) => [results.filter((result) => result.action === action).length, word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ')
}

export function revisionWords({ revision, commit }: Revision): string {
  return commit === undefined ? `revision ${revision}` : `revision ${revision} (commit ${commitWords(commit)})`
}

/** Of a commit its beginning, and whether the files differ from it (`-dirty`). */
function commitWords(commit: string): string {
  const [hash = '', ...marks] = commit.split('-')
  return [hash.slice(0, 10), ...marks].join('-')
}

/** What an attempt that waits would do. */
export function pendingOf(
  missing: readonly { readonly kind: string; readonly name: string }[],
  drift: readonly Drift[],
  prune: readonly Present[],
): NonNullable<Status['pending']> {
  const changed = Map.groupBy(drift, ({ kind, name }) => `${kind}/${name}`)
  return [
    ...missing.map(({ kind, name }) => ({ kind, name, action: 'Create' as const })),
    ...Array.from(changed.values(), (fields) => {
      const message = fields.map(({ field, message: values }) => [field, values].filter((text) => text !== undefined).join(' ')).join(', ')
      return { kind: fields[0]?.kind ?? '', name: fields[0]?.name ?? '', action: 'Configure' as const, message }
    }),
    ...prune.map(({ kind, metadata: { name } }) => ({ kind, name, action: 'Prune' as const })),
  ].slice(0, maxListed)
}
