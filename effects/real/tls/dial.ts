// The side that calls: finds out whom it has reached before it says anything, and says what is the matter.

import { connect, type TLSSocket } from 'node:tls'
import type { Clock, FrameStream, Peer } from '../../effects.ts'
import type { Gate, RefusalCode } from '../../gate.ts'
import { type StreamVersions, sayVersions, versionOf } from '../../stream-versions.ts'
import { errorCodeOf, messageOf } from '../../thrown.ts'
import { alpn, keepAliveMs, peerChain, type Trust } from './context.ts'
import { FrameReader, frameTypes } from './frame-codec.ts'
import { encodeHello, readAccepted, readRefusal } from './greeting.ts'
import { fullWindow, SocketFrames, strangerWindow } from './socket-frames.ts'

export interface DialDeps {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly gate: Gate
  readonly versions: StreamVersions
}

interface DialOptions {
  readonly protocol: string
  readonly trust: Trust
  /** Whoever answers is believed nothing, and told nothing but the protocol. */
  readonly isStranger: boolean
  /** For each step: to connect and shake hands, and to get an answer. */
  readonly stepMs: number
}

const portPattern = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([^:[\]\s]+)):(\d{1,5})$/

/** `code` is a RefusalCode, the name of an error of the network, or Malformed. */
export class ConnectError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ConnectError'
    this.code = code
  }
}

export async function dial(deps: DialDeps, to: string, options: DialOptions, signal: AbortSignal): Promise<FrameStream> {
  signal.throwIfAborted()
  const [host, port] = parseAddress(to)
  const socket = connect({
    host,
    port,
    secureContext: options.trust.context,
    ALPNProtocols: [alpn],
    servername: 'swarm-manager',
    // Looked at below, where it can be said what is wrong with it.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  })
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveMs)
  const stop = (): void => {
    socket.destroy(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }))
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    await within(options.stepMs, socket, to, secured(socket))
    const peer = options.isStranger ? { address: host, node: undefined } : examine(deps, socket, to, host, options)
    const receives = options.isStranger ? strangerWindow : fullWindow
    socket.write(encodeHello({ protocol: options.protocol, window: receives, versions: deps.versions }))
    return await within(options.stepMs, socket, to, answer(deps, socket, to, options.protocol, peer, receives))
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    throw error instanceof ConnectError ? error : explained(to, error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function parseAddress(to: string): readonly [host: string, port: number] {
  const [, six, host = six, port] = portPattern.exec(to) ?? []
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new ConnectError('EINVAL', `${JSON.stringify(to)} is not an address: write HOST:PORT`)
  return [host, Number(port)]
}

function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.on('error', reject)
    socket.once('close', () => reject(new Error('closed')))
  })
}

async function within<T>(limitMs: number, socket: TLSSocket, to: string, step: Promise<T>): Promise<T> {
  const late = new ConnectError('ETIMEDOUT', `${to} does not answer: nothing came within ${limitMs / 1000} s`)
  const timer = setTimeout(() => socket.destroy(late), limitMs)
  try {
    return await step
  } finally {
    clearTimeout(timer)
  }
}

/** Who is there; throws when that is nobody who may serve the protocol. */
function examine({ clock, gate }: DialDeps, socket: TLSSocket, to: string, host: string, { protocol, trust }: DialOptions): Peer {
  const { roots, credentials } = trust
  if (socket.alpnProtocol !== alpn)
    throw new ConnectError('Malformed', `${to} does not speak ${alpn}: it is not a kit node, or runs another version`)
  const verdict = gate.examine(peerChain(socket), { roots, clusterId: credentials.clusterId, isVerified: socket.authorized })
  if ('problem' in verdict) {
    const clocks = isAboutTime(verdict.problem) ? `; the clock here says ${instant(clock.wallMs())}: one of both clocks may be wrong` : ''
    throw new ConnectError(verdict.problem, `${to} cannot be trusted: ${verdict.why}${clocks}`)
  }
  if (!socket.authorized && verdict.isExpired !== true)
    throw new ConnectError('NotTrusted', `${to} cannot be trusted: ${String(socket.authorizationError)}`)
  const { node } = verdict
  if (gate.isRemoved(node.id)) throw new ConnectError('Removed', `${to} cannot be trusted: node ${node.id} was removed from the cluster`)
  if (!gate.mayServe(protocol, node))
    throw new ConnectError('Forbidden', `${to} is node ${node.id}, a ${node.role.toLowerCase()}, which may not serve ${protocol}`)
  return { address: host, node }
}

function answer(
  { clock, versions: ours }: DialDeps,
  socket: TLSSocket,
  to: string,
  protocol: string,
  peer: Peer,
  receives: typeof fullWindow,
): Promise<FrameStream> {
  const reader = new FrameReader()
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      try {
        reader.push(chunk)
        const frame = reader.next()
        if (frame === undefined) return
        socket.off('data', hear)
        if (frame.type === frameTypes.accepted) {
          const { window: sends, versions } = readAccepted(frame.payload)
          const version = versionOf(ours, versions)
          if (version !== undefined) resolve(new SocketFrames(socket, reader, { ...peer, version }, { receives, sends }))
          else reject(new ConnectError('WrongVersion', `${to} is of another version: ${sayVersions(ours, versions)}`))
        } else if (frame.type === frameTypes.refused) {
          const { code, why, nowMs } = readRefusal(frame.payload)
          const clocks = `; the clock there says ${instant(nowMs)}, the clock here ${instant(clock.wallMs())}: one of both may be wrong`
          reject(new ConnectError(code, `${to} refuses ${protocol}: ${why}${isAboutTime(code) ? clocks : ''}`))
        } else throw new Error(`a frame of type ${frame.type} is no answer`)
      } catch (error) {
        reject(new ConnectError('Malformed', `${to} answers what makes no sense`, { cause: error }))
      }
    }
    socket.on('data', hear)
    socket.on('error', reject)
    socket.once('close', () => reject(new ConnectError('ECONNRESET', `${to} closed the connection without an answer`)))
  })
}

function isAboutTime(code: RefusalCode): boolean {
  return code === 'Expired' || code === 'NotYetValid'
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections: nobody listens there',
  ECONNRESET: 'closed the connection',
  EHOSTUNREACH: 'cannot be reached: there is no route to that host',
  ENETUNREACH: 'cannot be reached: there is no route to that network',
  ENOTFOUND: 'cannot be reached: there is no host of that name',
  EAI_AGAIN: 'cannot be reached: the name of the host could not be looked up',
  ETIMEDOUT: 'does not answer',
}

function explained(to: string, error: unknown): ConnectError {
  const code = errorCodeOf(error) ?? 'ECONNRESET'
  const message = messageOf(error)
  if (code.startsWith('ERR_SSL') || code === 'EPROTO')
    return new ConnectError('Malformed', `${to} is not a kit node, or runs another version: ${message}`, { cause: error })
  return new ConnectError(code, `${to} ${words[code] ?? `cannot be reached: ${message}`}`, { cause: error })
}

function instant(atMs: number): string {
  return Number.isFinite(atMs) && Math.abs(atMs) < 8e15 ? new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z') : 'nothing'
}
