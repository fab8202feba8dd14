// One daemon per state directory. Node.js has no flock, so the lock is a file that names its holder:
// process id, boot id and the process's start time. A holder that was killed is recognised by these and
// its lock taken over, also when another process has got its process id meanwhile.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodeOf } from '../thrown.ts'
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts'
import { whyUnusable } from './unusable-directory.ts'

const lockName = 'lock'

/** Thrown when a living process holds the directory. */
export class DirectoryLocked extends Error {
  readonly pid: number
  constructor(directory: string, pid: number) {
    super(`${directory} is in use by process ${pid}: stop that daemon first, or choose another state directory`)
    this.name = 'DirectoryLocked'
    this.pid = pid
  }
}

/**
 * Takes the directory for this process, making it when it is missing. Throws DirectoryLocked, and what is
 * the matter with a directory that cannot be written.
 * The result gives the lock back; a process that dies without doing so leaves a stale lock, which is no harm.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, lockName)
  const own = JSON.stringify(identify(process.pid))
  // The file appears under its name with its content: a reader never sees half of it.
  const draft = `${path}.${process.pid}`
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(draft, `${own}\n`, { mode: 0o600 })
  } catch (error) {
    const why = whyUnusable(error)
    throw why === undefined ? error : new Error(`${directory} ${why}, or choose another state directory`, { cause: error })
  }
  try {
    // A stale lock is removed once; whoever still finds one then has lost to another that took it first.
    for (const mayTakeOver of [true, false]) {
      if (tryLink(draft, path)) return () => release(path, own)
      const found = readText(path)
      const holder = parseHolder(found)
      if (holder !== undefined && (isAlive(holder) || !mayTakeOver)) throw new DirectoryLocked(directory, holder.pid)
      removeStale(path, found)
    }
    throw new DirectoryLocked(directory, parseHolder(readText(path))?.pid ?? 0)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** The process that holds the directory, if one does and lives. */
export function lockHolder(directory: string): number | undefined {
  const holder = parseHolder(readText(join(directory, lockName)))
  return holder !== undefined && isAlive(holder) ? holder.pid : undefined
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false
    throw error
  }
}

function release(path: string, own: string): void {
  if (readText(path)?.trim() === own) rmSync(path, { force: true })
}

/** Moves the stale lock away; puts back what another process has put there since it was read. */
function removeStale(path: string, found: string | undefined): void {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
    if (readText(aside) !== found) tryLink(aside, path)
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error // Gone already: as wanted.
  } finally {
    rmSync(aside, { force: true })
  }
}

function parseHolder(text: string | undefined): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value !== 'object' || value === null || !('pid' in value && 'started' in value)) return undefined
    const { pid, started } = value
    return typeof pid === 'number' && typeof started === 'string' ? { pid, started } : undefined
  } catch {
    return undefined // Not written by us: as good as stale.
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
