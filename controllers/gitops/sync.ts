// One comparison of files and cluster, and what follows from it. It may die on any line: whatever it wrote to the cluster
// says itself whose it is, so the next look finds it, and the status comes last.

import { isDeepStrictEqual } from 'node:util'
import { durationMs } from '../../api/duration.ts'
import type { Kind, Source } from '../../api/objects.ts'
import { withDefaults } from '../../api/schema/defaults.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import type { Client } from '../../client/client.ts'
import type { InputObject } from '../../compose/input-object.ts'
import type { ControllerDeps, ControllerStore, Result } from '../runtime/controller.ts'
import { applyAll, nameOf, pruneAll, type Target, tryAll } from './attempt.ts'
import { asJson, type Drift } from './compare.ts'
import { type Decision, decide, nextHealing } from './decide.ts'
import { errorsOf, type Files, maxObjects, readObjects, revisionOf } from './files.ts'
import { isCreatedBy, keyOf, managerOf, type Present, type PrunePlan, planPrune, sourceLabel } from './prune.ts'
import { type SnapshotStore, snapshotKey } from './snapshots.ts'
import {
  describeResults,
  inventoryOf,
  maxListed,
  pendingOf,
  type Revision,
  revisionWords,
  type Status,
  type Verdict,
  withHistory,
  withoutTroubles,
  withReady,
} from './source-status.ts'
import { appliedVerdict, driftWords, holdVerdict, listDrift, makerWords } from './verdicts.ts'

/** On a Source: a new value asks for a look at once, and for one attempt even while it is suspended. */
export const syncAnnotation = 'kit/sync'
/** On a Source: the token of a large pruning that may go on. */
export const agreeAnnotation = 'kit/agree-prune'
/** Kinds that people write and that can be made and deleted, those that refer to others first. */
export const prunable = ['Service', 'Stack', 'Source', 'User', 'Config', 'Secret', 'Volume', 'Network'] as const satisfies readonly Kind[]

export type Parsed = ReturnType<typeof readObjects>

export type SyncDeps = Pick<ControllerDeps, 'clock' | 'log'> & {
  /** The copy of this manager. */
  readonly store: Pick<ControllerStore, 'view'>
  readonly nodeId: string
  readonly snapshots: SnapshotStore
  /** The API in the name of a source. */
  readonly clientOf: (source: string) => Client
}

/** One comparison of files and cluster, and what follows from it. */
export async function sync(
  deps: SyncDeps & { readonly parse: (source: string, revision: string, parse: () => Parsed) => Parsed },
  source: Source,
  files: Files,
  seen: { readonly watching: string; readonly commit?: string },
  signal: AbortSignal,
): Promise<Result> {
  const { name, annotations = {} } = source.metadata
  const { spec } = withDefaults('Source', source)
  const revision: Revision = { revision: revisionOf(files), ...(seen.commit === undefined ? {} : { commit: seen.commit }) }
  const read = deps.parse(name, revision.revision, () => readObjects(files, spec.path))
  const target = targetOf(deps, source, signal)
  const tooMany =
    read.objects.length > maxObjects ? `${read.objects.length} objects are too many for one source: ${maxObjects} at most` : undefined
  const isReadable = read.diagnostics.length === 0 && tooMany === undefined
  const trial = isReadable ? await tryAll(target, read.objects) : { drift: [], missing: [], diagnostics: [] }
  const errors = tooMany === undefined ? errorsOf([...read.diagnostics, ...trial.diagnostics]) : [{ message: tooMany }]
  const prune = planPrune({
    source: { name, prune: spec.prune ?? true, allowEmpty: spec.allowEmpty ?? false },
    wanted: new Set(read.objects.map(nameOf)),
    present: presentObjects(deps),
    revision: revision.revision,
    agreed: annotations[agreeAnnotation],
  })
  const asked = annotations[syncAnnotation]
  const decision = decide({
    spec,
    status: source.status,
    revision: revision.revision,
    isValid: errors.length === 0,
    prune,
    changes: trial.drift.length + trial.missing.length,
    isAsked: asked !== undefined && asked !== source.status.lastHandledSync,
    nowMs: deps.clock.wallMs(),
  })
  const isSame = revision.revision === source.status.lastAppliedRevision
  const gone = trial.missing.map(({ kind, object }): Drift => ({ kind, name: String(object.metadata['name']), message: 'is gone' }))
  const drift = isSame ? [...gone, ...trial.drift].slice(0, maxListed) : []
  const { lastAttemptedCommit: _before, ...last } = withoutTroubles(source.status)
  const status: Status = {
    ...last,
    ...handled(source),
    watching: seen.watching,
    lastAttemptedRevision: revision.revision,
    ...(revision.commit === undefined ? {} : { lastAttemptedCommit: revision.commit }),
    ...(errors.length === 0 ? {} : { errors }),
  }
  const nowMs = deps.clock.wallMs()
  switch (decision.do) {
    case 'Hold': {
      const { refusal } = prune
      const pending = isSame || errors.length > 0 ? [] : pendingOf(gone, trial.drift, prune.prune)
      const waits: Status = {
        ...(pending.length === 0 ? {} : { pending }),
        ...(decision.reason === 'PruneNeedsConsent' && typeof refusal === 'object' ? { awaiting: refusal } : {}),
      }
      const verdict = holdVerdict(source, revision, decision.reason, { errors, prune, drift })
      return await commit(deps, source, withReady(source, { ...status, ...listed(drift), ...waits }, verdict, nowMs))
    }
    case 'Wait':
      await commit(deps, source, { ...status, ...listed(drift) })
      return { requeueAfterMs: decision.ms }
    case 'Rest': {
      const verdict = appliedVerdict(source.metadata.name, revision, read.objects.length, spec.pin)
      // The same files may be of another commit by now, or committed at last.
      const { lastAppliedCommit: _before, ...rest } = status
      const present = revision.commit === undefined ? {} : { lastAppliedCommit: revision.commit }
      return await commit(deps, source, withReady(source, { ...rest, ...present, objects: read.objects.length }, verdict, nowMs))
    }
    case 'Apply':
      return await carryOut(deps, { source, target, status, files, revision, objects: read.objects, prune, drift, decision }, signal)
  }
}

