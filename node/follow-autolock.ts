// Keeps this manager locked as the cluster says: every manager, leading or not, takes up each unlock key that is newer than its
// own, with new keys for its files and a new key for its certificate, because those of before lay there in the open.

import { Bell } from '../agent/first-of.ts'
import { StatusError } from '../api/errors.ts'
import { parseUnlockKey } from '../api/unlock-key.ts'
import type { Clock, Log } from '../effects/effects.ts'
import type { OpenStore } from '../store/store.ts'
import type { KeyFile } from '../store/wal/keys.ts'
import type { CertificateKeeper } from './certificate-keeper.ts'

export interface AutolockDeps {
  readonly store: Pick<OpenStore, 'view' | 'subscribe' | 'renewFiles'>
  readonly keys: KeyFile
  readonly keeper: Pick<CertificateKeeper, 'checkKey'>
  readonly clock: Clock
  readonly log: Log
}

/** The disk may be full, for example. */
const retryMs = 1_000

/** Until `signal` fires. */
export async function followAutolock(deps: AutolockDeps, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = deps
  const changed = new Bell()
  // Without events it is a state as a whole.
  const unsubscribe = store.subscribe((events) => {
    if (events.length === 0 || events.some(({ object }) => object.kind === 'Cluster')) changed.notify()
  })
  try {
    while (!signal.aborted) {
      try {
        if (!(await takeUp(deps))) await changed.wait(signal).catch(() => undefined)
      } catch (error) {
        log.error('Could not take up the unlock key: this manager is locked as before', { error, retryMs })
        await clock.sleep(retryMs, signal).catch(() => undefined)
      }
    }
  } finally {
    unsubscribe()
  }
}

/** False when there is nothing new. */
async function takeUp({ store, keys, keeper, log }: AutolockDeps): Promise<boolean> {
  const autolock = store.view.get('Cluster', 'default')?.status.autolock
  if (autolock === undefined || autolock.version <= keys.lockVersion) return false
  const key = autolock.key === undefined ? undefined : parseUnlockKey(autolock.key)
  if (key === undefined && autolock.key !== undefined)
    throw new StatusError(
      'InternalError',
      'status.autolock.key of the cluster is not an unlock key: rotate it with `kit swarm unlock-key --rotate`',
    )
  await keys.changeLock(key, autolock.version)
  log.info(key === undefined ? 'Took the lock off this manager' : 'Locked this manager with the unlock key', { version: autolock.version })
  store.renewFiles()
  keeper.checkKey()
  return true
}
