// Everything that a request can fail with, as one table: reason → HTTP status, whether trying again
// helps, and the sentence. Code reads `reasonOf(error)`; nothing ever matches on message text.

/** reason: [HTTP status, whether the same request may succeed later]. */
export const reasons = {
  BadRequest: [400, false],
  Unauthorized: [401, false],
  Forbidden: [403, false],
  NotFound: [404, false],
  MethodNotAllowed: [405, false],
  NotAcceptable: [406, false],
  AlreadyExists: [409, false],
  Conflict: [409, true],
  Expired: [410, false],
  RequestEntityTooLarge: [413, false],
  UnsupportedMediaType: [415, false],
  Invalid: [422, false],
  TooManyRequests: [429, true],
  InternalError: [500, false],
  /** The outcome is not known: the write may or may not have happened. */
  Unknown: [500, false],
  /** This node does not lead; `details.leader` says who does, when that is known. */
  NotLeader: [503, true],
  /** A manager that has not been given its unlock key. */
  Locked: [503, false],
  /** Cannot write now (no space, starting, stopping). */
  Unavailable: [503, true],
  Timeout: [504, true],
} as const satisfies Record<string, readonly [status: number, retry: boolean]>

export type Reason = keyof typeof reasons

export interface Cause {
  readonly reason: string
  readonly message: string
  /** Path such as `spec.ports[0].port`. */
  readonly field?: string
  /** `kit explain` tells more about it. Left out where the reason says it all. */
  readonly code?: string
}

export interface ErrorDetails {
  readonly kind?: string
  readonly name?: string
  readonly causes?: readonly Cause[]
  readonly retryAfterSeconds?: number
  readonly leader?: string
}

export class StatusError extends Error {
  readonly reason: Reason
  readonly details: ErrorDetails
  constructor(reason: Reason, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StatusError'
    this.reason = reason
    this.details = details
  }
}

/** The reason of a StatusError, `undefined` for every other value. */
export function reasonOf(error: unknown): Reason | undefined {
  return error instanceof StatusError ? error.reason : undefined
}

export function conflict(kind: string, name: string, why: string): StatusError {
  return new StatusError('Conflict', `${kind} "${name}": ${why}`, { kind, name })
}

export function notFound(kind: string, name: string): StatusError {
  return new StatusError('NotFound', `${kind} "${name}" not found`, { kind, name })
}
