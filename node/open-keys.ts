// The keys of this manager's files, in words for whoever starts it.

import { StatusError } from '../api/errors.ts'
import type { Disk, Random } from '../effects/effects.ts'
import { walErrorKind } from '../store/wal/errors.ts'
import type { KeyFile } from '../store/wal/keys.ts'
import { openKeys } from '../store/wal/wal.ts'

/** Throws Locked when an unlock key is needed, and Unauthorized when it is another one. */
export async function openNodeKeys(
  { disk, random }: { readonly disk: Disk; readonly random: Random },
  directory: string,
  unlockKey: Uint8Array | undefined,
): Promise<KeyFile> {
  try {
    return await openKeys(disk, `${directory}/raft`, random, unlockKey)
  } catch (error) {
    const kind = walErrorKind(error)
    if (kind === 'Locked') throw new StatusError('Locked', lockedText, {}, { cause: error })
    if (kind !== 'WrongUnlockKey') throw error
    const message =
      'that is not the unlock key of this manager. If it was away when the key was changed, it needs the previous key, and gets the new one soon after'
    throw new StatusError('Unauthorized', message, {}, { cause: error })
  }
}

export const lockedText =
  'this manager is locked: give it the unlock key of the cluster with `kit swarm unlock`. What its cluster runs goes on meanwhile'
