// Stacks: compiles the document of a Stack into the services, networks, secrets, configs and volumes
// that it owns, by a three-way merge between `status.applied`, `spec` and what lives in the store.
// What to write is `compose/plan.ts`; this file commits it and says in `status` how far it got.
//
// Deleting a Stack needs no finalizer: what it made has an ownerReference to it, and the reaper
// collects objects whose owner is gone. Volumes have none, because their data outlive the stack.

import { isDeepStrictEqual } from 'node:util'
import { derivedUid } from '../../api/content-name.ts'
import { isForced } from '../../api/force.ts'
import { apiVersion, type KitObject, type Metadata, type OwnerReference, type Revision, type Stack, type Task } from '../../api/objects.ts'
import { maxCommitBytes, maxWritesPerCommit, type StoreView, type Write } from '../../api/store.ts'
import { formatTimestamp } from '../../api/timestamp.ts'
import { describeConflict, type PlannedWrite, planStack, type StackPlan, type StackReader } from '../../compose/plan.ts'
import { formatPath } from '../../compose/problem.ts'
import type { Controller, ControllerDeps } from '../runtime/controller.ts'
import { recordOwner } from './ownership.ts'

/** Room for what a Stack has beside its document. */
const stackOverheadBytes = 128 * 1024
/** Of a document as JSON. A Stack holds it twice (`spec` and `status.applied`), and is written in one commit. */
export const maxDocumentBytes = (maxCommitBytes - stackOverheadBytes) / 2
/** Look again this soon when an object of an earlier stack of the name is still being removed. */
const blockedRetryMs = 1000
/** Room for what a commit adds to the text of its objects. */
const maxPieceBytes = maxCommitBytes / 2

/** The stack that owns what appeared, went, or got another spec. A change of status alone is none of its business. */
function stackOf(object: Exclude<KitObject, Task>, previous: KitObject | undefined): readonly string[] {
  const isDeleted = object === previous // The last state is all there is of it.
  const isStatusOnly = !isDeleted && previous?.kind === object.kind && previous.metadata.generation === object.metadata.generation
  if (isStatusOnly) return []
  return (object.metadata.ownerReferences ?? []).filter((owner) => owner.kind === 'Stack').map((owner) => owner.name)
}

const made = [
  'create',
  'delete',
  'spec',
  'metadata.labels',
  'metadata.ownerReferences',
  'metadata.managedFields',
  'metadata.generation',
  'metadata.deletedAt',
]

export function stackController(deps: ControllerDeps): Controller {
  return {
    name: 'stack',
    watches: {
      Stack: (stack) => [stack.metadata.name],
      Service: stackOf,
      Network: stackOf,
      Secret: stackOf,
      Config: stackOf,
      // With it may go what only it referred to.
      Revision(revision, previous) {
        const service = revision === previous ? deps.store.view.get('Service', revision.spec.service) : undefined
        return service === undefined ? [] : stackOf(service, undefined)
      },
    },
    writes: { Service: made, Network: made, Secret: made, Config: made, Volume: made, Stack: ['status'] },
    async reconcile(name) {
      const { view } = deps.store
      const stack = view.get('Stack', name)
      if (stack === undefined || stack.metadata.deletedAt !== undefined) return {} // What it owned is the reaper's.
      const plan = planStack(name, stack.status.applied, stack.spec, isForced(stack), readerOf(view, stack))
      const refusal = refusalOf(name, plan)
      if (refusal !== undefined) {
        await commitStatus(deps, stack, { ...stack.status, ...conditionOf(deps, stack, 'False', refusal.reason, refusal.message) })
        return plan.blocked.length > 0 ? { requeueAfterMs: blockedRetryMs } : {}
      }
      const writes = plan.writes.map((write) => toWrite(deps, stack, write))
      const piece = firstPiece(writes)
      const isLast = piece.length === writes.length && (piece.length === 0 || fitsWithStatus(piece, stack))
      if (!isLast) {
        await deps.store.commit({ writes: piece, guards: [unchanged(stack)] })
        return { requeueAfterMs: 0 } // What is done plans no write any more, so that the next pass goes on behind it.
      }
      const status: Stack['status'] = {
        ...stack.status,
        observedGeneration: stack.metadata.generation,
        applied: stack.spec,
        services: plan.services,
        ...conditionOf(deps, stack, 'True', 'Merged', `${plan.services} services are as the document says`),
      }
      await commitStatus(deps, stack, status, piece)
      return {}
    },
  }
}

function readerOf(view: StoreView, stack: Stack): StackReader {
  return {
    stackUid: stack.metadata.uid,
    get: (kind, name) => view.get(kind, name),
    isRemembered: (kind, name) => [...view.list('Revision')].some((revision) => refersTo(revision, kind, name)),
    *owned() {
      for (const object of view.ownedBy(stack.metadata.uid)) if (object.kind !== 'Task') yield object
    },
  }
}

function refersTo({ spec: { template } }: Revision, kind: string, name: string): boolean {
  const files = kind === 'Secret' ? template.secrets : kind === 'Config' ? template.configs : undefined
  return files?.some(({ source }) => source === name) === true
}

