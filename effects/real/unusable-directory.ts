// What the codes of the operating system mean to a person whose directory cannot be used.

import { errorCodeOf } from '../thrown.ts'

const meanings: ReadonlyMap<string | undefined, string> = new Map([
  ['EACCES', 'may not be written by this user (EACCES): give it to this user'],
  ['EPERM', 'may not be written by this user (EPERM): give it to this user'],
  ['EROFS', 'is on a file system that is mounted read-only (EROFS): mount it for writing'],
  ['ENOSPC', 'is on a file system that has no space left (ENOSPC): free some'],
  ['ENOTDIR', 'is not a directory (ENOTDIR): move the file of that name away'],
  ['EEXIST', 'is not a directory (EEXIST): move the file of that name away'],
])

/** What is the matter with the directory and what mends it, to follow its name. `undefined` when the failure is of another sort. */
export function whyUnusable(error: unknown): string | undefined {
  const code = errorCodeOf(error)
  // Node.js makes what is missing above it, too, and says this of a file system where it may not.
  if (code === 'ENOENT' && error instanceof Error && 'syscall' in error && error.syscall === 'mkdir')
    return 'cannot be made (ENOENT): its file system is mounted read-only, or a link on the way leads nowhere'
  return meanings.get(code)
}
