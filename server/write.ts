// Writing: create, replace, the three patches, scale, delete. All go one way: take the live object,
// compute the next, keep what clients may not change, check it, see whether anything changed, commit.
// A patch whose commit met another write is computed again; a replacement is the client's to repeat.

import { isDeepStrictEqual } from 'node:util'
import { applyConfig, assertManager, describeChanges, trackUpdate, type Writer } from '../api/apply.ts'
import { reasonOf, StatusError } from '../api/errors.ts'
import { forceAnnotation } from '../api/force.ts'
import { createUid } from '../api/new-id.ts'
import { apiVersion, type KitObject, type Metadata, type Node } from '../api/objects.ts'
import { jsonPatch, mergePatch } from '../api/patch.ts'
import type { ApiAnswer, ApiRequest } from '../api/request.ts'
import type { Guard, RequestMark, Write } from '../api/store.ts'
import { formatTimestamp } from '../api/timestamp.ts'
import { isJsonObject, type Json, type JsonObject } from '../api/wire.ts'
import type { Random } from '../effects/effects.ts'
import { assertMayChange } from './access.ts'
import { type AdmissionDeps, assertCreatable, invalid, problemsOf, referenceGuards } from './admission.ts'
import { answer, isTrue, warningHeaders } from './answer.ts'
import type { Audit } from './audit.ts'
import { readBody } from './body.ts'
import { fromWire, keepPaths, toWire } from './conversion.ts'
import { metadataOf, ownersOf, parseManagedFields, stringList, stringMap } from './metadata.ts'
import { answerOne, getObject, type ReadDeps, toAnswer } from './read.ts'
import type { StoredResource } from './resources.ts'
import { pruneUnknown } from './unknown-fields.ts'

export interface WriteDeps extends ReadDeps {
  readonly random: Random
  readonly admission: AdmissionDeps
  readonly audit: Audit
}

export type Subresource = 'status' | 'scale' | undefined

/** As `once.ts` hands it on. */
export interface WriteRequest extends ApiRequest {
  /** The commit that does what is asked carries it. */
  readonly mark?: RequestMark
}

/** Of those who change one object during one write of the log, the first is let through: as many may change it at once. */
const maxAttempts = 64
/** Holds a service until its tasks are gone. The reaper drops it. */
export const taskFinalizer = 'kit/tasks'

export interface Intent {
  readonly resource: StoredResource
  readonly request: WriteRequest
  readonly name: string
  readonly subresource: Subresource
  readonly writer: Writer
  readonly warnings: string[]
  readonly isDryRun: boolean
}

export function intentOf(deps: WriteDeps, resource: StoredResource, request: WriteRequest, name: string, subresource: Subresource): Intent {
  const agent = (request.headers['user-agent'] ?? '').split('/')[0] ?? ''
  const manager = request.query['fieldManager'] ?? (agent === '' ? 'unknown' : agent.slice(0, 128))
  assertManager(manager === '' ? 'unknown' : manager)
  const writer: Writer = {
    manager: manager === '' ? 'unknown' : manager,
    apiVersion,
    time: formatTimestamp(deps.clock.wallMs()),
    ...(subresource !== undefined && { subresource }),
  }
  return { resource, request, name, subresource, writer, warnings: [], isDryRun: dryRunOf(request.query['dryRun']) }
}

export function dryRunOf(value: unknown): boolean {
  if (value === undefined || value === '') return false
  if (value !== 'All') throw new StatusError('BadRequest', `dryRun must be 'All', got '${String(value)}'`)
  return true
}

// The entry points.

export async function createObject(deps: WriteDeps, resource: StoredResource, request: WriteRequest): Promise<ApiAnswer> {
  assertCreatable(resource.kind)
  const draft = intentOf(deps, resource, request, '', undefined)
  const document = readDocument(draft, false)
  const name = nameOf(deps, document)
  const intent: Intent = { ...draft, name }
  return retry(intent, true, () => {
    if (deps.store.view.get(resource.kind, name) !== undefined) {
      throw new StatusError('AlreadyExists', `${resource.plural} "${name}" already exists`, { kind: resource.plural, name })
    }
    return commitObject(
      deps,
      intent,
      undefined,
      trackUpdate({ before: undefined, after: document, schema: resource.schema, writer: intent.writer }),
    )
  })
}

