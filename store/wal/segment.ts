// Segment files: named by sequence and first index, filled with zeros before they are used. Writing
// into allocated blocks needs no journal commit of the file system and leaves no size that can tear.
// A segment's header says where the one before it ended, so each is verified to exactly that place.

import type { Disk, DiskFile, Random } from '../../effects/effects.ts'
import { corrupt } from './errors.ts'
import { type ChainState, startChain } from './frame.ts'
import { createSealer, type Sealer, saltBytes } from './seal.ts'
import { encodeSector, HeaderReader, type Owner, sectorBytes } from './sector.ts'

/** Zeros ready to become the next segment: kept so that a full disk stops writes in order, not in the middle. */
export const reserveName = 'reserve.seg'
const magic = 'log'
const zeroChunkBytes = 1024 * 1024

export interface SegmentHeader {
  readonly sequence: number
  /** The index that the next entry had when the segment was begun. */
  readonly firstIndex: number
  /** Number and chain value of the last frame before this segment, and where it ended in its file. */
  readonly previousNumber: number
  readonly previousChain: number
  readonly previousEnd: number
  readonly keyId: string
  readonly salt: Uint8Array
}

export function segmentName(sequence: number, firstIndex: number): string {
  return `log-${String(sequence).padStart(10, '0')}-${String(firstIndex).padStart(16, '0')}.seg`
}

export function parseSegmentName(name: string): { readonly sequence: number; readonly firstIndex: number } | undefined {
  const match = /^log-(\d{10})-(\d{16})\.seg$/.exec(name)
  return match === null ? undefined : { sequence: Number(match[1]), firstIndex: Number(match[2]) }
}

export function readSegmentHeader(file: string, sector: Buffer, owner: Owner): SegmentHeader {
  const header = new HeaderReader(file, magic, sector, owner)
  const salt = new Uint8Array(Buffer.from(header.string('salt'), 'hex'))
  if (salt.length !== saltBytes) throw corrupt(file, 0, 'header field salt has the wrong size')
  return {
    sequence: header.number('sequence'),
    firstIndex: header.number('firstIndex'),
    previousNumber: header.number('previousNumber'),
    previousChain: header.number('previousChain'),
    previousEnd: header.number('previousEnd'),
    keyId: header.string('key'),
    salt,
  }
}

export function chainOf(header: SegmentHeader): ChainState {
  return startChain(header.salt, header.previousChain, header.previousNumber)
}

export function sealerOf(header: SegmentHeader, dek: Uint8Array, owner: Owner): Sealer {
  return createSealer(dek, header.salt, owner, `segment ${header.sequence}`)
}

/** Makes a file of zeros, durable under its name. A failed attempt leaves nothing behind but a `.tmp` file. */
export async function createZeroed(disk: Disk, directory: string, name: string, sizeBytes: number): Promise<void> {
  const temporary = `${directory}/${name}.tmp`
  const file = await disk.open(temporary, { create: true, mode: 0o600 })
  try {
    const zeros = new Uint8Array(Math.min(sizeBytes, zeroChunkBytes))
    await file.truncate(0)
    for (let at = 0; at < sizeBytes; at += zeros.length) await file.write(at, zeros.subarray(0, Math.min(zeros.length, sizeBytes - at)))
    await file.sync()
  } finally {
    await file.close()
  }
  await disk.rename(temporary, `${directory}/${name}`)
  await disk.syncDirectory(directory)
}

/** For going on in it: each frame waits for the disk, and one call of the system, with one turn of the event loop, is less than two. */
export function openSegment(disk: Disk, path: string): Promise<DiskFile> {
  return disk.open(path, { writesThrough: true })
}

/** Turns the file of zeros `from` into the segment that `header` describes, and leaves it open. */
export async function beginSegment(disk: Disk, directory: string, from: string, header: SegmentHeader, owner: Owner): Promise<DiskFile> {
  const file = await openSegment(disk, `${directory}/${from}`)
  try {
    const { keyId: key, salt, ...numbers } = header
    await file.write(0, encodeSector(magic, { ...numbers, key, salt: Buffer.from(salt).toString('hex'), ...owner }))
    await disk.rename(`${directory}/${from}`, `${directory}/${segmentName(header.sequence, header.firstIndex)}`)
    await disk.syncDirectory(directory)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

export function freshSalt(random: Random): Uint8Array {
  return random.bytes(saltBytes)
}

export { sectorBytes as segmentHeaderBytes }
