// The requests that were carried out last, so that one that is asked for again is not carried out again: not by the next
// leader, nor after a restart. Part of the state, and so the same on every member: what is forgotten depends on how many
// came after it, and on no clock.

import assert from 'node:assert/strict'
import { StatusError } from '../../api/errors.ts'
import type { AppliedRequest, RequestMark } from '../../api/store.ts'

/** About 300 bytes each in memory, and 150 in a snapshot. */
const mostRemembered = 10_000

export class AppliedRequests {
  readonly #most: number
  readonly #byId = new Map<string, AppliedRequest>()
  /** In the order in which they were applied, from `#oldest` on, once around. */
  readonly #ring: AppliedRequest[] = []
  #oldest = 0
  #forgottenMs = 0

  /** The same on all members, or what they remember is not. */
  constructor(most = mostRemembered) {
    assert(most >= 1)
    this.#most = most
  }

  get size(): number {
    return this.#ring.length
  }

  /** When the newest one that is forgotten was decided. */
  get forgottenMs(): number {
    return this.#forgottenMs
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
    if (this.#ring.length < this.#most) {
      this.#ring.push(request)
      return
    }
    const oldest = this.#ring[this.#oldest]
    assert(oldest !== undefined)
    this.#byId.delete(oldest.id)
    this.#forgottenMs = Math.max(this.#forgottenMs, oldest.atMs)
    this.#ring[this.#oldest] = request
    this.#oldest = (this.#oldest + 1) % this.#most
    assert.equal(this.#byId.size, this.#ring.length)
  }

  restoreForgotten(atMs: number): void {
    this.#forgottenMs = atMs
  }

  /** The oldest first. */
  all(): readonly AppliedRequest[] {
    return [...this.#ring.slice(this.#oldest), ...this.#ring.slice(0, this.#oldest)]
  }
}

function usedBefore(index: number): StatusError {
  return new StatusError(
    'Invalid',
    `this Idempotency-Key was used for another request, which was carried out at version ${index}: each request needs a key of its own`,
  )
}
