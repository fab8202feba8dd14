// Who this node is: an id made once, kept in the state directory. A node that lost its state is another
// node: ids are never reused, because an empty disk with an old id could vote twice (raft.md §6).

import { parseJson } from '../agent/frames.ts'
import { StatusError } from '../api/errors.ts'
import { createId } from '../api/new-id.ts'
import type { Disk, Random } from '../effects/effects.ts'
import { readText, writeDurably } from './state-file.ts'

export interface Identity {
  readonly nodeId: string
  readonly clusterId: string
}

const longestFile = 4096

/** Reads `<directory>/node.json`, or makes a new identity and stores it durably. */
export async function loadIdentity(deps: { readonly disk: Disk; readonly random: Random }, directory: string): Promise<Identity> {
  const path = `${directory}/node.json`
  const known = await readIdentity(deps.disk, path)
  if (known !== undefined) return known
  const identity: Identity = { nodeId: createId(deps.random), clusterId: createId(deps.random) }
  await writeDurably(deps.disk, directory, 'node.json', `${JSON.stringify(identity)}\n`)
  return identity
}

async function readIdentity(disk: Disk, path: string): Promise<Identity | undefined> {
  const text = await readText(disk, path, longestFile)
  return text === undefined ? undefined : parseIdentity(text, path)
}

function parseIdentity(text: string, path: string): Identity {
  const value = parseJson(text)
  if (typeof value === 'object' && value !== null && 'nodeId' in value && 'clusterId' in value) {
    const { nodeId, clusterId } = value
    if (typeof nodeId === 'string' && typeof clusterId === 'string') return { nodeId, clusterId }
  }
  throw new StatusError(
    'InternalError',
    `${path} does not say who this node is. Restore it from a backup, or join as a new node with an empty directory`,
  )
}
