// Any manager answers: it reads from its own copy, once that is as new as anything that was acknowledged anywhere, and
// hands to the leader what changes something or what only the leader knows (events, logs, commands in tasks). Who asks
// need not know that there is a leader.

import { type Reason, reasons, StatusError } from '../api/errors.ts'
import { type ApiRequest, type ApiResponse, askedAgoHeader, type Handle, requestIdHeader } from '../api/request.ts'
import { isJsonObject } from '../api/wire.ts'
import type { Clock } from '../effects/effects.ts'
import { failure, warningHeaders } from './answer.ts'
import { type Forwarder, LostAnswer } from './forwarding.ts'

export interface DoorDeps {
  readonly clock: Clock
  readonly forwarder: Forwarder
  readonly store: {
    readonly view: { readonly resourceVersion: number }
    status(): { readonly leads: boolean; readonly hasSpace: boolean; readonly isStopped: boolean }
    catchUp(): Promise<void>
  }
  /** Answers from this manager alone. */
  readonly here: Handle
  /** Address of the manager that leads; undefined while none is known to. */
  readonly leaderAddress: () => string | undefined
  /** This manager is one of those who decide, or has yet to learn who they are. Without a say it never hears of anything again. */
  readonly hasSay: () => boolean
  /** Why no manager leads, for people. */
  readonly whyNone: () => string
}

/** Longer than an election with a few split votes takes. */
const patienceMs = 5_000
const lookAgainMs = 25
/** Who does not lead any more for so long, as far as is known here, will not answer. Whoever leads again meanwhile was only not heard. */
const lostMs = 2_000
const lookForLeaderMs = 250
const never = new AbortController().signal

type DeciderDeps = Pick<DoorDeps, 'clock' | 'store' | 'here'>

/** Of a write: what the state decides, so that another state may decide otherwise. */
const refusals: readonly Reason[] = ['NotFound', 'Conflict', 'AlreadyExists', 'Invalid']

/**
 * What the leader is asked, by whoever. The leader of a slow disk knows of commits that it has not applied, and managers that have
 * show them; and one that was overtaken may not know it. So it refuses a write only once it has everything that anybody was told.
 */
export function createDecider(deps: DeciderDeps): Handle {
  return (request) => decide(deps, request)
}

async function decide({ clock, store, here }: DeciderDeps, request: ApiRequest): Promise<ApiResponse> {
  const { resourceVersion } = store.view
  const response = await here(request)
  if (request.method === 'GET' || !refusals.some((reason) => says(response, reason))) return response
  try {
    if (!(await isDoneWithin(clock, patienceMs, store.catchUp()))) throw behind('its disk may be slow')
  } catch (error) {
    if (error instanceof StatusError) return failure(error)
    throw error
  }
  return store.view.resourceVersion === resourceVersion ? response : await here(request)
}

export function createDoor(deps: DoorDeps): Handle {
  const lookout = new Lookout(deps)
  return async (request) => {
    const kind = kindOf(request)
    try {
      if (kind === 'here') return await deps.here(request)
      if (kind === 'stale') return withWarning(await deps.here(request), whyStale(deps))
      if (kind === 'leader') return await askLeader(deps, lookout, request)
      if (!isOldEnough(deps, request)) await catchUp(deps, request)
      return await deps.here(request)
    } catch (error) {
      if (error instanceof StatusError) return failure(error)
      throw error
    }
  }
}

/** `copy`: an object of the store is read; `stale`: however old. `here`: this process is asked about. */
function kindOf({ method, path, query }: ApiRequest): 'here' | 'stale' | 'copy' | 'leader' {
  const [root, group, , plural, , subresource] = path.split('/').filter((segment) => segment !== '')
  if (root !== 'apis' || group !== 'kit' || plural === undefined) return 'here'
  if (method !== 'GET' || plural === 'events') return 'leader'
  if (subresource === 'member') return 'here'
  if (subresource === 'log' || subresource === 'stats') return 'leader'
  return query['resourceVersion'] === '0' ? 'stale' : 'copy'
}

