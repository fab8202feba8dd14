// The clusters that a person can reach from here: ~/.kit/config.yaml, or the file that KIT_CONFIG names (context-file.ts).

import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { nearest } from '../api/suggestion.ts'
import type { ContextFile, RemoteContext } from './context-file.ts'
import { CommandError, exitCodes } from './exit.ts'

/** The cluster on this machine has this name, and no entry. */
export const localContext = 'local'
const reserved: ReadonlySet<string> = new Set([localContext, 'add', 'ls', 'rm', 'kubeconfig', 'pem', 'help'])
const nameForm = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,62}[A-Za-z0-9])?$/

export function configPath(env: Readonly<Record<string, string | undefined>>): string {
  return env['KIT_CONFIG'] ?? join(homedir(), '.kit', 'config.yaml')
}

export function checkContextName(name: string): string {
  if (nameForm.test(name) && !reserved.has(name)) return name
  const why = reserved.has(name) ? 'is taken' : "is not made of letters and digits, with '-', '_' and '.' between them"
  throw new CommandError(exitCodes.invalid, `error: the name of a context: "${name}" ${why}`)
}

/** Without a file there is no context, and nothing is loaded that reads YAML. */
export async function readContexts(path: string): Promise<ContextFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new CommandError(exitCodes.error, `error: cannot read ${path}: ${error.message}`)
  })
  if (text === '') return { current: undefined, contexts: {} }
  const { parseContexts } = await import('./context-file.ts')
  return parseContexts(path, text)
}

export function contextNamed({ contexts }: ContextFile, name: string): RemoteContext {
  const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined
  if (found !== undefined) return found
  const near = nearest(name, Object.keys(contexts))
  const has = Object.keys(contexts).length === 0 ? 'there are none: `kit ctx add FILE` takes one' : '`kit ctx` lists them'
  throw new CommandError(
    exitCodes.invalid,
    `error: there is no context "${name}"${near === undefined ? '' : `; did you mean "${near}"?`} (${has})`,
  )
}