/** Whatever came of it, whoever has asked need not wait any more. */
export function handled({ metadata: { annotations = {} } }: Source): Pick<Status, 'lastHandledSync'> {
  const asked = annotations[syncAnnotation]
  return asked === undefined ? {} : { lastHandledSync: asked }
}

interface Work {
  readonly source: Source
  readonly target: Target
  /** Without what comes of it. */
  readonly status: Status
  readonly files: Files
  readonly revision: Revision
  readonly objects: readonly InputObject[]
  readonly prune: PrunePlan
  readonly drift: readonly Drift[]
  readonly decision: Extract<Decision, { do: 'Apply' }>
}

async function carryOut(deps: SyncDeps, work: Work, signal: AbortSignal): Promise<Result> {
  const { source, target, files, revision, objects, prune, drift, decision } = work
  const { results: _earlier, ...status } = work.status
  const { name } = source.metadata
  const { spec } = withDefaults('Source', source)
  const applied = await applyAll(target, objects, signal)
  const pruned = applied.failed ? { results: [], isPending: false } : await pruneAll(target.client, inPruneOrder(prune.prune), signal)
  const kept = prune.kept.map(({ object, why }) => ({
    kind: object.kind,
    name: object.metadata.name,
    action: 'PruneSkipped' as const,
    message: why,
  }))
  const done = [...applied.results, ...pruned.results]
  const nowMs = deps.clock.wallMs()
  const at = formatTimestamp(nowMs)
  const results = done.length + kept.length > 0 ? { results: [...done, ...kept].slice(0, maxListed) } : {}
  const healing = decision.isHealing ? { healing: nextHealing(status.healing, at, nowMs) } : {}
  const change = lastChange(work, at, describeResults(done))
  if (applied.failed) {
    const failed = applied.results.at(-1)
    const verdict: Verdict = {
      status: 'False',
      reason: 'ApplyFailed',
      message: `${failed?.kind}/${failed?.name}: ${failed?.message}; tried again in ${spec.retryInterval}`,
    }
    await commit(deps, source, withReady(source, { ...status, ...results, ...healing, ...change }, verdict, nowMs))
    return { requeueAfterMs: durationMs(spec.retryInterval ?? '30s') }
  }
  const isNew = revision.revision !== source.status.lastAppliedRevision
  if (isNew) await keep(deps, source, revision.revision, files)
  const { lastAppliedCommit: _before, ...rest } = status
  const next: Status = {
    ...rest,
    ...results,
    ...healing,
    ...change,
    objects: objects.length,
    inventory: inventoryOf(name, applied.objects, objects),
    lastAppliedRevision: revision.revision,
    ...(revision.commit === undefined ? {} : { lastAppliedCommit: revision.commit }),
    ...(isNew || done.length > 0 ? { lastAppliedAt: at } : {}),
    ...(isNew ? { history: withHistory(status.history, revision, { at, objects: objects.length, changed: done.length }) } : {}),
  }
  const pending = pruned.results.filter(({ action }) => action === 'PruneSkipped')
  const verdict: Verdict = pruned.isPending
    ? {
        status: 'False',
        reason: 'Pruning',
        message: `waits to delete ${pending.map((each) => `${each.kind}/${each.name}: ${each.message}`).join('; ')}`,
      }
    : appliedVerdict(name, revision, objects.length, spec.pin)
  if (decision.isHealing)
    deps.log.info('Healed drift', {
      object: `Source/${name}`,
      fields: drift.map((each) => `${driftWords(each)} by ${makerWords(each, '') || 'nobody known'}`),
    })
  await commit(deps, source, withReady(source, next, verdict, nowMs))
  return pruned.isPending ? { requeueAfterMs: durationMs(spec.retryInterval ?? '30s') } : {}
}

