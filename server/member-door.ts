// What a member of the store says of itself, it says itself: whichever manager is asked hands such a request to that member.
// Nobody has to lead for that, so that one can see how far each is when nobody does.

import { formatDuration } from '../api/duration.ts'
import { StatusError } from '../api/errors.ts'
import type { ApiRequest, ApiResponse, Handle } from '../api/request.ts'
import type { Clock } from '../effects/effects.ts'
import { failure } from './answer.ts'
import type { Forwarder } from './forwarding.ts'

export interface MemberDoorDeps {
  readonly clock: Clock
  readonly forwarder: Pick<Forwarder, 'forward'>
  /** Of another member; undefined of this one, and of what is none. */
  readonly addressOf: (name: string) => string | undefined
  /** Everything else. */
  readonly next: Handle
}

/** A member that lives answers in milliseconds. */
const answerLimitMs = 2_000

export function createMemberDoor(deps: MemberDoorDeps): Handle {
  return async (request) => {
    const name = memberIn(request)
    const address = name === undefined ? undefined : deps.addressOf(name)
    return name === undefined || address === undefined ? await deps.next(request) : await ask(deps, request, name, address)
  }
}

function memberIn({ method, path }: ApiRequest): string | undefined {
  return method === 'GET' ? /^\/apis\/kit\/v1\/nodes\/([^/]+)\/member$/.exec(path)?.[1] : undefined
}

async function ask({ clock, forwarder }: MemberDoorDeps, request: ApiRequest, name: string, address: string): Promise<ApiResponse> {
  const asking = new AbortController()
  const answered = new AbortController()
  const late = clock.sleep(answerLimitMs, answered.signal).then(
    () => asking.abort(new Error(`no answer within ${formatDuration(answerLimitMs)}`)),
    () => undefined,
  )
  try {
    return await forwarder.forward(address, { ...request, signal: AbortSignal.any([request.signal, asking.signal]) })
  } catch (error) {
    const silent = new StatusError('Unavailable', `the manager at ${address} does not answer`, { kind: 'Node', name }, { cause: error })
    return failure(silent)
  } finally {
    answered.abort()
    await late
  }
}
