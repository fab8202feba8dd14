// A manager that its flags have started and that waits for its unlock key: its socket answers what it is, takes the key,
// and says to everything else that it is locked. From the key on it is the node that it was.

import { StatusError } from '../../api/errors.ts'
import type { Handle } from '../../api/request.ts'
import { parseUnlockKey } from '../../api/unlock-key.ts'
import { lockedText } from '../../node/open-keys.ts'
import { answer, failure } from '../../server/answer.ts'
import type { Membership, UnlockAnswer, UnlockRequest } from '../cluster/membership.ts'
import type { OpenNode } from './kitd-node.ts'
import { fixedMembership, type MembershipActions } from './membership-door.ts'

export class LockedMember implements MembershipActions {
  readonly #nodeId: string
  readonly #open: (unlockKey: Uint8Array) => Promise<OpenNode>
  readonly #unlocked = Promise.withResolvers<OpenNode>()
  #node: OpenNode | undefined
  #isOpening = false

  constructor(nodeId: string, open: (unlockKey: Uint8Array) => Promise<OpenNode>) {
    this.#nodeId = nodeId
    this.#open = open
  }

  /** Resolves once it has been given its key. */
  get unlocked(): Promise<OpenNode> {
    return this.#unlocked.promise
  }

  readonly handle: Handle = async (request) => (this.#node === undefined ? answerLocked(request.path) : await this.#node.handle(request))

  describe(): Membership {
    return { state: this.#node === undefined ? 'Locked' : this.#node.role, nodeId: this.#nodeId }
  }

  async unlock({ key }: UnlockRequest): Promise<UnlockAnswer> {
    if (this.#node !== undefined) throw notLocked()
    if (this.#isOpening) throw new StatusError('Conflict', 'this manager is being unlocked')
    this.#isOpening = true
    try {
      this.#node = await this.#open(readUnlockKey(key))
    } finally {
      this.#isOpening = false
    }
    this.#unlocked.resolve(this.#node)
    return { nodeId: this.#nodeId }
  }

  init = (): Promise<never> => fixedMembership(this.describe()).init()
  join = (): Promise<never> => fixedMembership(this.describe()).join()
  leave = (): Promise<never> => fixedMembership(this.describe()).leave()
}

/** What a locked manager says to whatever is not about its lock. */
export function answerLocked(path: string): Awaited<ReturnType<Handle>> {
  if (path === '/livez' || path === '/healthz') return answer(200, 'ok', { 'content-type': 'text/plain; charset=utf-8' })
  return failure(new StatusError('Locked', lockedText))
}

/**
 * Throws Invalid, without a word of what was given.
 *
 * @param whence where the right one is found.
 */
export function readUnlockKey(text: string, whence = '`kit swarm unlock-key` prints it on a manager that runs'): Uint8Array {
  const key = parseUnlockKey(text)
  if (key !== undefined) return key
  throw new StatusError('Invalid', `that is not an unlock key: one begins with SWMKEY-1-, and ${whence}`)
}

export function notLocked(): StatusError {
  return new StatusError('Conflict', 'this node is not locked')
}
