// A simulated network of nodes. Streams are ordered as TCP's are; a link may be slow, cut in one or both
// directions, or reset, which loses a suffix of what was under way. A cut stream stays silent until it
// is reset or the cut heals; what was sent meanwhile is then sent again, as TCP does, in order.

import type { CertifiedNode, FrameStream, Transport } from '../../effects/effects.ts'
import type { EventQueue, Lane } from './event-queue.ts'
import type { SeededRandom } from './random.ts'
import { StreamEnd, type Wire } from './stream-pair.ts'

type Handler = (stream: FrameStream, signal: AbortSignal) => Promise<void>

interface Host {
  readonly id: string
  readonly node: CertifiedNode
  readonly lane: Lane
  readonly handlers: Map<string, { readonly handler: Handler; readonly signal: AbortSignal }>
}

interface Connection {
  readonly hosts: readonly [Host, Host]
  readonly ends: readonly [StreamEnd, StreamEnd]
  /** Set by a reset: what is under way at that moment never arrives. */
  readonly link: { isBroken: boolean }
}

export class SimulatedNetwork {
  readonly #queue: EventQueue
  readonly #random: SeededRandom
  readonly #hosts = new Map<string, Host>()
  #connections: Connection[] = []
  readonly #cut = new Set<string>()
  readonly #slowness = new Map<string, number>()
  /** Mean one-way latency of every link. */
  latencyMs = 0.5

  constructor(queue: EventQueue, random: SeededRandom) {
    this.#queue = queue
    this.#random = random
  }

  /** The node `id` comes up, on the lane of its new process. What an earlier process of that name had is reset. */
  join(id: string, lane: Lane, certified: Omit<CertifiedNode, 'id'> = { role: 'Manager', clusterId: 'simulated' }): Transport {
    this.leave(id)
    const host: Host = { id, node: { id, ...certified }, lane, handlers: new Map() }
    this.#hosts.set(id, host)
    return {
      serve: (protocol, handler, signal) => serve(host, protocol, handler, signal),
      connect: (to, protocol, signal) => this.#connect(host, to, protocol, signal),
    }
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

  #connect(from: Host, to: string, protocol: string, signal: AbortSignal): Promise<FrameStream> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason)
      if (signal.aborted) stop()
      signal.addEventListener('abort', stop, { once: true })
      const refuse = (why: string): void => {
        signal.removeEventListener('abort', stop)
        reject(Object.assign(new Error(`${to} cannot be reached for ${protocol}: ${why}`), { code: 'ECONNREFUSED' }))
      }
      const roundTripMs = this.#delayMs(from.id, to) + this.#delayMs(to, from.id)
      from.lane.schedule(roundTripMs, () => {
        if (signal.aborted) return
        if (this.isCut(from.id, to) || this.isCut(to, from.id)) {
          refuse('no answer')
          return
        }
        const host = this.#hosts.get(to)
        const service = host?.handlers.get(protocol)
        if (host === undefined || service === undefined || host.lane.closed) {
          refuse('nobody serves it there')
          return
        }
        signal.removeEventListener('abort', stop)
        resolve(this.#establish(from, host, service))
      })
    })
  }

  #establish(from: Host, to: Host, service: { readonly handler: Handler; readonly signal: AbortSignal }): FrameStream {
    const link = { isBroken: false }
    const near = new StreamEnd({ address: to.id, node: to.node }, this.#wire(from, to, link))
    const far = new StreamEnd({ address: from.id, node: from.node }, this.#wire(to, from, link))
    near.connect(far)
    far.connect(near)
    this.#connections.push({ hosts: [from, to], ends: [near, far], link })
    to.lane.schedule(0, () => void handle(service, far))
    return near
  }

  /** In order: nothing arrives before what was sent earlier in the same direction. */
  #wire(from: Host, to: Host, link: { readonly isBroken: boolean }): Wire {
    let arrivesMs = 0
    const arrive = (arrived: () => void): void => {
      if (link.isBroken) return
      if (!this.isCut(from.id, to.id)) arrived()
      else if (waiting.push(arrived) === 1) retry()
    }
    const waiting: (() => void)[] = []
    const retry = (): void => {
      to.lane.schedule(200, () => {
        if (this.isCut(from.id, to.id)) retry()
        else for (const arrived of waiting.splice(0)) if (!link.isBroken) arrived()
      })
    }
    return {
      isUp: () => !link.isBroken && this.#hosts.get(from.id) === from && this.#hosts.get(to.id) === to,
      after: (arrived) => {
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

function serve(host: Host, protocol: string, handler: Handler, signal: AbortSignal): Promise<void> {
  if (host.handlers.has(protocol)) return Promise.reject(new Error(`${host.id} serves ${protocol} already`))
  if (signal.aborted) return Promise.resolve()
  host.handlers.set(protocol, { handler, signal })
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        host.handlers.delete(protocol)
        resolve()
      },
      { once: true },
    )
  })
}

/** A handler that fails takes its stream with it, and nothing else. */
async function handle({ handler, signal }: { readonly handler: Handler; readonly signal: AbortSignal }, stream: StreamEnd): Promise<void> {
  try {
    await handler(stream, signal)
  } catch {
    stream.abort()
  } finally {
    stream.close()
  }
}

function linkName(from: string, to: string): string {
  return `${from} → ${to}`
}
