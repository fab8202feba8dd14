// From what is on the disk to a store that runs: the log is opened, the state recovered, the driver started.

import { Driver } from './driver.ts'
import { afterTerm, forgetOthers, recover } from './recover.ts'
import type { OpenStore, StoreDeps, StoreOptions } from './store.ts'
import { openWal, type Recovered, type Wal } from './wal/wal.ts'

/** Resolves when the state is recovered and, as the sole voter, this node leads. */
export async function openStore(deps: StoreDeps, options: StoreOptions): Promise<OpenStore> {
  const { wal, recovered } = await openWal(deps, options)
  if (recovered.repaired !== undefined) deps.log.warn('Repaired the log', { repaired: recovered.repaired })
  return startStore(wal, recovered, deps, options)
}

/** `openStore` on a log that is open already. */
export async function startStore(
  wal: Wal,
  recovered: Recovered,
  deps: Omit<StoreDeps, 'disk'>,
  options: Omit<StoreOptions, 'directory' | 'clusterId' | 'segmentBytes' | 'isKnown' | 'keys'>,
): Promise<OpenStore> {
  const { nodeId, founders = [nodeId], forceNewCluster = false, formerTerm = 0 } = options
  if (forceNewCluster) deps.log.warn('Began a new cluster with this node alone')
  const before = recovered.hardState.term < formerTerm ? afterTerm(recovered, formerTerm, nodeId) : recovered
  const known = forceNewCluster ? await forgetOthers(wal, before, nodeId) : before
  const { raft, state, snapshotBytes } = await recover(known, nodeId, founders, deps.random)
  const driver = new Driver(wal, raft, state, deps, options, { index: recovered.snapshot?.meta.index ?? 0, bytes: snapshotBytes })
  await driver.start()
  return driver
}
