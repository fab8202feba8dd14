// A write with an id is carried out once, however often its client asks for it because nobody told it what became of the
// time before. What was carried out is remembered in the state (store/mvcc/applied-requests.ts), so any leader knows it; what is
// under way here is waited for. Only what changed something is remembered: an answer that nothing was to be done, a dry run and
// a refusal are given anew.

import { hash } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import { type ApiAnswer, type ApiRequest, askedAgoHeader, type Identity, repeatedHeader, requestIdHeader } from '../api/request.ts'
import type { AppliedRequest, RequestMark, StoreView } from '../api/store.ts'
import { nameOf } from './access.ts'
import { answer, success } from './answer.ts'
import type { StoredResource } from './resources.ts'
import { respond } from './write/commit.ts'
import { intentOf, type Subresource, type WriteDeps, type WriteRequest } from './write/intent.ts'

/** Any that a browser or curl can send, quotes of the IETF's draft included. */
const wellFormed = /^[\x21-\x7e]{1,64}$/
/** By how much the clocks of two managers may differ. */
const clockSkewMs = 500
/** Of 6 bits each: 128 bits of id, 96 of digest. */
const idSigns = 22
const digestSigns = 16
/** Few enough users that no two of them have the same. */
const userSigns = 8

export interface AskedFor {
  readonly resource: StoredResource
  readonly request: ApiRequest
  readonly name: string
  readonly subresource: Subresource
}

export type Once = (asked: AskedFor, carryOut: (request: WriteRequest) => Promise<ApiAnswer>) => Promise<ApiAnswer>

interface UnderWay {
  readonly digest: string
  readonly ended: Promise<void>
}

export function createOnce(deps: WriteDeps): Once {
  const underWay = new Map<string, UnderWay>()
  return async (asked, carryOut) => {
    const { request } = asked
    const mark = markOf(request, deps.clock.wallMs())
    if (mark === undefined) return carryOut(request)
    let hasWaited = false
    for (let other = underWay.get(mark.id); other !== undefined; other = underWay.get(mark.id)) {
      if (other.digest !== mark.digest)
        throw new StatusError('Invalid', 'another request with this Idempotency-Key is under way: each request needs a key of its own')
      await other.ended
      hasWaited = true
    }
    const applied = deps.store.view.appliedRequest(mark)
    if (applied !== undefined) return answerAgain(deps, asked, applied)
    // Nothing more is begun. What the other one has begun may yet come to be.
    if (hasWaited && request.signal.aborted)
      throw new StatusError(
        'Unknown',
        'the daemon ended, and the same request before this one was not seen to succeed: look whether the change was made',
      )
    assertRemembered(deps.store.view, request, mark)
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    underWay.set(mark.id, { digest: mark.digest, ended })
    try {
      return await carryOut({ ...request, mark })
    } catch (error) {
      const meanwhile = deps.store.view.appliedRequest(mark)
      if (meanwhile === undefined) throw error
      return answerAgain(deps, asked, meanwhile)
    } finally {
      underWay.delete(mark.id)
      end()
    }
  }
}

function markOf(request: ApiRequest, atMs: number): RequestMark | undefined {
  const key = request.headers[requestIdHeader]
  if (key === undefined) return undefined
  if (!wellFormed.test(key))
    throw new StatusError('BadRequest', `Idempotency-Key must be 1 to 64 visible ASCII characters without spaces, got ${key.length}`)
  const { method, path, query, headers, body } = request
  const asked = [method, path, Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)), headers['content-type'] ?? '']
  return {
    // Nobody is answered what somebody else's request has done.
    id: digestOf(idSigns, JSON.stringify([nameOf(request.identity), key])),
    digest: digestOf(digestSigns, Buffer.concat([Buffer.from(JSON.stringify(asked)), bytesOf(body)])),
    atMs,
    by: userDigest(request.identity),
  }
}

/** Of each connection once. */
const userDigests = new WeakMap<Identity, string>()

function userDigest(identity: Identity): string {
  const known = userDigests.get(identity) ?? digestOf(userSigns, nameOf(identity))
  userDigests.set(identity, known)
  return known
}

function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body ?? null))
}

function digestOf(signs: number, bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'base64url').slice(0, signs)
}

/** Of a request that was asked for before: had it been carried out then, it would be among those that are remembered. */
function assertRemembered(view: StoreView, { headers }: ApiRequest, mark: RequestMark): void {
  const text = headers[askedAgoHeader]
  if (text === undefined) return
  if (!/^\d{1,12}$/.test(text)) throw new StatusError('BadRequest', `${askedAgoHeader} must be a whole number of milliseconds`)
  if (view.forgottenRequestsMs(mark) < mark.atMs - Number(text) - clockSkewMs) return
  throw new StatusError(
    'Expired',
    'too many of your requests came after this one was first made to know whether it was carried out: look whether the change was made',
  )
}

/** With what the object is now: somebody may have changed it since. */
function answerAgain(deps: WriteDeps, { resource, request, name, subresource }: AskedFor, applied: AppliedRequest): ApiAnswer {
  deps.audit.repeated(request, applied)
  const { index, uid } = applied
  const object = deps.store.view.get(resource.kind, applied.name)
  const intent = intentOf(deps, resource, request, name, subresource)
  if (object !== undefined && (object.kind === 'Task' || object.metadata.uid === uid))
    return repeated(respond(deps, intent, object, request.method === 'POST' ? 201 : 200))
  if (request.method === 'DELETE') return repeated(answer(200, success(resource.plural, applied.name, uid ?? '')))
  throw new StatusError(
    'NotFound',
    `${resource.plural} "${applied.name}" not found: this request was carried out at version ${index}, and the object was deleted since`,
    { kind: resource.plural, name: applied.name },
  )
}

function repeated(given: ApiAnswer): ApiAnswer {
  return { ...given, headers: { ...given.headers, [repeatedHeader]: 'true' } }
}
