// The bytes inside a frame. A batch is a series of records: hard state first, then a truncation, then
// entries; an entry's index is not stored, it follows from the first one's. A snapshot marker is JSON.

import assert from 'node:assert/strict'
import type { Entry, HardState } from '../raft/entry.ts'
import { asRecord } from './sector.ts'

export interface Batch {
  readonly hardState?: HardState
  /** Entries with this index or a higher one, stored earlier, are void. */
  readonly truncateFrom?: number
  readonly entries: readonly Entry[]
}

/** Written once a snapshot file is durable and verified. */
export interface Marker {
  readonly file: string
  readonly index: number
  readonly term: number
  /** Entries below are not needed any more. */
  readonly keepFrom: number
  /** The log did not contain the snapshot's entry: all earlier entries are void. */
  readonly resets: boolean
  /** Repeated here, because the segments that hold it may go once this is durable. */
  readonly hardState: HardState
}

const tags = { hardState: 1, truncate: 2, first: 3, normal: 4, configuration: 5 } as const
const noVote = 0xffff
const entryHeaderBytes = 11
const fixedBytes = 64

/** An upper bound for the encoded size. */
export function batchBytesAtMost(batch: Batch): number {
  const vote = batch.hardState?.vote
  return batch.entries.reduce((sum, { data }) => sum + entryHeaderBytes + data.length, fixedBytes + 3 * (vote?.length ?? 0))
}

export function encodeBatch(batch: Batch, atMost: number): Buffer {
  const bytes = Buffer.allocUnsafe(atMost)
  let at = 0
  const { hardState, truncateFrom, entries } = batch
  if (hardState !== undefined) {
    const vote = hardState.vote === null ? undefined : Buffer.from(hardState.vote)
    bytes[at] = tags.hardState
    bytes.writeUIntLE(hardState.term, at + 1, 6)
    bytes.writeUIntLE(hardState.commit, at + 7, 6)
    bytes.writeUInt16LE(vote?.length ?? noVote, at + 13)
    at += 15
    if (vote !== undefined) at += vote.copy(bytes, at)
  }
  if (truncateFrom !== undefined) at = encodeNumber(bytes, at, tags.truncate, truncateFrom)
  if (entries[0] !== undefined) at = encodeNumber(bytes, at, tags.first, entries[0].index)
  for (const { term, type, data } of entries) {
    bytes[at] = tags[type]
    bytes.writeUIntLE(term, at + 1, 6)
    bytes.writeUInt32LE(data.length, at + 7)
    bytes.set(data, at + entryHeaderBytes)
    at += entryHeaderBytes + data.length
  }
  return bytes.subarray(0, at)
}

function encodeNumber(bytes: Buffer, at: number, tag: number, value: number): number {
  bytes[at] = tag
  bytes.writeUIntLE(value, at + 1, 6)
  return at + 7
}

/** Throws when the bytes are not a batch. Entry data are views into `bytes`. */
export function decodeBatch(bytes: Buffer): Batch {
  let hardState: HardState | undefined
  let truncateFrom: number | undefined
  let index = 0
  const entries: Entry[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at]
    const value = bytes.readUIntLE(at + 1, 6)
    if (tag === tags.hardState) {
      const length = bytes.readUInt16LE(at + 13)
      const vote = length === noVote ? null : cut(bytes, at + 15, length).toString()
      hardState = { term: value, vote, commit: bytes.readUIntLE(at + 7, 6) }
      at += 15 + (length === noVote ? 0 : length)
    } else if (tag === tags.truncate || tag === tags.first) {
      if (tag === tags.truncate) truncateFrom = value
      else index = value
      at += 7
    } else {
      assert.ok(index > 0 && (tag === tags.normal || tag === tags.configuration), `a record with tag ${tag} was not expected`)
      const data = cut(bytes, at + entryHeaderBytes, bytes.readUInt32LE(at + 7))
      entries.push({
        index,
        term: value,
        type: tag === tags.normal ? 'normal' : 'configuration',
        data: new Uint8Array(data.buffer, data.byteOffset, data.length),
      })
      index += 1
      at += entryHeaderBytes + data.length
    }
  }
  return { entries, ...(hardState !== undefined && { hardState }), ...(truncateFrom !== undefined && { truncateFrom }) }
}

function cut(bytes: Buffer, at: number, length: number): Buffer {
  assert.ok(at + length <= bytes.length, 'a record reaches past its batch')
  return bytes.subarray(at, at + length)
}

export function encodeMarker(marker: Marker): Buffer {
  return Buffer.from(JSON.stringify(marker))
}

export function decodeMarker(bytes: Buffer): Marker {
  const { file, index, term, keepFrom, resets, hardState } = asRecord(JSON.parse(bytes.toString()))
  const { term: current, vote, commit } = asRecord(hardState)
  assert.ok(
    typeof file === 'string' && isIndex(index) && isIndex(term) && isIndex(keepFrom) && typeof resets === 'boolean',
    'not a snapshot marker',
  )
  assert.ok(isIndex(current) && isIndex(commit) && (vote === null || typeof vote === 'string'), 'a snapshot marker without hard state')
  return { file, index, term, keepFrom, resets, hardState: { term: current, vote, commit } }
}

export function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
