// The write-ahead log: entries, term and vote, and snapshots of one node, sealed, on its own disk.
//
// One call of `append` is one write that goes through to the disk, and is the unit that survives a crash as a whole.
// What it does not do: decide what to store (raft/), order concurrent callers (../driver.ts has one
// append in flight), or interpret the bytes of an entry. Read on with frame.ts (the format),
// recovery.ts (what is repaired and what is refused), writer.ts (the log while it is open).

import { dirname } from 'node:path/posix'
import type { Clock, Disk, Log, Random } from '../../effects/effects.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import type { StoreMetrics } from '../metrics.ts'
import type { Entry, HardState, SnapshotMeta } from '../raft/entry.ts'
import { assertNotDiverged } from './diverged.ts'
import { corrupt, WalError, walErrorKind } from './errors.ts'
import { createKeys, type KeyFile, readKeys } from './keys.ts'
import { LogShape } from './log-shape.ts'
import type { Batch, Marker } from './records.ts'
import { type Replay, replay } from './recovery.ts'
import type { Owner } from './sector.ts'
import { openSegment, parseSegmentName, reserveName } from './segment.ts'
import { parseSnapshotName, readSnapshot, type SnapshotChunks, type SnapshotPlace, verifySnapshot } from './snapshot-file.ts'
import { LogWriter, oversizeName, type WriterStart } from './writer.ts'

export type { Batch } from './records.ts'

/** What the disk held: a state that contains everything acknowledged before the crash. */
export interface Recovered {
  readonly hardState: HardState
  readonly snapshot?: { readonly meta: SnapshotMeta; chunks(): AsyncIterable<Uint8Array> }
  /** Contiguous, and the first follows the snapshot (index 1 without one). */
  readonly entries: readonly Entry[]
  /** One sentence for the operator when a torn tail was cut off or an older snapshot had to do. */
  readonly repaired?: string
}

export interface Wal {
  /**
   * Durable when it resolves: one write (docs/adr/0037). Calls must not overlap. Rejects with `code` ENOSPC
   * before anything is written when there is no space (the same call may be made again later); any
   * other rejection is final: what is durable is unknown until the log is opened anew.
   */
  append(batch: Batch): Promise<void>
  /**
   * Makes the snapshot durable, then forgets entries below `keepFrom` (≤ the snapshot's index + 1).
   * May run beside `append`; two snapshots must not overlap. One that is not newer than the last does
   * nothing. A log without the entry (meta.index, meta.term) is void and begins anew behind it.
   */
  saveSnapshot(meta: SnapshotMeta, chunks: SnapshotChunks, keepFrom: number): Promise<void>
  /** The chunks of a snapshot that was saved, or recovered. Throws ENOENT or Corrupt where it is not there any more, or damaged. */
  readSnapshot(meta: SnapshotMeta): AsyncIterable<Uint8Array>
  /** Some file may still be sealed with a data key of before. The next snapshots end that. */
  readonly hasOldKeys: boolean
  /** What a restart would have to replay: a reason to take a snapshot. */
  readonly bytesSinceSnapshot: number
  /** From here on the directory is refused: the state that it holds is not that of the other members. Durable when it resolves. */
  markDiverged(why: string): Promise<void>
  /** Writes a seal record, so that a damaged end is told apart from a crash. */
  close(): Promise<void>
}

export interface WalOptions {
  readonly directory: string
  readonly nodeId: string
  readonly clusterId: string
  /** Size of one segment file; a larger batch gets a segment of its own size. Default 64 MiB. */
  readonly segmentBytes?: number
  /** There must be a log: whoever lost it must not go on under this id. */
  readonly isKnown?: boolean
  /** Those of `directory`, where they are open already. */
  readonly keys?: KeyFile
}

export interface WalDeps {
  readonly disk: Disk
  readonly random: Random
  readonly log: Log
  /** With `metrics` only. */
  readonly clock?: Pick<Clock, 'monotonicMs'>
  readonly metrics?: StoreMetrics
}

const defaultSegmentBytes = 64 * 1024 * 1024

