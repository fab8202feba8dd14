// A simulated network of nodes. Streams are ordered as TCP's are; a link may be slow, cut in one or both
// directions, or reset, which loses a suffix of what was under way. A cut stream stays silent until it
// is reset or the cut heals; what was sent meanwhile is then sent again, as TCP does, in order.
//
// A host that joins is believed to be who it says. One that plugs in shows certificates and looks at those of
// others, as the transport over TLS does (effects/real/tls): doors.ts, which asks the same gate.

import type { CertifiedNode, FrameStream, Transport } from '../../effects/effects.ts'
import type { NodeTransport, NodeTransportOptions } from '../../effects/gate.ts'
import { Doors, type Ends, refusal } from './doors.ts'
import type { EventQueue, Lane } from './event-queue.ts'
import type { SeededRandom } from './random.ts'
import { StreamEnd, type Wire } from './stream-pair.ts'

type Handler = (stream: FrameStream, signal: AbortSignal) => Promise<void>
interface Service {
  readonly handler: Handler
  readonly signal: AbortSignal
}
type Services = Map<string, Service>

/** What others find when they connect to a host. */
interface Listener {
  readonly services: Services
  /** Throws when the two do not come together. `door` is of whoever connects; undefined of a stranger. */
  readonly admit: (from: Host, protocol: string, door: NodeTransportOptions | undefined) => Ends
}

interface Host {
  readonly id: string
  readonly lane: Lane
  listener: Listener | undefined
}

interface Connection {
  readonly hosts: readonly [Host, Host]
  readonly ends: readonly [StreamEnd, StreamEnd]
  /** Set by a reset: what is under way at that moment never arrives. */
  readonly link: { isBroken: boolean }
}

/** A stream between two hosts. `node` is who has opened it, as the other side sees it. */
export interface OpenedStream {
  readonly from: string
  readonly to: string
  readonly protocol: string
  readonly node: CertifiedNode | undefined
}

/** What one process makes its transports of. */
export interface Plug {
  createLoopback(node: CertifiedNode): Transport
  createTransport(options: NodeTransportOptions): NodeTransport
}

export class SimulatedNetwork {
  readonly #queue: EventQueue
  readonly #random: SeededRandom
  readonly #doors = new Doors()
  readonly #hosts = new Map<string, Host>()
  #connections: Connection[] = []
  readonly #cut = new Set<string>()
  readonly #slowness = new Map<string, number>()
  readonly #sent = new Map<string, number>()
  readonly #passed = new Map<string, number>()
  /** Mean one-way latency of every link. */
  latencyMs = 0.5
  /** Hears of each stream that a host with certificates lets in; the result hears each frame that this host sends on it. */
  watch: (stream: OpenedStream) => (frame: Uint8Array) => void = () => () => {}
  /** Hears each frame that one node sends to another, by their ids, whichever of them has opened the stream. */
  listen: (protocol: string, from: string, to: string, frame: Uint8Array) => void = () => {}

  constructor(queue: EventQueue, random: SeededRandom) {
    this.#queue = queue
    this.#random = random
  }

  /** The node `id` comes up, on the lane of its new process. What an earlier process of that name had is reset. */
  join(id: string, lane: Lane, certified: Omit<CertifiedNode, 'id'> = { role: 'Manager', clusterId: 'simulated' }): Transport {
    const host = this.#host(id, lane)
    const services: Services = new Map()
    const admit: Listener['admit'] = (from) => ({ near: { id, ...certified }, far: { id: from.id, ...certified } })
    host.listener = { services, admit }
    return {
      serve: (protocol, handler, signal) => serve(id, services, protocol, handler, signal),
      connect: (to, protocol, signal) => this.#connect(host, to, protocol, signal),
    }
  }

  /** A process comes up on the machine `id`, and is nobody to others before it shows a certificate. What an earlier one had is reset. */
  plug(id: string, lane: Lane): Plug {
    const host = this.#host(id, lane)
    return {
      createLoopback: (node) => {
        const services: Services = new Map()
        const listener: Listener = { services, admit: () => ({ near: node, far: node }) }
        return {
          serve: (protocol, handler, signal) => serve(id, services, protocol, handler, signal),
          connect: (_, protocol, signal) => this.#connect(host, id, protocol, signal, undefined, listener),
        }
      },
      createTransport: (door) => this.#certified(host, door),
    }
  }

