// That the state of this member was not that of the others, written beside the log: a restart reads the same log again, and must
// not bring a vote back that cannot be trusted. Whoever joins anew does so with an empty directory.

import type { Disk } from '../../effects/effects.ts'
import { WalError } from './errors.ts'

const fileName = 'diverged.txt'
const longest = 4_096

/** Durable when it resolves. */
export async function markDiverged(disk: Disk, directory: string, why: string): Promise<void> {
  const draft = `${directory}/${fileName}.tmp`
  await disk.remove(draft)
  const file = await disk.open(draft, { create: true, exclusive: true, mode: 0o600 })
  try {
    await file.write(0, Buffer.from(`${why}\n`))
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(draft, `${directory}/${fileName}`)
  await disk.syncDirectory(directory)
}

/** Throws Diverged, with what was found then. */
export async function assertNotDiverged(disk: Disk, directory: string, names: readonly string[]): Promise<void> {
  if (!names.includes(fileName)) return
  const file = await disk.open(`${directory}/${fileName}`)
  const why = await file.read(0, longest).finally(() => file.close())
  throw new WalError(
    'Diverged',
    `${directory} holds a state that was not that of the other managers, and is not used: ${Buffer.from(why).toString().trim()}`,
  )
}
