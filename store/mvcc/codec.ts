// A commit as the bytes of a log entry: one byte that names the codec, then JSON. An entry is encoded
// once, when it is proposed; the same bytes go to the log, to other members, and back into the state.

import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { StatusError } from '../../api/errors.ts'
import { type Commit, maxCommitBytes, maxWritesPerCommit } from '../../api/store.ts'

/** First byte of every encoded commit. Another way of encoding gets another number; old logs stay readable. */
const jsonCodec = 1

/** Throws RequestEntityTooLarge, naming the size, when the commit has too many writes or bytes. */
export function encodeCommit(commit: Commit): Uint8Array {
  const count = commit.writes.length
  if (count > maxWritesPerCommit)
    throw new StatusError('RequestEntityTooLarge', `the commit has ${count} writes; at most ${maxWritesPerCommit} are allowed`)
  const bytes = Buffer.from(String.fromCharCode(jsonCodec) + JSON.stringify(commit), 'utf8')
  if (bytes.length > maxCommitBytes)
    throw new StatusError('RequestEntityTooLarge', `the commit has ${bytes.length} bytes; at most ${maxCommitBytes} are allowed`)
  return bytes
}

/** The result belongs to the caller alone: nothing else refers to any part of it. */
export function decodeCommit(bytes: Uint8Array): Commit {
  assert(bytes.length > 1, 'an encoded commit has a codec byte and a body')
  assert.equal(bytes[0], jsonCodec, 'the codec of the entry is known to this version')
  const decoded: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.length - 1).toString('utf8'))
  assert(isCommit(decoded), 'a log entry holds a commit')
  return decoded
}

/** Entries were admitted before they were proposed and are checksummed: this finds a wrong format, not wrong fields. */
function isCommit(value: unknown): value is Commit {
  return typeof value === 'object' && value !== null && 'writes' in value && Array.isArray(value.writes)
}
