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

/** May be called again after it was cut off: a log of which some files are gone is not read once more. */
export async function retireManager(
  deps: WalDeps,
  directory: string,
  identity: ManagerIdentity,
  openKeys?: () => Promise<KeyFile>,
): Promise<void> {
  const { disk, log } = deps
  const raft = `${directory}/raft`
  const names = await disk.list(raft).catch(() => [])
  if (names.length > 0) {
    if (!(await readFormer(disk, directory)).isErasing) await noteTerm(deps, directory, identity, openKeys)
    for (const name of names) await disk.remove(`${raft}/${name}`)
    await disk.syncDirectory(raft)
  }
  await writeFormer(disk, directory, { term: await formerTerm(disk, directory), isErasing: false })
  await forgetIdentity(disk, directory)
  log.info('Erased the store of this node, which is a manager no more')
}

async function noteTerm(
  deps: WalDeps,
  directory: string,
  { nodeId, clusterId }: ManagerIdentity,
  openKeys?: () => Promise<KeyFile>,
): Promise<void> {
  const keys = openKeys === undefined ? {} : { keys: await openKeys() }
  const { wal, recovered } = await openWal(deps, { directory: `${directory}/raft`, nodeId, clusterId, ...keys })
  await wal.close()
  const term = Math.max(recovered.hardState.term, await formerTerm(deps.disk, directory))
  await writeFormer(deps.disk, directory, { term, isErasing: true })
}

/** Of Raft, in which the node may have voted as a manager before; 0 when it was none. */
export async function formerTerm(disk: Disk, directory: string): Promise<number> {
  return (await readFormer(disk, directory)).term
}

interface Former {
  readonly term: number
  /** The term was read, and files of the log may be gone. */
  readonly isErasing: boolean
}

async function readFormer(disk: Disk, directory: string): Promise<Former> {
  const text = await readText(disk, `${directory}/${fileName}`, longestFile)
  const value = text === undefined ? undefined : parseJson(text)
  if (typeof value !== 'object' || value === null || !('term' in value)) return { term: 0, isErasing: false }
  return { term: Number.isSafeInteger(value.term) ? Number(value.term) : 0, isErasing: 'isErasing' in value && value.isErasing === true }
}

async function writeFormer(disk: Disk, directory: string, former: Former): Promise<void> {
  await writeDurably(disk, directory, fileName, `${JSON.stringify(former)}\n`)
}
