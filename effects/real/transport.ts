// Streams between the parts of one process, addressed by node id: what a one-node cluster needs. Another
// implementation of the same interface carries them over sockets; nothing above can tell them apart.

import type { CertifiedNode, FrameStream, Peer, Transport } from '../effects.ts'

interface Service {
  readonly peer: Peer
  readonly handler: Handler
  readonly signal: AbortSignal
}

type Handler = (stream: FrameStream, signal: AbortSignal) => Promise<void>

/** `send` waits while this many bytes (or frames) were sent and not yet read by the peer. */
const windowBytes = 1024 * 1024
const windowFrames = 256

/** Where the nodes of this process find each other. */
export class Loopback {
  readonly #services = new Map<string, Service>()

  /** @param address where other nodes reach it, if there are any. */
  transport(node: CertifiedNode, address = '127.0.0.1'): Transport {
    const peer: Peer = { node, address }
    return {
      serve: (protocol, handler, signal) => this.#serve(`${node.id} ${protocol}`, { peer, handler, signal }),
      connect: async (to, protocol, signal) => {
        signal.throwIfAborted()
        const service = this.#services.get(`${to} ${protocol}`)
        if (service === undefined)
          throw Object.assign(new Error(`${to} cannot be reached for ${protocol}: nobody serves it in this process`), {
            code: 'ECONNREFUSED',
          })
        const [near, far] = pair(peer, service.peer)
        setImmediate(() => void handle(service, far))
        return near
      },
    }
  }

  #serve(name: string, service: Service): Promise<void> {
    const { signal } = service
    if (this.#services.has(name)) return Promise.reject(new Error(`${name} is served already`))
    if (signal.aborted) return Promise.resolve()
    this.#services.set(name, service)
    return new Promise((resolve) => {
      const stop = (): void => {
        this.#services.delete(name)
        resolve()
      }
      signal.addEventListener('abort', stop, { once: true })
    })
  }
}

/** A handler that fails takes its stream with it, and nothing else. */
async function handle({ handler, signal }: Service, stream: MemoryStream): Promise<void> {
  try {
    if (signal.aborted) throw new Error('it is not served any more')
    await handler(stream, signal)
  } catch (error) {
    stream.break(error)
  } finally {
    stream.close()
  }
}

function pair(from: Peer, to: Peer): readonly [MemoryStream, MemoryStream] {
  const [near, far] = [new MemoryStream(to), new MemoryStream(from)]
  near.join(far)
  far.join(near)
  return [near, far]
}

class MemoryStream implements FrameStream {
  readonly peer: Peer
  #other: MemoryStream | undefined
  #inbox: Uint8Array[] = []
  #inboxBytes = 0
  #state: 'open' | 'peerClosed' | 'closed' | 'broken' = 'open'
  #error: Error | undefined
  #wakeReader: (() => void) | undefined
  /** Senders at the other end that wait for us to read. */
  #waiting: (() => void)[] = []

  constructor(peer: Peer) {
    this.peer = peer
  }

  join(other: MemoryStream): void {
    this.#other = other
  }

  async send(frame: Uint8Array): Promise<void> {
    if (this.#state !== 'open') throw this.#whyNot()
    await this.#other?.take(frame.slice())
    if (this.#error !== undefined) throw this.#error
  }

  async *frames(): AsyncGenerator<Uint8Array, void, void> {
    while (this.#state !== 'closed') {
      const frame = this.#inbox.shift()
      if (frame !== undefined) {
        this.#inboxBytes -= frame.length
        if (!this.#isFull()) this.#release()
        yield frame
      } else if (this.#state !== 'open') {
        if (this.#error !== undefined) throw this.#error
        return
      } else
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve
        })
    }
  }

  close(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#release()
    this.#other?.peerClosed()
  }

  break(cause: unknown): void {
    this.#other?.broken(new Error(`the stream to ${this.#other.peer.node?.id} broke`, { cause }))
  }

  /** Resolves when there is room for more. */
  take(frame: Uint8Array): Promise<void> {
    if (this.#state === 'closed') return Promise.resolve()
    this.#inbox.push(frame)
    this.#inboxBytes += frame.length
    this.#wakeReader?.()
    return this.#isFull() ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve()
  }

  peerClosed(): void {
    if (this.#state !== 'open') return
    this.#state = 'peerClosed'
    this.#release()
  }

  broken(error: Error): void {
    if (this.#state !== 'open') return
    this.#state = 'broken'
    this.#error = error
    this.#inbox = []
    this.#release()
  }

  #isFull(): boolean {
    return this.#inboxBytes >= windowBytes || this.#inbox.length >= windowFrames
  }

  #release(): void {
    this.#wakeReader?.()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #whyNot(): Error {
    if (this.#error !== undefined) return this.#error
    return new Error(
      this.#state === 'closed' ? `the stream to ${this.peer.node?.id} was closed here` : `${this.peer.node?.id} closed the stream`,
    )
  }
}
