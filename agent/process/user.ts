// The user a task runs as. Only root may choose another one than its own.

import { execFileSync } from 'node:child_process'
import { FatalTaskError } from '../executor.ts'

export interface User {
  readonly uid: number
  readonly gid: number
}

/** `name`, `uid`, `name:group` or `uid:gid`. `undefined`: the user of the daemon. Throws FatalTaskError when it cannot be had. */
export function resolveUser(text: string | undefined): User | undefined {
  if (text === undefined || text === '') return undefined
  const [name = '', group] = text.split(':')
  const uid = numberOf(name) ?? lookUp(['-u', name], `user "${name}"`)
  const gid = group === undefined ? groupOf(name, uid) : (numberOf(group) ?? lookUpGroup(group))
  const own = process.getuid?.()
  if (own === uid && (group === undefined || process.getgid?.() === gid)) return undefined
  if (own !== 0)
    throw new FatalTaskError(`running as user "${text}" needs a kitd that runs as root; this one runs as uid ${own ?? 'unknown'}`)
  return { uid, gid }
}

/** A number without an account belongs to the group of that number. */
function groupOf(name: string, uid: number): number {
  try {
    return lookUp(['-g', name], '')
  } catch {
    return uid
  }
}

function lookUpGroup(group: string): number {
  const line = run('getent', ['group', group])
  const gid = numberOf(line?.split(':')[2] ?? '')
  if (gid === undefined) throw new FatalTaskError(`group "${group}" does not exist on this node`)
  return gid
}

function lookUp(args: readonly string[], what: string): number {
  const id = numberOf(run('id', args)?.trim() ?? '')
  if (id === undefined) throw new FatalTaskError(`${what} does not exist on this node`)
  return id
}

function numberOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

function run(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return undefined
  }
}