  #certified(host: Host, door: NodeTransportOptions): NodeTransport {
    const services: Services = new Map()
    const admit: Listener['admit'] = (from, protocol, connecting) =>
      this.#doors.admit({ from: from.id, to: host.id, protocol, connecting, listening: door })
    return {
      serve: (protocol, handler, signal) => serve(host.id, services, protocol, handler, signal),
      connect: (to, protocol, signal) => this.#connect(host, to, protocol, signal, door),
      connectToStranger: (to, signal) => this.#connect(host, to, 'join', signal),
      async listen(_, port, signal) {
        if (door.credentials.current().own === undefined) throw new Error('a node without a certificate cannot be connected to')
        host.listener = { services, admit }
        const stop = (): void => {
          host.listener = undefined
        }
        signal.addEventListener('abort', stop, { once: true })
        return port
      },
      dropRemoved: () =>
        this.#reset(({ hosts: [from, to], ends: [, far] }) => {
          const { node } = far.peer
          return to === host && from !== host && node !== undefined && door.gate.isRemoved(node.id)
        }),
    }
  }

  #host(id: string, lane: Lane): Host {
    this.leave(id)
    const host: Host = { id, lane, listener: undefined }
    this.#hosts.set(id, host)
    return host
  }

  /** The node is gone: its peers learn of it one latency later, when they can be reached. */
  leave(id: string): void {
    this.#hosts.delete(id)
    this.#reset((connection) => connection.hosts.some((host) => host.id === id))
  }

  /** Nothing gets from `from` to `to` any more; the other direction is another cut. */
  cut(from: string, to: string): void {
    this.#cut.add(linkName(from, to))
  }

  heal(from: string, to: string): void {
    this.#cut.delete(linkName(from, to))
  }

  healAll(): void {
    this.#cut.clear()
    this.#slowness.clear()
    this.latencyMs = 0.5
  }

  /** Counts what the host has sent, and the streams that were opened to it or by it. */
  sentBy(id: string): number {
    return this.#sent.get(id) ?? 0
  }

  /** Counts what has come through the links of the host, in both directions. */
  passedBy(id: string): number {
    return this.#passed.get(id) ?? 0
  }

  /** Multiplies the latency of one direction. */
  slow(from: string, to: string, factor: number): void {
    this.#slowness.set(linkName(from, to), factor)
  }

  /** Breaks all streams between two nodes; both may connect again at once. */
  resetBetween(left: string, right: string): void {
    this.#reset(({ hosts: [a, b] }) => (a.id === left && b.id === right) || (a.id === right && b.id === left))
  }

  #reset(isHit: (connection: Connection) => boolean): void {
    this.#connections = this.#connections.filter(({ ends }) => !ends.every((end) => end.isOver))
    for (const { ends, hosts, link } of this.#connections.filter(isHit)) {
      link.isBroken = true
      for (const [at, end] of ends.entries()) hosts[at]?.lane.schedule(this.#delayMs('', hosts[at]?.id ?? ''), () => end.reset())
    }
    this.#connections = this.#connections.filter((connection) => !isHit(connection))
  }

  /** @param listener of the loopback; otherwise what the other host has then. */
  #connect(
    from: Host,
    to: string,
    protocol: string,
    signal: AbortSignal,
    door?: NodeTransportOptions,
    listener?: Listener,
  ): Promise<FrameStream> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      const roundTripMs = this.#delayMs(from.id, hostIn(to)) + this.#delayMs(hostIn(to), from.id)
      from.lane.schedule(roundTripMs, () => {
        if (signal.aborted) return
        signal.removeEventListener('abort', stop)
        try {
          resolve(this.#establish(from, to, protocol, door, listener))
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  #establish(
    from: Host,
    address: string,
    protocol: string,
    door: NodeTransportOptions | undefined,
    own: Listener | undefined,
  ): FrameStream {
    const name = hostIn(address)
    if (this.isCut(from.id, name) || this.isCut(name, from.id)) throw refusal('ECONNREFUSED', address, protocol, 'no answer')
    const to = this.#hosts.get(name)
    const listener = own ?? to?.listener
    if (to === undefined || listener === undefined || to.lane.closed)
      throw refusal('ECONNREFUSED', address, protocol, 'nobody serves it there')
    const { near: server, far: client } = listener.admit(from, protocol, door)
    const service = listener.services.get(protocol)
    if (service === undefined) throw refusal('NotServed', address, protocol, 'nobody serves it there')
    const link = { isBroken: false }
    const near = new StreamEnd({ address: to.id, node: server }, this.#wire(from, to, link))
    const far = new StreamEnd({ address: from.id, node: client }, this.#wire(to, from, link))
    near.connect(far)
    far.connect(near)
    this.#connections.push({ hosts: [from, to], ends: [near, far], link })
    for (const { id } of [from, to]) {
      count(this.#sent, id)
      count(this.#passed, id)
    }
    if (own === undefined) {
      const watched = this.watch({ from: from.id, to: to.id, protocol, node: client })
      const [opener, acceptor] = [client?.id, server?.id]
      const listen = (sender: string | undefined, receiver: string | undefined, frame: Uint8Array): void => {
        if (sender !== undefined && receiver !== undefined) this.listen(protocol, sender, receiver, frame)
      }
      near.tap = (frame) => listen(opener, acceptor, frame)
      far.tap = (frame) => {
        watched(frame)
        listen(acceptor, opener, frame)
      }
    }
    to.lane.schedule(0, () => void handle(service, far))
    return near
  }

  /** In order: nothing arrives before what was sent earlier in the same direction. */
  #wire(from: Host, to: Host, link: { readonly isBroken: boolean }): Wire {
    let arrivesMs = 0
    const pass = (arrived: () => void): void => {
      if (link.isBroken) return
      for (const { id } of [from, to]) count(this.#passed, id)
      arrived()
    }
    const arrive = (arrived: () => void): void => {
      if (link.isBroken) return
      if (!this.isCut(from.id, to.id)) pass(arrived)
      else if (waiting.push(arrived) === 1) retry()
    }
    const waiting: (() => void)[] = []
    const retry = (): void => {
      to.lane.schedule(200, () => {
        if (this.isCut(from.id, to.id)) retry()
        else for (const arrived of waiting.splice(0)) pass(arrived)
      })
    }
    return {
      isUp: () => !link.isBroken && this.#hosts.get(from.id) === from && this.#hosts.get(to.id) === to,
      after: (arrived) => {
        count(this.#sent, from.id)
        arrivesMs = Math.max(arrivesMs, this.#queue.nowMs() + this.#delayMs(from.id, to.id))
        to.lane.schedule(arrivesMs - this.#queue.nowMs(), () => {
          if (waiting.length > 0) waiting.push(arrived)
          else arrive(arrived)
        })
      },
    }
  }

  isCut(from: string, to: string): boolean {
    return this.#cut.has(linkName(from, to))
  }

  #delayMs(from: string, to: string): number {
    const mean = this.latencyMs * (this.#slowness.get(linkName(from, to)) ?? 1)
    return mean / 2 + this.#random.exponential(mean / 2)
  }
}

function serve(id: string, services: Services, protocol: string, handler: Handler, signal: AbortSignal): Promise<void> {
  if (services.has(protocol)) return Promise.reject(new Error(`${id} serves ${protocol} already`))
  if (signal.aborted) return Promise.resolve()
  services.set(protocol, { handler, signal })
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        services.delete(protocol)
        resolve()
      },
      { once: true },
    )
  })
}

/** A handler that fails takes its stream with it, and nothing else. */
async function handle({ handler, signal }: Service, stream: StreamEnd): Promise<void> {
  try {
    if (signal.aborted) throw new Error('it is not served any more')
    await handler(stream, signal)
  } catch {
    stream.abort()
  } finally {
    stream.close()
  }
}

/** `manager:4242` is port 4242 of `manager`: every port of a simulated host is the same. */
function hostIn(address: string): string {
  return address.replace(/:\d+$/, '')
}

function count(counts: Map<string, number>, id: string): void {
  counts.set(id, (counts.get(id) ?? 0) + 1)
}

function linkName(from: string, to: string): string {
  return `${from} → ${to}`
}
