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

/** Each byte in hexadecimal: a fifth of the time that it takes to cut the text of a whole buffer. */
const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The form of a UUID of version 4. */
export function formatUuid(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < 16; at += 1) {
    const byte = bytes[at] ?? 0
    if (at === 4 || at === 6 || at === 8 || at === 10) text += '-'
    text += hexadecimal[at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte]
  }
  return text
}
