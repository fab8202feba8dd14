// The same API for other machines: HTTP/2 and HTTP/1.1 over TLS 1.3, with certificates on both sides. Everybody may knock.
// Who somebody is is found out once per connection, and again whenever users change: who is somebody else by then, or
// nobody, loses the connection with all that is open on it. Strangers hear why they are refused, soon and shortly.

import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type FastifyInstance, fastify } from 'fastify'
import type { Handle, Identity } from '../../api/request.ts'
import type { Clock } from '../../effects/effects.ts'
import type { CredentialSource } from '../../effects/gate.ts'
import { keepAliveMs, peerChain, type Trust, trustOf } from '../../effects/real/tls/context.ts'
import { HalfOpen } from '../../effects/real/tls/half-open.ts'
import type { Recognize, Visitor } from '../recognize.ts'
import { appOptions, backlog, serveHandle } from './http.ts'

export interface RemoteApiLimits {
  /** From the first byte on, to be known as a user. */
  readonly handshakeMs: number
  /** Nobody's connection ends then. */
  readonly strangerMs: number
  /** Connections of nobody that we know, in all and of one address. */
  readonly strangers: number
  readonly strangersPerAddress: number
  readonly connections: number
  readonly connectionsPerUser: number
  /** Requests at a time on one connection of HTTP/2. */
  readonly streams: number
}

const defaultLimits: RemoteApiLimits = {
  handshakeMs: 5_000,
  strangerMs: 10_000,
  strangers: 512,
  strangersPerAddress: 128,
  connections: 4_096,
  connectionsPerUser: 512,
  streams: 250,
}

const headersTimeoutMs = 10_000
/** Connections whose time is over are looked for that often. */
const sweepMs = 1_000
/** A connection of HTTP/2 on which nothing is open, and nothing happens for so long, ends. */
const idleSessionMs = 95_000

export interface RemoteApiOptions {
  readonly handle: Handle
  readonly credentials: CredentialSource
  readonly recognize: Recognize
  readonly clock: Pick<Clock, 'wallMs'>
  /** Hears of connections that did not get as far as a request. It may be called often. */
  readonly refused: (address: string, why: string) => void
  readonly limits?: Partial<RemoteApiLimits>
}

export interface RemoteApi {
  readonly port: number
  /** Users have changed. */
  recheck(): void
  close(): Promise<void>
}

interface Visit {
  readonly socket: Socket
  readonly from: string
  timer: NodeJS.Timeout | undefined
  /** Once the handshake is over. */
  who?: { readonly recognize: () => Visitor; readonly visitor: Visitor }
}

export async function serveRemoteApi(host: string, port: number, options: RemoteApiOptions): Promise<RemoteApi> {
  const limits = { ...defaultLimits, ...options.limits }
  let trust = trustOf(options.credentials.current())
  const stopping = new AbortController()
  const app = createApp(trust, limits)
  const visits = new Visits(options, limits, () => trust)
  serveHandle(app, options.handle, ({ socket }) => visits.identityOf(socket), stopping.signal)
  const unsubscribe = options.credentials.subscribe(() => {
    trust = trustOf(options.credentials.current())
    app.server.setSecureContext(trust.options)
  })
  app.server.headersTimeout = headersTimeoutMs
  app.server.prependListener('connection', (socket: Socket) => visits.knocked(socket))
  app.server.prependListener('secureConnection', (socket: TLSSocket) => visits.secured(socket))
  app.server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    options.refused(addressOf(socket), error.message)
    socket.destroy()
  })
  await app.listen({ host, port, backlog })
  app.server.on('error', () => {}) // Out of file descriptors: the next connection may find one.
  const sweep = setInterval(() => visits.sweep(), sweepMs).unref()
  return {
    port: (app.server.address() as AddressInfo).port,
    recheck: () => visits.recheck(),
    async close() {
      clearInterval(sweep)
      unsubscribe()
      stopping.abort()
      const closed = app.close()
      visits.end()
      await closed
    },
  }
}

type TlsServer = Server & { setSecureContext(options: Trust['options']): void }