/** For the leader to tell of: events are in its memory, and this may be another manager. */
function lastChange({ revision, drift }: Work, at: string, done: string): Pick<Status, 'lastChange'> {
  if (done === '') return {}
  // Also when somebody has asked for it.
  return drift.length > 0
    ? { lastChange: { at, reason: 'Healed', message: `undid drift: ${listDrift(drift)}` } }
    : { lastChange: { at, reason: 'Applied', message: `applied ${revisionWords(revision)}: ${done}` } }
}

/** Whether kept or not, it is applied: without it, it cannot be gone back to, and the command says so then. */
async function keep(
  { snapshots, store, log }: SyncDeps,
  { metadata: { name, uid } }: Source,
  revision: string,
  files: Files,
): Promise<void> {
  const own = snapshotKey(uid, revision)
  const known = [...store.view.list('Source')].flatMap(({ metadata, status }) =>
    (status.history ?? []).map((entry) => snapshotKey(metadata.uid, entry.revision)),
  )
  try {
    await snapshots.save(own, files, new Set([own, ...known]))
  } catch (error) {
    log.warn('Could not keep what was applied', { object: `Source/${name}`, revision, error })
  }
}

export function presentObjects({ store }: SyncDeps): readonly Present[] {
  return prunable.flatMap((kind) => [...store.view.list(kind)])
}

export function inPruneOrder(objects: readonly Present[]): readonly Present[] {
  const order: readonly Kind[] = prunable
  return objects.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

function targetOf(deps: SyncDeps, { metadata: { name }, spec }: Source, signal: AbortSignal): Target {
  const others = [...deps.store.view.list('Source')].filter(
    (other) => other.metadata.name !== name && other.metadata.deletedAt === undefined,
  )
  const holders = new Map(
    others.flatMap((other) => (other.status.inventory ?? []).map((item) => [`${item.kind}/${item.name}`, other.metadata.name])),
  )
  for (const object of presentObjects(deps)) {
    const maker = object.metadata.labels?.[sourceLabel]
    if (others.some((other) => other.metadata.name === maker) && maker !== undefined && isCreatedBy(maker, object))
      holders.set(keyOf(object), maker)
  }
  return {
    claim: { source: name, leave: spec.leave ?? [], isSource: (other) => deps.store.view.get('Source', other) !== undefined },
    client: deps.clientOf(name),
    pause: () => deps.clock.sleep(0, signal),
    force: spec.force ?? true,
    holderOf: (key) => holders.get(key),
  }
}

function listed(drift: readonly Drift[]): Pick<Status, 'drift'> {
  return drift.length === 0 ? {} : { drift }
}

export async function say(deps: SyncDeps, source: Source, verdict: Verdict, also: Status = {}): Promise<Result> {
  return await commit(deps, source, withReady(source, { ...source.status, ...handled(source), ...also }, verdict, deps.clock.wallMs()))
}

/** This manager reads the source from now on. Two that try it at once are told from each other by the version. */
export async function claim(deps: SyncDeps, source: Source): Promise<Result> {
  return await commit(deps, source, { ...source.status, node: deps.nodeId })
}

async function commit({ clientOf, log }: SyncDeps, { metadata, status: before }: Source, status: Status): Promise<Result> {
  if (isDeepStrictEqual(status, before)) return {}
  const { name, resourceVersion } = metadata
  const patch = [
    { op: 'replace', path: '/metadata/resourceVersion', value: String(resourceVersion) },
    { op: 'add', path: '/status', value: asJson(status) },
  ]
  await clientOf(name).patch('Source', name, { type: 'json', patch }, { subresource: 'status', fieldManager: managerOf(name) })
  const ready = status.conditions?.find(({ type }) => type === 'Ready')
  log.info('Looked at a source', { object: `Source/${name}`, ready: ready?.reason, why: ready?.message })
  return {}
}
