// Messages between members as bytes. Numbers have 6 bytes; the data of an entry are what was proposed, byte for
// byte. Who sends and who receives is not in it: the connection says that.
//
//   message: type 1 | term 6, 0 of those that are not Raft's | fields of the type, 6 bytes each | rest
//   rest: of append the entries, each: term 6 | kind 1 | length 4 | data; of snapshot the configuration, as JSON

import { hashParts, hashText } from '../mvcc/state-hash.ts'
import type { PeerMessage, StateMessage } from '../peers.ts'
import { encodeConfiguration, parseConfiguration } from '../raft/configuration.ts'
import type { Entry } from '../raft/entry.ts'
import type { Body } from '../raft/message.ts'

/** Of streams themselves, before anything else is said on them: which life of a member this is; and that there is another one already. */
export type LinkMessage = { readonly from: string; readonly to: string } & (
  | { readonly type: 'member'; readonly life: number }
  | { readonly type: 'twin' }
)
type LocalBody<T> = T extends unknown ? Omit<T, 'from' | 'to'> : never
type PeerBody = Body | LocalBody<StateMessage | LinkMessage>

const types = {
  preVote: 1,
  preVoteResponse: 2,
  vote: 3,
  voteResponse: 4,
  append: 5,
  appendResponse: 6,
  appendRejected: 7,
  heartbeat: 8,
  heartbeatResponse: 9,
  snapshot: 10,
  timeoutNow: 11,
  readIndex: 12,
  readIndexResponse: 13,
  state: 14,
  member: 15,
  twin: 16,
} as const satisfies Readonly<Record<PeerBody['type'], number>>
const kinds = { normal: 0, configuration: 1 } as const satisfies Readonly<Record<Entry['type'], number>>
const numberBytes = 6
const entryHeaderBytes = numberBytes + 1 + 4

export function encodeMessage(message: PeerMessage | LinkMessage): Uint8Array {
  const numbers = ['term' in message ? message.term : 0, ...fieldsOf(message)]
  const entries = message.type === 'append' ? message.entries : []
  const rest = message.type === 'snapshot' ? encodeConfiguration(message.meta.configuration) : new Uint8Array()
  const entryBytes = entries.reduce((sum, { data }) => sum + entryHeaderBytes + data.length, 0)
  const bytes = Buffer.allocUnsafe(1 + numbers.length * numberBytes + entryBytes + rest.length)
  let at = bytes.writeUInt8(types[message.type])
  for (const each of numbers) at = bytes.writeUIntBE(each, at, numberBytes)
  for (const { term, type, data } of entries) {
    at = bytes.writeUIntBE(term, at, numberBytes)
    at = bytes.writeUInt8(kinds[type], at)
    at = bytes.writeUInt32BE(data.length, at)
    bytes.set(data, at)
    at += data.length
  }
  bytes.set(rest, at)
  return bytes
}

function fieldsOf(body: PeerBody): readonly number[] {
  switch (body.type) {
    case 'preVote':
      return [body.lastIndex, body.lastTerm]
    case 'vote':
      return [body.lastIndex, body.lastTerm, Number(body.transfer)]
    case 'preVoteResponse':
    case 'voteResponse':
      return [Number(body.granted), body.commit, body.commitTerm]
    case 'append':
      return [body.prevIndex, body.prevTerm, body.commit]
    case 'appendResponse':
      return [body.index]
    case 'appendRejected':
      return [body.index, body.hintIndex, body.hintTerm]
    case 'heartbeat':
      return [body.commit, body.context]
    case 'heartbeatResponse':
      return [body.context]
    case 'snapshot':
      return [body.meta.index, body.meta.term]
    case 'timeoutNow':
      return []
    case 'readIndex':
      return [body.id]
    case 'readIndexResponse':
      return [body.id, body.index]
    case 'state':
      return [body.index, body.rules, ...hashParts(body.hash)]
    case 'member':
      return [body.life]
    case 'twin':
      return []
  }
}