function whyStale({ store, leaderAddress }: DoorDeps): string | undefined {
  const isFresh = store.status().leads || leaderAddress() !== undefined
  return isFresh ? undefined : 'this manager knows of none that leads: what it has may be old'
}

function withWarning<T extends ApiResponse>(response: T, warning: string | undefined): T {
  return warning === undefined ? response : { ...response, headers: { ...response.headers, ...warningHeaders([warning]) } }
}

/** A reader that says what it has seen, or that goes on with a list in pages, is satisfied with that. */
function isOldEnough({ store }: DoorDeps, { query }: ApiRequest): boolean {
  if ((query['continue'] ?? '') !== '') return true
  const version = Number(query['resourceVersion'] ?? '')
  return version > 0 && version <= store.view.resourceVersion
}

async function catchUp(deps: DoorDeps, request: ApiRequest): Promise<void> {
  const { leads, hasSpace } = deps.store.status()
  if (!leads && !hasSpace) throw behind('its disk has no space left: free some')
  await untilDone(deps, request, async () => {
    try {
      if (await isDoneWithin(deps.clock, patienceMs, deps.store.catchUp())) return true
    } catch (error) {
      if (isPassing(error)) return undefined
      throw error
    }
    throw behind('its disk may be slow')
  })
}

function behind(why: string): StatusError {
  return new StatusError(
    'Unavailable',
    `this manager does not have yet what was written last (${why}): ask another one, or read what it has (kit --stale, resourceVersion=0)`,
  )
}

async function isDoneWithin(clock: Clock, limitMs: number, work: Promise<void>): Promise<boolean> {
  const over = new AbortController()
  const done = work.then(() => true)
  const late = clock.sleep(limitMs, over.signal).then(
    () => false,
    () => done,
  )
  try {
    return await Promise.race([done, late])
  } finally {
    over.abort()
  }
}

/** A request that may be carried out twice, or is not although it is asked for twice, is asked for again whatever became of it. */
async function askLeader(deps: DoorDeps, lookout: Lookout, request: ApiRequest): Promise<ApiResponse> {
  const { clock } = deps
  const beganMs = clock.monotonicMs()
  const mayRepeat = isRepeatable(request)
  /** What the first one said that may have carried it out, or how it went away. */
  let lost: { readonly response: ApiResponse } | { readonly cause: unknown } | undefined
  const attempt = async (): Promise<ApiResponse | undefined> => {
    const asked = lost === undefined || request.method === 'GET' ? request : askedAgain(request, clock.monotonicMs() - beganMs)
    try {
      const response = await ask(deps, lookout, asked)
      if (response === undefined || says(response, 'NotLeader')) return undefined // It was not begun.
      if (mayRepeat && says(response, 'Unknown')) lost ??= { response }
      else if (lost === undefined || !(says(response, 'Unavailable') || says(response, 'TooManyRequests'))) return response
    } catch (error) {
      const isBegun = error instanceof LostAnswer && request.method !== 'GET'
      if (request.signal.aborted && !isBegun) throw new StatusError('Unavailable', 'the client has gone, or this daemon ends')
      if (!(error instanceof LostAnswer)) return undefined // It was not begun.
      if (!mayRepeat) throw unknown(error)
      lost ??= { cause: error }
    }
    return undefined
  }
  try {
    return await untilDone(deps, request, attempt)
  } catch (error) {
    // That nobody leads now says nothing of what was asked of the one that did.
    if (lost === undefined || request.method === 'GET') throw error
    if ('response' in lost) return lost.response
    throw unknown(lost.cause)
  }
}

/** Undefined while nobody is known to lead. */
async function ask(deps: DoorDeps, lookout: Lookout, request: ApiRequest): Promise<ApiResponse | undefined> {
  if (deps.store.status().leads) return decide(deps, request)
  const leader = deps.leaderAddress()
  return leader === undefined ? undefined : forwardUnlessLost(deps, lookout, leader, request)
}