/** Throws WalError: Missing, Corrupt, Diverged, WrongKey, Foreign, OutOfSpace or Failed. A refusal has changed nothing on disk. */
export async function openWal(deps: WalDeps, options: WalOptions): Promise<{ wal: Wal; recovered: Recovered }> {
  const { disk, random, log, clock, metrics } = deps
  const { directory, nodeId, clusterId, segmentBytes = defaultSegmentBytes } = options
  const owner: Owner = { clusterId, nodeId }
  const keys = options.keys ?? (await openKeys(disk, directory, random))
  const names = await disk.list(directory)
  await assertNotDiverged(disk, directory, names)
  if (options.isKnown === true && !names.some((name) => parseSegmentName(name) !== undefined))
    throw new WalError(
      'Missing',
      `${directory} holds no log, and this node had one. Without it the node may contradict what it has told others: restore the directory from a copy, or remove the node (\`kit node demote\`, \`kit node rm\` on another manager) and join as a new one, with an empty directory`,
    )
  const place: SnapshotPlace = { disk, directory, owner, keys }
  const replayed = await replay(disk, directory, names, owner, keys)
  const chosen = replayed === undefined ? undefined : await chooseSnapshot(place, replayed)
  const measure = clock === undefined || metrics === undefined ? undefined : { clock, metrics }
  const base = { place, random, segmentBytes, measure, hasReserve: await checkReserve(disk, directory, names, segmentBytes) }

  if (replayed === undefined) {
    const hardState: HardState = { term: 0, vote: null, commit: 0 }
    const empty = { chain: { number: 0, chain: 0, seed: 0 }, segments: [], highest: 0, bytesSinceSnapshot: 0, snapshots: [] }
    const wal = new LogWriter({ ...base, ...empty, hardState, shape: new LogShape(1) })
    await wal.begin(0)
    return { wal, recovered: { hardState, entries: [] } }
  }

  const savedTail = await setTailAside(disk, directory, replayed)
  const hardState = withCommit(replayed.hardState, chosen?.meta.index ?? 0)
  const wal = await goOn({ ...base, ...startOf(replayed, hardState, chosen) }, replayed)
  await removeLeftovers(disk, directory, names, new Set([...replayed.markers.slice(-2).map(({ file }) => file)]))
  const repaired = [savedTail, chosen?.fallback].filter((sentence) => sentence !== undefined).join(' ')
  if (repaired !== '') log.warn('Repaired the log', { directory, repaired })
  const first = (chosen?.meta.index ?? 0) + 1
  return {
    wal,
    recovered: {
      hardState,
      entries: replayed.entries.filter(({ index }) => index >= first),
      ...(chosen !== undefined && { snapshot: { meta: chosen.meta, chunks: () => readSnapshot(place, chosen.marker.file) } }),
      ...(repaired !== '' && { repaired }),
    },
  }
}

/** The keys of a directory, made where it holds no log yet. Throws Locked or WrongUnlockKey where an unlock key is needed. */
export async function openKeys(disk: Disk, directory: string, random: Random, unlockKey?: Uint8Array): Promise<KeyFile> {
  await disk.makeDirectory(directory, 0o700)
  await disk.syncDirectory(dirname(directory))
  const names = await disk.list(directory)
  const found = await readKeys(disk, directory, random, unlockKey)
  const hasLog = names.some((name) => parseSegmentName(name) !== undefined)
  const hasSnapshot = names.some((name) => parseSnapshotName(name) !== undefined)
  if (hasSnapshot && !hasLog)
    throw new WalError(
      'Corrupt',
      `${directory}: there are snapshots but no log; restore the missing log-*.seg files, or remove the directory and join as a new node`,
    )
  if (found !== undefined) return found
  if (hasLog)
    throw new WalError('WrongKey', `${directory}/keys.json is missing, and without it the log cannot be read; restore it from a copy`)
  return await createKeys(disk, directory, random)
}

/** A reserve of another size is of no use. Its name is given only to a file of durable zeros. */
async function checkReserve(disk: Disk, directory: string, names: readonly string[], segmentBytes: number): Promise<boolean> {
  if (!names.includes(reserveName)) return false
  const file = await disk.open(`${directory}/${reserveName}`)
  const size = await file.size().finally(() => file.close())
  if (size === segmentBytes) return true
  await disk.remove(`${directory}/${reserveName}`)
  return false
}

interface Chosen {
  readonly marker: Marker
  readonly meta: SnapshotMeta
  readonly fallback?: string
}

