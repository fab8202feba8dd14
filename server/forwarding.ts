// A request that a manager hands to the one that leads, over a stream of protocol `api`: who asks and what in a first
// frame, then the body; back come status and headers, then the answer, a stream of values, or frames both ways.
// Whoever asks was recognised by the manager that hands on; what they may do the leader decides.

import { StatusError } from '../api/errors.ts'
import type { ApiRequest, ApiResponse, FrameConnection, Handle, Identity, Method } from '../api/request.ts'
import { isJsonObject } from '../api/wire.ts'
import type { FrameStream, Transport } from '../effects/effects.ts'

export const apiProtocol = 'api'
const maxPieceBytes = 512 * 1024
/** A value of a stream, or an answer, is taken in pieces of that many at most. */
const maxPieces = 1_024

/** What came after the request was handed over: it may have been carried out. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer'
}

interface Opening {
  readonly method: Method
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly identity: Identity
  readonly hasBody: boolean
}

interface Head {
  readonly kind: 'answer' | 'text' | 'stream' | 'frames'
  readonly status: number
  readonly headers: ApiResponse['headers']
}

/**
 * Requests that wait for their answer, each on a stream of its own. A connection costs two handshakes' worth of CPU, and a request
 * much less: one more waits for one of these streams.
 */
const mostAtOnce = 256

/** Where a manager that does not lead hands requests to. */
export class Forwarder {
  readonly #transport: Transport
  readonly #idle = new Map<string, Conversation[]>()
  #atOnce = 0
  readonly #queue = new Set<() => void>()
  #isClosed = false

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** What is under way is answered; no stream stays, or its socket would keep the process. */
  close(): void {
    this.#isClosed = true
    for (const waiting of this.#idle.values()) for (const { stream } of waiting) stream.close()
    this.#idle.clear()
  }

  /** Rejects with LostAnswer once the leader may have begun; with anything else it has not. */
  async forward(leader: string, request: ApiRequest): Promise<ApiResponse> {
    if (this.#atOnce < mostAtOnce) this.#atOnce += 1
    else await this.#turn(request.signal)
    try {
      return await this.#ask(leader, request)
    } finally {
      const [next] = this.#queue
      if (next === undefined) this.#atOnce -= 1
      else next()
    }
  }

  /** Whoever has had one passes it on. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#queue.delete(begin)
        reject(signal.reason)
      }
      const begin = (): void => {
        this.#queue.delete(begin)
        signal.removeEventListener('abort', leave)
        resolve()
      }
      if (signal.aborted) return reject(signal.reason)
      this.#queue.add(begin)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  async #ask(leader: string, request: ApiRequest): Promise<ApiResponse> {
    const { method, path, query, headers, identity, body, signal } = request
    const { stream, incoming } = await this.#open(leader, signal)
    const close = (): void => stream.close()
    signal.addEventListener('abort', close, { once: true })
    const end = (): void => {
      signal.removeEventListener('abort', close)
      stream.close()
    }
    try {
      const opening: Opening = { method, path, query, headers, identity, hasBody: body !== undefined }
      await sendValue(stream, opening)
      if (body !== undefined) await sendBytes(stream, bytesOf(body))
      const head = await readValue(incoming)
      if (!isHead(head)) throw new Error('the leader did not answer the request')
      const response = await receive(head, stream, incoming, end)
      if ('body' in response) {
        signal.removeEventListener('abort', close)
        this.#keep(leader, { stream, incoming })
      }
      return response
    } catch (error) {
      end()
      throw new LostAnswer('the leader went away before it had answered', { cause: error })
    }
  }

  async #open(leader: string, signal: AbortSignal): Promise<Conversation> {
    const waiting = this.#idle.get(leader)?.pop()
    if (waiting !== undefined) return waiting
    const stream = await this.#transport.connect(leader, apiProtocol, signal)
    return { stream, incoming: new Incoming(stream) }
  }

  /** For the next request to this leader, unless it ends before. Those to another one are of no use any more. */
  #keep(leader: string, conversation: Conversation): void {
    const { stream, incoming } = conversation
    if (this.#isClosed) {
      stream.close()
      return
    }
    for (const [other, waiting] of this.#idle) {
      if (other === leader) continue
      for (const old of waiting) old.stream.close()
      this.#idle.delete(other)
    }
    const waiting = this.#idle.get(leader) ?? []
    this.#idle.set(leader, waiting)
    waiting.push(conversation)
    const drop = (): void => {
      const at = waiting.indexOf(conversation)
      if (at < 0) return // Somebody uses it.
      waiting.splice(at, 1)
      stream.close()
    }
    incoming.peek().then(drop, drop)
  }
}

interface Conversation {
  readonly stream: FrameStream
  readonly incoming: Incoming
}

/** The frames of a stream, of which the next may be waited for before it is taken. */
class Incoming {
  readonly #frames: AsyncIterator<Uint8Array>
  #ahead: Promise<IteratorResult<Uint8Array>> | undefined

  constructor(stream: FrameStream) {
    this.#frames = stream.frames()[Symbol.asyncIterator]()
  }

  peek(): Promise<IteratorResult<Uint8Array>> {
    this.#ahead ??= this.#frames.next()
    return this.#ahead
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const next = this.peek()
    this.#ahead = undefined
    return next
  }

