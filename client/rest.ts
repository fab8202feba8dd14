// The Client, on top of anything that carries a request to a router and an answer back.

import { type Cause, type Reason, reasonOf, reasons, StatusError } from '../api/errors.ts'
import { execUpgrade, type ReachRequest } from '../api/exec.ts'
import { apiVersion, type Kind } from '../api/objects.ts'
import {
  type ApiRequest,
  type ApiResponse,
  type FrameConnection,
  type Handle,
  type Identity,
  type Method,
  requestIdHeader,
} from '../api/request.ts'
import { definitions } from '../api/schema/definitions.ts'
import type { LogLine } from '../api/session.ts'
import { isMachineStats, isTaskStats } from '../api/stats.ts'
import {
  isJsonObject,
  type JsonObject,
  type ListMetadata,
  type Table,
  type WatchEvent,
  type WireEvent,
  type WireList,
  type WireObject,
  type WireStatus,
} from '../api/wire.ts'
import type { Clock, Random } from '../effects/effects.ts'
import type { Client, ListOptions, WatchOptions, WriteOptions } from './client.ts'
import { runOver } from './exec.ts'
import { askUntilKnown } from './repeat.ts'

export interface RestOptions {
  readonly handle: Handle
  readonly clock: Clock
  readonly identity: Identity
  /** Field manager of writes that name none; also the User-Agent. */
  readonly name: string
  /** Where ids of writes come from: with them a write is asked for again, for a while, when nobody says what became of it. */
  readonly random?: Pick<Random, 'bytes'>
  /** Called with each sentence that the server adds to an answer. */
  readonly onWarning?: (text: string) => void
}

const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
const watchGivesUpAfterMs = 30_000
const watchWaitMs = { first: 100, longest: 5_000 }

type Query = Readonly<Record<string, string | number | boolean | undefined>>

interface Call {
  readonly method: Method
  readonly path: string
  readonly query?: Query
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export function createClient(options: RestOptions): Client {
  const send = (call: Call): Promise<ApiResponse> => sendCall(options, call)
  const one = async <K extends Kind>(kind: K, call: Call): Promise<WireObject<K>> => asObject(kind, await bodyOf(await send(call)))
  const writing = (given: WriteOptions = {}): Query => ({
    fieldManager: given.fieldManager ?? options.name,
    fieldValidation: given.fieldValidation ?? 'Strict',
    dryRun: given.dryRun === true ? 'All' : undefined,
  })
  return {
    get: (kind, name) => one(kind, { method: 'GET', path: pathOf(kind, name) }),
    async list(kind, given) {
      return asList(kind, await bodyOf(await send({ method: 'GET', path: pathOf(kind), query: listQuery(given) })))
    },
    async table(kind, { name, ...given } = {}) {
      return asTable(
        await bodyOf(await send({ method: 'GET', path: pathOf(kind, name), query: listQuery(given), headers: { accept: tableAccept } })),
      )
    },
    create: (kind, object, given) => one(kind, { method: 'POST', path: pathOf(kind), query: writing(given), body: object }),
    update: (kind, object, given) =>
      one(kind, { method: 'PUT', path: pathOf(kind, nameOf(object), given?.subresource), query: writing(given), body: object }),
    patch: (kind, name, { type, patch }, given) =>
      one(kind, {
        method: 'PATCH',
        path: pathOf(kind, name, given?.subresource),
        query: { ...writing(given), force: given?.force },
        headers: { 'content-type': `application/${type}-patch+json` },
        body: patch,
      }),
    apply: (kind, object, given) =>
      one(kind, {
        method: 'PATCH',
        path: pathOf(kind, nameOf(object), given?.subresource),
        query: { ...writing(given), force: given?.force },
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: object,
      }),
    async scale(kind, name, replicas, given) {
      const headers = { 'content-type': 'application/merge-patch+json' }
      await bodyOf(
        await send({ method: 'PATCH', path: pathOf(kind, name, 'scale'), query: writing(given), headers, body: { spec: { replicas } } }),
      )
    },
    async delete(kind, name, given = {}) {
      const { dryRun, force, ...rest } = given
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...rest, ...(dryRun === true && { dryRun: ['All'] }) }
      const found = await bodyOf(await send({ method: 'DELETE', path: pathOf(kind, name), query: { force }, body }))
      return isStatus(found) ? found : asObject(kind, found)
    },
    watch: (kind, given, signal) => watch(options, send, kind, given, signal),
    async *logs(kind, name, given, signal) {
      for await (const line of streamed(send, { method: 'GET', path: `${pathOf(kind, name)}/log`, query: { ...given }, signal }))
        yield asLine(line)
    },
    backup: (signal) => streamed(send, { method: 'GET', path: pathOf('Cluster', 'default', 'backup'), signal }),
    async stats(nodeName) {
      const found = await bodyOf(await send({ method: 'GET', path: pathOf('Node', nodeName, 'stats') }))
      const { items, machine } = isJsonObject(found) ? found : {}
      return { tasks: Array.isArray(items) ? items.filter(isTaskStats) : [], ...(isMachineStats(machine) ? { machine } : {}) }
    },
    async exec(task, request, streams, signal) {
      const connection = await upgraded(send, pathOf('Task', task, 'exec'), request, signal)
      return await runOver(connection, 'the command', request.stdin === true, streams, signal)
    },
    async attach(task, request, streams, signal) {
      const connection = await upgraded(send, pathOf('Task', task, 'attach'), request, signal)
      return await runOver(connection, 'the program of the task', request.stdin === true, streams, signal)
    },
    async forward(task, port, streams, signal) {
      await runOver(await upgraded(send, pathOf('Task', task, 'portforward'), { port }, signal), 'the task', true, streams, signal)
    },
    async events(given) {
      return asEvents(await bodyOf(await send({ method: 'GET', path: '/apis/kit/v1/events', query: listQuery(given) })))
    },
    rawStream: (request, signal) => streamed(send, { ...request, signal }),
    async raw({ query, headers, ...rest }) {
      return bodyOf(await send({ ...rest, ...(query !== undefined && { query }), ...(headers !== undefined && { headers }) }))
    },
  }
}

