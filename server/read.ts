// Reading: one object, a list in consistent pages, and either as a table.

import { notFound, StatusError } from '../api/errors.ts'
import { apiVersion, type KitObject } from '../api/objects.ts'
import type { ApiRequest, Identity } from '../api/request.ts'
import type { Store } from '../api/store.ts'
import { partialOf, type TableOptions } from '../api/table.ts'
import { isJsonObject, type JsonObject, type ListMetadata } from '../api/wire.ts'
import type { Clock } from '../effects/effects.ts'
import { hiddenFrom } from './access.ts'
import { isTrue, preferences, wholeNumber } from './answer.ts'
import { toWire, withoutPaths } from './conversion.ts'
import { type Past, parseVersion } from './past.ts'
import type { Resource, StoredResource } from './resources.ts'
import { selection } from './selection.ts'

export interface ReadDeps {
  readonly store: Store
  readonly clock: Clock
  readonly past: Past
}

/** The object as whoever asks may see it. */
export function toAnswer(resource: StoredResource, object: KitObject, reader: Identity): JsonObject {
  return withoutPaths(toWire(object), hiddenFrom(reader, resource))
}

export function getObject(deps: ReadDeps, resource: StoredResource, name: string): KitObject {
  const object = deps.store.view.get(resource.kind, name)
  if (object === undefined) throw missing(resource, name)
  return object
}

export function missing(resource: Resource, name: string): StatusError {
  return notFound(resource.plural, name)
}

export function answerOne(deps: ReadDeps, resource: Resource, request: ApiRequest, object: JsonObject): unknown {
  const { table, partial } = preferences(request.headers['accept'])
  const version = isJsonObject(object['metadata']) ? String(object['metadata']['resourceVersion'] ?? '') : ''
  if (table) return resource.print([object], tableOptions(deps, request, { resourceVersion: version }))
  return partial ? partialOf(object) : object
}

export function tableOptions(deps: ReadDeps, request: ApiRequest, metadata: ListMetadata): TableOptions {
  const wanted = request.query['includeObject']
  return {
    now: deps.clock.wallMs(),
    metadata,
    includeObject: wanted === 'None' || wanted === 'Object' ? wanted : 'Metadata',
    hostnameOf: (node) => deps.store.view.get('Node', node)?.status.description?.hostname,
  }
}

export function listObjects(deps: ReadDeps, resource: StoredResource, request: ApiRequest): unknown {
  const { query } = request
  const limit = wholeNumber(query, 'limit') ?? 0
  const start = query['continue'] === undefined || query['continue'] === '' ? undefined : readToken(query['continue'], resource)
  const version = start?.version ?? listVersion(query, deps.store.view.resourceVersion)
  const all = deps.past(resource.kind, version, selection(resource, query))
  const from = start === undefined ? 0 : firstAfter(all, start.after)
  const items = all.slice(from, limit === 0 ? undefined : from + limit)
  const left = all.length - from - items.length
  const last = items.at(-1)
  const more = left > 0 && last !== undefined
  const selects = (query['labelSelector'] ?? '') !== '' || (query['fieldSelector'] ?? '') !== ''
  const metadata: ListMetadata = {
    resourceVersion: String(version),
    ...(more && { continue: writeToken({ version, after: last.metadata.name, kind: resource.kind }) }),
    ...(more && !selects && { remainingItemCount: left }),
  }
  return answerList(
    deps,
    resource,
    request,
    items.map((object) => toAnswer(resource, object, request.identity)),
    metadata,
  )
}

export function answerList(
  deps: ReadDeps,
  resource: Resource,
  request: ApiRequest,
  items: readonly JsonObject[],
  metadata: ListMetadata,
): unknown {
  const { table, partial } = preferences(request.headers['accept'])
  if (table) return resource.print(items, tableOptions(deps, request, metadata))
  if (partial) return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(partialOf) }
  return { kind: resource.definition.spec.names.listKind, apiVersion, metadata, items }
}

/** Every version that this node has is new enough unless exactly one is wanted. */
function listVersion(query: ApiRequest['query'], present: number): number {
  const text = query['resourceVersion'] ?? ''
  const match = query['resourceVersionMatch'] ?? ''
  if (!['', 'NotOlderThan', 'Exact'].includes(match))
    throw new StatusError('BadRequest', `resourceVersionMatch must be NotOlderThan or Exact, got '${match}'`)
  if (text === '') {
    if (match !== '' && !isTrue(query['sendInitialEvents']))
      throw new StatusError('BadRequest', 'resourceVersionMatch needs a resourceVersion')
    return present
  }
  const version = parseVersion(text, present)
  if (match === 'Exact' && version === 0)
    throw new StatusError('BadRequest', "resourceVersionMatch Exact needs a resourceVersion that is not '0'")
  return match === 'Exact' ? version : present
}

interface Token {
  readonly version: number
  readonly after: string
  readonly kind: string
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify([token.version, token.kind, token.after])).toString('base64url')
}

function readToken(text: string, resource: Resource): Token {
  const refused = new StatusError('BadRequest', 'the continue token is not one that this list gave out')
  let token: unknown
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    throw refused
  }
  if (!Array.isArray(token)) throw refused
  const [version, kind, after] = token
  if (!Number.isSafeInteger(version) || version < 0 || kind !== resource.kind || typeof after !== 'string') throw refused
  return { version, kind, after }
}

function firstAfter(all: readonly KitObject[], name: string): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((all[middle]?.metadata.name ?? '') <= name) low = middle + 1
    else high = middle
  }
  return low
}
