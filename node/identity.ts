// Who this node is: an id made once, kept in the state directory. A node that lost its state is another
// node: ids are never reused, because an empty disk with an old id could vote twice (raft.md §6).

import { parseJson } from '../agent/frames.ts'
import { StatusError } from '../api/errors.ts'
import type { Disk, DiskError, Random } from '../effects/effects.ts'

export interface Identity {
  readonly nodeId: string
  readonly clusterId: string
}

const idLength = 25
const idBytes = 17
const longestFile = 4096

/** 25 characters of base 36, about 129 bits of chance (swarmkit.md §1.1). */
export function createId(random: Pick<Random, 'bytes'>): string {
  const bytes = random.bytes(idBytes)
  bytes[0] = (bytes[0] ?? 0) | 0x80 // The top bit makes the length constant.
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return value.toString(36).slice(1, 1 + idLength)
}

/** Reads `<directory>/node.json`, or makes a new identity and stores it durably. */
export async function loadIdentity(deps: { readonly disk: Disk; readonly random: Random }, directory: string): Promise<Identity> {
  const path = `${directory}/node.json`
  const known = await readIdentity(deps.disk, path)
  if (known !== undefined) return known
  const identity: Identity = { nodeId: createId(deps.random), clusterId: createId(deps.random) }
  await writeIdentity(deps.disk, directory, path, identity)
  return identity
}

async function readIdentity(disk: Disk, path: string): Promise<Identity | undefined> {
  try {
    const file = await disk.open(path)
    const text = new TextDecoder().decode(await file.read(0, longestFile))
    await file.close()
    return parseIdentity(text, path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

function isMissing(error: unknown): error is DiskError {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
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

async function writeIdentity(disk: Disk, directory: string, path: string, identity: Identity): Promise<void> {
  await disk.makeDirectory(directory, 0o700)
  const temporary = `${path}.new`
  const file = await disk.open(temporary, { create: true, mode: 0o600 })
  await file.truncate(0)
  await file.write(0, new TextEncoder().encode(`${JSON.stringify(identity)}\n`))
  await file.sync()
  await file.close()
  await disk.rename(temporary, path)
  await disk.syncDirectory(directory)
}
