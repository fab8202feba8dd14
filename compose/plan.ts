// What applying a document to the cluster would do: the writes, the conflicts, and what is wrong with
// the document. The same function answers `kit diff`, lets the server refuse a stack before it is
// stored, and tells the stack controller what to commit.

import { isDeepStrictEqual } from 'node:util'
import type { ManagedFieldsEntry, OwnerReference } from '../api/objects.ts'
import type { Schema } from '../api/schema/definition.ts'
import { definitions } from '../api/schema/definitions.ts'
import { compileStack, type Draft, type DraftKind, stackLabel } from './compile.ts'
import { documentPath } from './document-path.ts'
import { variablesFromFiles } from './env-file.ts'
import { isMap } from './fields.ts'
import { type Conflict, mergeThreeWay, ownersOf } from './merge.ts'
import type { Texts } from './model.ts'
import type { Path, Problem } from './problem.ts'
import { readCompose } from './read.ts'

/** As much of an object as planning reads; a stored object and an answer of the API both have it. */
export interface LiveObject {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly labels?: Texts
    readonly ownerReferences?: readonly OwnerReference[]
    readonly managedFields?: readonly ManagedFieldsEntry[]
    readonly deletedAt?: number
    readonly deletionTimestamp?: string
  }
  readonly spec: unknown
}

/** What planning asks of the cluster. */
export interface StackReader {
  get(kind: DraftKind, name: string): LiveObject | undefined
  /** Everything with an ownerReference to the stack. */
  owned(): Iterable<LiveObject>
  /** Whether a revision that a service may go back to refers to it. */
  isRemembered(kind: DraftKind, name: string): boolean
  /** Uid of the Stack; undefined before it exists. */
  readonly stackUid: string | undefined
}

export type PlannedWrite =
  | { readonly op: 'create'; readonly draft: Draft }
  /** The merged spec and labels. `adopt`: the object was not the stack's and becomes it. */
  | {
      readonly op: 'update'
      readonly draft: Draft
      readonly live: LiveObject
      readonly spec: unknown
      readonly labels: Texts
      readonly adopt: boolean
    }
  | { readonly op: 'delete'; readonly kind: DraftKind; readonly name: string }

/** With where the file says it. */
export type PlacedConflict = Conflict & { readonly path: Path }

export interface StackPlan {
  /** In the order in which to commit them. Meaningless while there are conflicts or problems. */
  readonly writes: readonly PlannedWrite[]
  readonly conflicts: readonly PlacedConflict[]
  readonly problems: readonly Problem[]
  /** Objects that are still being removed and must be gone before they can be made anew. */
  readonly blocked: readonly string[]
  /** Services that the document asks for. */
  readonly services: number
}

/**
 * Plans stack `name` from the document merged last (undefined: none) to `document`. `force` takes
 * fields and objects that are somebody else's. Never throws; a document that cannot be read gives
 * problems. An earlier document that no longer reads counts as none.
 */