/** The values of an answer that is a stream. Throws the Status that is told instead, or in the midst of it. */
async function* streamed(send: (call: Call) => Promise<ApiResponse>, call: Call): AsyncGenerator<unknown> {
  const response = await send(call)
  if (!('stream' in response)) throw statusError(bodyOfAnswer(response))
  for await (const value of response.stream) {
    if (isStatus(value)) throw statusError(value)
    yield value
  }
}

async function upgraded(
  send: (call: Call) => Promise<ApiResponse>,
  path: string,
  body: ReachRequest,
  signal: AbortSignal,
): Promise<FrameConnection> {
  const headers = { connection: 'upgrade', upgrade: execUpgrade }
  const response = await send({ method: 'POST', path, headers, body, signal })
  if (!('frames' in response)) throw statusError('body' in response ? response.body : undefined)
  return response.frames
}

function sendCall(options: RestOptions, call: Call): Promise<ApiResponse> {
  const query: Record<string, string> = {}
  for (const [key, value] of Object.entries(call.query ?? {})) if (value !== undefined) query[key] = String(value)
  const headers: Readonly<Record<string, string>> = {
    accept: 'application/json',
    'user-agent': options.name,
    ...(call.body !== undefined && { 'content-type': 'application/json' }),
    ...(options.random !== undefined && isWrite(call) && { [requestIdHeader]: newRequestId(options.random) }),
    ...call.headers,
  }
  const request: ApiRequest = {
    method: call.method,
    path: call.path,
    query,
    headers,
    body: call.body,
    identity: options.identity,
    signal: call.signal ?? new AbortController().signal,
  }
  const answered = headers[requestIdHeader] === undefined ? options.handle(request) : askUntilKnown(options, request)
  return answered.then((response) => {
    for (const text of warningsOf(response)) options.onWarning?.(text)
    return response
  })
}

/** Of objects. Commands in tasks, their programs and forwarded ports are none: each is a connection. What a daemon is asked about itself nobody else remembers. */
function isWrite({ method, path, headers }: Call): boolean {
  return method !== 'GET' && path.startsWith('/apis/') && headers?.['upgrade'] === undefined
}

/** In quotes, as the IETF's draft has it: 128 bits that nobody has drawn before. */
function newRequestId(random: Pick<Random, 'bytes'>): string {
  return `"${Buffer.from(random.bytes(16)).toString('hex')}"`
}

