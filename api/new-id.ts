// Names that nobody else has: made of chance alone, so that no two machines have to agree.

const idLength = 25
const idBytes = 17

interface Chance {
  bytes(length: number): Uint8Array
}

/** 25 characters of base 36, about 129 bits of chance (swarmkit.md §1.1). For nodes and clusters. */
export function createId(random: Chance): string {
  const bytes = random.bytes(idBytes)
  bytes[0] = (bytes[0] ?? 0) | 0x80 // The top bit makes the length constant.
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return value.toString(36).slice(1, 1 + idLength)
}

/** A version 4 UUID. */
export function createUid(random: Chance): string {
  return formatUuid(random.bytes(16))
}

/** The form of a UUID of version 4. */
export function formatUuid(bytes: Uint8Array): string {
  const marked = Buffer.from(bytes.subarray(0, 16))
  marked.writeUInt8((marked.readUInt8(6) & 0x0f) | 0x40, 6)
  marked.writeUInt8((marked.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = marked.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
