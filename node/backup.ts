// A backup of the cluster, from any manager while all goes on: the state at one moment, of which later changes touch nothing.

import { StatusError } from '../api/errors.ts'
import { formatTimestamp } from '../api/timestamp.ts'
import { parseUnlockKey } from '../api/unlock-key.ts'
import type { Clock, Random } from '../effects/effects.ts'
import { backUp, headerOf } from '../store/backup.ts'
import type { OpenStore } from '../store/store.ts'
import { saltBytes } from '../store/wal/seal.ts'

export interface BackupDeps {
  readonly store: Pick<OpenStore, 'view' | 'capture' | 'catchUp'>
  readonly clock: Clock
  readonly random: Random
  readonly clusterId: string
  readonly version: string
}

/** One at a time: each keeps what is deleted meanwhile in memory until its reader has read it. */
export function createBackup({ store, clock, random, clusterId, version }: BackupDeps): (signal: AbortSignal) => AsyncIterable<unknown> {
  let isUnderWay = false
  return async function* taken(signal) {
    if (isUnderWay) throw new StatusError('TooManyRequests', 'another backup is being taken: try again after it')
    isUnderWay = true
    try {
      await store.catchUp()
      const captured = store.capture()
      const text = store.view.get('Cluster', 'default')?.status.autolock?.key
      const key = text === undefined ? undefined : parseUnlockKey(text)
      const about = headerOf(captured, { clusterId, version, takenAt: formatTimestamp(clock.wallMs()) })
      for (const value of backUp(captured, about, key === undefined ? undefined : { key, salt: random.bytes(saltBytes) })) {
        if (signal.aborted) return
        yield value
        await clock.sleep(0, signal) // Others have their turn.
      }
    } finally {
      isUnderWay = false
    }
  }
}
