// The router on a unix socket: fastify carries requests and answers, and nothing is decided here. Whoever
// may open the socket is an admin, so it lies in a directory that only the daemon's user may enter. Other machines
// come in through remote-api.ts.

import { chmod, mkdir, unlink } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { reasons, StatusError } from '../../api/errors.ts'
import { type ApiResponse, type Handle, type Identity, localAdmin } from '../../api/request.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import { failure } from '../answer.ts'
import { maxBodyBytes } from '../body.ts'
import { methods, requestOf } from './request.ts'
import { serveUpgrade } from './upgrade.ts'

/** Clients written in Go keep idle connections for 90 s: the server must not close first. */
const keepAliveTimeoutMs = 95_000

/** Connections that wait to be taken. Beyond them the next one to a socket is refused; the kernel has its own limit, too. */
export const backlog = 4_096

export interface HttpServer {
  readonly socketPath: string
  /** Ends streams, lets answers under way finish, removes the socket. */
  close(): Promise<void>
}

/** Rejects when another daemon answers on the socket. A socket that nobody serves any more is taken over. */
export async function serveControlSocket(socketPath: string, handle: Handle): Promise<HttpServer> {
  await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 })
  await takeOver(socketPath)
  const stopping = new AbortController()
  const app = fastify({ ...appOptions, keepAliveTimeout: keepAliveTimeoutMs, forceCloseConnections: 'idle' })
  serveHandle(app, handle, () => localAdmin, stopping.signal)
  await app.listen({ path: socketPath, backlog })
  await chmod(socketPath, 0o600)
  return {
    socketPath,
    async close() {
      stopping.abort()
      await app.close()
    },
  }
}

async function takeOver(socketPath: string): Promise<void> {
  if (await answers(socketPath))
    throw new StatusError('Unavailable', `another kitd answers on ${socketPath}; stop it first, or choose another socket`)
  await unlink(socketPath).catch((error: unknown) => {
    if (errorCodeOf(error) !== 'ENOENT') throw error
  })
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export const appOptions = {
  bodyLimit: maxBodyBytes,
  requestTimeout: 60_000,
  exposeHeadRoutes: false,
  // While it closes we answer, with a Status: Fastify's own answer is none.
  return503OnClosing: false,
  // The query is read by `requestOf`, for upgrades as well.
  routerOptions: { maxParamLength: 1024, querystringParser: () => ({}) },
  ajv: { customOptions: {} },
}

/** Hands every request to `handle`, upgrades too. `identify` says who it is that sends it. */
export function serveHandle(
  app: FastifyInstance,
  handle: Handle,
  identify: (request: IncomingMessage) => Identity,
  stopping: AbortSignal,
): void {
  // Bodies stay bytes: the router reads them, and refuses types that it does not know.
  app.removeAllContentTypeParsers()
  // A pattern that all match: what matched one is remembered, and for '*' the type of each body is read anew.
  app.addContentTypeParser(/^/, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, _request, reply) => reply.code(statusOf(error)).send(failure(transportError(error)).body))
  const underWay = new Set<AbortController>()
  const stop = (): void => {
    for (const each of underWay) each.abort(stopping.reason)
  }
  stopping.addEventListener('abort', stop, { once: true })
  const answer = async ({ raw, body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const gone = goneSignal(reply, underWay)
    if (stopping.aborted) gone.abort(stopping.reason)
    return send(reply, await handle(requestOf(raw, body, identify(raw), gone.signal)), gone.signal)
  }
  // What strangers send beside their question is not read.
  app.addHook('onRequest', (request, reply, done) => {
    if (identify(request.raw).role !== 'Nobody') return done()
    if (request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
    answer(request, reply).catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error))))
  })
  app.route({ method: [...methods], url: '*', handler: answer })
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void serveUpgrade(handle, request, { socket, head, identity: identify(request) }, stopping)
  })
}

/** Fires when the client has gone. One of those given while the request is under way: a signal made of two costs each request more. */
function goneSignal(reply: FastifyReply, underWay: Set<AbortController>): AbortController {
  const gone = new AbortController()
  underWay.add(gone)
  reply.raw.once('close', () => {
    underWay.delete(gone)
    if (!reply.raw.writableFinished) gone.abort(new StatusError('Unavailable', 'the client has gone'))
  })
  return gone
}

function send(reply: FastifyReply, response: ApiResponse, gone: AbortSignal): FastifyReply {
  reply.code(response.status)
  for (const [name, value] of Object.entries(response.headers)) reply.header(name, value)
  if ('stream' in response) {
    // Headers go out before the first event: a watch of nothing must still be seen to have begun.
    reply.raw.once('pipe', () => reply.raw.flushHeaders())
    return reply.send(Readable.from(linesOf(response.stream, gone), { objectMode: false, highWaterMark: 64 * 1024 }))
  }
  if ('frames' in response) {
    // Routes that answer with frames refuse what is no upgrade, and upgrades do not come here.
    response.frames.close()
    throw new Error('frames were answered to a request that is no upgrade')
  }
  return reply.send(typeof response.body === 'string' ? response.body : JSON.stringify(response.body))
}

async function* linesOf(values: AsyncIterable<unknown>, gone: AbortSignal): AsyncGenerator<string, void, void> {
  for await (const value of values) {
    if (gone.aborted) return
    yield `${JSON.stringify(value)}\n`
  }
}

/** What fastify itself refuses: a body that is too large, a request that is not HTTP. */
function transportError(error: unknown): StatusError {
  const code = errorCodeOf(error)
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new StatusError('RequestEntityTooLarge', `the body must be at most ${maxBodyBytes} bytes`)
  return new StatusError('BadRequest', error instanceof Error ? error.message : 'the request cannot be read')
}

function statusOf(error: unknown): number {
  return reasons[transportError(error).reason][0]
}
