// Directories whose files are in memory only: for secrets, which must never reach a disk.

import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'

/** Where memory-backed file systems are usually mounted. */
const usualRoots: readonly string[] = ['/dev/shm', '/run']
/** `f_type` of tmpfs and ramfs. */
const memoryTypes: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])

/**
 * Makes or finds the directory that belongs to `owner` (a path, so that programs of one machine do not
 * meet). Others may walk through it, as tasks of other users must, and not list it. Undefined where
 * nothing is memory-backed. Throws when somebody else has taken its name.
 */
export function openMemoryDirectory(owner: string, roots = usualRoots): string | undefined {
  const name = `kit-${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`
  for (const root of roots) {
    if (!isMemoryBacked(root)) continue
    const path = join(root, name)
    try {
      mkdirSync(path, { recursive: true })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') continue
      throw error
    }
    const { uid } = lstatSync(path)
    if (!lstatSync(path).isDirectory() || uid !== process.getuid?.()) throw new Error(`${path} is not this user's directory`)
    chmodSync(path, 0o711)
    return path
  }
  return undefined
}

function isMemoryBacked(path: string): boolean {
  try {
    return process.platform === 'linux' && memoryTypes.has(statfsSync(path).type)
  } catch {
    return false
  }
}
