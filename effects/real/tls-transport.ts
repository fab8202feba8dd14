// Streams between nodes over mutual TLS 1.3: a connection for each, which both ends have proved who they are on.
// A handshake is a millisecond of CPU on each side: sessions, Raft and logs are long, and do not feel it.
//
// Read next: gate.ts (who may what), tls/acceptor.ts, tls/dial.ts, tls/socket-frames.ts (the window).

import type { Clock, FrameStream, Transport } from '../effects.ts'
import type { CredentialSource, Gate } from '../gate.ts'
import { type AcceptLimits, Acceptor, defaultLimits, type Refused } from './tls/acceptor.ts'
import { type Trust, trustOf } from './tls/context.ts'
import { dial } from './tls/dial.ts'

export interface TlsTransportOptions {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly credentials: CredentialSource
  readonly gate: Gate
  /** Hears of every connection that was not let in. It may be called often: whoever writes it down bounds that. */
  readonly refused?: (refused: Refused) => void
  /** A handler has thrown; its stream is broken. */
  readonly failed?: (protocol: string, stream: FrameStream, error: unknown) => void
  readonly limits?: Partial<AcceptLimits>
  /** For each step of connecting. */
  readonly dialMs?: number
}

export interface TlsTransport extends Transport {
  /** Lets others connect until `signal` fires, which ends their streams. Resolves with the port. Needs a certificate. */
  listen(host: string, port: number, signal: AbortSignal): Promise<number>
  /**
   * Connects without a certificate to somebody who may be anybody, for protocol `join` and nothing else: so a
   * node gets the root of its cluster, which it then checks against its token.
   */
  connectToStranger(to: string, signal: AbortSignal): Promise<FrameStream>
  /** Ends the streams that nodes which are removed by now have opened here. */
  dropRemoved(): void
}

type Handler = (stream: FrameStream, signal: AbortSignal) => Promise<void>

const defaultDialMs = 5_000

export function createTlsTransport(options: TlsTransportOptions): TlsTransport {
  const { clock, credentials, gate, dialMs: stepMs = defaultDialMs } = options
  const services = new Map<string, { readonly handler: Handler; readonly signal: AbortSignal }>()
  const acceptors = new Set<Acceptor>()
  let known: Trust | undefined
  credentials.subscribe(() => {
    known = trustOf(credentials.current()) // Of what cannot be used, whoever changed it hears; the former stays in use.
    for (const acceptor of acceptors) acceptor.renew()
  })
  const trust = (): Trust => {
    known ??= trustOf(credentials.current())
    return known
  }

  function handlerOf(protocol: string): ((stream: FrameStream & { break(why: Error): void }) => void) | undefined {
    const service = services.get(protocol)
    if (service === undefined) return undefined
    return async (stream) => {
      try {
        await service.handler(stream, service.signal)
      } catch (error) {
        options.failed?.(protocol, stream, error)
        stream.break(new Error('what served the stream failed', { cause: error }))
      } finally {
        stream.close()
      }
    }
  }

  return {
    serve(protocol, handler, signal) {
      if (services.has(protocol)) return Promise.reject(new Error(`${protocol} is served already`))
      if (signal.aborted) return Promise.resolve()
      services.set(protocol, { handler, signal })
      return new Promise((resolve) => {
        const stop = (): void => {
          services.delete(protocol)
          resolve()
        }
        signal.addEventListener('abort', stop, { once: true })
      })
    },
    connect: (to, protocol, signal) => dial({ clock, gate }, to, { protocol, trust: trust(), isStranger: false, stepMs }, signal),
    connectToStranger(to, signal) {
      const nobody = trustOf({ clusterId: '', roots: '', own: undefined })
      return dial({ clock, gate }, to, { protocol: 'join', trust: nobody, isStranger: true, stepMs }, signal)
    },
    async listen(host, port, signal) {
      if (credentials.current().own === undefined) throw new Error('a node without a certificate cannot be connected to')
      const limits = { ...defaultLimits, ...options.limits }
      const acceptor = new Acceptor({ clock, gate, limits, trust, handlerOf, refused: options.refused ?? (() => {}) })
      const found = await acceptor.listen(host, port, signal)
      acceptors.add(acceptor)
      signal.addEventListener('abort', () => acceptors.delete(acceptor), { once: true })
      return found
    },
    dropRemoved() {
      for (const acceptor of acceptors) acceptor.dropRemoved()
    },
  }
}
