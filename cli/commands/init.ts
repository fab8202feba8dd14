// `kit init [WHAT]`: a stack file to begin with, commented, on standard output or as a file.

import { writeFile } from 'node:fs/promises'
import { errorCodeOf, messageOf } from '../../effects/thrown.ts'
import type { Context } from '../context.ts'
import { CommandError, exitCodes } from '../exit.ts'
import type { Options } from '../options.ts'
import { starterStacks } from '../starter-stacks.ts'

export async function init(context: Context, options: Options, [what = 'web']: readonly string[]): Promise<void> {
  const text = Object.entries(starterStacks).find(([name]) => name === what)?.[1] ?? starterStacks.web
  const { file } = options
  if (file === undefined) {
    context.out(text)
    return
  }
  try {
    await writeFile(file, text, { flag: options.force === true ? 'w' : 'wx' })
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === 'EEXIST') throw new CommandError(exitCodes.invalid, `error: ${file} exists already; --force replaces it`)
    throw new CommandError(exitCodes.invalid, `error: cannot write ${file}: ${messageOf(error)}`)
  }
  context.err(`${file} written. Next:\n  kit up ${file}\n  kit diff -f ${file}\n  kit apply -f ${file}`)
}