export async function replaceObject(
  deps: WriteDeps,
  resource: StoredResource,
  request: WriteRequest,
  name: string,
  subresource: Subresource,
): Promise<ApiAnswer> {
  const intent = intentOf(deps, resource, request, name, subresource)
  if (subresource === 'scale') return replaceScale(deps, intent)
  const document = readDocument(intent, false)
  const sent = metadataOf(document)['resourceVersion']
  if (typeof sent !== 'string' || sent === '') {
    throw invalid(resource.kind, name, [
      { reason: 'FieldValueRequired', field: 'metadata.resourceVersion', message: 'must be specified for an update' },
    ])
  }
  return retry(intent, false, () => {
    const live = getObject(deps, resource, name)
    return update(deps, intent, live, document)
  })
}

export async function patchObject(
  deps: WriteDeps,
  resource: StoredResource,
  request: WriteRequest,
  name: string,
  subresource: Subresource,
): Promise<ApiAnswer> {
  const intent = intentOf(deps, resource, request, name, subresource)
  if (isApply(request)) return applyObject(deps, intent)
  const type = contentType(request)
  if (type !== 'application/merge-patch+json' && type !== 'application/json-patch+json') throw unsupported(type)
  const { value, duplicates } = readBody(request.body, false)
  reportDuplicates(intent, duplicates)
  const patch = (target: JsonObject): Json =>
    type === 'application/merge-patch+json' ? mergePatch(target, objectBody(value)) : jsonPatch(target, value)
  return retry(intent, true, () => {
    const live = getObject(deps, resource, name)
    if (subresource === 'scale') return updateScale(deps, intent, live, patch(scaleOf(resource, live)))
    // A patch sees what its writer may see: it cannot copy, or test, what is never read back.
    const patched = patch(toAnswer(resource, live, request.identity))
    if (!isJsonObject(patched)) throw new StatusError('Invalid', 'the patch does not leave an object')
    return update(deps, intent, live, prune(intent, patched))
  })
}

function isApply(request: ApiRequest): boolean {
  return contentType(request) === 'application/apply-patch+yaml'
}

function contentType({ headers }: ApiRequest): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
}

function applyObject(deps: WriteDeps, intent: Intent): Promise<ApiAnswer> {
  const { resource, request, name, subresource, writer } = intent
  if (subresource === 'scale') throw unsupported('application/apply-patch+yaml')
  assertManager(request.query['fieldManager'] ?? '')
  const config = readDocument(intent, true)
  if (metadataOf(config)['managedFields'] !== undefined)
    throw new StatusError('BadRequest', 'metadata.managedFields must not be set when applying')
  return retry(intent, true, () => {
    const live = deps.store.view.get(resource.kind, name)
    if (live === undefined) {
      if (subresource !== undefined) getObject(deps, resource, name)
      assertCreatable(resource.kind)
      const metadata = { ...metadataOf(config), name }
      if (metadataOf(config)['resourceVersion'] !== undefined || metadataOf(config)['uid'] !== undefined)
        throw stalePrecondition(intent, 'it does not exist')
      return commitObject(
        deps,
        intent,
        undefined,
        applyConfig({ live: undefined, config: { ...config, metadata }, schema: resource.schema, writer, force: false }),
      )
    }
    const before = toWire(live)
    assertPreconditions(deps, intent, live, config)
    const { uid: _uid, resourceVersion: _version, ...metadata } = metadataOf(config)
    const kept = subresource === 'status' ? { ...config, spec: undefined } : { ...config, status: undefined }
    const cleaned = Object.fromEntries(
      Object.entries({ ...kept, metadata }).flatMap(([key, value]): [string, Json][] => (value === undefined ? [] : [[key, value]])),
    )
    const force = isTrue(request.query['force'])
    const merged = applyConfig({ live: before, config: cleaned, schema: resource.schema, writer, force })
    return commitObject(deps, intent, live, restrict(before, merged, subresource, resource))
  })
}