/** Commands in tasks are not: they begin anew. */
function isRepeatable({ method, headers }: ApiRequest): boolean {
  return method === 'GET' || (headers[requestIdHeader] !== undefined && headers['upgrade'] === undefined)
}

function askedAgain(request: ApiRequest, agoMs: number): ApiRequest {
  const before = Number(request.headers[askedAgoHeader] ?? 0)
  return { ...request, headers: { ...request.headers, [askedAgoHeader]: String(Math.ceil(before + agoMs)) } }
}

function unknown(cause: unknown): StatusError {
  return new StatusError('Unknown', 'the leader went away before it had answered: look whether the change was made', {}, { cause })
}

async function forwardUnlessLost({ forwarder }: DoorDeps, lookout: Lookout, leader: string, request: ApiRequest): Promise<ApiResponse> {
  const asking = new AbortController()
  const leave = (): void => asking.abort(request.signal.reason)
  // Of a change the answer is waited for, also when this daemon ends: the client could not know whether it was made.
  if (request.method === 'GET' || request.headers['upgrade'] !== undefined) {
    request.signal.addEventListener('abort', leave, { once: true }) // Also of a stream that goes on after its head.
    if (request.signal.aborted) leave()
  }
  const answered = lookout.add(leader, asking)
  try {
    return await forwarder.forward(leader, { ...request, signal: asking.signal })
  } finally {
    answered()
  }
}

interface Asked {
  /** When it was last known to lead. */
  ledMs: number
  readonly requests: Set<AbortController>
}

/** A leader that is cut off never says that it will not answer. One look, now and then, is for all who wait for one. */
class Lookout {
  readonly #deps: Pick<DoorDeps, 'clock' | 'leaderAddress'>
  readonly #asked = new Map<string, Asked>()
  #isLooking = false

  constructor(deps: Pick<DoorDeps, 'clock' | 'leaderAddress'>) {
    this.#deps = deps
  }

  /** Aborts `asking` when `leader`, which leads now, has not led for long. Returns how to stop that. */
  add(leader: string, asking: AbortController): () => void {
    const asked = this.#asked.get(leader) ?? { ledMs: 0, requests: new Set() }
    asked.ledMs = this.#deps.clock.monotonicMs()
    asked.requests.add(asking)
    this.#asked.set(leader, asked)
    if (!this.#isLooking) void this.#look()
    return () => {
      asked.requests.delete(asking)
      if (asked.requests.size === 0 && this.#asked.get(leader) === asked) this.#asked.delete(leader)
    }
  }

  async #look(): Promise<void> {
    const { clock, leaderAddress } = this.#deps
    this.#isLooking = true
    while (this.#asked.size > 0) {
      await clock.sleep(lookForLeaderMs, never)
      const [nowMs, present] = [clock.monotonicMs(), leaderAddress()]
      for (const [leader, asked] of this.#asked) {
        if (leader === present) asked.ledMs = nowMs
        else if (nowMs - asked.ledMs >= lostMs)
          for (const asking of asked.requests) asking.abort(new Error(`${leader} does not lead any more`))
      }
    }
    this.#isLooking = false
  }
}

async function untilDone<T>(deps: DoorDeps, request: ApiRequest, attempt: () => Promise<T | undefined>): Promise<T> {
  const { clock, store } = deps
  const { signal } = request
  const lateMs = clock.monotonicMs() + patienceMs
  for (;;) {
    const done = await attempt()
    if (done !== undefined) return done
    if (!deps.hasSay()) throw new StatusError('NotLeader', deps.whyNone())
    // The daemon of a store that has stopped ends once its requests are answered.
    if (clock.monotonicMs() >= lateMs || signal.aborted || store.status().isStopped) throw new StatusError('Unavailable', deps.whyNone())
    await clock.sleep(lookAgainMs, signal).catch(() => undefined)
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof StatusError && (error.reason === 'NotLeader' || error.reason === 'Unavailable')
}

function says(response: ApiResponse, reason: Reason): boolean {
  return 'body' in response && response.status === reasons[reason][0] && isJsonObject(response.body) && response.body['reason'] === reason
}
