// A state directory made of a backup: the first manager of the cluster that was. It is another node, alone in a Raft group of its
// own, so that no manager of before can be a member or take part: those are no nodes of the cluster any more, and what they ran is
// lost. Workers are known as before, and tell what they run when they come back.

import { StatusError } from '../api/errors.ts'
import { createId } from '../api/new-id.ts'
import { isJsonObject, type JsonObject } from '../api/wire.ts'
import type { Clock, Disk, Log, Random } from '../effects/effects.ts'
import { BackupCheck, type BackupHeader, stateIn } from '../store/backup.ts'
import { simpleConfiguration } from '../store/raft/configuration.ts'
import { createKeys } from '../store/wal/keys.ts'
import { openWal } from '../store/wal/wal.ts'
import { type Identity, noteStart } from './identity.ts'

/**
 * What the cluster wrote after the backup has versions up to there, which clients may still know: none of them is given again. More
 * than a cluster writes between two backups.
 */
const versionsSkipped = 1_000_000_000
const term = 1

export type { BackupHeader } from '../store/backup.ts'

export interface Backup {
  readonly header: BackupHeader
  /** Node ids of the managers of before, with their host names. */
  readonly managers: ReadonlyMap<string, string>
  /** The state, in pieces. */
  readonly chunks: () => AsyncIterable<Buffer>
  /** Of a sealed one, and which change of it that was. */
  readonly lock: { readonly version: number; readonly key: Uint8Array | undefined }
}

/** Whether a file is a whole backup. */
export async function checkBackup(lines: AsyncIterable<string>): Promise<BackupHeader> {
  const check = new BackupCheck()
  for await (const line of lines) check.add(line)
  return check.finish()
}

/** Reads all of it, and throws when it is damaged, of another format, or sealed with another key. */
export async function readBackup(lines: () => AsyncIterable<string>, unlockKey?: Uint8Array): Promise<Backup> {
  const header = await checkBackup(lines())
  const chunks = (): AsyncIterable<Buffer> => stateIn(lines(), unlockKey)
  const managers = new Map<string, string>()
  const counts = new Map<string, number>()
  let version = 0
  for await (const { object } of valuesOf(chunks())) {
    if (!isJsonObject(object)) continue
    const kind = String(object['kind'])
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    if (isManager(object)) managers.set(nameOf(object), hostnameOf(object))
    if (kind === 'Cluster') version = Number(at(object, 'status', 'autolock', 'version') ?? 0)
  }
  for (const kind of new Set([...counts.keys(), ...Object.keys(header.objects)]))
    if (counts.get(kind) !== header.objects[kind])
      throw new StatusError(
        'Invalid',
        `the backup cannot be used: it holds ${counts.get(kind) ?? 0} of kind ${kind}, and should hold ${header.objects[kind] ?? 0}`,
      )
  return { header, managers, chunks, lock: { version, key: header.salt === undefined ? undefined : unlockKey } }
}

/** Makes the state of a new manager in an empty directory. Durable when it resolves, but for the name of the directory. */
export async function restoreBackup(
  deps: { readonly disk: Disk; readonly random: Random; readonly clock: Clock; readonly log: Log },
  directory: string,
  { header, managers, chunks, lock }: Backup,
): Promise<Identity> {
  const { disk, random, clock } = deps
  const identity: Identity = { nodeId: createId(random), clusterId: header.clusterId }
  const index = header.index + versionsSkipped
  const raft = `${directory}/raft`
  await disk.makeDirectory(raft, 0o700)
  const keys = await createKeys(disk, raft, random, lock)
  const { wal } = await openWal(deps, { directory: raft, ...identity, keys })
  const meta = { index, term, configuration: simpleConfiguration([identity.nodeId]) }
  await wal.saveSnapshot(meta, restated(chunks(), index, new Set(managers.keys()), clock.wallMs()), index + 1)
  await wal.close()
  // Last, because it makes the directory that of a manager.
  await noteStart(disk, directory, { ...identity, joined: false, hasLog: false, isForced: false }, false)
  return identity
}

/** The state without the managers of before, at another index. */
async function* restated(
  chunks: AsyncIterable<Buffer>,
  index: number,
  gone: ReadonlySet<string>,
  nowMs: number,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const line of valuesOf(chunks)) {
    const next = restatedLine(line, index, gone, nowMs)
    if (next !== undefined) yield Buffer.from(`${JSON.stringify(next)}\n`)
  }
}

function restatedLine(line: JsonObject, index: number, gone: ReadonlySet<string>, nowMs: number): JsonObject | undefined {
  const { type, object } = line
  // Without the hash of what it was.
  if (type === 'header') return { type, format: Number(line['format']), index, objects: Number(line['objects']) - gone.size }
  if (type !== 'object' || !isJsonObject(object)) return line
  if (object['kind'] === 'Node' && gone.has(nameOf(object))) return undefined
  return object['kind'] === 'Task' && gone.has(String(at(object, 'spec', 'nodeName'))) ? { ...line, object: lost(object, nowMs) } : line
}

/** As of a node that somebody removes. */
function lost(task: JsonObject, nowMs: number): JsonObject {
  const { spec, status } = task
  if (!isJsonObject(spec) || !isJsonObject(status) || !isUnderWay(String(status['state']))) return task
  return {
    ...task,
    spec: { ...spec, settledAt: spec['settledAt'] ?? nowMs },
    status: { ...status, state: 'Orphaned', at: nowMs, message: 'its node was a manager, and the cluster was restored without it' },
  }
}

const underWay = new Set(['Assigned', 'Accepted', 'Preparing', 'Ready', 'Starting', 'Running'])
const isUnderWay = (state: string): boolean => underWay.has(state)

function isManager(object: JsonObject): boolean {
  return object['kind'] === 'Node' && (at(object, 'spec', 'role') === 'Manager' || at(object, 'status', 'role') === 'Manager')
}

function nameOf(object: JsonObject): string {
  return String(at(object, 'metadata', 'name'))
}

function hostnameOf(object: JsonObject): string {
  return String(at(object, 'status', 'description', 'hostname') ?? nameOf(object))
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((parent: unknown, name) => (isJsonObject(parent) ? parent[name] : undefined), value)
}

async function* valuesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<JsonObject, void, void> {
  for await (const chunk of chunks) {
    for (const line of chunk.toString().split('\n')) {
      const value: unknown = line === '' ? undefined : JSON.parse(line)
      if (isJsonObject(value)) yield value
    }
  }
}
