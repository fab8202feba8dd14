// The side that is called. Everybody may knock; who has not said within seconds what they want is dropped, who
// may not have it is told why, and streams begin for the others.

import type { AddressInfo, Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { CertifiedNode, Clock, Peer } from '../../effects.ts'
import type { Gate, RefusalCode, Refused } from '../../gate.ts'
import { type StreamVersions, sayVersions, versionOf } from '../../stream-versions.ts'
import { messageOf } from '../../thrown.ts'
import { alpn, keepAliveMs, peerChain, type Trust } from './context.ts'
import { FrameReader, frameTypes } from './frame-codec.ts'
import { encodeAccepted, encodeRefusal, type Hello, readHello } from './greeting.ts'
import { HalfOpen } from './half-open.ts'
import { fullWindow, SocketFrames, strangerWindow, type Window } from './socket-frames.ts'

export interface AcceptLimits {
  readonly handshakeMs: number
  /** After the handshake, to say what is wanted. */
  readonly helloMs: number
  readonly halfOpen: number
  readonly halfOpenPerAddress: number
  readonly connections: number
  readonly streamsPerNode: number
  readonly strangers: number
  readonly strangersPerAddress: number
  /** A stream of a stranger ends then, whatever happens on it. */
  readonly strangerMs: number
}

export const defaultLimits: AcceptLimits = {
  handshakeMs: 5_000,
  helloMs: 5_000,
  halfOpen: 2_048,
  halfOpenPerAddress: 1_024,
  connections: 20_000,
  streamsPerNode: 1_000,
  strangers: 1_024,
  strangersPerAddress: 512,
  strangerMs: 60_000,
}

export interface AcceptorDeps {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly gate: Gate
  readonly limits: AcceptLimits
  readonly versions: StreamVersions
  readonly trust: () => Trust
  /** Returns what takes the stream; undefined when nobody serves the protocol here. */
  readonly handlerOf: (protocol: string) => ((stream: SocketFrames) => void) | undefined
  readonly refused: (refused: Refused) => void
}

interface Knock {
  readonly socket: Socket
  readonly address: string
  timer: NodeJS.Timeout
}

type Admission =
  | { readonly node: CertifiedNode | undefined }
  | { readonly code: RefusalCode; readonly why: string; readonly node?: CertifiedNode }

export class Acceptor {
  readonly #deps: AcceptorDeps
  readonly #server: Server
  readonly #halfOpen: HalfOpen<Knock>
  /** By address and port of the other end, which name a connection while it lasts. */
  readonly #knocks = new Map<string, Knock>()
  readonly #sockets = new Set<Socket>()
  readonly #streams = new Map<SocketFrames, string>()
  /** Streams of each node, and of strangers by address. */
  readonly #counts = new Map<string, number>()
  #strangers = 0

  constructor(deps: AcceptorDeps) {
    this.#deps = deps
    const { limits } = deps
    this.#halfOpen = new HalfOpen({ total: limits.halfOpen, perAddress: limits.halfOpenPerAddress }, ({ socket }) => socket.destroy())
    const { options } = deps.trust()
    this.#server = createServer({
      ...options,
      ALPNProtocols: [alpn],
      requestCert: true,
      // Strangers may join, and others shall hear why not: both are looked at below.
      rejectUnauthorized: false,
      handshakeTimeout: 2 * limits.handshakeMs, // Ours is told whose it was, and comes first.
    })
    this.#server.prependListener('connection', (socket: Socket) => this.#knocked(socket))
    this.#server.on('secureConnection', (socket) => this.#secured(socket))
    this.#server.on('tlsClientError', (error, socket) => {
      // Of a connection that is gone nobody can say whose it was: who took too long was named when that was noticed.
      if (socket.remoteAddress !== undefined)
        this.#refused({ address: addressOf(socket), protocol: undefined, code: 'Malformed', why: error.message, node: undefined })
      socket.destroy()
    })
  }

  /** Resolves with the port, and listens until `signal` fires. Then every stream is over. */
  listen(host: string, port: number, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        this.#server.on('error', () => {}) // Out of file descriptors: the next connection may find one.
        resolve((this.#server.address() as AddressInfo).port)
      })
      const stop = (): void => {
        this.#server.close()
        for (const socket of this.#sockets) socket.destroy()
      }
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  /** New connections go with these. */
  renew(): void {
    this.#server.setSecureContext(this.#deps.trust().options)
  }

  /** Ends the streams of nodes that are removed by now. */
  dropRemoved(): void {
    for (const [stream] of this.#streams) {
      const { node } = stream.peer
      if (node !== undefined && this.#deps.gate.isRemoved(node.id)) stream.break(new Error(`node ${node.id} was removed from the cluster`))
    }
  }

  #knocked(socket: Socket): void {
    const address = addressOf(socket)
    if (this.#sockets.size >= this.#deps.limits.connections) {
      this.#refused({ address, protocol: undefined, code: 'TooMany', why: 'there are too many connections', node: undefined })
      socket.destroy()
      return
    }
    socket.setNoDelay(true)
    const name = nameOf(socket)
    const knock: Knock = { socket, address, timer: this.#tooLate(socket, address, this.#deps.limits.handshakeMs) }
    this.#sockets.add(socket)
    this.#knocks.set(name, knock)
    this.#halfOpen.add(knock, address)
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#answered(name, knock)
      this.#sockets.delete(socket)
    })
  }

  #answered(name: string, knock: Knock): void {
    clearTimeout(knock.timer)
    this.#halfOpen.remove(knock)
    if (this.#knocks.get(name) === knock) this.#knocks.delete(name)
  }

  #tooLate(socket: Socket, address: string, limitMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      const why = `it did not say who it is and what it wants within ${limitMs / 1000} s`
      this.#refused({ address, protocol: undefined, code: 'Malformed', why, node: undefined })
      socket.destroy()
    }, limitMs)
  }

  #deadline(socket: Socket, delayMs: number): NodeJS.Timeout {
    return setTimeout(() => socket.destroy(), delayMs)
  }

  #secured(socket: TLSSocket): void {
    socket.on('error', () => {})
    const name = nameOf(socket)
    const knock = this.#knocks.get(name)
    if (knock === undefined || socket.alpnProtocol !== alpn) {
      socket.destroy()
      return
    }
    clearTimeout(knock.timer)
    knock.timer = this.#tooLate(knock.socket, knock.address, this.#deps.limits.helloMs)
    const reader = new FrameReader()
    const hear = (chunk: Buffer): void => {
      try {
        reader.push(chunk)
        const frame = reader.next()
        if (frame === undefined) return
        socket.off('data', hear)
        this.#answered(name, knock)
        if (frame.type !== frameTypes.hello) throw new Error('a connection begins with hello')
        this.#decide(socket, reader, knock.address, readHello(frame.payload))
      } catch (error) {
        const why = messageOf(error)
        this.#refused({ address: knock.address, protocol: undefined, code: 'Malformed', why, node: undefined })
        socket.destroy()
      }
    }
    socket.on('data', hear)
  }

  #decide(socket: TLSSocket, reader: FrameReader, address: string, { protocol, window, versions }: Hello): void {
    const ours = this.#deps.versions
    const version = versionOf(ours, versions)
    const admission = this.#admit(socket, address, protocol)
    const handler = this.#deps.handlerOf(protocol)
    if ('code' in admission) this.#refuse(socket, { address, protocol, ...admission, node: admission.node })
    else if (version === undefined)
      this.#refuse(socket, { address, protocol, code: 'WrongVersion', why: sayVersions(versions, ours), node: admission.node })
    else if (handler === undefined)
      this.#refuse(socket, { address, protocol, code: 'NotServed', why: `nobody serves ${protocol} there now`, node: admission.node })
    else handler(this.#begin(socket, reader, { address, node: admission.node, version }, window))
  }

  #admit(socket: TLSSocket, address: string, protocol: string): Admission {
    const { gate, limits } = this.#deps
    const found = this.#examine(socket)
    if ('node' in found && found.node !== undefined) {
      if (!gate.mayOpen(protocol, found.node))
        return { code: 'Forbidden', why: `a ${found.node.role.toLowerCase()} may not open ${protocol}`, node: found.node }
      if ((this.#counts.get(found.node.id) ?? 0) >= limits.streamsPerNode)
        return { code: 'TooMany', why: `node ${found.node.id} has ${limits.streamsPerNode} streams open`, node: found.node }
      return found
    }
    // Who was believed once, and is not now, may do what strangers may: so a node gets back in.
    if (!gate.mayOpen(protocol, undefined))
      return 'code' in found ? found : { code: 'NoCertificate', why: `only nodes may open ${protocol}, and it has no certificate` }
    if (this.#strangers >= limits.strangers || (this.#counts.get(strangersAt(address)) ?? 0) >= limits.strangersPerAddress)
      return { code: 'TooMany', why: 'too many ask to join at the moment' }
    return { node: undefined }
  }

  #examine(socket: TLSSocket): Admission {
    const { gate, trust } = this.#deps
    const chain = peerChain(socket)
    if (chain.length === 0) return { node: undefined }
    const { roots, credentials } = trust()
    const verdict = gate.examine(chain, { roots, clusterId: credentials.clusterId, isVerified: socket.authorized })
    if ('problem' in verdict) return { code: verdict.problem, why: verdict.why }
    if (!socket.authorized && verdict.isExpired !== true)
      return { code: 'NotTrusted', why: `the certificate is not good (${String(socket.authorizationError)})` }
    if (gate.isRemoved(verdict.node.id)) {
      if (gate.knowsMembers()) return { code: 'Removed', why: `node ${verdict.node.id} was removed from the cluster` }
      return { code: 'NotServed', why: `this manager does not know node ${verdict.node.id}, and does not lead` }
    }
    return verdict
  }

  #refuse(socket: TLSSocket, refused: Refused & { readonly code: RefusalCode }): void {
    this.#refused(refused)
    socket.on('data', () => {}) // Until the other end has read the answer.
    socket.end(encodeRefusal({ code: refused.code, why: refused.why, nowMs: this.#deps.clock.wallMs() }))
    const timer = this.#deadline(socket, this.#deps.limits.helloMs)
    socket.once('close', () => clearTimeout(timer))
  }

  #begin(socket: TLSSocket, reader: FrameReader, peer: Peer, sends: Window): SocketFrames {
    const receives = peer.node === undefined ? strangerWindow : fullWindow
    socket.setKeepAlive(true, keepAliveMs)
    socket.write(encodeAccepted({ window: receives, versions: this.#deps.versions }))
    const stream = new SocketFrames(socket, reader, peer, { receives, sends })
    const key = peer.node?.id ?? strangersAt(peer.address)
    this.#count(key, 1, peer)
    this.#streams.set(stream, key)
    const timer = peer.node === undefined ? this.#deadline(socket, this.#deps.limits.strangerMs) : undefined
    socket.once('close', () => {
      clearTimeout(timer)
      this.#count(key, -1, peer)
      this.#streams.delete(stream)
    })
    return stream
  }

  #count(key: string, by: 1 | -1, peer: Peer): void {
    if (peer.node === undefined) this.#strangers += by
    const count = (this.#counts.get(key) ?? 0) + by
    if (count === 0) this.#counts.delete(key)
    else this.#counts.set(key, count)
  }

  #refused(refused: Refused): void {
    this.#deps.refused(refused)
  }
}

function nameOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}

/** An IPv4 address stays one, whichever socket it came through. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=\d+\.)/, '')
}

/** No node can be called that. */
function strangersAt(address: string): string {
  return `? ${address}`
}
