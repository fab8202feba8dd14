// A frame is what one write makes durable: header, body, padding to eight bytes.
//
//   length 4 | type 1 | flags 1 | pad 2 | number 8 | chain 4 | header check 4 | body … | zeros
//
// The header check tells a bad length from a bad body, and is seeded with the segment's salt: bytes of
// another segment never look like a frame of this one. The chain covers everything in the segment up
// to here, so a frame that is lost or stale in the middle is noticed at the next.

import { crc32 } from 'node:zlib'

export const frameHeaderBytes = 24

/** `seal` and `open` are empty and in clear: the log was closed in order, and opened again behind that. */
export const frameTypes = { batch: 1, snapshot: 2, seal: 3, open: 4 } as const
export type FrameType = (typeof frameTypes)[keyof typeof frameTypes]
export const flags = { clear: 0, encrypted: 1 } as const

/** Where the next frame of a segment stands. */
export interface ChainState {
  /** Number of the last frame: the next has this + 1, across segments too. */
  readonly number: number
  /** Chain value after the last frame. */
  readonly chain: number
  /** From the segment's salt. */
  readonly seed: number
}

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly body: Buffer
  readonly bytes: number
  readonly next: ChainState
}

export interface BadFrame {
  readonly bad: string
}

export function frameBytes(bodyBytes: number): number {
  return Math.ceil((frameHeaderBytes + bodyBytes) / 8) * 8
}

export function startChain(salt: Uint8Array, previousChain: number, number: number): ChainState {
  return { number, chain: crc32(salt, previousChain), seed: Buffer.from(salt).readUInt32LE(0) }
}

export function encodeFrame(
  at: ChainState,
  type: FrameType,
  flag: number,
  body: Uint8Array,
): { readonly frame: Buffer; readonly next: ChainState } {
  const frame = Buffer.alloc(frameBytes(body.length))
  frame.writeUInt32LE(body.length, 0)
  frame[4] = type
  frame[5] = flag
  frame.writeUInt16LE(frame.length - frameHeaderBytes - body.length, 6)
  frame.writeBigUInt64LE(BigInt(at.number + 1), 8)
  frame.set(body, frameHeaderBytes)
  const next = { number: at.number + 1, chain: chainOver(frame, at.chain), seed: at.seed }
  frame.writeUInt32LE(next.chain, 16)
  frame.writeUInt32LE(crc32(frame.subarray(0, 20), at.seed), 20)
  return { frame, next }
}

function chainOver(frame: Buffer, previous: number): number {
  return crc32(frame.subarray(frameHeaderBytes), crc32(frame.subarray(0, 16), previous))
}

/** The number of the frame whose header starts at `offset`; `undefined` when no valid header does. */
export function frameNumberAt(bytes: Buffer, offset: number, seed: number): number | undefined {
  if (offset + frameHeaderBytes > bytes.length) return undefined
  if (crc32(bytes.subarray(offset, offset + 20), seed) !== bytes.readUInt32LE(offset + 20)) return undefined
  return Number(bytes.readBigUInt64LE(offset + 8))
}

/** Reads the frame at `offset`, which must end by `limit` and be the successor of `at`. */
export function decodeFrame(bytes: Buffer, offset: number, limit: number, at: ChainState): Frame | BadFrame {
  if (offset + frameHeaderBytes > limit) return { bad: 'the frame header is cut off' }
  const number = frameNumberAt(bytes, offset, at.seed)
  if (number === undefined) return { bad: 'the frame header does not verify' }
  const length = bytes.readUInt32LE(offset)
  if (offset + frameBytes(length) > limit) return { bad: `a frame of ${length} bytes reaches past its segment` }
  if (number !== at.number + 1) return { bad: `found frame number ${number}, wanted ${at.number + 1}` }
  const frame = bytes.subarray(offset, offset + frameBytes(length))
  const chain = chainOver(frame, at.chain)
  if (chain !== frame.readUInt32LE(16)) return { bad: 'the frame does not verify' }
  return {
    type: frame[4] ?? 0,
    flags: frame[5] ?? 0,
    body: frame.subarray(frameHeaderBytes, frameHeaderBytes + length),
    bytes: frame.length,
    next: { number, chain, seed: at.seed },
  }
}

const blank = Buffer.alloc(4096)

export type Tail =
  | { readonly state: 'blank' }
  /** Bytes of a frame that was never acknowledged, up to `end`. */
  | { readonly state: 'torn'; readonly end: number }
  /** A later frame lies behind the bad one: what is bad had been acknowledged. */
  | { readonly state: 'damaged'; readonly laterFrameAt: number }

/**
 * What lies behind the last good frame. A frame is written only after the one before it was synced,
 * so any valid frame with a number beyond the next one proves that the next one was durable.
 */
export function classifyTail(bytes: Buffer, offset: number, at: ChainState): Tail {
  let end = 0
  for (let start = offset; start < bytes.length; start += blank.length) {
    const piece = bytes.subarray(start, Math.min(bytes.length, start + blank.length))
    if (piece.equals(blank.subarray(0, piece.length))) continue
    for (let position = start; position < start + piece.length; position += 8) {
      const number = frameNumberAt(bytes, position, at.seed)
      if (number !== undefined && number > at.number + 1) return { state: 'damaged', laterFrameAt: position }
      if (!bytes.subarray(position, position + 8).equals(blank.subarray(0, Math.min(8, bytes.length - position)))) end = position + 8
    }
  }
  return end === 0 ? { state: 'blank' } : { state: 'torn', end: Math.min(end, bytes.length) }
}
