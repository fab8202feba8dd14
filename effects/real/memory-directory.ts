// Directories whose files are in memory only: for secrets, which must never reach a disk.

import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, rmdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Where memory-backed file systems are usually mounted. */
const usualRoots: readonly string[] = ['/dev/shm', '/run']
/** `f_type` of tmpfs and ramfs. */
const memoryTypes: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

/**
 * The path of the directory that belongs to `owner` (a path, so that programs of one machine do not
 * meet), whether it is there or not. Undefined where nothing is memory-backed.
 */
export function memoryDirectoryOf(owner: string, roots = usualRoots): string | undefined {
  const root = roots.find(isMemoryBacked)
  const name = `kit-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`
  return root === undefined ? undefined : join(root, name)
}

/**
 * Makes it unless it is there. Others may walk through it, as tasks of other users must, and not list it.
 * Throws when somebody else has taken its name.
 */
export function openMemoryDirectory(path: string): void {
  mkdirSync(path, { recursive: true })
  const found = lstatSync(path)
  if (!found.isDirectory() || found.uid !== process.getuid?.()) throw new Error(`${path} is not this user's directory`)
  chmodSync(path, 0o711)
}

/** Removes it when nothing is in it. */
export function closeMemoryDirectory(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Something is in it, or it is gone already.
  }
}

function isMemoryBacked(path: string): boolean {
  try {
    return process.platform === 'linux' && memoryTypes.has(statfsSync(path).type)
  } catch {
    return false
  }
}
