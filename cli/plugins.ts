// Programs called `kit-foo` on the PATH are commands of kit: `kit foo ARG…` runs one with these arguments, the streams of this
// program, and the cluster that was meant in its environment. A command of kit's own is never replaced by one.

import { spawn } from 'node:child_process'
import { constants as access, accessSync, readdirSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import type { GlobalOptions } from './options.ts'

type Env = Readonly<Record<string, string | undefined>>

const prefix = 'kit-'
const signalBase = 128

/** Programs of a kit that was built here, which nobody would call as a command. */
const own: ReadonlySet<string> = new Set(['kit-shim', 'kit-terminal'])

export function pluginNames(env: Env): readonly string[] {
  const found = directoriesOf(env).flatMap((directory) => {
    try {
      return readdirSync(directory).filter((file) => file.startsWith(prefix) && !own.has(file) && isProgram(join(directory, file)))
    } catch {
      return [] // A directory on the PATH need not exist.
    }
  })
  return [...new Set(found.map((file) => file.slice(prefix.length)))].toSorted()
}

/** The first on the PATH, as a shell would find it. */
export function findPlugin(env: Env, name: string): string | undefined {
  if (!/^[\w-]+$/.test(name) || own.has(prefix + name)) return undefined
  return directoriesOf(env)
    .map((directory) => join(directory, prefix + name))
    .find(isProgram)
}

export function isOnPath(env: Env, program: string): boolean {
  return directoriesOf(env).some((directory) => isProgram(join(directory, program)))
}

function directoriesOf(env: Env): readonly string[] {
  return (env['PATH'] ?? '').split(delimiter).filter(Boolean)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, access.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Its exit code, or 128 and the number of the signal that ended it. */
export function runPlugin(path: string, args: readonly string[], env: Env, options: GlobalOptions): Promise<number> {
  const child = spawn(path, args, { stdio: 'inherit', env: { ...env, ...clusterOf(options) } })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? signalBase + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** What names the cluster of `options` to a program that calls kit, or speaks to its socket. */
function clusterOf({ socket, dir, context }: GlobalOptions): Env {
  if (context !== undefined) return { KIT_CONTEXT: context }
  if (socket !== undefined) return { KIT_SOCKET: socket, KIT_CONTEXT: '' }
  return dir === undefined ? {} : { KIT_SOCKET: join(dir, 'node-1', 'kit.sock'), KIT_CONTEXT: '' }
}