/** The newest snapshot; the one before it when the newest is damaged and the log reaches back to it. */
async function chooseSnapshot(place: SnapshotPlace, { markers, shape, last }: Replay): Promise<Chosen | undefined> {
  const newest = markers.at(-1)
  if (newest === undefined) {
    if (shape.first > 1)
      throw corrupt(`${place.directory}/${last.name}`, 0, `the log begins at entry ${shape.first}, and no snapshot is known`)
    return undefined
  }
  try {
    const meta = await verifySnapshot(place, newest.file)
    if (meta.index !== newest.index || meta.term !== newest.term)
      throw corrupt(newest.file, 0, 'the snapshot is not the one that the log names')
    return { marker: newest, meta }
  } catch (cause) {
    if (errorCodeOf(cause) !== 'ENOENT' && walErrorKind(cause) !== 'Corrupt') throw cause
    const previous = markers.at(-2)
    const damaged = `${place.directory}/${newest.file}`
    if (previous !== undefined && previous.index + 1 >= shape.first && newest.resets === false) {
      const meta = await verifySnapshot(place, previous.file).catch(() => undefined)
      if (meta !== undefined)
        return { marker: previous, meta, fallback: `${damaged} is damaged: started from ${previous.file} and the log.` }
    }
    throw corrupt(damaged, 0, 'the snapshot is missing or damaged, and the log does not reach back to an older one', cause)
  }
}

/** What a crash left of a batch that was never acknowledged is copied away, for whoever wants to look at it. */
async function setTailAside(disk: Disk, directory: string, { last }: Replay): Promise<string | undefined> {
  if (last.tail.state !== 'torn') return undefined
  const copy = `damaged-${last.header.sequence}-${last.end}.bin`
  const source = await disk.open(`${directory}/${last.name}`)
  const target = await disk.open(`${directory}/${copy}`, { create: true, mode: 0o600 })
  try {
    await target.truncate(0)
    await target.write(0, await source.read(last.end, last.tail.end - last.end))
    await target.sync()
  } finally {
    await source.close()
    await target.close()
  }
  await disk.syncDirectory(directory)
  return `${last.name} ended in ${last.tail.end - last.end} bytes of a batch that was never acknowledged: cut off at offset ${last.end}, copied to ${copy}.`
}

function withCommit(hardState: HardState, snapshotIndex: number): HardState {
  return hardState.commit >= snapshotIndex ? hardState : { ...hardState, commit: snapshotIndex }
}

function startOf(replayed: Replay, hardState: HardState, chosen: Chosen | undefined) {
  const { chain, shape, segments, highest, bytesSinceMarker, markers } = replayed
  const { name, header } = replayed.last
  const usable = chosen === undefined ? [] : markers.slice(0, markers.indexOf(chosen.marker) + 1).slice(-2)
  return {
    chain,
    shape,
    highest,
    hardState,
    bytesSinceSnapshot: bytesSinceMarker,
    segments: isClean(replayed)
      ? segments
      : [...segments, { name, keyId: header.keyId, sequence: header.sequence, firstIndex: header.firstIndex, highest }],
    snapshots: usable.map(({ file, index }) => ({ name: file, index })),
  }
}

function isClean({ last }: Replay): boolean {
  return last.isSealed && last.tail.state === 'blank'
}

/**
 * After a clean end the last segment is continued. After a crash never: a batch whose bytes were lost
 * had used the next number, and sealing another text under it would repeat a nonce. A new segment has
 * a new salt; the unused rest of the old one is given back to the file system.
 */
async function goOn(start: WriterStart, replayed: Replay): Promise<LogWriter> {
  const { disk, directory } = start.place
  const { name, header, end, sizeBytes } = replayed.last
  const path = `${directory}/${name}`
  const wal = new LogWriter(start)
  if (isClean(replayed)) {
    await wal.resume({ header, file: await openSegment(disk, path), sizeBytes, end })
    return wal
  }
  await wal.begin(end)
  const file = await disk.open(path)
  await file.truncate(end).finally(() => file.close())
  return wal
}

/** Files that a crash left half made, and snapshots that nothing refers to. */
async function removeLeftovers(disk: Disk, directory: string, names: readonly string[], referred: ReadonlySet<string>): Promise<void> {
  for (const name of names) {
    const isOrphan = parseSnapshotName(name) !== undefined && !referred.has(name)
    // The reserve may be under way again by now.
    if (isOrphan || name === oversizeName || (name.endsWith('.tmp') && !name.startsWith(reserveName)))
      await disk.remove(`${directory}/${name}`)
  }
}