function refusalOf(stack: string, plan: StackPlan): { readonly reason: string; readonly message: string } | undefined {
  const { problems, conflicts, blocked } = plan
  if (problems.length > 0) {
    return { reason: 'Invalid', message: problems.map(({ path, message }) => `${formatPath(path)}: ${message}`).join('; ') }
  }
  if (conflicts.length > 0)
    return { reason: 'Conflict', message: conflicts.map((conflict) => describeConflict(stack, conflict)).join('; ') }
  if (blocked.length > 0) return { reason: 'Waiting', message: `still being removed: ${blocked.join(', ')}` }
  return undefined
}

/** As many writes as fit one commit; the status goes with the last piece. */
function firstPiece(writes: readonly Write[]): readonly Write[] {
  let bytes = 0
  let count = 0
  for (const write of writes) {
    bytes += write.op === 'delete' ? 0 : JSON.stringify(write.object).length
    if (count > 0 && (bytes > maxPieceBytes || count >= maxWritesPerCommit - 1)) break
    count += 1
  }
  return writes.slice(0, count)
}

/** The status has the document once more, with the files in it. */
function fitsWithStatus(piece: readonly Write[], stack: Stack): boolean {
  const bytes = JSON.stringify(piece).length + 2 * JSON.stringify(stack.spec).length
  return bytes <= maxCommitBytes - stackOverheadBytes
}

/** A document that changed meanwhile is not merged half with the old one, half with the new. */
function unchanged(stack: Stack) {
  return { on: 'object', kind: 'Stack', name: stack.metadata.name, resourceVersion: stack.metadata.resourceVersion } as const
}

async function commitStatus(deps: ControllerDeps, stack: Stack, status: Stack['status'], piece: readonly Write[] = []): Promise<void> {
  const isSame = isDeepStrictEqual(status, stack.status)
  if (isSame && piece.length === 0) return
  if (isSame) await deps.store.commit({ writes: piece, guards: [unchanged(stack)] })
  else await deps.store.commit({ writes: [...piece, { op: 'update', object: { ...stack, status } }] })
  deps.log.info('Merged stack', { object: `Stack/${stack.metadata.name}`, writes: piece.length, conditions: status.conditions })
}

function conditionOf(
  deps: ControllerDeps,
  stack: Stack,
  status: 'True' | 'False',
  reason: string,
  message: string,
): Pick<Stack['status'], 'conditions'> {
  const before = stack.status.conditions ?? []
  const old = before.find((condition) => condition.type === 'Applied')
  const at = old?.status === status ? old.lastTransitionTime : undefined
  const lastTransitionTime = at ?? formatTimestamp(deps.clock.wallMs())
  const applied = { type: 'Applied', status, reason, message, observedGeneration: stack.metadata.generation, lastTransitionTime }
  return { conditions: [...before.filter((condition) => condition !== old), applied] }
}

function toWrite(deps: ControllerDeps, stack: Stack, planned: PlannedWrite): Write {
  const { view } = deps.store
  switch (planned.op) {
    case 'create': {
      const object = created(deps, stack, planned.draft)
      return { op: 'create', object: recordOwner(deps.clock, undefined, object) }
    }
    case 'update': {
      const live = view.get(planned.draft.kind, planned.draft.name)
      if (live === undefined) throw new Error(`${planned.draft.kind}/${planned.draft.name} was planned from this very view`)
      const isSameSpec = isDeepStrictEqual(planned.spec, live.spec)
      const metadata: Metadata = {
        ...live.metadata,
        labels: planned.labels,
        generation: live.metadata.generation + (isSameSpec ? 0 : 1),
        ...(planned.adopt && live.kind !== 'Volume' ? { ownerReferences: [ownerOf(stack)] } : {}),
      }
      // Merged of two specs of this kind, field by field: it has the shape of the kind.
      const object = { ...live, metadata, spec: isSameSpec ? live.spec : planned.spec } as KitObject
      return { op: 'update', object: recordOwner(deps.clock, live, object) }
    }
    case 'delete': {
      const live = view.get(planned.kind, planned.name)
      if (live === undefined) throw new Error(`${planned.kind}/${planned.name} was planned from this very view`)
      if ((live.metadata.finalizers ?? []).length === 0) {
        return { op: 'delete', kind: live.kind, name: planned.name, expect: live.metadata.resourceVersion }
      }
      const metadata: Metadata = { ...live.metadata, deletedAt: deps.clock.wallMs() }
      return { op: 'update', object: { ...live, metadata } as KitObject } // The same object, so the same kind.
    }
  }
}

function created(deps: ControllerDeps, stack: Stack, draft: Extract<PlannedWrite, { op: 'create' }>['draft']): KitObject {
  const metadata: Metadata = {
    name: draft.name,
    uid: derivedUid(stack.metadata.uid, draft.kind, draft.name, deps.store.view.resourceVersion),
    resourceVersion: 0,
    generation: 1,
    createdAt: deps.clock.wallMs(),
    labels: draft.labels,
    ...(draft.kind === 'Volume' ? {} : { ownerReferences: [ownerOf(stack)] }),
  }
  const { kind, spec } = draft
  return { kind, metadata, spec, status: {} } as KitObject // A draft pairs each kind with its own spec.
}

function ownerOf({ metadata }: Stack): OwnerReference {
  return { apiVersion, kind: 'Stack', name: metadata.name, uid: metadata.uid, controller: true }
}
