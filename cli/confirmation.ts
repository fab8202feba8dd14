// A question that is answered with yes or no, by whoever sits at the terminal.

import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { CommandError, exitCodes } from './exit.ts'

/** Anything but y or yes is a no, and so is the end of input. Ctrl-C ends the command. */
export function isConfirmed(
  { stdin, stdout }: { readonly stdin: Readable; readonly stdout: Writable },
  question: string,
): Promise<boolean> {
  const lines = createInterface({ input: stdin, output: stdout })
  return new Promise<boolean>((resolve, reject) => {
    lines.once('SIGINT', () => reject(new CommandError(exitCodes.interrupted, '')))
    lines.once('close', () => resolve(false))
    lines.question(`${question} [y/N] `, (answer) => resolve(/^y(es)?$/i.test(answer.trim())))
  }).finally(() => lines.close())
}
