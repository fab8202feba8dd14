// The requests that were carried out last, so that one that is asked for again is not carried out again: not by the next
// leader, nor after a restart. Part of the state, and so the same on every member: what is forgotten depends on which
// requests came after it, and on no clock.
//
// When there are too many, whoever has most loses the oldest of theirs. So nobody is made to forget by somebody else's
// flood what is within their share: of so many users the part that is everybody's.

import assert from 'node:assert/strict'
import { StatusError } from '../../api/errors.ts'
import type { AppliedRequest, RequestMark } from '../../api/store.ts'

/** About 300 bytes each in memory, and 150 in a snapshot. */
const mostRemembered = 10_000
/** Of those that an older version decided: it wrote down no user. */
const unknownUser = ''

/** Of one user, who has at least one. */
interface OfUser {
  /** In the order in which they were applied; those before `#first` are gone. */
  readonly requests: AppliedRequest[]
  first: number
  forgottenMs: number
}

export interface Forgotten {
  /** Of everybody when absent. */
  readonly by?: string
  /** When the newest one that is forgotten was decided. */
  readonly atMs: number
}

export class AppliedRequests {
  readonly #most: number
  /** In the order in which they were applied. */
  readonly #byId = new Map<string, AppliedRequest>()
  readonly #byUser = new Map<string, OfUser>()
  /** Of users of whom nothing is remembered, and of those that are not known. */
  #forgottenMs = 0

  /** The same on all members, or what they remember is not. */
  constructor(most = mostRemembered) {
    assert(most >= 1)
    this.#most = most
  }

  get size(): number {
    return this.#byId.size
  }

  /** When the newest request was decided that is forgotten and may have been this one. */
  forgottenMs({ by = unknownUser }: RequestMark): number {
    return Math.max(this.#forgottenMs, this.#byUser.get(by)?.forgottenMs ?? 0)
  }

  /** The request if it was applied, and why not if its id was used for another one. */
  find(mark: RequestMark): { readonly applied: AppliedRequest } | { readonly refused: StatusError } | undefined {
    const applied = this.#byId.get(mark.id)
    if (applied === undefined) return undefined
    return applied.digest === mark.digest ? { applied } : { refused: usedBefore(applied.index) }
  }

  add(request: AppliedRequest): void {
    assert(!this.#byId.has(request.id), 'a request is applied once')
    this.#byId.set(request.id, request)
    this.#of(request.by).requests.push(request)
    if (this.#byId.size > this.#most) this.#forgetOne()
    assert(this.#byId.size <= this.#most)
  }

  /** The oldest of whoever has most; of several, of the one whose oldest is older: the same on all members. */
  #forgetOne(): void {
    let [by, most, age] = [unknownUser, 0, Number.POSITIVE_INFINITY]
    // Users are few; of ten thousand of them each would have one.
    for (const [user, { requests, first }] of this.#byUser) {
      const [count, index] = [requests.length - first, requests[first]?.index ?? 0]
      if (count > most || (count === most && index < age)) [by, most, age] = [user, count, index]
    }
    const own = this.#of(by)
    const oldest = own.requests[own.first]
    assert(oldest !== undefined)
    this.#byId.delete(oldest.id)
    own.first += 1
    if (own.first * 2 > own.requests.length) {
      own.requests.splice(0, own.first)
      own.first = 0
    }
    own.forgottenMs = Math.max(own.forgottenMs, oldest.atMs)
    if (by === unknownUser || own.requests.length === 0) this.#forgottenMs = Math.max(this.#forgottenMs, own.forgottenMs)
    if (own.requests.length === 0) this.#byUser.delete(by)
  }

  #of(by = unknownUser): OfUser {
    const known = this.#byUser.get(by)
    if (known !== undefined) return known
    const own = { requests: [], first: 0, forgottenMs: 0 }
    this.#byUser.set(by, own)
    return own
  }

  /** Before the requests of the same user. */
  restoreForgotten({ by, atMs }: Forgotten): void {
    if (by === undefined) this.#forgottenMs = atMs
    else this.#of(by).forgottenMs = atMs
  }

  /** By user. */
  forgotten(): readonly Forgotten[] {
    const ofUsers = [...this.#byUser].filter(([by, { forgottenMs }]) => by !== unknownUser && forgottenMs > 0)
    return [
      ...(this.#forgottenMs > 0 ? [{ atMs: this.#forgottenMs }] : []),
      ...ofUsers.map(([by, { forgottenMs }]) => ({ by, atMs: forgottenMs })).sort((a, b) => (a.by < b.by ? -1 : 1)),
    ]
  }

  /** The oldest first. */
  all(): readonly AppliedRequest[] {
    return [...this.#byId.values()]
  }
}

function usedBefore(index: number): StatusError {
  return new StatusError(
    'Invalid',
    `this Idempotency-Key was used for another request, which was carried out at version ${index}: each request needs a key of its own`,
  )
}
