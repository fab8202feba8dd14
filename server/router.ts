// The API, transport-free: a request goes in as a value, an answer or a stream comes out. HTTP
// (`server/http`), tests and the simulator call the same `handle`. What is served follows from `crds/`
// (`resources.ts`); reading is in `read.ts` and `watch.ts`, writing in `write/`.

import { StatusError } from '../api/errors.ts'
import { execUpgrade, parseAttachRequest, parseExecRequest, parseForwardRequest, type ReachRequest } from '../api/exec.ts'
import { evaluateJsonPath, parseJsonPath } from '../api/json-path.ts'
import type { MemberStatus } from '../api/member.ts'
import type { ApiAnswer, ApiRequest, ApiResponse, FrameConnection, Handle, Identity } from '../api/request.ts'
import { matchesFields, parseFieldSelector } from '../api/selector.ts'
import type { LogLine, LogQuery } from '../api/session.ts'
import type { NodeStats } from '../api/stats.ts'
import type { Store, StoreView } from '../api/store.ts'
import { parseTimestamp } from '../api/timestamp.ts'
import { isJsonObject, type JsonObject } from '../api/wire.ts'
import type { Clock, Log, Random } from '../effects/effects.ts'
import { assertMay, callersOf, groupsOf, isEndpoint, nameOf, type Target, verbOf } from './access.ts'
import type { AdmissionDeps } from './admission/admission.ts'
import { answer, failure, isTrue, preferences, statusOf, wholeNumber } from './answer.ts'
import { createAudit } from './audit.ts'
import { readBody } from './body.ts'
import type { EventLog } from './events.ts'
import { answerHealth, type Health } from './health.ts'
import { createOnce, type Once } from './once.ts'
import { createPast } from './past.ts'
import { answerList, answerOne, getObject, listObjects, missing, toAnswer } from './read.ts'
import {
  aggregatedDiscovery,
  coreVersions,
  groupList,
  isStored,
  type Resource,
  resourceList,
  resourceOfPlural,
  type StoredResource,
} from './resources.ts'
import { scaleOf } from './scale.ts'
import { assertReadsSource } from './source-claim.ts'
import { watchObjects } from './watch.ts'
import { answerWholeCluster, isWholeClusterView, type WholeClusterDeps } from './whole-cluster.ts'
import { deleteObject } from './write/delete.ts'
import type { Subresource, WriteDeps } from './write/intent.ts'
import { createObject, patchObject, replaceObject } from './write/write.ts'

export interface Router {
  readonly handle: Handle
}

export interface RouterDeps extends WholeClusterDeps {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly events: EventLog
  readonly admission: AdmissionDeps
  readonly version: string
  /** No checks when left out. */
  readonly health?: Health
  /** In the text format of Prometheus. */
  readonly metrics?: () => Promise<string>
  /** Lines of tasks; NotFound when nothing matches. */
  readonly logs?: (
    of: { readonly kind: 'Task' | 'Service'; readonly name: string },
    options: LogQuery,
    signal: AbortSignal,
  ) => AsyncIterable<LogLine>
  /** Runs a command in a task; `who` is recorded. The caller closes the connection. */
  /** What the running tasks of a node use. */
  readonly stats?: (nodeName: string) => Promise<NodeStats>
  /** What the member of the store that answers here says of itself. `name` is its node. */
  readonly member?: { readonly name: string; readonly status: () => MemberStatus }
  readonly exec?: (task: string, request: ReachRequest, who: string, signal: AbortSignal) => Promise<FrameConnection>
  /** Why a task is where it is, or why it is pending. */
  readonly explainTask?: (view: StoreView, name: string) => unknown
  /** Where the tasks of a node would go, were it drained. */
  readonly forecastDrain?: (view: StoreView, name: string) => unknown
}

type Deps = RouterDeps & WriteDeps & { readonly once: Once }

const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

export function createRouter(given: RouterDeps): Router {
  const audit = createAudit({ ...given, events: given.events.recorder('api') })
  const writing = { ...given, past: createPast(given.store), audit }
  const deps: Deps = { ...writing, once: createOnce(writing) }
  return {
    async handle(request) {
      try {
        return await route(deps, request)
      } catch (error) {
        if (error instanceof StatusError) {
          if (error.reason === 'Unauthorized' || error.reason === 'Forbidden') audit.refused(request, error)
          return failure(error)
        }
        deps.log.error('Failed to answer a request', { method: request.method, path: request.path, error })
        return failure(new StatusError('InternalError', 'an internal error occurred; the log of the daemon has it', {}, { cause: error }))
      }
    },
  }
}

