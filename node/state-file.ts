// Small files of a node's state: read whole, written whole and durably or not at all.

import type { Disk, DiskError } from '../effects/effects.ts'
import { errorCodeOf } from '../effects/thrown.ts'

/** Undefined when there is none. */
export async function readText(disk: Disk, path: string, longest: number): Promise<string | undefined> {
  try {
    const file = await disk.open(path)
    const text = new TextDecoder().decode(await file.read(0, longest))
    await file.close()
    return text
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** Readable by this user only, directory and file. */
export async function writeDurably(disk: Disk, directory: string, name: string, text: string): Promise<void> {
  await disk.makeDirectory(directory, 0o700)
  const path = `${directory}/${name}`
  const draft = `${path}.new`
  const file = await disk.open(draft, { create: true, mode: 0o600 })
  await file.truncate(0)
  await file.write(0, new TextEncoder().encode(text))
  await file.sync()
  await file.close()
  await disk.rename(draft, path)
  await disk.syncDirectory(directory)
}

function isMissing(error: unknown): error is DiskError {
  return errorCodeOf(error) === 'ENOENT'
}
