// Snapshot files: a header sector, the sealed meta, sealed chunks of at most 1 MiB bound to their
// number, and a sealed trailer with their count and hash. Without its trailer a file is not a snapshot.
//
//   chunk: length 4 | kind 4 | check 4 | sealed bytes

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Disk, DiskFile } from '../../effects/effects.ts'
import { parseConfiguration } from '../raft/configuration.ts'
import type { SnapshotMeta } from '../raft/entry.ts'
import { corrupt } from './errors.ts'
import type { KeyFile } from './keys.ts'
import { isIndex } from './records.ts'
import { createSealer, type Sealer, saltBytes, tagBytes } from './seal.ts'
import { asRecord, encodeSector, HeaderReader, type Owner, sectorBytes } from './sector.ts'

export const maxChunkBytes = 1024 * 1024
/** Of all but the last. */
const leastChunkBytes = 256 * 1024
/** Of UTF-8, at most, for a unit of UTF-16. */
const bytesPerUnit = 3
const magic = 'snapshot'
const chunkHeaderBytes = 12
const kinds = { meta: 1, data: 2, trailer: 3 } as const
type Kind = (typeof kinds)[keyof typeof kinds]

export function snapshotName(index: number, term: number): string {
  return `snapshot-${String(index).padStart(16, '0')}-${String(term).padStart(10, '0')}.kit`
}

