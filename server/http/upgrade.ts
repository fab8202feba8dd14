// Requests that ask for a connection of their own. The router decides as for any other request; when it
// answers with frames, they are carried between its connection and the client's until either side closes.

import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { StatusError } from '../../api/errors.ts'
import type { ApiAnswer, FrameConnection, Handle, Identity } from '../../api/request.ts'
import { frameStreamOn } from '../../effects/real/socket-stream.ts'
import { failure } from '../answer.ts'
import { requestOf } from './request.ts'

/** No command line is longer than this on Linux. */
const maxBodyBytes = 2 * 1024 * 1024
/** A client that has not sent the body by then is cut off. */
const bodyTimeoutMs = 10_000
/** A client has so long to hear the end while it is still sending. */
const lingerMs = 5_000

interface Upgrade {
  readonly socket: Duplex
  /** What came behind the headers. */
  readonly head: Uint8Array
  readonly identity: Identity
}

export async function serveUpgrade(
  handle: Handle,
  request: IncomingMessage,
  { socket, head, identity }: Upgrade,
  stopping: AbortSignal,
): Promise<void> {
  const gone = new AbortController()
  const cut = (): void => void socket.destroy()
  socket.on('error', () => {}) // Followed by `close`.
  socket.once('close', () => {
    stopping.removeEventListener('abort', cut)
    gone.abort(new StatusError('Unavailable', 'the client has gone'))
  })
  stopping.addEventListener('abort', cut, { once: true })
  if (stopping.aborted) cut()
  try {
    // What strangers send beside their question is not read.
    const { body, rest } = identity.role === 'Nobody' ? { body: undefined, rest: head } : await readBody(request, socket, head)
    const response = await handle(requestOf(request, body, identity, gone.signal))
    if (!('frames' in response)) return refuse(socket, 'body' in response ? response : failure(notUpgraded))
    if (gone.signal.aborted) return response.frames.close()
    socket.write(headOf(101, response.headers))
    await join(frameStreamOn(socket, 'the client', rest, lingerMs), response.frames)
  } catch (error) {
    refuse(
      socket,
      failure(error instanceof StatusError ? error : new StatusError('InternalError', 'the request failed', {}, { cause: error })),
    )
  }
}

const notUpgraded = new StatusError('BadRequest', 'this is not answered on a connection of its own: leave out the header upgrade')

/** Until either closes; then the other is closed too. */
async function join(client: FrameConnection, other: FrameConnection): Promise<void> {
  await Promise.all([
    // What the other takes no more is dropped: it may still have something to say to the client.
    carry(client, (frame) => other.send(frame).catch(() => {})).finally(() => other.close()),
    carry(other, (frame) => client.send(frame)).finally(() => client.close()),
  ])
}

async function carry(from: FrameConnection, send: (frame: Uint8Array) => Promise<void>): Promise<void> {
  try {
    for await (const frame of from.frames()) await send(frame)
  } catch {
    // Whichever of the two broke, both end.
  }
}

/** After an upgrade Node.js leaves the body in the socket. */
async function readBody(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
): Promise<{ readonly body: Uint8Array; readonly rest: Uint8Array }> {
  const length = Number(request.headers['content-length'] ?? '0')
  if (!Number.isSafeInteger(length) || length > maxBodyBytes || request.headers['transfer-encoding'] !== undefined)
    throw new StatusError('RequestEntityTooLarge', `the body must be at most ${maxBodyBytes} bytes, with its content-length`)
  const timer = setTimeout(() => socket.destroy(), bodyTimeoutMs)
  let bytes = Buffer.from(head)
  try {
    while (bytes.length < length) {
      const chunk: Buffer | null = socket.read()
      if (chunk !== null) bytes = Buffer.concat([bytes, chunk])
      else if (socket.destroyed || socket.readableEnded) throw new StatusError('BadRequest', 'the body is incomplete')
      else await change(socket)
    }
  } finally {
    clearTimeout(timer)
  }
  return { body: bytes.subarray(0, length), rest: bytes.subarray(length) }
}

function change(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close']
    const done = (): void => {
      for (const event of events) socket.off(event, done)
      resolve()
    }
    for (const event of events) socket.on(event, done)
  })
}

function refuse(socket: Duplex, answer: ApiAnswer): void {
  if (!socket.writable) return
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
  const headers = { ...answer.headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' }
  socket.end(headOf(answer.status, headers) + text, () => socket.destroy())
}

function headOf(status: number, headers: ApiAnswer['headers']): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}`))
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n')
}
