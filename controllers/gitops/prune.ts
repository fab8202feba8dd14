// What a source deletes: what it has created itself, and its files do not hold any more. Pure. That it has created an
// object, the object says (label and field manager, written in the same commit), and no list beside it: a list may be
// lost on any line between two commits.

import type { Kind, ManagedFieldsEntry } from '../../api/objects.ts'

/** On what a source has created: its name. */
export const sourceLabel = 'kit/source'
/** `disabled`: never pruned. `enabled`: pruned although it holds data. */
export const pruneAnnotation = 'kit/prune'
/** Fewer are pruned without asking. */
const askFrom = 10
const askAbove = 0.3

export function managerOf(source: string): string {
  return `gitops/${source}`
}

export interface Present {
  readonly kind: Kind
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly deletedAt?: number
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly managedFields?: readonly ManagedFieldsEntry[]
  }
}

/** Made by this source: a label that was copied with an object does not count, because somebody else has written it. */
export function isCreatedBy(
  source: string,
  { metadata }: { readonly metadata: Pick<Present['metadata'], 'labels' | 'managedFields'> },
): boolean {
  if (metadata.labels?.[sourceLabel] !== source) return false
  return (metadata.managedFields ?? []).some((entry) => isSource(source, entry) && ownsLabel(entry))
}

/** Anybody may call himself its manager; whose user is another is another. Of what was written by older managers nobody knows the user. */
export function isSource(source: string, { manager, user }: Pick<ManagedFieldsEntry, 'manager' | 'user'>): boolean {
  return manager === managerOf(source) && (user === undefined || user === manager)
}

/** This very label: whoever has written `labels: {}` owns the map, and none of the labels in it. */
function ownsLabel({ fieldsV1 }: ManagedFieldsEntry): boolean {
  return fieldsV1['f:metadata']?.['f:labels']?.[`f:${sourceLabel}`] !== undefined
}

export interface PruneRequest {
  readonly source: { readonly name: string; readonly prune: boolean; readonly allowEmpty: boolean }
  /** `Kind/name` of all that the files hold. */
  readonly wanted: ReadonlySet<string>
  /** All that is there and could be the source's. */
  readonly present: readonly Present[]
  readonly revision: string
  /** What somebody has agreed to: a token. */
  readonly agreed: string | undefined
}

export interface PrunePlan {
  readonly prune: readonly Present[]
  readonly kept: readonly { readonly object: Present; readonly why: string }[]
  /** Nothing may be done, applying included. */
  readonly refusal?: 'Empty' | { readonly token: string; readonly prune: number; readonly of: number }
}

export function planPrune({ source, wanted, present, revision, agreed }: PruneRequest): PrunePlan {
  const own = present.filter((object) => isCreatedBy(source.name, object) && object.metadata.deletedAt === undefined)
  const gone = own.filter((object) => !wanted.has(keyOf(object)))
  const judged = gone.map((object) => ({ object, why: source.prune ? whyKept(source.name, object) : 'pruning is off (spec.prune)' }))
  const prune = judged.filter(({ why }) => why === undefined).map(({ object }) => object)
  const kept = judged.flatMap(({ object, why }) => (why === undefined ? [] : [{ object, why }]))
  const plan = { prune, kept }
  if (prune.length === 0) return plan
  if (wanted.size === 0 && !source.allowEmpty) return { ...plan, refusal: 'Empty' }
  const isLarge = own.length >= askFrom && prune.length / own.length > askAbove
  if (!isLarge || isAgreed(agreed, revision, prune.length)) return plan
  return { ...plan, refusal: { token: `${revision}:${prune.length}`, prune: prune.length, of: own.length } }
}

/** So many of exactly these files, or fewer: some may have gone since, when they are not deleted all at once. */
function isAgreed(token: string | undefined, revision: string, count: number): boolean {
  const [agreed, most] = token?.split(':') ?? []
  return agreed === revision && Number(most) >= count
}

function whyKept(source: string, { kind, metadata }: Present): string | undefined {
  const said = metadata.annotations?.[pruneAnnotation]
  if (said === 'disabled') return `it is protected (${pruneAnnotation}: disabled)`
  if (kind === 'Source' && metadata.name === source) return 'a source does not delete itself'
  if (kind === 'Volume' && said !== 'enabled') return `it holds data (${pruneAnnotation}: enabled allows it)`
  return undefined
}

export function keyOf({ kind, metadata: { name } }: { readonly kind: string; readonly metadata: { readonly name: string } }): string {
  return `${kind}/${name}`
}
