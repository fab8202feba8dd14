// What a node does once it is a manager no more: the copy of the store goes, with all that is secret in it. Only the term
// of Raft is kept, so that the node, promoted again, never votes twice in one (raft.md §6).

import { parseJson } from '../agent/frames.ts'
import type { Disk } from '../effects/effects.ts'
import type { KeyFile } from '../store/wal/keys.ts'
import { openWal, type WalDeps } from '../store/wal/wal.ts'
import { forgetIdentity, type ManagerIdentity } from './identity.ts'
import { readText, writeDurably } from './state-file.ts'

const fileName = 'former-manager.json'
const longestFile = 4096

/** May be called again after it was cut off. */
export async function retireManager(deps: WalDeps, directory: string, identity: ManagerIdentity, keys?: KeyFile): Promise<void> {
  const { disk, log } = deps
  const raft = `${directory}/raft`
  const names = await disk.list(raft).catch(() => [])
  if (names.length > 0) {
    const { nodeId, clusterId } = identity
    const { wal, recovered } = await openWal(deps, { directory: raft, nodeId, clusterId, ...(keys === undefined ? {} : { keys }) })
    await wal.close()
    const term = Math.max(recovered.hardState.term, await formerTerm(disk, directory))
    await writeDurably(disk, directory, fileName, `${JSON.stringify({ term })}\n`)
  }
  for (const name of await disk.list(raft).catch(() => [])) await disk.remove(`${raft}/${name}`)
  await forgetIdentity(disk, directory)
  log.info('Erased the store of this node, which is a manager no more')
}

/** Of Raft, in which the node may have voted as a manager before; 0 when it was none. */
export async function formerTerm(disk: Disk, directory: string): Promise<number> {
  const text = await readText(disk, `${directory}/${fileName}`, longestFile)
  const value = text === undefined ? undefined : parseJson(text)
  if (typeof value !== 'object' || value === null || !('term' in value)) return 0
  return Number.isSafeInteger(value.term) ? Number(value.term) : 0
}