function update(deps: WriteDeps, intent: Intent, live: KitObject, document: JsonObject): Promise<ApiAnswer> {
  const before = toWire(live)
  assertPreconditions(deps, intent, live, document)
  const after = restrict(before, document, intent.subresource, intent.resource)
  return commitObject(deps, intent, live, trackUpdate({ before, after, schema: intent.resource.schema, writer: intent.writer }))
}

/** Keeps what this endpoint may not change: status here, everything else on `/status`. */
function restrict(before: JsonObject, after: JsonObject, subresource: Subresource, resource: StoredResource): JsonObject {
  const kept = keepPaths(after, before, resource.writeOnly)
  const managedFields = metadataOf(after)['managedFields']
  if (subresource === 'status') {
    const metadata = { ...metadataOf(before), ...(managedFields !== undefined && { managedFields }) }
    return { ...before, metadata, status: kept['status'] ?? {} }
  }
  return { ...kept, status: before['status'] ?? {} }
}

// Reading the request.

function readDocument(intent: Intent, yaml: boolean): JsonObject {
  const { request, resource, name } = intent
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? ''
  if (!['application/json', 'application/apply-patch+yaml', 'application/yaml', ''].includes(type)) throw unsupported(type)
  const { value, duplicates } = readBody(request.body, yaml || type === 'application/yaml')
  reportDuplicates(intent, duplicates)
  const document = objectBody(value)
  if (document['apiVersion'] !== apiVersion || document['kind'] !== resource.kind) {
    const found = `${String(document['apiVersion'])} ${String(document['kind'])}`
    throw new StatusError('BadRequest', `the object must be ${apiVersion} ${resource.kind}, got ${found}`)
  }
  const metadata = metadataOf(document)
  if (metadata['namespace'] !== undefined && metadata['namespace'] !== '') {
    throw new StatusError('BadRequest', `metadata.namespace must be absent: ${resource.plural} belong to the whole cluster`)
  }
  if (name !== '' && metadata['name'] !== undefined && metadata['name'] !== name) {
    throw new StatusError('BadRequest', `metadata.name must be '${name}' as in the URL, got '${String(metadata['name'])}'`)
  }
  return prune(intent, name === '' ? document : { ...document, metadata: { ...metadata, name } })
}

export function objectBody(value: Json): JsonObject {
  if (!isJsonObject(value)) throw new StatusError('BadRequest', 'the body must be an object')
  return value
}

function unsupported(type: string): StatusError {
  const allowed =
    'application/json to write, application/merge-patch+json, application/json-patch+json or application/apply-patch+yaml to patch'
  return new StatusError('UnsupportedMediaType', `the content type '${type}' is not supported: use ${allowed}`)
}

function prune(intent: Intent, document: JsonObject): JsonObject {
  const { object, problems } = pruneUnknown(document, intent.resource.schema)
  report(intent, problems)
  return object
}

function reportDuplicates(intent: Intent, duplicates: readonly string[]): void {
  report(
    intent,
    duplicates.map((path) => `duplicate field "${path}"`),
  )
}

/** Strict: an error. Warn, the default: headers. Ignore: nothing. */
function report(intent: Intent, problems: readonly string[]): void {
  const validation = intent.request.query['fieldValidation'] ?? 'Warn'
  if (!['Strict', 'Warn', 'Ignore', ''].includes(validation))
    throw new StatusError('BadRequest', `fieldValidation must be Strict, Warn or Ignore, got '${validation}'`)
  if (problems.length === 0 || validation === 'Ignore') return
  if (validation === 'Strict') {
    throw new StatusError(
      'BadRequest',
      `${intent.resource.kind} in version "v1" cannot be handled as a ${intent.resource.kind}: strict decoding error: ${problems.join(', ')}`,
    )
  }
  for (const problem of problems) if (!intent.warnings.includes(problem)) intent.warnings.push(problem)
}

const suffixSigns = 'bcdfghjklmnpqrstvwxz2456789'