export function planStack(name: string, lastDocument: unknown, document: unknown, force: boolean, view: StackReader): StackPlan {
  const read = readCompose(document)
  if ('problems' in read) return { writes: [], conflicts: [], problems: read.problems, blocked: [], services: 0 }
  const before = lastDocument === undefined ? undefined : readCompose(lastDocument)
  const last = before === undefined || 'problems' in before ? [] : compileStack(name, before.model)
  const now = compileStack(name, read.model)

  const lastByKey = new Map(last.map((draft) => [keyOf(draft.kind, draft.name), draft]))
  const planned = now.map((draft) => planObject(name, draft, lastByKey.get(keyOf(draft.kind, draft.name)), force, view))
  const blocked = planned.flatMap((each) => each.blocked)
  return {
    writes: [...planned.flatMap((each) => each.writes), ...prune(now, view)],
    conflicts: hideValues(
      planned.flatMap((each) => each.conflicts),
      new Set([lastDocument, document].flatMap((each) => [...variablesFromFiles(each)])),
    ),
    problems: [...doubles(now), ...planned.flatMap((each) => each.problems)],
    blocked,
    services: now.filter((draft) => draft.kind === 'Service').length,
  }
}

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`
}

/** Conflicts are told with their values, except those of secrets and of variables that came from files. */
function hideValues(conflicts: readonly PlacedConflict[], fromFiles: ReadonlySet<string>): readonly PlacedConflict[] {
  return conflicts.map((conflict) => {
    if (conflict.object.kind !== 'Secret' && !fromFiles.has(conflict.path.join('.'))) return conflict
    return { ...conflict, ours: { old: undefined, new: '[redacted]' }, theirs: '[redacted]' }
  })
}

type ObjectPlan = Pick<StackPlan, 'writes' | 'conflicts' | 'problems' | 'blocked'>
const nothing: ObjectPlan = { writes: [], conflicts: [], problems: [], blocked: [] }

function planObject(stack: string, draft: Draft, last: Draft | undefined, force: boolean, view: StackReader): ObjectPlan {
  const live = view.get(draft.kind, draft.name)
  if (live === undefined) return { ...nothing, writes: [{ op: 'create', draft }] }
  const { metadata } = live
  const isLeaving = metadata.deletedAt !== undefined || metadata.deletionTimestamp !== undefined
  if (isLeaving || isLeftOver(stack, live, view.stackUid)) return { ...nothing, blocked: [`${draft.kind}/${draft.name}`] }
  const isOwn = belongsTo(stack, live, view.stackUid)
  if (!isOwn && !force) return { ...nothing, conflicts: [foreign(draft, live)] }

  const common = { object: { kind: draft.kind, name: draft.name }, managedFields: metadata.managedFields, force }
  const base = isOwn ? last : undefined
  const merged = mergeThreeWay({
    ...common,
    last: { metadata: { labels: base?.labels ?? {} }, spec: base?.spec ?? {} },
    now: { metadata: { labels: draft.labels }, spec: draft.spec },
    live: { metadata: { labels: metadata.labels ?? {} }, spec: live.spec },
  })
  const value = isMap(merged.value) ? merged.value : {}
  const spec = value['spec']
  const changedMetadata = isMap(value['metadata']) ? value['metadata'] : {}
  const labels = isMap(changedMetadata['labels']) ? (changedMetadata['labels'] as Texts) : {} // Merged of maps of texts.
  const problems = immutableProblems(draft, live.spec, spec)
  const isChanged = !isOwn || !isDeepStrictEqual(spec, live.spec) || !isDeepStrictEqual(labels, metadata.labels ?? {})
  const writes: PlannedWrite[] = isChanged ? [{ op: 'update', draft, live, spec, labels, adopt: !isOwn }] : []
  const conflicts = merged.conflicts.map((conflict) => ({ ...conflict, path: documentPath(draft, conflict.field) }))
  return { writes, conflicts, problems, blocked: [] }
}

/** Volumes hold data and outlive their stack: they have no owner, only its label, and are never pruned. */
function belongsTo(stack: string, live: LiveObject, stackUid: string | undefined): boolean {
  if (live.kind === 'Volume') return live.metadata.labels?.[stackLabel] === stack
  return ownersNamed(stack, live).some((owner) => stackUid === undefined || owner.uid === stackUid)
}

/** It belongs to an earlier Stack of this name, which is gone: the reaper is about to collect it. */
function isLeftOver(stack: string, live: LiveObject, stackUid: string | undefined): boolean {
  const owners = ownersNamed(stack, live)
  return stackUid !== undefined && owners.length > 0 && owners.every((owner) => owner.uid !== stackUid)
}

function ownersNamed(stack: string, live: LiveObject): readonly OwnerReference[] {
  return (live.metadata.ownerReferences ?? []).filter((owner) => owner.kind === 'Stack' && owner.name === stack)
}

function foreign(draft: Draft, live: LiveObject): PlacedConflict {
  const owner = live.metadata.ownerReferences?.[0]
  const managers = ownersOf(live.metadata.managedFields, []).join(', ')
  return {
    object: { kind: draft.kind, name: draft.name },
    field: [],
    path: draft.path,
    ours: { old: undefined, new: draft.spec },
    theirs: live.spec,
    owner: owner === undefined ? managers || 'an unknown writer' : `${owner.kind}/${owner.name}`,
  }
}

/**
 * What the stack owns and the document no longer asks for. Services go before what they refer to. A secret or
 * config stays while a revision is kept that refers to it: a rollback would have nothing to go back to.
 */
function prune(now: readonly Draft[], view: StackReader): readonly PlannedWrite[] {
  const wanted = new Set(now.map((draft) => keyOf(draft.kind, draft.name)))
  const surplus = [...view.owned()].filter(({ kind, metadata: { name, deletedAt, deletionTimestamp } }) => {
    return deletedAt === undefined && deletionTimestamp === undefined && !wanted.has(keyOf(kind, name))
  })
  const isKept = ({ kind, metadata: { name } }: LiveObject): boolean =>
    (kind === 'Secret' || kind === 'Config') && view.isRemembered(kind, name)
  return prunedKinds.flatMap((kind) =>
    surplus
      .filter((live) => live.kind === kind && !isKept(live))
      .map((live): PlannedWrite => ({ op: 'delete', kind, name: live.metadata.name })),
  )
}

const prunedKinds: readonly DraftKind[] = ['Service', 'Config', 'Secret', 'Network']

/** `name:` can make two entries of one section mean one object. */
function doubles(now: readonly Draft[]): readonly Problem[] {
  const seen = new Set<string>()
  const again = now.filter(({ kind, name }) => seen.size === seen.add(keyOf(kind, name)).size)
  return again.map(({ path, kind, name }) => ({
    reason: 'ObjectDuplicate',
    path,
    target: 'key',
    message: `there are two of ${kind} "${name}" in this document`,
  }))
}

function immutableProblems(draft: Draft, live: unknown, merged: unknown): readonly Problem[] {
  const fields = Object.entries(specSchema(draft.kind)?.properties ?? {}).filter(([, schema]) => schema['x-kit-immutable'] === true)
  const before = isMap(live) ? live : {}
  const after = isMap(merged) ? merged : {}
  return fields
    .filter(([key, schema]) => !isDeepStrictEqual(before[key] ?? schema.default, after[key] ?? schema.default))
    .map(([key]) => ({
      reason: 'FieldImmutable',
      path: draft.path,
      target: 'value',
      message: immutableMessage(draft, key),
      help: draft.kind === 'Service' ? 'give the service another name, or delete it first' : 'give it another name: "name: …"',
    }))
}

/** As with Docker, new content needs a new name: tasks that run have the old one, and a rollback may want it back. */
function immutableMessage({ kind, name }: Draft, key: string): string {
  if (key !== 'data') return `${kind} "${name}" exists, and its ${key} cannot be changed`
  const count = /_(\d+)$/.exec(name)
  const next = count === null ? `${name}_2` : `${name.slice(0, count.index)}_${Number(count[1]) + 1}`
  return `${kind} "${name}" exists with other content, and content cannot be changed: write "name: ${next}" here, and its services move to the new one as their update settings say`
}

function specSchema(kind: string): Schema | undefined {
  return definitions.find((definition) => definition.spec.names.kind === kind)?.spec.versions[0]?.schema.openAPIV3Schema.properties?.[
    'spec'
  ]
}

/** `Service "web_app": spec.replicas is 5, set by kit-scale; the file of stack "web" changes it from 3 to 4` */
export function describeConflict(stack: string, { object, field, ours, theirs, owner }: Conflict): string {
  const subject = `${object.kind} "${object.name}"`
  if (field.length === 0) return `${subject} exists and is not the stack's: it belongs to ${owner}`
  const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))
  return `${subject}: ${field.join('.')} is ${show(theirs)}, set by ${owner}; the file of stack "${stack}" changes it from ${show(ours.old)} to ${show(ours.new)}`
}
