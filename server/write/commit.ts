// The end of every write: the next version is checked and committed, and answered.

import { isDeepStrictEqual } from 'node:util'
import { reasonOf, StatusError } from '../../api/errors.ts'
import type { KitObject, Node } from '../../api/objects.ts'
import type { ApiAnswer } from '../../api/request.ts'
import type { Guard, RequestMark, Write } from '../../api/store.ts'
import { isJsonObject, type JsonObject } from '../../api/wire.ts'
import { assertMayChange } from '../access.ts'
import { invalid, problemsOf, referenceGuards } from '../admission/admission.ts'
import { answer, isTrue, warningHeaders } from '../answer.ts'
import { fromWire, toWire } from '../conversion.ts'
import { answerOne, toAnswer } from '../read.ts'
import { scaleOf } from '../scale.ts'
import type { Intent, WriteDeps } from './intent.ts'
import { metadataOf } from './metadata.ts'
import { isForcedDemotion, nextMetadata } from './next-metadata.ts'

/** Of those who change one object during one write of the log, the first is let through: as many may change it at once. */
const maxAttempts = 64

export async function retry(intent: Intent, again: boolean, attempt: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (let left = maxAttempts; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (!again || left <= 1 || !(error instanceof LostRace) || intent.request.signal.aborted)
        throw error instanceof LostRace ? error.reason : error
    }
  }
}

/** The object changed between our reading and our commit: not the client's doing. */
class LostRace extends Error {
  readonly reason: unknown
  constructor(reason: unknown) {
    super('lost a race')
    this.reason = reason
  }
}

export async function commitObject(deps: WriteDeps, intent: Intent, live: KitObject | undefined, document: JsonObject): Promise<ApiAnswer> {
  const { resource, subresource, name } = intent
  const before = live === undefined ? undefined : toWire(live)
  const next = fromWire(resource.kind, nextMetadata(deps, intent, live, document, before), withDefaultStatus(document, live === undefined))
  const wire = toWire(next)
  if (before !== undefined) assertMayChange(intent.request.identity, resource, name, before, wire)
  check(deps, intent, { next, wire, live, before })
  if (before !== undefined && isDeepStrictEqual(wire, before)) return respond(deps, intent, next, 200)
  const isFinal = next.kind !== 'Task' && next.metadata.deletedAt !== undefined && (next.metadata.finalizers ?? []).length === 0
  const write: Write = isFinal
    ? { op: 'delete', kind: resource.kind, name, expect: next.metadata.resourceVersion }
    : { op: live === undefined ? 'create' : 'update', object: next }
  if (intent.isDryRun) return respond(deps, intent, next, live === undefined ? 201 : 200)
  const guards = subresource === undefined ? referenceGuards(deps.store.view, next, live) : []
  const { resourceVersion } = await commit(deps, [write], guards, intent.request.mark)
  noteChange(deps, intent, live, isFinal ? undefined : next)
  return respond(deps, intent, withVersion(next, resourceVersion), live === undefined ? 201 : 200)
}

export function noteChange(deps: WriteDeps, intent: Intent, before: KitObject | undefined, after: KitObject | undefined): void {
  const { request, subresource, writer } = intent
  deps.audit.changed({ request, subresource, manager: writer.manager, before, after })
}

/** With a mark: what it is the mark of must not have been carried out before, or this fails and changes nothing. */
export async function commit(
  deps: WriteDeps,
  writes: readonly Write[],
  guards: readonly Guard[],
  mark?: RequestMark,
): Promise<{ readonly resourceVersion: number }> {
  try {
    const { resourceVersion, isRepeat } = await deps.store.commit({ writes, guards, ...(mark !== undefined && { request: mark }) })
    if (isRepeat === true) throw new StatusError('Unknown', `this request was carried out before, at version ${resourceVersion}`)
    return { resourceVersion }
  } catch (error) {
    // AlreadyExists as well: of two that apply a new object at once, the second changes what the first has made.
    const reason = reasonOf(error)
    throw reason === 'Conflict' || reason === 'AlreadyExists' ? new LostRace(error) : error
  }
}

