// A Handle that goes over a unix socket to a daemon, or over mutual TLS to one of another machine (remote.ts). When nobody
// answers, the error says where and what to do, because that is all that a person then wants to know.

import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { StatusError } from '../../api/errors.ts'
import type { ApiRequest, ApiResponse, Handle } from '../../api/request.ts'
import { frameStreamOn } from '../../effects/real/socket-stream.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import { whicheverAnswers } from './managers.ts'

// An `import` of this module reads all that it exports, its WebSocket too, and that loads the whole of undici:
// a fifth of the CPU time of `kit get`.
const http = process.getBuiltinModule('node:http')

/** Lines of a stream longer than this are refused: no object is so large. */
const maxLineBytes = 64 * 1024 * 1024

export interface HttpConnection {
  readonly handle: Handle
  /** Closes idle connections, so that a program can end. */
  close(): void
}

/** Where requests go, and how. */
export interface Door {
  /** For people: a path, or host:port. */
  readonly name: string
  readonly request: (options: RequestOptions) => ClientRequest
  /** What went wrong on the way, in words that help. */
  readonly unavailable: (error: unknown) => StatusError
}

/** `others`: of managers of the same cluster, for when nobody answers on the first. */
export function connectSocket(socketPath: string, others: readonly string[] = []): HttpConnection {
  const agent: Agent = new http.Agent({ keepAlive: true, maxSockets: 256 })
  // Without a name Node.js looks for one in the headers of each request.
  const kept = { agent, servername: '' }
  const doors = [socketPath, ...others].map(
    (path): Door => ({
      name: path,
      request: (options) => http.request({ ...options, ...kept, socketPath: path }),
      unavailable: (error) => unavailable(path, error),
    }),
  )
  return { handle: whicheverAnswers(doors, send), close: () => agent.destroy() }
}

/** Connections that are ready for requests. */
const opened = new WeakSet<object>()

/** Rejects with Unknown when a write may have reached somebody who then did not answer, and with Unavailable otherwise. */
export function send(door: Door, request: ApiRequest): Promise<ApiResponse> {
  const search = new URLSearchParams(Object.entries(request.query)).toString()
  const body = bytesOf(request.body)
  const path = search === '' ? request.path : `${request.path}?${search}`
  const headers = { ...request.headers, host: 'kit', ...(body !== undefined && { 'content-length': String(body.byteLength) }) }
  return new Promise((resolve, reject) => {
    // In a list headers are taken as they are.
    const outgoing = door.request({ method: request.method, path, headers: Object.entries(headers).flat() })
    endWith(request.signal, outgoing)
    let isOpen = false
    outgoing.once('socket', (socket) => {
      isOpen = opened.has(socket)
      if (isOpen) return // A kept connection that listened for its beginning with each request would end up with very many.
      socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
        opened.add(socket)
        isOpen = true
      })
    })
    outgoing.once('error', (error) =>
      reject(request.signal.aborted ? error : isOpen ? brokenOff(door, request, error) : door.unavailable(error)),
    )
    outgoing.once('upgrade', (incoming, socket, head) =>
      resolve({ status: 101, headers: headersOf(incoming), frames: frameStreamOn(socket, door.name, head) }),
    )
    outgoing.once('response', (incoming) => {
      const type = incoming.headers['content-type'] ?? ''
      const isStream = request.query['watch'] === 'true' || type.startsWith('application/x-ndjson')
      if (isStream && incoming.statusCode === 200) {
        resolve({ status: 200, headers: headersOf(incoming), stream: linesOf(door, incoming) })
      } else {
        readAll(incoming).then(
          (text) =>
            resolve({
              status: incoming.statusCode ?? 500,
              headers: headersOf(incoming),
              body: type.startsWith('application/json') ? parse(text) : text,
            }),
          (error: unknown) => reject(brokenOff(door, request, error)),
        )
      }
    })
    outgoing.end(body)
  })
}

/** As the option `signal` does, which costs as much as all else that we do about a request. */
function endWith(signal: AbortSignal, outgoing: ClientRequest): void {
  const end = (): void => void outgoing.destroy(new Error('the request was given up', { cause: signal.reason }))
  signal.addEventListener('abort', end)
  outgoing.once('close', () => signal.removeEventListener('abort', end))
  if (signal.aborted) end()
}

function brokenOff(door: Door, { method, headers }: ApiRequest, error: unknown): StatusError {
  const why = door.unavailable(error)
  // Whoever is let in by nobody learns it from TLS 1.3 once the connection is open.
  const isRefused = /^(EPROTO|ERR_SSL)/.test(String(errorCodeOf(error)))
  if (isRefused || method === 'GET' || headers['upgrade'] !== undefined) return why
  return new StatusError('Unknown', `${why.message}; whether the change was made is not known`, {}, { cause: error })
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined || body instanceof Uint8Array) return body
  return Buffer.from(JSON.stringify(body))
}

function headersOf(incoming: IncomingMessage): ApiResponse['headers'] {
  const headers: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(incoming.headers)) if (value !== undefined) headers[name] = value
  return headers
}

/** By events: an iterator costs more than the answer. */
function readAll(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    incoming.once('end', () => resolve(Buffer.concat(chunks).toString()))
    incoming.once('error', reject)
    incoming.once('close', () => {
      if (!incoming.readableEnded) reject(new Error('the answer broke off'))
    })
  })
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch (error) {
    throw new StatusError('InternalError', 'the daemon answered something that is not JSON', {}, { cause: error })
  }
}

async function* linesOf(door: Door, incoming: IncomingMessage): AsyncGenerator<unknown, void, void> {
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of incoming) {
      rest = rest.byteLength === 0 ? chunk : Buffer.concat([rest, chunk])
      if (rest.byteLength > maxLineBytes) throw new StatusError('InternalError', `a line is longer than ${maxLineBytes} bytes`)
      const end = rest.lastIndexOf(10)
      if (end < 0) continue
      // Whole lines become text together: a chunk has many.
      for (const line of rest.toString('utf8', 0, end).split('\n')) yield parse(line)
      rest = rest.subarray(end + 1)
    }
  } catch (error) {
    throw error instanceof StatusError ? error : door.unavailable(error)
  } finally {
    incoming.destroy()
  }
}

function unavailable(socketPath: string, error: unknown): StatusError {
  const code = errorCodeOf(error)
  const start = 'Start a daemon with `kit up`, or `kitd -d DIR --listen-control-api SOCKET`'
  const message =
    code === 'ENOENT'
      ? `there is no daemon at ${socketPath}. ${start}, or name another socket with --socket or KIT_SOCKET`
      : code === 'ECONNREFUSED'
        ? `nothing answers on ${socketPath}: its daemon has stopped. ${start}`
        : code === 'EACCES'
          ? `${socketPath} may not be opened by this user; run as the user that started the daemon`
          : `the connection to ${socketPath} broke${error instanceof Error ? `: ${error.message}` : ''}`
  return new StatusError('Unavailable', message, {}, { cause: error })
}
