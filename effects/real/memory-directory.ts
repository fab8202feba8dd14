// Directories whose files are in memory only: for secrets, which must never reach a disk.

import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCodeOf } from '../thrown.ts'

interface FileOwner {
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

/** A file of a set, where `place` is relative to the directory of the set. This process's own, where it has no owner. */
export interface MemoryFile extends FileOwner {
  readonly place: string
  /** Permission bits. */
  readonly mode: number
  readonly bytes: Uint8Array
}

/** Where memory-backed file systems are usually mounted. */
const usualRoots: readonly string[] = ['/dev/shm', '/run']
/** `f_type` of tmpfs and ramfs. */
const memoryTypes: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])
const draftAttempts = 100
const unfinished = '.unfinished+'

/** Sets of files, each in a directory of its own with mode 0700. What is around them is there while there are any. */
export class MemoryDirectory {
  readonly #path: string

  private constructor(path: string) {
    this.#path = path
  }

  /**
   * The one that belongs to `owner`, so that programs of one machine do not meet: a path, or an id that nobody
   * else has. Undefined where nothing is memory-backed.
   */
  static of(owner: string, roots = usualRoots): MemoryDirectory | undefined {
    const root = roots.find(isMemoryBacked)
    const name = `kit-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`
    return root === undefined ? undefined : new MemoryDirectory(join(root, name))
  }

  /** Names of the sets, whole or not. */
  names(): readonly string[] {
    if (!existsSync(this.#path)) return []
    return [...new Set(readdirSync(this.#path).map((name) => name.replace(unfinished, '')))]
  }

  /** Where the set of that name is, once it is written. */
  pathOf(name: string): string {
    return join(this.#path, name)
  }

  /** Writes the set unless it is there. Its directories become `owner`'s. */
  write(name: string, files: readonly MemoryFile[], owner: FileOwner = {}): string {
    const directory = this.pathOf(name)
    if (existsSync(directory)) return directory
    const draft = `${directory}${unfinished}`
    this.#makeDraft(draft, owner)
    for (const file of files) writeFile(draft, file, owner)
    renameSync(draft, directory) // Whole or not at all, whenever the daemon dies.
    return directory
  }

  /** Whoever drops the last set, a shim for example, takes away the directory around it: at any moment, so it is made again. */
  #makeDraft(draft: string, owner: FileOwner): void {
    for (let left = draftAttempts; ; left--) {
      try {
        openMemoryDirectory(this.#path)
        rmSync(draft, { recursive: true, force: true })
        makeDirectory(draft, owner)
        return
      } catch (error) {
        const isGone = errorCodeOf(error) === 'ENOENT'
        if (!isGone || left <= 1) throw error
      }
    }
  }

  drop(name: string): void {
    const directory = this.pathOf(name)
    for (const path of [directory, `${directory}${unfinished}`]) rmSync(path, { recursive: true, force: true })
    closeMemoryDirectory(this.#path)
  }
}

/** Removes what is around the sets when there are none. */
export function closeMemoryDirectory(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Something is in it, or it is gone already.
  }
}

/** Whether this process can make files that belong to them: only root can for others than itself. */
export function canOwnFiles({ uid, gid }: FileOwner): boolean {
  const own = process.getuid?.()
  return own === 0 || ((uid === undefined || uid === own) && (gid === undefined || gid === process.getgid?.()))
}

/**
 * Makes it unless it is there. Others may walk through it, as tasks of other users must, and not list it.
 * Throws when somebody else has taken its name.
 */
function openMemoryDirectory(path: string): void {
  mkdirSync(path, { recursive: true })
  const found = lstatSync(path)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) throw new Error(`${path} is not this user's directory`)
  chmodSync(path, 0o711)
}

function writeFile(directory: string, { place, mode, bytes, ...owner }: MemoryFile, directoryOwner: FileOwner): void {
  const path = join(directory, place)
  for (const parent of parentsOf(place)) makeDirectory(join(directory, parent), directoryOwner)
  writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' })
  giveTo(path, owner)
  chmodSync(path, mode)
}

/** `a/b/c` has the parents `a` and `a/b`. */
function parentsOf(place: string): readonly string[] {
  const parent = dirname(place)
  return parent === '.' ? [] : [...parentsOf(parent), parent]
}

function makeDirectory(path: string, owner: FileOwner): void {
  if (existsSync(path)) return
  mkdirSync(path, { mode: 0o700 })
  giveTo(path, owner)
}

function giveTo(path: string, { uid, gid }: FileOwner): void {
  if (uid !== undefined || gid !== undefined) chownSync(path, uid ?? process.getuid?.() ?? 0, gid ?? process.getgid?.() ?? 0)
}

function isMemoryBacked(path: string): boolean {
  try {
    return process.platform === 'linux' && memoryTypes.has(statfsSync(path).type)
  } catch {
    return false
  }
}