function unknownPath(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource')
}

function notAllowed(resource: Resource, verb: string): StatusError {
  const why = resource.verbs.includes('create') ? '' : `: ${resource.plural} are written by controllers only`
  return new StatusError('MethodNotAllowed', `${verb} is not supported on ${resource.plural}${why}`, { kind: resource.plural })
}

/** Who may is asked before anything else is looked at: bodies, names, whether there is such an object. */
async function route(deps: Deps, request: ApiRequest): Promise<ApiResponse> {
  const segments = segmentsOf(request.path)
  const target = targetOf(request, segments)
  assertMay(request.identity, target)
  assertReadsSource(deps.store.view, request.identity, target)
  const { resource, endpoint, verb } = target
  if (callersOf(target) === undefined) throw resource === undefined || !isEndpoint(endpoint) ? unknownPath() : notAllowed(resource, verb)
  deps.audit.read(request, target)
  return resource === undefined ? fixedAnswer(deps, request, endpoint) : routeResource(deps, request, resource, segments.slice(4))
}

export function targetOf(request: ApiRequest, segments: readonly string[]): Target {
  const [root, group, version, plural, name, subresource, ...more] = segments
  const resource = root === 'apis' && group === 'kit' && version === 'v1' && plural !== undefined ? resourceOfPlural(plural) : undefined
  const isCollection = resource !== undefined && name === undefined
  const verb = verbOf(request, isCollection)
  if (resource === undefined) return { endpoint: segments.join('/'), verb }
  const endpoint = [resource.plural, ...(subresource === undefined ? [] : [subresource]), ...more].join('/')
  return { endpoint, verb, resource, ...(name !== undefined && { name }) }
}

export function segmentsOf(path: string): readonly string[] {
  try {
    const segments = path.split('/').filter((segment) => segment !== '')
    return path.includes('%') ? segments.map(decodeURIComponent) : segments
  } catch (error) {
    throw new StatusError('BadRequest', `the path '${path}' is not well encoded`, {}, { cause: error })
  }
}

async function fixedAnswer(deps: Deps, request: ApiRequest, path: string): Promise<ApiAnswer> {
  const { discovery } = preferences(request.headers['accept'])
  const aggregated = (core: boolean): ApiAnswer => {
    const type = `application/json;g=apidiscovery.k8s.io;v=${discovery};as=APIGroupDiscoveryList`
    return answer(200, aggregatedDiscovery(discovery ?? 'v2', core), { 'content-type': type })
  }
  switch (path) {
    case 'version':
      return answer(200, versionDocument(deps.version))
    case 'apis/authentication.k8s.io/v1/selfsubjectreviews':
      return answer(201, selfSubjectReview(request.identity))
    case 'api':
      return discovery === undefined ? answer(200, coreVersions) : aggregated(true)
    case 'apis':
      return discovery === undefined ? answer(200, groupList) : aggregated(false)
    case 'apis/kit/v1':
      return answer(200, resourceList)
    case 'livez':
    case 'healthz':
      return answerHealth('livez', deps.health?.livez ?? [], request)
    case 'readyz':
      return answerHealth('readyz', deps.health?.readyz ?? [], request)
    case 'metrics':
      if (deps.metrics === undefined) throw unknownPath()
      return answer(200, await deps.metrics(), { 'content-type': metricsType })
    default:
      throw unknownPath()
  }
}

/** Clients read it as the version of Kubernetes whose API this is like. */
function versionDocument(version: string): JsonObject {
  return {
    major: '1',
    minor: '33',
    gitVersion: `v1.33.0+kit.${version}`,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: '',
    platform: '',
  }
}

/** `kubectl auth whoami`, and `kit whoami`. What the request says does not matter. */
function selfSubjectReview(identity: Identity): JsonObject {
  const userInfo = identity.role === 'Nobody' ? {} : { username: identity.name, groups: [...groupsOf(identity.role)] }
  return { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {}, status: { userInfo } }
}

