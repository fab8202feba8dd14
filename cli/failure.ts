// What a command that threw leaves behind: lines for standard error, and an exit code.

import { reasonOf, StatusError } from '../api/errors.ts'
import { traceOf } from '../effects/thrown.ts'
import { CommandError, type ExitCode, exitCodes } from './exit.ts'

export interface Failure {
  readonly code: ExitCode
  readonly lines: readonly string[]
}

/** `isInterrupted`: by Ctrl-C, after which what else went wrong is nobody's question. */
export function describeFailure(error: unknown, isInterrupted: boolean): Failure {
  if (error instanceof CommandError) {
    if (error.message === '') return { code: error.code, lines: [] }
    return { code: error.code, lines: [/^(error|pending)\b/.test(error.message) ? error.message : `error: ${error.message}`] }
  }
  if (isInterrupted) return { code: exitCodes.interrupted, lines: [] }
  if (error instanceof StatusError) {
    const untold = (error.details.causes ?? []).filter(({ message }) => !error.message.includes(message))
    return {
      code: codeOf(error),
      lines: [`error: ${error.message}`, ...untold.map(({ field, message }) => `  ${field === undefined ? '' : `${field}: `}${message}`)],
    }
  }
  return { code: exitCodes.error, lines: [`error: ${traceOf(error)}`] }
}

function codeOf(error: StatusError): ExitCode {
  const reason = reasonOf(error)
  if (reason === 'Forbidden') return exitCodes.refused
  return reason === 'Invalid' || reason === 'BadRequest' ? exitCodes.invalid : exitCodes.error
}
