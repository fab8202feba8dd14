// Who a manager is: an id made once, or the one of its certificate, kept in the state directory; and whether there
// is a log that goes with it. A manager that lost its log is another node: ids are never reused, because an
// empty disk with an old id could vote twice (raft.md §6).

import { parseJson } from '../agent/frames.ts'
import { StatusError } from '../api/errors.ts'
import { createId } from '../api/new-id.ts'
import type { Disk, Random } from '../effects/effects.ts'
import { readText, writeDurably } from './state-file.ts'

export interface Identity {
  readonly nodeId: string
  readonly clusterId: string
}

export interface ManagerIdentity extends Identity {
  /** It came to a cluster that there was: it never founds one. */
  readonly joined: boolean
  /** Its log was begun. */
  readonly hasLog: boolean
  /** Its last start began a new cluster with it alone. */
  readonly isForced: boolean
}

/** In the state directory of a manager, and of nobody else. */
export const managerFile = 'node.json'
const longestFile = 4096

/** Of a directory that is no manager's: undefined. */
export async function readIdentity(disk: Disk, directory: string): Promise<ManagerIdentity | undefined> {
  const path = `${directory}/${managerFile}`
  const text = await readText(disk, path, longestFile)
  return text === undefined ? undefined : parseIdentity(text, path)
}

/** Reads it, or makes it and stores it durably: as `joined` in, or, without that, new for the founder of a cluster. */
export async function loadIdentity(
  deps: { readonly disk: Disk; readonly random: Random },
  directory: string,
  joined?: Identity,
): Promise<ManagerIdentity> {
  const known = await readIdentity(deps.disk, directory)
  if (known !== undefined) return known
  const { nodeId, clusterId } = joined ?? { nodeId: createId(deps.random), clusterId: createId(deps.random) }
  return await store(deps.disk, directory, { nodeId, clusterId, joined: joined !== undefined, hasLog: false, isForced: false })
}

/** From here on a directory without the log is refused, and, where it `isForced`, another start that forces it. */
export async function noteStart(disk: Disk, directory: string, identity: ManagerIdentity, isForced: boolean): Promise<void> {
  if (!identity.hasLog || identity.isForced !== isForced) await store(disk, directory, { ...identity, hasLog: true, isForced })
}

/** The node is no manager any more. */
export async function forgetIdentity(disk: Disk, directory: string): Promise<void> {
  await disk.remove(`${directory}/${managerFile}`)
  await disk.syncDirectory(directory)
}

async function store(disk: Disk, directory: string, identity: ManagerIdentity): Promise<ManagerIdentity> {
  await writeDurably(disk, directory, managerFile, `${JSON.stringify(identity)}\n`)
  return identity
}

function parseIdentity(text: string, path: string): ManagerIdentity {
  const value = parseJson(text)
  if (typeof value === 'object' && value !== null && 'nodeId' in value && 'clusterId' in value) {
    const { nodeId, clusterId } = value
    const has = (name: string): boolean => Object.entries(value).some(([key, entry]) => key === name && entry === true)
    if (typeof nodeId === 'string' && typeof clusterId === 'string')
      return { nodeId, clusterId, joined: has('joined'), hasLog: has('hasLog'), isForced: has('isForced') }
  }
  throw new StatusError(
    'InternalError',
    `${path} does not say who this node is. Restore it from a backup, or join as a new node with an empty directory`,
  )
}
