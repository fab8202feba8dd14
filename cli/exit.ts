// Exit codes, the same in every command and printed by its `--help`.

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

/** For the reference of commands. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'done; where the command waits, also true by now',
  1: 'an error, or what was asked for cannot come true; of `kit diff`: something would change',
  2: 'invalid input: nothing was sent',
  3: 'no node can take the tasks that are left',
  4: 'the service was rolled back',
  5: 'not true within `--timeout`; the cluster goes on trying',
  6: 'refused by policy: the user may not do that; of `kit gitops`: somebody has to agree first',
  130: 'interrupted by Ctrl-C; the cluster goes on',
}

/** Ends the command with this code after printing the message (unless it is empty) to standard error. */
export class CommandError extends Error {
  readonly code: ExitCode
  constructor(code: ExitCode, message: string) {
    super(message)
    this.name = 'CommandError'
    this.code = code
  }
}