function warningsOf({ headers: { warning = [] } }: ApiResponse): readonly string[] {
  const lines = typeof warning === 'string' ? [warning] : warning
  return lines.flatMap((line) =>
    [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? '').replaceAll(/\\(.)/g, '$1')),
  )
}

/** The body of what is no stream. Nobody answers with frames that were not asked for. */
function bodyOfAnswer(response: Exclude<ApiResponse, { readonly stream: unknown }>): unknown {
  return 'body' in response ? response.body : undefined
}

/** Rejects with what a Status says. */
async function bodyOf(response: ApiResponse): Promise<unknown> {
  if (!('stream' in response)) {
    const body = bodyOfAnswer(response)
    if (response.status >= 400) throw statusError(body)
    return body
  }
  const values: unknown[] = []
  for await (const value of response.stream) values.push(value)
  return values
}

// Watching.

async function* watch<K extends Kind>(
  { clock }: RestOptions,
  send: (call: Call) => Promise<ApiResponse>,
  kind: K,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<K>, void, void> {
  /** All up to there was told. */
  let since = options.resourceVersion
  /** Objects of the entry behind it whose events came: one entry may change many, and the connection break among them. */
  let seen: { readonly version: string; readonly names: Set<string> } = { version: '', names: new Set() }
  // A replay is in order of name, so only its end is a place to go on from: the server is asked to mark it.
  let initial = options.sendInitialEvents === true || since === undefined || since === '0'
  let waitMs = watchWaitMs.first
  let heardAt = clock.monotonicMs()
  while (!signal.aborted) {
    try {
      const response = await send({ method: 'GET', path: pathOf(kind), query: watchQuery(options, since, initial), signal })
      if (!('stream' in response)) throw statusError(bodyOfAnswer(response))
      options.onConnection?.(undefined)
      for await (const value of response.stream) {
        const event = asWatchEvent(kind, value)
        const isReplayEnd = event.type === 'BOOKMARK' && event.initialEventsEnd
        if (isReplayEnd) initial = false
        heardAt = clock.monotonicMs()
        waitMs = watchWaitMs.first
        if (event.type === 'BOOKMARK') {
          if (!initial) since = event.resourceVersion
        } else if (!initial) {
          const { name, resourceVersion: version } = event.object.metadata
          if (Number(version) <= Number(since)) continue
          if (seen.version !== version) seen = { version, names: new Set() }
          if (seen.names.has(name)) continue
          seen.names.add(name)
          since = versionBefore(version)
        }
        if (event.type !== 'BOOKMARK' || (isReplayEnd ? options.sendInitialEvents === true : options.bookmarks === true)) yield event
      }
    } catch (error) {
      if (signal.aborted) return
      const reason = reasonOf(error)
      const isBroken = reason === undefined || reason === 'Unavailable' || reason === 'NotLeader' || reason === 'TooManyRequests'
      if (!isBroken || clock.monotonicMs() - heardAt > watchGivesUpAfterMs) throw error
      options.onConnection?.(error, waitMs)
    }
    await clock.sleep(waitMs, signal).catch(() => undefined)
    waitMs = Math.min(waitMs * 2, watchWaitMs.longest)
  }
}

/** Going on from there tells everything of that version again. */
function versionBefore(version: string): string {
  return String(Number(version) - 1)
}

function watchQuery(options: WatchOptions, since: string | undefined, initial: boolean): Query {
  const { labelSelector, fieldSelector } = options
  const start = initial ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : { resourceVersion: since }
  return { watch: true, allowWatchBookmarks: true, labelSelector, fieldSelector, ...start }
}

// Paths and queries.

const plurals = new Map(definitions.map(({ spec }) => [spec.names.kind, spec.names.plural]))

function pathOf(kind: Kind, name?: string, subresource?: string): string {
  const plural = plurals.get(kind)
  if (plural === undefined) throw new StatusError('NotFound', `there is no kind ${kind}`)
  const parts = [name, subresource].filter((part) => part !== undefined).map(encodeURIComponent)
  return ['/apis/kit/v1', plural, ...parts].join('/')
}

function nameOf(object: { readonly metadata: JsonObject }): string {
  const { name } = object.metadata
  if (typeof name !== 'string' || name === '') throw new StatusError('BadRequest', 'metadata.name is required')
  return name
}

function listQuery(options: ListOptions | undefined): Query {
  return { ...options }
}

// The border: answers as the types they have. Servers are trusted to answer what they were asked for.

function unexpected(what: string): StatusError {
  return new StatusError('InternalError', `the server answered something that is not ${what}`)
}

function isObjectOf<K extends Kind>(kind: K, value: unknown): value is WireObject<K> {
  return isJsonObject(value) && value['kind'] === kind && isJsonObject(value['metadata']) && typeof value['metadata']['name'] === 'string'
}

function asObject<K extends Kind>(kind: K, value: unknown): WireObject<K> {
  if (!isObjectOf(kind, value)) throw unexpected(`a ${kind}`)
  return value
}

function asList<K extends Kind>(kind: K, value: unknown): WireList<K> {
  if (!isJsonObject(value) || !Array.isArray(value['items'])) throw unexpected(`a list of ${kind}`)
  return {
    apiVersion,
    kind: `${kind}List`,
    metadata: listMetadata(value['metadata']),
    items: value['items'].map((item) => asObject(kind, item)),
  }
}

function listMetadata(value: unknown): ListMetadata {
  if (!isJsonObject(value) || typeof value['resourceVersion'] !== 'string') throw unexpected('a list')
  const { resourceVersion, continue: token, remainingItemCount } = value
  return {
    resourceVersion,
    ...(typeof token === 'string' && { continue: token }),
    ...(typeof remainingItemCount === 'number' && { remainingItemCount }),
  }
}

function isTable(value: unknown): value is Table {
  return isJsonObject(value) && value['kind'] === 'Table' && Array.isArray(value['rows']) && Array.isArray(value['columnDefinitions'])
}

function asTable(value: unknown): Table {
  if (!isTable(value)) throw unexpected('a table')
  return value
}

function isEvent(value: unknown): value is WireEvent {
  return isJsonObject(value) && value['kind'] === 'Event' && isJsonObject(value['involvedObject'])
}

function asEvents(value: unknown): { readonly metadata: ListMetadata; readonly items: readonly WireEvent[] } {
  if (!isJsonObject(value) || !Array.isArray(value['items']) || !value['items'].every(isEvent)) throw unexpected('a list of events')
  return { metadata: listMetadata(value['metadata']), items: value['items'] }
}

function asLine(value: unknown): LogLine {
  if (!isJsonObject(value)) throw unexpected('a log line')
  const { task, stream, at, text } = value
  if (typeof task !== 'string' || typeof at !== 'number' || typeof text !== 'string' || (stream !== 'stdout' && stream !== 'stderr'))
    throw unexpected('a log line')
  return { task, stream, at, text }
}

function asWatchEvent<K extends Kind>(kind: K, value: unknown): WatchEvent<K> {
  if (!isJsonObject(value)) throw unexpected('a watch event')
  const { type, object } = value
  if (type === 'ERROR') throw statusError(object)
  if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') return { type, object: asObject(kind, object) }
  const metadata = isJsonObject(object) ? object['metadata'] : undefined
  if (type !== 'BOOKMARK' || !isJsonObject(metadata) || typeof metadata['resourceVersion'] !== 'string') throw unexpected('a watch event')
  const annotations = isJsonObject(metadata['annotations']) ? metadata['annotations'] : {}
  return { type, resourceVersion: metadata['resourceVersion'], initialEventsEnd: annotations['k8s.io/initial-events-end'] === 'true' }
}

function isStatus(value: unknown): value is WireStatus {
  return isJsonObject(value) && value['kind'] === 'Status'
}

function statusError(value: unknown): StatusError {
  if (typeof value === 'string') return new StatusError('Unavailable', value.trimEnd()) // The checks of `/readyz?verbose`.
  if (!isStatus(value)) throw unexpected('a Status')
  const { reason, message = 'the server gave no reason', details = {} } = value
  const known: Reason = reason !== undefined && Object.hasOwn(reasons, reason) ? reason : 'Unknown'
  const causes: readonly Cause[] | undefined = details.causes
  return new StatusError(known, message, {
    ...(details.kind !== undefined && { kind: details.kind }),
    ...(details.name !== undefined && { name: details.name }),
    ...(causes !== undefined && { causes }),
    ...(details.retryAfterSeconds !== undefined && { retryAfterSeconds: details.retryAfterSeconds }),
    ...(details.leader !== undefined && { leader: details.leader }),
  })
}
