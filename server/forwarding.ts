// A request that a manager hands to the one that leads, on a stream of its own (protocol `api`): who asks and what in a
// first frame, then the body; back come status and headers, then the answer, a stream of values, or frames both ways.
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

/** Rejects with LostAnswer once the leader may have begun; with anything else it has not. */
export async function forward(transport: Transport, leader: string, request: ApiRequest): Promise<ApiResponse> {
  const { method, path, query, headers, identity, body, signal } = request
  const stream = await transport.connect(leader, apiProtocol, signal)
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
    const frames = stream.frames()[Symbol.asyncIterator]()
    const head = await readValue(frames)
    if (!isHead(head)) throw new Error('the leader did not answer the request')
    return await receive(head, stream, frames, end)
  } catch (error) {
    end()
    throw new LostAnswer('the leader went away before it had answered', { cause: error })
  }
}

async function receive(head: Head, stream: FrameStream, frames: AsyncIterator<Uint8Array>, end: () => void): Promise<ApiResponse> {
  const { kind, status, headers } = head
  switch (kind) {
    case 'answer':
    case 'text': {
      const bytes = await readBytes(frames)
      end()
      if (bytes === undefined) throw new Error('the answer of the leader broke off')
      const text = bytes.toString()
      return { status, headers, body: kind === 'text' ? text : text === '' ? undefined : JSON.parse(text) }
    }
    case 'stream':
      return { status, headers, stream: values(frames, end) }
    case 'frames':
      return { status: 101, headers, frames: connection(stream, frames, end) }
  }
}

async function* values(frames: AsyncIterator<Uint8Array>, end: () => void): AsyncGenerator<unknown, void, void> {
  try {
    for (let value = await readValue(frames); value !== undefined; value = await readValue(frames)) yield value
  } finally {
    end()
  }
}

function connection(stream: FrameStream, frames: AsyncIterator<Uint8Array>, end: () => void): FrameConnection {
  return {
    send: (frame) => stream.send(frame),
    frames: () => ({ [Symbol.asyncIterator]: () => ({ next: () => frames.next() }) }),
    close: end,
  }
}

/** Answers what other managers hand on, until `signal` fires. */
export function serveForwarded(transport: Transport, handle: Handle, signal: AbortSignal): Promise<void> {
  return transport.serve(apiProtocol, (stream, ended) => answerOne(stream, handle, ended), signal)
}

async function answerOne(stream: FrameStream, handle: Handle, ended: AbortSignal): Promise<void> {
  const gone = new AbortController()
  const leave = (): void => gone.abort(new StatusError('Unavailable', 'whoever asked has gone'))
  ended.addEventListener('abort', leave, { once: true })
  const frames = stream.frames()[Symbol.asyncIterator]()
  try {
    const opening = await readValue(frames)
    if (!isOpening(opening)) throw new StatusError('BadRequest', 'a manager handed on something that is no request')
    const { hasBody, ...asked } = opening
    const body = hasBody ? await readBytes(frames) : undefined
    if (hasBody && body === undefined) return
    // What comes next from a caller that only listens is its end. One that sends frames is read by whoever takes them.
    const caller = new Caller(frames, leave)
    const response = await handle({ ...asked, ...(body === undefined ? {} : { body }), signal: gone.signal })
    await send(stream, response, caller)
  } finally {
    ended.removeEventListener('abort', leave)
    leave()
    stream.close()
  }
}

/** What the one who asked still sends. It is looked at from the start, so that its going is noticed while it waits. */
class Caller {
  readonly #frames: AsyncIterator<Uint8Array>
  readonly #first: Promise<IteratorResult<Uint8Array>>

  constructor(frames: AsyncIterator<Uint8Array>, leave: () => void) {
    this.#frames = frames
    this.#first = frames.next()
    this.#first.then(({ done }) => (done === true ? leave() : undefined), leave)
  }

  async *all(): AsyncGenerator<Uint8Array, void, void> {
    for (let frame = await this.#first; frame.done !== true; frame = await this.#frames.next()) yield frame.value
  }
}

async function send(stream: FrameStream, response: ApiResponse, caller: Caller): Promise<void> {
  const { status, headers } = response
  const begin = (kind: Head['kind']): Promise<void> => sendValue(stream, { kind, status, headers } satisfies Head)
  if ('frames' in response) {
    await begin('frames')
    return await exchange(stream, response.frames, caller)
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
async function exchange(stream: FrameStream, frames: FrameConnection, caller: Caller): Promise<void> {
  const pump = async (from: AsyncIterable<Uint8Array>, to: Pick<FrameConnection, 'send'>): Promise<void> => {
    for await (const frame of from) await to.send(frame)
  }
  try {
    await Promise.race([pump(frames.frames(), stream), pump(caller.all(), frames)])
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
async function readBytes(frames: AsyncIterator<Uint8Array>): Promise<Buffer | undefined> {
  const pieces: Uint8Array[] = []
  for (;;) {
    const { value, done } = await frames.next()
    if (done === true) return undefined
    pieces.push(value.subarray(1))
    if (value[0] === 0) return Buffer.concat(pieces)
    if (pieces.length >= maxPieces) throw new StatusError('RequestEntityTooLarge', 'what was handed on is too large')
  }
}

async function readValue(frames: AsyncIterator<Uint8Array>): Promise<unknown> {
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
