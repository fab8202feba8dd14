// The first sector of every file of the log: a magic line, a line of JSON that `head -1` shows to a
// human, zeros, and a checksum. It is written and synced before the file gets its name, so a bad one
// is damage, never a crash.

import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { corrupt, WalError } from './errors.ts'

export const sectorBytes = 512
export const formatVersion = 1

/** The values common to every header: whose file it is, and what opens it. */
export interface Owner {
  readonly clusterId: string
  readonly nodeId: string
}

export type Fields = Readonly<Record<string, string | number>>

/** @param magic what kind of file it is, a word. */
export function encodeSector(magic: string, fields: Fields): Buffer {
  const text = Buffer.from(`kit ${magic} ${formatVersion} ${JSON.stringify(fields)}\n`)
  assert.ok(text.length <= sectorBytes - 4, `a header of ${text.length} bytes does not fit into one sector`)
  const sector = Buffer.alloc(sectorBytes)
  text.copy(sector)
  sector.writeUInt32LE(crc32(sector.subarray(0, sectorBytes - 4)), sectorBytes - 4)
  return sector
}

export class HeaderReader {
  readonly #file: string
  readonly #fields: Readonly<Record<string, unknown>>

  /** Throws Corrupt when the sector does not verify, Foreign when it is another's or of another format. */
  constructor(file: string, magic: string, sector: Buffer, owner: Owner) {
    this.#file = file
    if (sector.length < sectorBytes || crc32(sector.subarray(0, sectorBytes - 4)) !== sector.readUInt32LE(sectorBytes - 4))
      throw corrupt(file, 0, 'the file header does not verify')
    const line = sector.subarray(0, sector.indexOf('\n')).toString()
    const [, word, version, json] = /^kit (\S+) (\d+) (.*)$/.exec(line) ?? []
    if (word !== magic) throw new WalError('Foreign', `${file}: this is not a ${magic} file of kit`)
    if (Number(version) !== formatVersion)
      throw new WalError(
        'Foreign',
        `${file}: written in format ${version}, and this kit reads format ${formatVersion}; run the kit that wrote it`,
      )
    this.#fields = asRecord(JSON.parse(json ?? ''))
    for (const key of ['clusterId', 'nodeId'] as const) {
      const found = this.string(key)
      if (found !== owner[key])
        throw new WalError('Foreign', `${file}: belongs to ${key} "${found}", not to "${owner[key]}"; is this the right state directory?`)
    }
  }

  string(key: string): string {
    const value = this.#fields[key]
    if (typeof value !== 'string') throw corrupt(this.#file, 0, `header field ${key} is missing`)
    return value
  }

  number(key: string): number {
    const value = this.#fields[key]
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw corrupt(this.#file, 0, `header field ${key} is missing`)
    return value
  }
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), 'a JSON object was expected')
  return { ...value }
}