/** Throws when the bytes are no message: whoever sent them is another program. */
export function decodeMessage(bytes: Uint8Array, from: string, to: string): PeerMessage | LinkMessage {
  const reader = new Reader(bytes)
  const type = reader.type()
  const term = reader.number()
  const body = bodyOf(type, reader)
  reader.end()
  if (body.type !== 'state' && body.type !== 'member' && body.type !== 'twin') return { from, to, term, ...body }
  if (term !== 0) throw malformed('a term, and is none of Raft')
  return { from, to, ...body }
}

function bodyOf(type: PeerBody['type'], reader: Reader): PeerBody {
  switch (type) {
    case 'preVote':
      return { type, lastIndex: reader.number(), lastTerm: reader.number() }
    case 'vote':
      return { type, lastIndex: reader.number(), lastTerm: reader.number(), transfer: reader.flag() }
    case 'preVoteResponse':
    case 'voteResponse':
      return { type, granted: reader.flag(), commit: reader.number(), commitTerm: reader.number() }
    case 'append': {
      const [prevIndex, prevTerm, commit] = [reader.number(), reader.number(), reader.number()]
      return { type, prevIndex, prevTerm, commit, entries: reader.entries(prevIndex + 1) }
    }
    case 'appendResponse':
      return { type, index: reader.number() }
    case 'appendRejected':
      return { type, index: reader.number(), hintIndex: reader.number(), hintTerm: reader.number() }
    case 'heartbeat':
      return { type, commit: reader.number(), context: reader.number() }
    case 'heartbeatResponse':
      return { type, context: reader.number() }
    case 'snapshot':
      return { type, meta: { index: reader.number(), term: reader.number(), configuration: reader.configuration() } }
    case 'timeoutNow':
      return { type }
    case 'readIndex':
      return { type, id: reader.number() }
    case 'readIndexResponse':
      return { type, id: reader.number(), index: reader.number() }
    case 'state':
      return { type, index: reader.number(), rules: reader.number(), hash: hashText(reader.number(), reader.number()) }
    case 'member':
      return { type, life: reader.number() }
    case 'twin':
      return { type }
  }
}

const typeOf: ReadonlyMap<number, PeerBody['type']> = new Map(
  Object.entries(types).map(([name, number]) => [number, name as PeerBody['type']]),
)

class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  type(): PeerBody['type'] {
    const type = typeOf.get(this.#bytes.readUInt8(this.#take(1)))
    if (type === undefined) throw malformed('a type that this version does not know')
    return type
  }

  number(): number {
    return this.#bytes.readUIntBE(this.#take(numberBytes), numberBytes)
  }

  flag(): boolean {
    const number = this.number()
    if (number > 1) throw malformed('a flag that is neither 0 nor 1')
    return number === 1
  }

  /** They follow each other from `index`; what they hold is not copied. */
  entries(index: number): readonly Entry[] {
    const entries: Entry[] = []
    while (this.#at < this.#bytes.length) {
      const term = this.number()
      const kind = this.#bytes.readUInt8(this.#take(1))
      if (kind > kinds.configuration) throw malformed('a kind of entry that this version does not know')
      const length = this.#bytes.readUInt32BE(this.#take(4))
      const start = this.#take(length)
      const data = this.#bytes.subarray(start, start + length)
      entries.push({ index: index + entries.length, term, type: kind === kinds.configuration ? 'configuration' : 'normal', data })
    }
    return entries
  }

  configuration(): ReturnType<typeof parseConfiguration> {
    const text = this.#bytes.toString('utf8', this.#at)
    this.#at = this.#bytes.length
    try {
      return parseConfiguration(JSON.parse(text))
    } catch (error) {
      throw malformed('a configuration that is none', error)
    }
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed('more bytes than its type has')
  }

  #take(length: number): number {
    const start = this.#at
    if (start + length > this.#bytes.length) throw malformed('fewer bytes than its type has')
    this.#at += length
    return start
  }
}

function malformed(what: string, cause?: unknown): Error {
  return new Error(`a message between managers has ${what}`, { cause })
}
