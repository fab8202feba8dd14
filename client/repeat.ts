// A write with an id is asked for again while nobody says what became of it: its connection broke, or the leader went away
// under it. It is carried out once all the same. What was refused is not asked for again, and neither is what reached nobody.

import { type Reason, reasons, StatusError } from '../api/errors.ts'
import { type ApiRequest, type ApiResponse, askedAgoHeader, type Handle } from '../api/request.ts'
import { isJsonObject } from '../api/wire.ts'
import type { Clock } from '../effects/effects.ts'

/** A leader is replaced within two seconds, and a manager that is asked waits five for the next one. */
const repeatForMs = 15_000
const pause = { firstMs: 100, longestMs: 1_000 }

export async function askUntilKnown(
  { handle, clock }: { readonly handle: Handle; readonly clock: Clock },
  request: ApiRequest,
): Promise<ApiResponse> {
  const beganMs = clock.monotonicMs()
  const first = await ask(handle, request)
  if (first.reason !== 'Unknown') return first.finish()
  let last = first
  for (let pauseMs = pause.firstMs; ; pauseMs = Math.min(pauseMs * 2, pause.longestMs)) {
    await clock.sleep(pauseMs, request.signal).catch(() => undefined)
    const agoMs = Math.ceil(clock.monotonicMs() - beganMs)
    if (agoMs >= repeatForMs || request.signal.aborted) throw gaveUp(agoMs, first.message, last.message)
    last = await ask(handle, { ...request, headers: { ...request.headers, [askedAgoHeader]: String(agoMs) } })
    if (isKnown(last.reason)) return last.finish()
  }
}

interface Attempt {
  /** Undefined when it was carried out. */
  readonly reason: Reason | undefined
  readonly message: string
  /** What it came to, for whoever asked. */
  readonly finish: () => ApiResponse
}

async function ask(handle: Handle, request: ApiRequest): Promise<Attempt> {
  try {
    const response = await handle(request)
    const body = 'body' in response && response.status >= 400 && isJsonObject(response.body) ? response.body : {}
    const { reason, message = '' } = body
    return { reason: isReason(reason) ? reason : undefined, message: String(message), finish: () => response }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    return {
      reason: error.reason,
      message: error.message,
      finish: () => {
        throw error
      },
    }
  }
}

function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(reasons, value)
}

/** Once it is not known, that nobody answers now, or takes anything, says nothing of what was asked before. */
function isKnown(reason: Reason | undefined): boolean {
  return reason === undefined || reason === 'Conflict' || (reason !== 'Unknown' && !reasons[reason][1])
}

/** What was said at first may be the cause of all that came after. */
function gaveUp(agoMs: number, first: string, last: string): StatusError {
  const seconds = Math.round(agoMs / 1000)
  const said = first === last ? `Said: ${first}` : `First: ${first}. Last: ${last}`
  return new StatusError('Unknown', `no manager has said within ${seconds} s whether the change was made: look whether it was. ${said}`)
}
