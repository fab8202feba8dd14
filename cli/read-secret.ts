// One line that nobody else shall see: typed at a terminal that does not show it, or the first of standard input. Never an argument,
// which everybody on the machine could read.

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { Context } from './context.ts'
import { CommandError, exitCodes } from './exit.ts'
import { readUpTo } from './input/files.ts'

const longestLine = 4096

export async function readSecret(context: Context, prompt: string): Promise<string> {
  return context.terminal === undefined ? await firstLine(context) : await typed(context.terminal, prompt)
}

async function firstLine(context: Context): Promise<string> {
  const bytes = await readUpTo(context.stdin(), longestLine)
  if (bytes === undefined)
    throw new CommandError(exitCodes.invalid, `error: standard input is longer than ${longestLine} bytes: one line is wanted`)
  return bytes.toString().split('\n')[0] ?? ''
}

function typed({ stdin, stdout }: NonNullable<Context['terminal']>, prompt: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  stdout.write(prompt)
  return new Promise<string>((resolve, reject) => {
    lines.once('line', resolve)
    lines.once('close', () => reject(new CommandError(exitCodes.interrupted, '')))
  }).finally(() => {
    lines.close()
    stdout.write('\n')
  })
}