function nameOf(deps: WriteDeps, document: JsonObject): string {
  const { name, generateName } = metadataOf(document)
  if (typeof name === 'string' && name !== '') return name
  if (typeof generateName === 'string' && generateName !== '') {
    const suffix = [...deps.random.bytes(5)].map((byte) => suffixSigns[byte % suffixSigns.length]).join('')
    return `${generateName}${suffix}`
  }
  throw new StatusError('Invalid', 'metadata.name: a name or generateName is required', {
    causes: [{ reason: 'FieldValueRequired', field: 'metadata.name', message: 'a name or generateName is required' }],
  })
}

// Preconditions.

function assertPreconditions(deps: WriteDeps, intent: Intent, live: KitObject, document: JsonObject): void {
  const { uid, resourceVersion } = metadataOf(document)
  const present = metadataOf(toWire(live))
  if (uid !== undefined && uid !== '' && uid !== present['uid'])
    throw stalePrecondition(intent, `its uid is ${String(present['uid'])}, not ${String(uid)}: it was deleted and made again`)
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === present['resourceVersion']) return
  throw stalePrecondition(
    intent,
    `it has changed since version ${String(resourceVersion)}${whatChanged(deps, intent, live, Number(resourceVersion))}; read it again and repeat the change`,
  )
}

export function stalePrecondition({ resource, name }: Intent, why: string): StatusError {
  return new StatusError('Conflict', `Operation cannot be fulfilled on ${resource.plural} "${name}": ${why}`, {
    kind: resource.plural,
    name,
  })
}

/** ` (spec.replicas by kubectl)`; empty when history does not reach back. */
function whatChanged(deps: WriteDeps, { resource, request, name }: Intent, live: KitObject, since: number): string {
  try {
    const first = deps.store.history(since).find(({ object }) => object.kind === resource.kind && object.metadata.name === name)
    if (first?.previous === undefined || first.previous.metadata.resourceVersion !== since) return ''
    const seen = (object: KitObject): JsonObject => toAnswer(resource, object, request.identity)
    const changes = describeChanges(seen(first.previous), seen(live), resource.schema)
    const listed = changes
      .slice(0, 5)
      .map(({ field, managers }) => (managers.length === 0 ? field : `${field} by ${managers.join(' and ')}`))
    const rest = changes.length > 5 ? ` and ${changes.length - 5} more` : ''
    return listed.length === 0 ? '' : ` (${listed.join(', ')}${rest})`
  } catch (error) {
    if (reasonOf(error) === 'Expired') return ''
    throw error
  }
}

// Committing.

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

