// The managers of one cluster as one Handle: requests go to the one that answered last, and to the next where it is not reached.

import { StatusError } from '../../api/errors.ts'
import type { ApiRequest, ApiResponse, Handle } from '../../api/request.ts'
import { isJsonObject } from '../../api/wire.ts'
import { errorCodeOf } from '../../effects/thrown.ts'

/** Codes of errors before a connection was open. `ENOENT`: a socket that is not there. */
export const unreached: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
])
const broken: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

/**
 * Each is tried once, as long as that cannot do harm. What one of them answered, also an error, is the answer, unless it is only
 * that this manager cannot tell. Of a write that was lost on the way nobody knows whether it was carried out: the next attempt,
 * which whoever asked may make, is at the next one.
 */
export function whicheverAnswers<Door>(doors: readonly Door[], send: (door: Door, request: ApiRequest) => Promise<ApiResponse>): Handle {
  let at = 0
  return async (request) => {
    let mute: ApiResponse | undefined
    for (let left = doors.length - 1; ; left--) {
      const tried = at
      const door = doors[tried]
      if (door === undefined) throw new StatusError('Unavailable', 'the context names no server')
      try {
        const response = await send(door, request)
        if (!isMute(response)) return response
        mute ??= response
        if (left <= 0) return mute
        if (at === tried) at = (tried + 1) % doors.length
      } catch (error) {
        const wasLost = isLost(error)
        // Of requests that fail at the same time one moves on for all of them, or they would pass over managers that answer.
        if (at === tried && (wasLost || (left > 0 && isUnreached(error)))) at = (tried + 1) % doors.length
        if (left <= 0 && mute !== undefined && isUnreached(error)) return mute
        if (left <= 0 || request.signal.aborted || !(isUnreached(error) || (wasLost && request.method === 'GET'))) throw error
      }
    }
  }
}

/** Locked, or a manager no more. Nothing was done then, and nothing will be however often this one is asked. */
function isMute(response: ApiResponse): boolean {
  return 'body' in response && isJsonObject(response.body) && ['Locked', 'NotLeader'].includes(String(response.body['reason']))
}

/** Nothing of the request has been sent then. */
function isUnreached(error: unknown): boolean {
  return error instanceof StatusError && unreached.has(errorCodeOf(error.cause))
}

function isLost(error: unknown): boolean {
  return error instanceof StatusError && (error.reason === 'Unknown' || broken.has(errorCodeOf(error.cause)))
}
