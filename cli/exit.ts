// Exit codes, the same in every command and printed by `kit --help` (design.md §10).

export const exitCodes = {
  ok: 0,
  error: 1,
  invalid: 2,
  notPlaced: 3,
  rolledBack: 4,
  timedOut: 5,
  refused: 6,
  /** By Ctrl-C: 128 and the number of SIGINT, as a shell counts. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends the command with this code after printing the message (unless it is empty) to standard error. */
export class CommandError extends Error {
  readonly code: ExitCode
  constructor(code: ExitCode, message: string) {
    super(message)
    this.name = 'CommandError'
    this.code = code
  }
}
