// What the help of one command has beside usage and options: the files of entries and `help.ts` share it.

export interface Help {
  /** Whole lines. */
  readonly notes?: readonly string[]
  /** Help begins with them: the usual first, then what people look for. */
  readonly examples: readonly [string, string, string, ...string[]]
  readonly exit: keyof typeof exitTexts
}

/** A note of whatever takes a node. */
export const nodes = 'A node may be named by its host name.'

export const exitTexts = {
  none: '',
  plain: `
  0 done    1 error    2 invalid input    6 refused by policy    130 interrupted`,
  timed: `
  0 done, and true    1 error                 2 invalid input
  5 timed out         6 refused by policy     130 interrupted`,
  converging: `
  0 done, and true    1 error                 2 invalid input
  3 no node can take the tasks                4 rolled back
  5 timed out         6 refused by policy     130 interrupted`,
  diff: `
  0 nothing would change    1 something would    2 error`,
  exec: `
  that of the command, or 128 and the number of the signal that ended it
  1 when no such task runs    2 invalid input    130 interrupted`,
  attach: `
  that of the program, or 128 and the number of the signal that ended it
  0 left by Ctrl-P Ctrl-Q    1 error    2 invalid input    130 interrupted`,
} as const
