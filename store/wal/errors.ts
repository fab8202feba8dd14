// What can go wrong with the log, as kinds that callers tell apart. Messages are for operators: they
// name the file, what was found there and what to do next.

export type WalErrorKind =
  /** There is no log where one was. Nothing was changed on disk. */
  | 'Missing'
  /** Durable bytes are damaged. Nothing was changed on disk. */
  | 'Corrupt'
  /** The state was found to be another one than that of the other members. */
  | 'Diverged'
  /** The data key that sealed a file is not known here. */
  | 'WrongKey'
  /** The keys are sealed with the unlock key, and none was given. */
  | 'Locked'
  /** The keys are sealed with another unlock key. */
  | 'WrongUnlockKey'
  /** The directory belongs to another node or cluster, or to a newer kit. */
  | 'Foreign'
  /** Refused before anything was written: the same call may succeed once there is space. */
  | 'OutOfSpace'
  /** A write or sync failed: what is durable is unknown. The process must end; a restart reads the truth. */
  | 'Failed'

export class WalError extends Error {
  readonly kind: WalErrorKind
  /** `ENOSPC` for OutOfSpace, as a failed disk call has it. */
  readonly code: string | undefined
  constructor(kind: WalErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'WalError'
    this.kind = kind
    this.code = kind === 'OutOfSpace' ? 'ENOSPC' : undefined
  }
}

/** The kind of a WalError, `undefined` for every other value. */
export function walErrorKind(error: unknown): WalErrorKind | undefined {
  return error instanceof WalError ? error.kind : undefined
}

const rejoin =
  'The disk changed or lost bytes that were safely stored. Restore the directory from a copy, or remove it and join as a new node'

export function corrupt(file: string, offset: number, reason: string, cause?: unknown): WalError {
  return new WalError('Corrupt', `${file}: ${reason} at offset ${offset}. ${rejoin}`, cause === undefined ? {} : { cause })
}

/** The errno name of a failed disk call. */
export function outOfSpace(directory: string, wanted: string, cause: unknown): WalError {
  return new WalError('OutOfSpace', `${directory}: no space left on the disk for ${wanted}; free some space and writes go on`, { cause })
}