interface Checked {
  readonly next: KitObject
  readonly wire: JsonObject
  readonly live: KitObject | undefined
  readonly before: JsonObject | undefined
}

function check(deps: WriteDeps, intent: Intent, { next, wire, live, before }: Checked): void {
  const { resource, request, name, subresource } = intent
  const causes = [
    ...deps.admission.validate(resource.kind, withoutEmptyStatus(wire), before === undefined ? undefined : withoutEmptyStatus(before)),
    ...finalizerProblems(next, live),
  ]
  const all = causes.length > 0 || subresource === 'status' ? causes : problemsOf(deps.store.view, next, live, deps.clock.wallMs())
  if (all.length > 0) throw invalid(resource.kind, name, all)
  if (live?.kind === 'Node' && next.kind === 'Node') checkRole(deps, intent, live, next)
  if (next.kind !== 'Stack' || subresource !== undefined) return
  const applied = live?.kind === 'Stack' ? toWire(live)['status'] : undefined
  const last = isJsonObject(applied) && isJsonObject(applied['applied']) ? applied['applied'] : undefined
  const document = wire['spec']
  if (isJsonObject(document) && !isDeepStrictEqual(document, before?.['spec'])) {
    deps.admission.checkStack?.({ name, last, document, force: isTrue(request.query['force']), view: deps.store.view })
  }
}

function checkRole(deps: WriteDeps, intent: Intent, live: Node, next: Node): void {
  const force = isForcedDemotion(intent, live, next.spec.role)
  if (!force && (live.spec.role !== 'Manager' || next.spec.role === 'Manager')) return
  const risk = deps.admission.checkDemotion?.(live, force)
  if (risk !== undefined && !intent.warnings.includes(risk)) intent.warnings.push(risk)
}

/** Kinds without a status carry an empty one, which their schema does not know. */
function withoutEmptyStatus(object: JsonObject): JsonObject {
  const { status } = object
  if (!isJsonObject(status) || Object.keys(status).length > 0) return object
  const { status: _empty, ...rest } = object
  return rest
}

function finalizerProblems(
  next: KitObject,
  live: KitObject | undefined,
): readonly { readonly reason: string; readonly field: string; readonly message: string }[] {
  if (next.kind === 'Task' || live === undefined || live.kind === 'Task' || live.metadata.deletedAt === undefined) return []
  const known = new Set(live.metadata.finalizers)
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer))
  return added.length === 0
    ? []
    : [
        {
          reason: 'FieldValueForbidden',
          field: 'metadata.finalizers',
          message: `nothing may be added while the object is being deleted, got '${added.join("', '")}'`,
        },
      ]
}

/** Status is the server's: a creation starts with none. */
function withDefaultStatus(document: JsonObject, isNew: boolean): JsonObject {
  return isNew ? { ...document, status: {} } : document
}

export function withVersion(object: KitObject, resourceVersion: number): KitObject {
  return object.kind === 'Task' ? object : { ...object, metadata: { ...object.metadata, resourceVersion } }
}

export function respond(deps: WriteDeps, intent: Intent, object: KitObject, status: number): ApiAnswer {
  const headers = warningHeaders(intent.warnings)
  if (intent.subresource === 'scale') return answer(status, scaleOf(intent.resource, object), headers)
  const wire = toAnswer(intent.resource, object, intent.request.identity)
  const shown = metadataOf(wire)['resourceVersion'] === '0' ? asDraft(wire) : wire
  return answer(status, answerOne(deps, intent.resource, intent.request, shown), headers)
}

/** Of a dry run: without what it was not given. */
function asDraft(wire: JsonObject): JsonObject {
  const { resourceVersion: _none, uid, ...metadata } = metadataOf(wire)
  return { ...wire, metadata: uid === '' || uid === undefined ? metadata : { ...metadata, uid } }
}