function createApp({ options }: Trust, limits: RemoteApiLimits): FastifyInstance<TlsServer> {
  const app = fastify({
    ...appOptions,
    http2: true,
    http2SessionTimeout: idleSessionMs,
    https: {
      ...options,
      allowHTTP1: true,
      requestCert: true,
      // Strangers shall hear why they are refused: who it is is looked at in each case.
      rejectUnauthorized: false,
      handshakeTimeout: limits.handshakeMs,
      settings: { maxConcurrentStreams: limits.streams },
    },
  })
  // Of requests, answers and servers of HTTP/2 nothing is used that those of HTTP/1.1 have not.
  return app as unknown as FastifyInstance<TlsServer>
}

class Visits {
  readonly #options: RemoteApiOptions
  readonly #limits: RemoteApiLimits
  readonly #trust: () => Trust
  readonly #strangers: HalfOpen<Visit>
  /** By address and port of the other end, which name a connection while it lasts. */
  readonly #visits = new Map<string, Visit>()
  readonly #ofUser = new Map<string, number>()

  constructor(options: RemoteApiOptions, limits: RemoteApiLimits, trust: () => Trust) {
    this.#options = options
    this.#limits = limits
    this.#trust = trust
    this.#strangers = new HalfOpen({ total: limits.strangers, perAddress: limits.strangersPerAddress }, ({ socket }) => socket.destroy())
  }

  identityOf(socket: Socket): Identity {
    const visit = this.#visits.get(nameOf(socket))
    if (visit?.who !== undefined) return visit.who.visitor.identity
    return { role: 'Nobody', from: addressOf(socket), reason: 'Unauthorized', why: 'it is not known whose connection this is' }
  }

  knocked(socket: Socket): void {
    const from = addressOf(socket)
    if (this.#visits.size >= this.#limits.connections) {
      this.#options.refused(from, 'there are too many connections')
      socket.destroy()
      return
    }
    const name = nameOf(socket)
    const visit: Visit = { socket, from, timer: setTimeout(() => socket.destroy(), this.#limits.handshakeMs) }
    this.#visits.set(name, visit)
    this.#strangers.add(visit, from)
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(visit.timer)
      this.#strangers.remove(visit)
      if (this.#visits.get(name) === visit) this.#visits.delete(name)
      this.#count(visit, -1)
    })
  }

  secured(socket: TLSSocket): void {
    socket.on('error', () => {})
    const visit = this.#visits.get(nameOf(socket))
    if (visit === undefined) return void socket.destroy()
    const [chain, isVerified] = [peerChain(socket), socket.authorized]
    const recognize = (): Visitor => {
      const { roots, credentials } = this.#trust()
      return this.#options.recognize({ chain, roots, clusterId: credentials.clusterId, isVerified, from: visit.from })
    }
    const visitor = recognize()
    visit.who = { recognize, visitor }
    clearTimeout(visit.timer)
    if (visitor.identity.role === 'Nobody') {
      visit.timer = setTimeout(() => visit.socket.destroy(), this.#limits.strangerMs)
      return
    }
    visit.timer = undefined
    this.#strangers.remove(visit)
    socket.setKeepAlive(true, keepAliveMs)
    if (this.#count(visit, 1) <= this.#limits.connectionsPerUser) return
    this.#options.refused(visit.from, `user ${visitor.identity.name} has ${this.#limits.connectionsPerUser} connections`)
    socket.destroy()
  }

  /** Ends those who are somebody else by now. */
  recheck(): void {
    for (const { socket, who } of this.#visits.values()) {
      if (who === undefined) continue
      if (!isSame(who.visitor, who.recognize())) socket.destroy()
    }
  }

  sweep(): void {
    const nowMs = this.#options.clock.wallMs()
    for (const { socket, who } of this.#visits.values()) if (who !== undefined && nowMs >= who.visitor.untilMs) socket.destroy()
  }

  end(): void {
    for (const { socket } of this.#visits.values()) socket.destroy()
  }

  #count({ who }: Visit, by: 1 | -1): number {
    if (who === undefined || who.visitor.identity.role === 'Nobody') return 0
    const { name } = who.visitor.identity
    const count = (this.#ofUser.get(name) ?? 0) + by
    if (count === 0) this.#ofUser.delete(name)
    else this.#ofUser.set(name, count)
    return count
  }
}

function isSame(before: Visitor, now: Visitor): boolean {
  const [a, b] = [before.identity, now.identity]
  if (a.role === 'Nobody' || b.role === 'Nobody') return a.role === b.role
  return a.role === b.role && a.name === b.name && before.untilMs === now.untilMs
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}

/** An IPv4 address stays one, whichever socket it came through. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '')
}
