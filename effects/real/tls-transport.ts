// Streams between nodes over mutual TLS 1.3: a connection for each, which both ends have proved who they are on.
// A handshake is a millisecond of CPU on each side: sessions, Raft and logs are long, and do not feel it.
//
// Read next: gate.ts (who may what), tls/acceptor.ts, tls/dial.ts, tls/socket-frames.ts (the window).

import type { Clock, FrameStream } from '../effects.ts'
import type { NodeTransport, NodeTransportOptions } from '../gate.ts'
import { ownVersions } from '../stream-versions.ts'
import { type AcceptLimits, Acceptor, defaultLimits } from './tls/acceptor.ts'
import { type Trust, trustOf } from './tls/context.ts'
import { dial } from './tls/dial.ts'

export interface TlsTransportOptions extends NodeTransportOptions {
  readonly clock: Pick<Clock, 'wallMs'>
  readonly limits?: Partial<AcceptLimits>
  /** For each step of connecting. */
  readonly dialMs?: number
}

type Handler = (stream: FrameStream, signal: AbortSignal) => Promise<void>

const defaultDialMs = 5_000

export function createTlsTransport(options: TlsTransportOptions): NodeTransport {
  const { clock, credentials, gate, versions = ownVersions, dialMs: stepMs = defaultDialMs } = options
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
    connect: (to, protocol, signal) => dial({ clock, gate, versions }, to, { protocol, trust: trust(), isStranger: false, stepMs }, signal),
    connectToStranger(to, signal) {
      const nobody = trustOf({ clusterId: '', roots: '', own: undefined })
      return dial({ clock, gate, versions }, to, { protocol: 'join', trust: nobody, isStranger: true, stepMs }, signal)
    },
    async listen(host, port, signal) {
      if (credentials.current().own === undefined) throw new Error('a node without a certificate cannot be connected to')
      const limits = { ...defaultLimits, ...options.limits }
      const acceptor = new Acceptor({ clock, gate, limits, versions, trust, handlerOf, refused: options.refused ?? (() => {}) })
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
