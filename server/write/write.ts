// Writing: create, replace, the three patches, scale (scale.ts), delete (delete.ts). All go one way: take the live object,
// compute the next, keep what clients may not change, check it, see whether anything changed, commit.
// A patch whose commit met another write is computed again; a replacement is the client's to repeat.
// Read next: intent.ts (what is asked for), document.ts (the body), commit.ts (the end of all of them).

import { applyConfig, assertManager, trackUpdate } from '../../api/apply.ts'
import { StatusError } from '../../api/errors.ts'
import type { KitObject } from '../../api/objects.ts'
import { jsonPatch, mergePatch } from '../../api/patch.ts'
import type { ApiAnswer } from '../../api/request.ts'
import { isJsonObject, type Json, type JsonObject } from '../../api/wire.ts'
import { assertCreatable, invalid } from '../admission/admission.ts'
import { isTrue } from '../answer.ts'
import { readBody } from '../body.ts'
import { keepPaths, toWire } from '../conversion.ts'
import { getObject, toAnswer } from '../read.ts'
import type { StoredResource } from '../resources.ts'
import { scaleOf } from '../scale.ts'
import { commitObject, retry } from './commit.ts'
import { nameOf, objectBody, prune, readDocument, reportDuplicates, unsupported } from './document.ts'
import { contentType, type Intent, intentOf, isApply, type Subresource, type WriteDeps, type WriteRequest } from './intent.ts'
import { metadataOf } from './metadata.ts'
import { assertPreconditions, stalePrecondition } from './preconditions.ts'
import { replaceScale, updateScale } from './scale.ts'

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
