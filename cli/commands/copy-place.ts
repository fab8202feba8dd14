// What stands on either side of `kit cp`: TASK:PATH, or a path here.

import { CommandError, exitCodes } from '../exit.ts'

export interface Remote {
  /** As `kit exec` takes it. */
  readonly task: string
  readonly path: string
}

/** A path here that has a colon is written with `./` before it, as with docker. */
export function parsePlace(text: string): Remote | { readonly task?: undefined; readonly path: string } {
  if (text === '') throw new CommandError(exitCodes.invalid, 'error: a path is empty; write TASK:PATH, or a path here such as ./a')
  const [, task, path] = /^((?:[A-Za-z]+\/)?[A-Za-z0-9][\w.-]*):(.*)$/s.exec(text) ?? []
  if (task === undefined || path === undefined) return { path: text }
  if (path === '')
    throw new CommandError(exitCodes.invalid, `error: "${text}" names no path; write ${task}:/PATH, or ./${text} for a file here`)
  // It would be an option of the program that reads it.
  return { task, path: path.startsWith('-') ? `./${path}` : path }
}