function routeResource(deps: Deps, request: ApiRequest, resource: Resource, rest: readonly string[]): Promise<ApiResponse> | ApiResponse {
  const [name, subresource, ...more] = rest
  if (more.length > 0) throw unknownPath()
  if (!isStored(resource)) return routeEvents(deps, request, resource, rest)
  if (name === undefined) return routeCollection(deps, request, resource)
  if (subresource === 'log' || subresource === 'explain' || subresource === 'forecast')
    return routeView(deps, request, resource, name, subresource)
  if (subresource === 'stats') return routeStats(deps, request, resource, name)
  if (subresource === 'member') return routeMember(deps, request, resource, name)
  if (subresource === 'exec' || subresource === 'portforward' || subresource === 'attach')
    return routeExec(deps, request, resource, name, subresource)
  if (isWholeClusterView(resource.kind, subresource)) {
    if (request.method !== 'GET') throw notAllowed(resource, `${request.method} of ${subresource}`)
    getObject(deps, resource, name)
    const response = answerWholeCluster(deps, request, name, subresource)
    return 'stream' in response ? { ...response, stream: withFailure(response.stream) } : response
  }
  return routeItem(deps, request, resource, name, subresourceOf(resource, subresource))
}

function subresourceOf(resource: Resource, name: string | undefined): Subresource {
  if (name === undefined) return undefined
  if (name === 'status' && resource.hasStatus) return 'status'
  if (name === 'scale' && resource.scale !== undefined) return 'scale'
  throw unknownPath()
}

function routeCollection(deps: Deps, request: ApiRequest, resource: StoredResource): Promise<ApiAnswer> | ApiResponse {
  switch (request.method) {
    case 'GET':
      if (!isTrue(request.query['watch'])) return answer(200, listObjects(deps, resource, request))
      return { status: 200, headers: { 'content-type': 'application/json' }, stream: watchObjects(deps, resource, request) }
    case 'POST':
      if (!resource.verbs.includes('create')) throw notAllowed(resource, 'create')
      return deps.once({ resource, request, name: '', subresource: undefined }, (asked) => createObject(deps, resource, asked))
    default:
      throw notAllowed(resource, `${request.method} of the collection`)
  }
}

function routeItem(
  deps: Deps,
  request: ApiRequest,
  resource: StoredResource,
  name: string,
  subresource: Subresource,
): Promise<ApiAnswer> | ApiAnswer {
  if (request.method === 'GET') {
    const object = getObject(deps, resource, name)
    return answer(
      200,
      subresource === 'scale'
        ? scaleOf(resource, object)
        : answerOne(deps, resource, request, toAnswer(resource, object, request.identity)),
    )
  }
  if (!resource.verbs.includes('update')) throw notAllowed(resource, request.method.toLowerCase())
  const asked = { resource, request, name, subresource }
  switch (request.method) {
    case 'PUT':
      return deps.once(asked, (once) => replaceObject(deps, resource, once, name, subresource))
    case 'PATCH':
      return deps.once(asked, (once) => patchObject(deps, resource, once, name, subresource))
    case 'DELETE':
      if (subresource !== undefined) throw notAllowed(resource, `delete of ${subresource}`)
      return deps.once(asked, (once) => deleteObject(deps, resource, once, name))
    case 'POST':
      throw notAllowed(resource, 'POST of one object')
  }
}

// What only kit has: logs, explanations, events.

function routeView(
  deps: Deps,
  request: ApiRequest,
  resource: StoredResource,
  name: string,
  view: 'log' | 'explain' | 'forecast',
): ApiResponse {
  if (request.method !== 'GET') throw notAllowed(resource, `${request.method} of ${view}`)
  const { kind } = resource
  if (view === 'explain' && kind === 'Task' && deps.explainTask !== undefined) {
    getObject(deps, resource, name)
    return answer(200, deps.explainTask(deps.store.view, name))
  }
  if (view === 'forecast' && kind === 'Node' && deps.forecastDrain !== undefined) {
    getObject(deps, resource, name)
    return answer(200, deps.forecastDrain(deps.store.view, name))
  }
  if (view === 'log' && (kind === 'Task' || kind === 'Service') && deps.logs !== undefined) {
    getObject(deps, resource, name)
    const stream = deps.logs({ kind, name }, logOptions(deps, request.query), request.signal)
    return { status: 200, headers: { 'content-type': 'application/x-ndjson' }, stream: withFailure(stream) }
  }
  throw unknownPath()
}

