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
  return meanings.get(errorCodeOf(error))
}
