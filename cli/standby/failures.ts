// Why a machine does not found, join or start, for the person who asked for it.

import { reasonOf, StatusError } from '../../api/errors.ts'
import { messageOf } from '../../effects/thrown.ts'
import { JoinRefused } from '../../node/certificate.ts'

/** For the person who asked: what the managers said, or why nobody said anything. */
export function asStatus(error: unknown): StatusError {
  if (error instanceof StatusError) return error
  const cause = error instanceof Error ? error.cause : undefined
  const reason = reasonOf(cause) ?? (cause instanceof JoinRefused ? cause.reason : undefined)
  const kind = reason === 'Invalid' ? 'Invalid' : reason === undefined || reason === 'Unavailable' ? 'Unavailable' : 'Conflict'
  return new StatusError(kind, messageOf(error), {}, { cause: error })
}