async function routeStats(deps: Deps, request: ApiRequest, resource: StoredResource, name: string): Promise<ApiResponse> {
  if (resource.kind !== 'Node' || deps.stats === undefined) throw unknownPath()
  if (request.method !== 'GET') throw notAllowed(resource, `${request.method} of stats`)
  getObject(deps, resource, name)
  const { tasks, machine } = await deps.stats(name)
  return answer(200, { items: tasks, ...(machine === undefined ? {} : { machine }) })
}

function routeMember(deps: Deps, request: ApiRequest, resource: StoredResource, name: string): ApiResponse {
  if (resource.kind !== 'Node' || deps.member === undefined) throw unknownPath()
  if (request.method !== 'GET') throw notAllowed(resource, `${request.method} of member`)
  getObject(deps, resource, name)
  if (name !== deps.member.name)
    throw new StatusError('NotFound', `node "${name}" is not a member of the store, as far as this manager knows`, { kind: 'Node', name })
  return answer(200, deps.member.status())
}

const reachParsers = { exec: parseExecRequest, portforward: parseForwardRequest, attach: parseAttachRequest } as const

async function routeExec(
  deps: Deps,
  request: ApiRequest,
  resource: StoredResource,
  name: string,
  what: keyof typeof reachParsers,
): Promise<ApiResponse> {
  if (resource.kind !== 'Task' || deps.exec === undefined) throw unknownPath()
  if (request.method !== 'POST') throw notAllowed(resource, `${request.method} of ${what}`)
  if (request.headers['upgrade'] !== execUpgrade)
    throw new StatusError(
      'BadRequest',
      `${what} needs a connection of its own: send the headers "connection: upgrade" and "upgrade: ${execUpgrade}"`,
    )
  const wanted = reachParsers[what](readBody(request.body, false).value)
  getObject(deps, resource, name)
  const frames = await deps.exec(name, wanted, nameOf(request.identity), request.signal)
  deps.audit.reached(request, name, wanted)
  return { status: 101, headers: { connection: 'upgrade', upgrade: execUpgrade }, frames }
}

/** The headers are gone when a stream fails: a Status as its last value says why. */
async function* withFailure(lines: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
  try {
    yield* lines
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    yield statusOf(error)
  }
}

function logOptions(deps: Deps, query: ApiRequest['query']): LogQuery {
  const tail = wholeNumber(query, 'tail') ?? wholeNumber(query, 'tailLines')
  const sinceSeconds = wholeNumber(query, 'sinceSeconds')
  const since = sinceSeconds === undefined ? sinceTime(query['since']) : deps.clock.wallMs() - sinceSeconds * 1000
  return {
    ...(tail !== undefined && { tail }),
    ...(since !== undefined && { since }),
    ...(isTrue(query['follow']) && { follow: true }),
    ...(isTrue(query['previous']) && { previous: true }),
  }
}

/** ms since 1970, or RFC 3339. */
function sinceTime(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : parseTimestamp(text)
  if (ms === undefined) throw new StatusError('BadRequest', `since must be a time such as 2026-01-31T12:00:00Z, got '${text}'`)
  return ms
}

function routeEvents(deps: Deps, request: ApiRequest, resource: Resource, rest: readonly string[]): ApiAnswer {
  const [name, ...more] = rest
  if (more.length > 0) throw unknownPath()
  if (request.method !== 'GET' || isTrue(request.query['watch']))
    throw notAllowed(resource, isTrue(request.query['watch']) ? 'watch' : request.method.toLowerCase())
  const all = deps.events.list()
  if (name !== undefined) {
    const event = all.find(({ metadata }) => isJsonObject(metadata) && metadata['name'] === name)
    if (event === undefined) throw missing(resource, name)
    return answer(200, answerOne(deps, resource, request, event))
  }
  const fields = parseFieldSelector(request.query['fieldSelector'] ?? '', resource.fieldPaths)
  const paths = new Map(fields.map(({ path }) => [path, parseJsonPath(`.${path}`)]))
  const items = all.filter((event) => matchesFields(fields, (path) => String(evaluateJsonPath(paths.get(path) ?? [], event)[0] ?? '')))
  return answer(200, answerList(deps, resource, request, items, { resourceVersion: String(deps.events.version) }))
}