  async *rest(): AsyncGenerator<Uint8Array, void, void> {
    for (let frame = await this.next(); frame.done !== true; frame = await this.next()) yield frame.value
  }
}

async function receive(head: Head, stream: FrameStream, incoming: Incoming, end: () => void): Promise<ApiResponse> {
  const { kind, status, headers } = head
  switch (kind) {
    case 'answer':
    case 'text': {
      const bytes = await readBytes(incoming)
      if (bytes === undefined) throw new Error('the answer of the leader broke off')
      const text = bytes.toString()
      return { status, headers, body: kind === 'text' ? text : text === '' ? undefined : JSON.parse(text) }
    }
    case 'stream':
      return { status, headers, stream: values(incoming, end) }
    case 'frames':
      return { status: 101, headers, frames: { send: (frame) => stream.send(frame), frames: () => incoming.rest(), close: end } }
  }
}

async function* values(incoming: Incoming, end: () => void): AsyncGenerator<unknown, void, void> {
  try {
    for (let value = await readValue(incoming); value !== undefined; value = await readValue(incoming)) yield value
  } finally {
    end()
  }
}

/** Answers what other managers hand on, until `signal` fires. */
export function serveForwarded(transport: Transport, handle: Handle, signal: AbortSignal): Promise<void> {
  return transport.serve(apiProtocol, (stream, ended) => answerAll(stream, handle, ended), signal)
}

/** One request after the other; a stream of values, or of frames both ways, is the last. */
async function answerAll(stream: FrameStream, handle: Handle, ended: AbortSignal): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort(new StatusError('Unavailable', 'the client has gone'))
  const close = (): void => {
    leave()
    stream.close()
  }
  ended.addEventListener('abort', close, { once: true })
  const incoming = new Incoming(stream)
  try {
    for (;;) {
      const opening = await readValue(incoming)
      if (opening === undefined) return
      if (!isOpening(opening)) throw new StatusError('BadRequest', 'a manager handed on something that is no request')
      const { hasBody, ...asked } = opening
      const body = hasBody ? await readBytes(incoming) : undefined
      if (hasBody && body === undefined) return
      // Looked at from the start, so that the going of whoever asked is noticed while they wait.
      incoming.peek().then(({ done }) => (done === true ? leave() : undefined), leave)
      const response = await handle({ ...asked, ...(body === undefined ? {} : { body }), signal: gone.signal })
      await send(stream, response, incoming)
      if (!('body' in response)) return
    }
  } finally {
    ended.removeEventListener('abort', close)
    close()
  }
}

async function send(stream: FrameStream, response: ApiResponse, incoming: Incoming): Promise<void> {
  const { status, headers } = response
  const begin = (kind: Head['kind']): Promise<void> => sendValue(stream, { kind, status, headers } satisfies Head)
  if ('frames' in response) {
    await begin('frames')
    return await exchange(stream, response.frames, incoming)
  }
  if ('stream' in response) {
    await begin('stream')
    for await (const value of response.stream) await sendValue(stream, value)
    return
  }
  const isText = typeof response.body === 'string'
  await begin(isText ? 'text' : 'answer')
  const text = isText ? response.body : response.body === undefined ? '' : JSON.stringify(response.body)
  await sendBytes(stream, Buffer.from(String(text)))
}

/** Frames go both ways until either side ends. */
async function exchange(stream: FrameStream, frames: FrameConnection, incoming: Incoming): Promise<void> {
  const pump = async (from: AsyncIterable<Uint8Array>, to: Pick<FrameConnection, 'send'>): Promise<void> => {
    for await (const frame of from) await to.send(frame)
  }
  try {
    await Promise.race([pump(frames.frames(), stream), pump(incoming.rest(), frames)])
  } finally {
    frames.close()
  }
}

// Values and bytes as frames: pieces that begin with 1, the last of them with 0.

async function sendValue(stream: FrameStream, value: unknown): Promise<void> {
  await sendBytes(stream, Buffer.from(JSON.stringify(value)))
}

async function sendBytes(stream: FrameStream, bytes: Uint8Array): Promise<void> {
  let at = 0
  do {
    const next = Math.min(at + maxPieceBytes, bytes.byteLength)
    await stream.send(Buffer.concat([Buffer.of(next < bytes.byteLength ? 1 : 0), bytes.subarray(at, next)]))
    at = next
  } while (at < bytes.byteLength)
}

/** Undefined when the other side has ended. */
async function readBytes(frames: Incoming): Promise<Buffer | undefined> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const { value, done } = await frames.next()
    if (done === true) return undefined
    pieces.push(value.subarray(1))
    if (value[0] === 0) return Buffer.concat(pieces)
    if (pieces.length >= maxPieces) throw new StatusError('RequestEntityTooLarge', 'what was handed on is too large')
  }
}

async function readValue(frames: Incoming): Promise<unknown> {
  const bytes = await readBytes(frames)
  return bytes === undefined ? undefined : JSON.parse(bytes.toString())
}

function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body))
}

function isTexts(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every((each) => typeof each === 'string')
}

/** Managers speak to each other here: it is the version that is checked, not the intent. */
function isOpening(value: unknown): value is Opening {
  if (!isJsonObject(value)) return false
  const { method, path, query, headers, identity, hasBody } = value
  const isKnown = typeof method === 'string' && ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method) && typeof path === 'string'
  return isKnown && isTexts(query) && isTexts(headers) && isIdentity(identity) && typeof hasBody === 'boolean'
}

function isIdentity(value: unknown): boolean {
  if (!isTexts(value) || !isJsonObject(value)) return false
  const has = (...names: readonly string[]): boolean => names.every((name) => value[name] !== undefined)
  return value['role'] === 'Nobody'
    ? has('from', 'reason', 'why')
    : ['Admin', 'Operator', 'Viewer'].includes(String(value['role'])) && has('name', 'from')
}

function isHead(value: unknown): value is Head {
  if (!isJsonObject(value)) return false
  const { kind, status, headers } = value
  return (
    typeof kind === 'string' && ['answer', 'text', 'stream', 'frames'].includes(kind) && typeof status === 'number' && isJsonObject(headers)
  )
}