export function parseSnapshotName(name: string): number | undefined {
  const match = /^snapshot-(\d{16})-\d{10}\.kit$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

/** Cut anywhere. Text is written as UTF-8; it is best in pieces of some 10 kB. */
export type SnapshotChunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>

export interface SnapshotPlace {
  readonly disk: Disk
  readonly directory: string
  readonly owner: Owner
  readonly keys: KeyFile
}

/** Writes and syncs the whole file under a temporary name, then gives it its own; durable when it resolves. */
export async function writeSnapshot(
  { disk, directory, owner, keys }: SnapshotPlace,
  meta: SnapshotMeta,
  chunks: SnapshotChunks,
  salt: Uint8Array,
): Promise<string> {
  const name = snapshotName(meta.index, meta.term)
  const temporary = `${directory}/${name}.tmp`
  await disk.remove(temporary)
  const file = await disk.open(temporary, { create: true, exclusive: true, mode: 0o600 })
  try {
    const id = Buffer.from(salt).toString('hex')
    const key = keys.current
    await file.write(0, encodeSector(magic, { index: meta.index, term: meta.term, key, salt: id, ...owner }))
    await writeChunks(file, createSealer(keys.dataKey(key, temporary), salt, owner, `snapshot ${id}`), meta, chunks)
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(temporary, `${directory}/${name}`)
  await disk.syncDirectory(directory)
  return name
}

async function writeChunks(file: DiskFile, sealer: Sealer, meta: SnapshotMeta, chunks: SnapshotChunks): Promise<void> {
  const hash = createHash('sha256')
  let offset = sectorBytes
  let number = 0
  const write = async (kind: Kind, plaintext: Uint8Array): Promise<void> => {
    const sealed = sealer.seal(number, kind, plaintext)
    const header = Buffer.alloc(chunkHeaderBytes)
    header.writeUInt32LE(sealed.length, 0)
    header.writeUInt32LE(kind, 4)
    header.writeUInt32LE(crc32(sealed, crc32(header.subarray(0, 8))), 8)
    await file.write(offset, header)
    await file.write(offset + chunkHeaderBytes, sealed)
    offset += chunkHeaderBytes + sealed.length
    number += 1
  }
  await write(kinds.meta, Buffer.from(JSON.stringify(meta)))
  for await (const bytes of inOnes(chunks)) {
    hash.update(bytes)
    await write(kinds.data, bytes)
  }
  await write(kinds.trailer, Buffer.from(JSON.stringify({ chunks: number, hash: hash.digest('hex') })))
}

/**
 * Small ones put together: each costs a write, two reads whenever the file is read, and a message when it is sent. What it gives
 * is valid until the next is asked for: with memory of its own for each, V8 looks through all of the state every 64 MiB.
 */
async function* inOnes(chunks: SnapshotChunks): AsyncGenerator<Uint8Array, void, void> {
  const together = Buffer.allocUnsafeSlow(maxChunkBytes)
  let used = 0
  for await (const chunk of chunks) {
    if (typeof chunk === 'string' && chunk.length * bytesPerUnit <= together.length - used) used += together.write(chunk, used)
    else {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      for (let at = 0; at < bytes.length; ) {
        const part = bytes.subarray(at, at + together.length - used)
        together.set(part, used)
        used += part.length
        at += part.length
        if (used < together.length) continue
        yield together
        used = 0
      }
    }
    if (used < leastChunkBytes) continue
    yield together.subarray(0, used)
    used = 0
  }
  if (used > 0) yield together.subarray(0, used)
}

/** Reads the whole file, checks all of it, and gives its meta. Throws Corrupt, WrongKey or Foreign. */
export async function verifySnapshot(place: SnapshotPlace, name: string): Promise<SnapshotMeta> {
  let meta: SnapshotMeta | undefined
  for await (const part of readParts(place, name)) if (part.kind === kinds.meta) meta = parseMeta(part.plaintext)
  assert.ok(meta !== undefined)
  return meta
}

/** The id of the data key that the snapshot is sealed with. */
export async function keyOfSnapshot({ disk, directory, owner }: SnapshotPlace, name: string): Promise<string> {
  const path = `${directory}/${name}`
  const file = await disk.open(path)
  try {
    return new HeaderReader(path, magic, await readBuffer(file, 0, sectorBytes), owner).string('key')
  } finally {
    await file.close()
  }
}

/** What was saved, in pieces of 1 MiB at most. Throws where the file does not verify. */
export async function* readSnapshot(place: SnapshotPlace, name: string): AsyncGenerator<Uint8Array, void, void> {
  for await (const { kind, plaintext } of readParts(place, name))
    if (kind === kinds.data) yield new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length)
}

async function* readParts(place: SnapshotPlace, name: string): AsyncGenerator<{ kind: Kind; plaintext: Buffer }, void, void> {
  const path = `${place.directory}/${name}`
  const file = await place.disk.open(path)
  try {
    const header = new HeaderReader(path, magic, await readBuffer(file, 0, sectorBytes), place.owner)
    const salt = Buffer.from(header.string('salt'), 'hex')
    if (salt.length !== saltBytes) throw corrupt(path, 0, 'header field salt has the wrong size')
    const sealer = createSealer(place.keys.dataKey(header.string('key'), path), salt, place.owner, `snapshot ${header.string('salt')}`)
    const hash = createHash('sha256')
    let offset = sectorBytes
    for (let number = 0; ; number += 1) {
      const { kind, plaintext, bytes } = await readPart(path, file, offset, number, sealer)
      offset += bytes
      if (kind === kinds.trailer) {
        const { chunks, hash: wanted } = asRecord(JSON.parse(plaintext.toString()))
        if (chunks !== number || wanted !== hash.digest('hex')) throw corrupt(path, offset, 'the trailer does not match the chunks')
        if ((await file.size()) !== offset) throw corrupt(path, offset, 'there are bytes behind the trailer')
        return
      }
      if ((kind === kinds.meta) !== (number === 0)) throw corrupt(path, offset, 'a chunk is out of place')
      if (kind === kinds.data) hash.update(plaintext)
      yield { kind, plaintext }
    }
  } finally {
    await file.close()
  }
}

async function readPart(path: string, file: DiskFile, offset: number, number: number, sealer: Sealer) {
  const header = await readBuffer(file, offset, chunkHeaderBytes)
  if (header.length < chunkHeaderBytes) throw corrupt(path, offset, 'the snapshot ends before its trailer')
  const length = header.readUInt32LE(0)
  const kind = parseKind(header.readUInt32LE(4))
  if (kind === undefined || length > maxChunkBytes + tagBytes) throw corrupt(path, offset, `the header of chunk ${number} makes no sense`)
  const sealed = await readBuffer(file, offset + chunkHeaderBytes, length)
  if (sealed.length < length) throw corrupt(path, offset, 'the snapshot ends before its trailer')
  if (crc32(sealed, crc32(header.subarray(0, 8))) !== header.readUInt32LE(8)) throw corrupt(path, offset, `chunk ${number} does not verify`)
  const plaintext = sealer.open(number, kind, sealed)
  if (plaintext === undefined) throw corrupt(path, offset, `chunk ${number} does not open with its key`)
  return { kind, plaintext, bytes: chunkHeaderBytes + length }
}

function parseKind(value: number): Kind | undefined {
  return Object.values(kinds).find((kind) => kind === value)
}

function parseMeta(plaintext: Buffer): SnapshotMeta {
  const { index, term, configuration } = asRecord(JSON.parse(plaintext.toString()))
  assert.ok(isIndex(index) && isIndex(term), 'the meta of a snapshot')
  return { index, term, configuration: parseConfiguration(configuration) }
}

/** Fewer bytes than asked for only at the end of the file. */
export async function readBuffer(file: DiskFile, offset: number, length: number): Promise<Buffer> {
  const bytes = await file.read(offset, length)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
