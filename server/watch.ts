// Watching: what exists, when it was asked for, and then every change in order, through the selectors of
// the watcher. Nothing is queued for a reader: the store's ring is read by cursor, as fast as it reads.

import { reasonOf, StatusError } from '../api/errors.ts'
import { apiVersion, type KitObject } from '../api/objects.ts'
import type { ApiRequest } from '../api/request.ts'
import type { StoreEvent } from '../api/store.ts'
import { partialOf } from '../api/table.ts'
import type { JsonObject } from '../api/wire.ts'
import { isTrue, preferences, statusOf, wholeNumber } from './answer.ts'
import { byName, parseVersion } from './past.ts'
import { type ReadDeps, tableOptions, toAnswer } from './read.ts'
import type { StoredResource } from './resources.ts'
import { type Match, selection } from './selection.ts'

const bookmarkPeriodMs = 30_000

interface Watch {
  readonly resource: StoredResource
  readonly request: ApiRequest
  readonly matches: Match
  readonly since: number
  readonly replay: readonly KitObject[]
  readonly initialBookmark: boolean
  readonly bookmarks: boolean
  readonly timeoutMs: number | undefined
}

/** Checks everything that can be refused before the first event, then returns the stream. */
export function watchObjects(deps: ReadDeps, resource: StoredResource, request: ApiRequest): AsyncIterable<unknown> {
  const { query } = request
  const { view } = deps.store
  const { matches, candidates } = selection(resource, query)
  const initialBookmark = isTrue(query['sendInitialEvents'])
  if (initialBookmark && query['resourceVersionMatch'] !== 'NotOlderThan') {
    throw new StatusError('Invalid', 'sendInitialEvents needs resourceVersionMatch=NotOlderThan')
  }
  const text = query['resourceVersion'] ?? ''
  const version = text === '' ? 0 : parseVersion(text, view.resourceVersion)
  const replays = version === 0 || initialBookmark
  const isTold = (event: StoreEvent): boolean => typeFor(event, { resource, matches }) !== undefined
  const timeoutSeconds = wholeNumber(query, 'timeoutSeconds')
  return stream(deps, {
    resource,
    request,
    matches,
    since: replays ? view.resourceVersion : whereToGoOn(deps, version, isTold),
    replay: replays ? Array.from(candidates(view)).filter(matches).sort(byName) : [],
    initialBookmark,
    bookmarks: isTrue(query['allowWatchBookmarks']),
    timeoutMs: timeoutSeconds === undefined || timeoutSeconds === 0 ? undefined : timeoutSeconds * 1000,
  })
}

/**
 * A version is that of an entry, which may have changed several objects, and whoever goes on from there may have been cut off
 * among them: then all of that entry is told again (ADR 42). Throws Expired: an answer now, and an event later.
 */
function whereToGoOn({ store }: ReadDeps, version: number, isTold: (event: StoreEvent) => boolean): number {
  try {
    const again = store.history(version - 1).filter((event) => event.resourceVersion === version && isTold(event))
    return again.length > 1 ? version - 1 : version
  } catch (error) {
    if (reasonOf(error) !== 'Expired') throw error
    store.history(version) // It may begin right behind that entry, as where a list was the first thing that was asked for.
    return version
  }
}

async function* stream(deps: ReadDeps, watch: Watch): AsyncGenerator<unknown, void, void> {
  const { resource, request } = watch
  const print = printer(deps, watch)
  const ended = new AbortController()
  const end = (): void => ended.abort()
  request.signal.addEventListener('abort', end)
  if (request.signal.aborted) end()
  if (watch.timeoutMs !== undefined) deps.clock.sleep(watch.timeoutMs, ended.signal).then(end, () => undefined)
  try {
    for (const object of watch.replay) yield { type: 'ADDED', object: print(toAnswer(resource, object, request.identity)) }
    if (watch.initialBookmark) yield bookmark(resource, watch.since, true)
    yield* live(deps, watch, print, ended.signal)
  } catch (error) {
    if (ended.signal.aborted) return
    if (!(error instanceof StatusError)) throw error
    yield { type: 'ERROR', object: statusOf(error) }
  } finally {
    request.signal.removeEventListener('abort', end)
    end()
  }
}

async function* live(deps: ReadDeps, watch: Watch, print: Print, signal: AbortSignal): AsyncGenerator<unknown, void, void> {
  const batches = deps.store.watch(watch.since, signal)[Symbol.asyncIterator]()
  let seen = watch.since
  let next = batches.next()
  const idle = idleTimer(deps, signal)
  while (!signal.aborted) {
    const batch = watch.bookmarks ? await Promise.race([next, idle()]) : await next
    if (batch === 'idle') {
      // What is applied but not read yet is not covered: only what was seen is.
      if (!signal.aborted) yield bookmark(watch.resource, seen, false)
      continue
    }
    if (batch.done === true) return
    for (const event of batch.value) {
      seen = event.resourceVersion
      const sent = eventFor(event, watch)
      if (sent !== undefined) yield { type: sent.type, object: print(sent.object) }
    }
    next = batches.next()
  }
}

/** One timer at a time, started anew after it has fired. */
function idleTimer(deps: ReadDeps, signal: AbortSignal): () => Promise<'idle'> {
  let running: Promise<'idle'> | undefined
  return () => {
    running ??= deps.clock.sleep(bookmarkPeriodMs, signal).then(
      () => {
        running = undefined
        return 'idle'
      },
      () => 'idle',
    )
    return running
  }
}

/** An object that stops matching is deleted for this watcher, and one that starts is added. */
function typeFor(event: StoreEvent, { resource, matches }: Pick<Watch, 'resource' | 'matches'>): StoreEvent['type'] | undefined {
  if (event.object.kind !== resource.kind) return undefined
  const before = event.previous !== undefined && matches(event.previous)
  const after = event.type !== 'DELETED' && matches(event.object)
  if (after) return before ? 'MODIFIED' : 'ADDED'
  return before ? 'DELETED' : undefined
}

function eventFor(event: StoreEvent, watch: Watch): { readonly type: StoreEvent['type']; readonly object: JsonObject } | undefined {
  const { resource, request } = watch
  const type = typeFor(event, watch)
  if (type === undefined) return undefined
  if (type !== 'DELETED') return { type, object: toAnswer(resource, event.object, request.identity) }
  const last = toAnswer(resource, event.previous ?? event.object, request.identity)
  const metadata = typeof last['metadata'] === 'object' ? last['metadata'] : {}
  return { type, object: { ...last, metadata: { ...metadata, resourceVersion: String(event.resourceVersion) } } }
}

type Print = (object: JsonObject) => unknown

/** In a table watch each object is a table of one row; the columns are named once. */
function printer(deps: ReadDeps, { resource, request }: Watch): Print {
  const { table, partial } = preferences(request.headers['accept'])
  if (!table) return partial ? partialOf : (object) => object
  let first = true
  return (object) => {
    const metadata = object['metadata']
    const version =
      typeof metadata === 'object' && metadata !== null && 'resourceVersion' in metadata ? String(metadata['resourceVersion']) : ''
    const printed = resource.print([object], tableOptions(deps, request, { resourceVersion: version }))
    const answer = first ? printed : { ...printed, columnDefinitions: null }
    first = false
    return answer
  }
}

function bookmark(resource: StoredResource, version: number, isInitialEnd: boolean): JsonObject {
  const annotations = { 'k8s.io/initial-events-end': 'true' }
  return {
    type: 'BOOKMARK',
    object: { kind: resource.kind, apiVersion, metadata: { resourceVersion: String(version), ...(isInitialEnd && { annotations }) } },
  }
}