async function commitObject(deps: WriteDeps, intent: Intent, live: KitObject | undefined, document: JsonObject): Promise<ApiAnswer> {
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

/** Also of one that is to be a worker already, and waits for managers that do not answer. Force means something else to who applies a file. */
function isForcedDemotion({ request }: Intent, live: KitObject | undefined, role: Json | undefined): boolean {
  return (
    isTrue(request.query['force']) && !isApply(request) && live?.kind === 'Node' && live.status.role === 'Manager' && role !== 'Manager'
  )
}

/** Kinds without a status carry an empty one, which their schema does not know. */
function withoutEmptyStatus(object: JsonObject): JsonObject {
  const { status, ...rest } = object
  return isJsonObject(status) && Object.keys(status).length === 0 ? rest : object
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

function nextMetadata(
  deps: WriteDeps,
  intent: Intent,
  live: KitObject | undefined,
  document: JsonObject,
  before: JsonObject | undefined,
): Metadata {
  const sent = metadataOf(document)
  const labels = stringMap(sent, 'labels')
  const finalizers =
    live === undefined && intent.resource.kind === 'Service'
      ? [...new Set([...stringList(sent, 'finalizers'), taskFinalizer])]
      : stringList(sent, 'finalizers')
  const ownerReferences = ownersOf(sent)
  const managedFields = Array.isArray(sent['managedFields']) ? parseManagedFields(sent['managedFields']) : []
  const specChanged = before !== undefined && !isDeepStrictEqual(before['spec'] ?? {}, document['spec'] ?? {})
  const fixed =
    live === undefined || live.kind === 'Task'
      ? { uid: intent.isDryRun ? '' : createUid(deps.random), resourceVersion: 0, generation: 1, createdAt: deps.clock.wallMs() }
      : {
          uid: live.metadata.uid,
          resourceVersion: live.metadata.resourceVersion,
          generation: live.metadata.generation + (specChanged ? 1 : 0),
          createdAt: live.metadata.createdAt,
          ...(live.metadata.deletedAt !== undefined && { deletedAt: live.metadata.deletedAt }),
        }
  const annotations = usesForce(intent, live, document)
    ? { ...stringMap(sent, 'annotations'), [forceAnnotation]: String(fixed.generation) }
    : stringMap(sent, 'annotations')
  return {
    name: intent.name,
    ...fixed,
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
    ...(finalizers.length > 0 && { finalizers }),
    ...(ownerReferences.length > 0 && { ownerReferences }),
    ...(managedFields.length > 0 && { managedFields }),
  }
}

/** Its controller is told, for this generation only. */
function usesForce(intent: Intent, live: KitObject | undefined, { spec }: JsonObject): boolean {
  const { resource, request } = intent
  if (resource.kind === 'Node') return isForcedDemotion(intent, live, isJsonObject(spec) ? spec['role'] : undefined)
  return resource.kind === 'Stack' && isTrue(request.query['force'])
}

export function withVersion(object: KitObject, resourceVersion: number): KitObject {
  return object.kind === 'Task' ? object : { ...object, metadata: { ...object.metadata, resourceVersion } }
}

export function respond(deps: WriteDeps, intent: Intent, object: KitObject, status: number): ApiAnswer {
  const headers = warningHeaders(intent.warnings)
  if (intent.subresource === 'scale') return answer(status, scaleOf(intent.resource, object), headers)
  const wire = toAnswer(intent.resource, object, intent.request.identity)
  const { resourceVersion, uid, ...metadata } = metadataOf(wire)
  const isDraft = resourceVersion === '0'
  const shown = isDraft ? { ...wire, metadata: uid === '' || uid === undefined ? metadata : { ...metadata, uid } } : wire
  return answer(status, answerOne(deps, intent.resource, intent.request, shown), headers)
}

// Scale.

export function scaleOf(resource: StoredResource, object: KitObject): JsonObject {
  if (resource.scale === undefined) throw new StatusError('NotFound', 'the server could not find the requested resource')
  const wire = toWire(object)
  const { name = '', uid = '', resourceVersion = '', creationTimestamp = '' } = metadataOf(wire)
  const at = (path: string): Json =>
    path
      .split('.')
      .slice(1)
      .reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), wire) ?? null
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(resource.scale.specReplicasPath) ?? 1 },
    status: { replicas: at(resource.scale.statusReplicasPath) ?? 0, selector: `kit/service=${String(name)}` },
  }
}

function replaceScale(deps: WriteDeps, intent: Intent): Promise<ApiAnswer> {
  const { value } = readBody(intent.request.body, false)
  return retry(intent, true, () => updateScale(deps, intent, getObject(deps, intent.resource, intent.name), value))
}

function updateScale(deps: WriteDeps, intent: Intent, live: KitObject, scale: Json): Promise<ApiAnswer> {
  const spec = isJsonObject(scale) ? scale['spec'] : undefined
  const replicas = isJsonObject(spec) ? (spec['replicas'] ?? 0) : undefined
  if (!isJsonObject(scale) || typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw invalid('Scale', intent.name, [
      { reason: 'FieldValueInvalid', field: 'spec.replicas', message: 'must be a whole number of at least 0' },
    ])
  }
  assertPreconditions(deps, intent, live, scale)
  const before = toWire(live)
  const liveSpec = isJsonObject(before['spec']) ? before['spec'] : {}
  const after = { ...before, spec: { ...liveSpec, replicas } }
  const { subresource: _scale, ...writer } = intent.writer
  return commitObject(
    deps,
    intent,
    live,
    trackUpdate({ before, after, schema: intent.resource.schema, writer: { ...writer, subresource: 'scale' } }),
  )
}
