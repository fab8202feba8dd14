// Frames on a connection: one byte of type, four of length (big-endian), and so many bytes.

export const frameTypes = {
  /** What somebody sent with `send`. */
  data: 0,
  /** So many frames and bytes were read: as much more may be sent. */
  credit: 1,
  /** The sender is finished, and reads nothing more. */
  close: 2,
  /** The sender has failed. */
  break: 3,
  /** The first frame of whoever connects: which protocol. */
  hello: 4,
  /** The answers to it. */
  accepted: 5,
  refused: 6,
} as const

export type FrameType = (typeof frameTypes)[keyof typeof frameTypes]

export const headerBytes = 5
/** Of every frame but data. */
const maxControlBytes = 4096

export function encodeFrame(type: FrameType, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length)
  bytes[0] = type
  bytes.writeUInt32BE(payload.length, 1)
  bytes.set(payload, headerBytes)
  return bytes
}

export interface Frame {
  readonly type: number
  readonly payload: Buffer
}

/** Cuts what arrives into frames. Holds one incomplete frame at most, if it is emptied after each push. */
export class FrameReader {
  /** Longer frames of data are refused before they are there. */
  maxDataBytes = 0
  #chunks: Buffer[] = []
  #bytes = 0
  #needed = headerBytes

  push(chunk: Buffer): void {
    if (chunk.length === 0) return
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /** The next frame that is there as a whole. Throws when the bytes are no frames. */
  next(): Frame | undefined {
    while (this.#bytes >= this.#needed) {
      const [first = Buffer.alloc(0)] = this.#chunks
      const all = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
      const type = all[0] ?? -1
      const length = all.readUInt32BE(1)
      if (length > this.#limit(type)) throw new Error(`a frame of type ${type} and ${length} bytes is too long`)
      const end = headerBytes + length
      if (all.length >= end) {
        const rest = all.subarray(end)
        this.#chunks = rest.length > 0 ? [rest] : []
        this.#bytes = rest.length
        this.#needed = headerBytes
        return { type, payload: all.subarray(headerBytes, end) }
      }
      this.#chunks = [all]
      this.#needed = end // Not looked at again until all of it is there: putting chunks together once is enough.
    }
    return undefined
  }

  #limit(type: number): number {
    if (type === frameTypes.data) return this.maxDataBytes
    if (type > frameTypes.refused) throw new Error(`there are no frames of type ${type}`)
    return maxControlBytes
  }
}
