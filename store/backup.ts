// A backup: the state at one index as JSON values, one a line, that a file can hold and another cluster begins from.
//
//   header, in clear: of which cluster, when, at which index, how many objects of which kind
//   chunks: lines of the state (mvcc/snapshot.ts), sealed with the unlock key where there is one
//   end: how many lines there were and their hash, so that a file that was cut off or changed is none
//
// Whether it is whole can be told without the key; what is in it only with it.

import { createHash } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import { isJsonObject } from '../api/wire.ts'
import { type Capture, serialise } from './mvcc/snapshot.ts'
import { isIndex } from './wal/records.ts'
import { createSealer, type Sealer } from './wal/seal.ts'

const magic = 'backup'
/** Raised when a reader of the old one would be misled. */
const backupFormat = 1
const chunkType = 1
const endType = 2
/** Of text, as far as lines allow: no object is cut. */
const chunkLength = 256 * 1024

export interface BackupHeader {
  readonly clusterId: string
  readonly index: number
  /** RFC 3339. */
  readonly takenAt: string
  /** The kit that has made it. */
  readonly version: string
  /** Objects of each kind. */
  readonly objects: Readonly<Record<string, number>>
  /** Of a sealed one. */
  readonly salt?: string
}

export interface Seal {
  readonly key: Uint8Array
  readonly salt: Uint8Array
}

export function headerOf({ index, objects }: Capture, about: Pick<BackupHeader, 'clusterId' | 'takenAt' | 'version'>): BackupHeader {
  const counts = new Map<string, number>()
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return { ...about, index, objects: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/** The values of the backup, each made when it is asked for. */
export function* backUp(captured: Capture, about: BackupHeader, seal: Seal | undefined): Generator<unknown, void, void> {
  const header: BackupHeader = seal === undefined ? about : { ...about, salt: Buffer.from(seal.salt).toString('base64') }
  const sealer = seal === undefined ? undefined : sealerOf(header, seal.key)
  const hash = createHash('sha256')
  let lines = 0
  const counted = (value: unknown): unknown => {
    hash.update(`${JSON.stringify(value)}\n`)
    lines += 1
    return value
  }
  yield counted({ kit: magic, format: backupFormat, ...header })
  for (const piece of serialise(captured))
    for (const text of cut(piece)) yield counted(sealer === undefined ? { data: text } : { sealed: sealed(sealer, lines, chunkType, text) })
  const end = sealer === undefined ? {} : { sealed: sealed(sealer, lines, endType, String(lines)) }
  yield { end: { lines, hash: hash.digest('hex'), ...end } }
}

function* cut(text: string): Generator<string, void, void> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', Math.min(start + chunkLength, text.length - 1)) + 1
    yield text.slice(start, end)
    start = end
  }
}

function sealerOf(header: BackupHeader, key: Uint8Array): Sealer {
  const { index, takenAt, version, objects } = header
  const salt = Buffer.from(header.salt ?? '', 'base64')
  return createSealer(
    key,
    salt,
    { clusterId: header.clusterId, nodeId: '' },
    `${magic} ${JSON.stringify([index, takenAt, version, objects])}`,
  )
}

function sealed(sealer: Sealer, number: number, type: number, text: string): string {
  return sealer.seal(number, type, Buffer.from(text)).toString('base64')
}

/** Takes the lines of a backup, and knows whether they are all there and as they were written. */
export class BackupCheck {
  readonly #hash = createHash('sha256')
  #header: BackupHeader | undefined
  #lines = 0
  #hasEnded = false

  add(line: string): void {
    if (this.#hasEnded) throw refused('there is something behind its end')
    const value = parse(line)
    if (this.#header === undefined) this.#header = readHeader(value)
    const { end } = value
    if (!isJsonObject(end)) {
      this.#hash.update(`${line}\n`)
      this.#lines += 1
    } else if (end['lines'] !== this.#lines || end['hash'] !== this.#hash.digest('hex')) throw damaged()
    else this.#hasEnded = true
  }

  /** Throws when there should be more. */
  finish(): BackupHeader {
    if (this.#header === undefined) throw refused('it is empty')
    if (!this.#hasEnded) throw refused('it was cut off: its end is missing')
    return this.#header
  }
}

/** The state in a backup that was checked, in pieces. Throws Locked when it needs an unlock key, and Unauthorized when it is another one. */
export async function* stateIn(lines: AsyncIterable<string>, unlockKey?: Uint8Array): AsyncGenerator<Buffer, void, void> {
  let header: BackupHeader | undefined
  let sealer: Sealer | undefined
  let number = 0
  for await (const line of lines) {
    const value = parse(line)
    if (header === undefined) {
      header = readHeader(value)
      if (header.salt !== undefined) sealer = sealerOf(header, needed(unlockKey))
    } else if (sealer !== undefined) {
      const text = open(sealer, number, value)
      if (!('end' in value)) yield text
    } else if (typeof value['data'] === 'string') yield Buffer.from(value['data'])
    number += 1
  }
}

function needed(unlockKey: Uint8Array | undefined): Uint8Array {
  if (unlockKey !== undefined) return unlockKey
  throw new StatusError('Locked', 'the backup is sealed with the unlock key that the cluster had then, which is needed to read it')
}

function open(sealer: Sealer, number: number, value: Readonly<Record<string, unknown>>): Buffer {
  const isEnd = 'end' in value
  const { sealed: text } = isJsonObject(value['end']) ? value['end'] : value
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  if (bytes.toString('base64') !== text) throw damaged()
  const opened = sealer.open(number, isEnd ? endType : chunkType, bytes)
  if (opened !== undefined) return opened
  // It is as it was written, so the key is another one; unless somebody has made a hash of what he changed.
  if (number === 1) throw new StatusError('Unauthorized', 'that is not the unlock key that the cluster had when the backup was taken')
  throw damaged()
}

function parse(line: string): Readonly<Record<string, unknown>> {
  const value = parseJson(line)
  if (!isJsonObject(value)) throw refused('it is damaged, or not a backup of kit')
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readHeader(value: Readonly<Record<string, unknown>>): BackupHeader {
  const { kit, format, clusterId, index, takenAt, version, objects, salt } = value
  if (kit !== magic) throw refused('it is not a backup of kit')
  if (format !== backupFormat)
    throw refused(
      `it has format ${String(format)}, and this kit reads format ${backupFormat}: restore it with the kit that wrote it, version ${String(version)}`,
    )
  const isText = typeof clusterId === 'string' && typeof takenAt === 'string' && typeof version === 'string'
  if (!isText || !isIndex(index) || !isJsonObject(objects) || (salt !== undefined && typeof salt !== 'string')) throw damaged()
  const counts = Object.fromEntries(Object.entries(objects).filter((entry): entry is [string, number] => isIndex(entry[1])))
  return { clusterId, index, takenAt, version, objects: counts, ...(salt === undefined ? {} : { salt }) }
}

function damaged(): StatusError {
  return refused('it is not as it was written: its hash is another')
}

function refused(why: string): StatusError {
  return new StatusError('Invalid', `the backup cannot be used: ${why}`)
}
