// Streams that a manager asks nodes for: logs, commands, stats. The request goes through the session of the node's agent,
// which opens a stream of that protocol whose first frame is the id of the request. What follows on it is the
// business of the broker that asked (`logs.ts`, `exec.ts`, `stats.ts`).

import type { FrameConnection } from '../api/request.ts'
import type { Clock, FrameStream, Random, Transport } from '../effects/effects.ts'
import type { StreamRequest } from './dispatcher/dispatcher.ts'
import { decodeStreamId } from './dispatcher/session-messages.ts'

export interface NodeStreamsDeps {
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  /** `Dispatcher.requestStream`. */
  readonly requestStream: (nodeName: string, message: StreamRequest) => Promise<boolean>
}

/** An agent that has not opened the stream by then is given up. */
const openTimeoutMs = 10_000

interface Waiting {
  readonly nodeName: string
  readonly opened: (stream: FrameConnection) => void
}

export class NodeStreams {
  readonly #deps: NodeStreamsDeps
  readonly #protocol: StreamRequest['type']
  readonly #waiting = new Map<string, Waiting>()
  #open = 0

  constructor(deps: NodeStreamsDeps, protocol: StreamRequest['type']) {
    this.#deps = deps
    this.#protocol = protocol
  }

  /** Accepts the agents' streams until `signal` fires, and closes them then. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#deps.transport.serve(this.#protocol, (stream, ended) => this.#accept(stream, ended), signal)
  }

  /** Streams that are open, and requests that no agent has answered yet. */
  get count(): number {
    return this.#open + this.#waiting.size
  }

  /**
   * The stream, without its first frame; whoever gets it closes it. `undefined` when the node has no session here or
   * does not open one in time; rejects with the signal's reason when that fires first.
   */
  async open(nodeName: string, requestOf: (id: string) => StreamRequest, signal: AbortSignal): Promise<FrameConnection | undefined> {
    const { clock, random, requestStream } = this.#deps
    const id = Buffer.from(random.bytes(16)).toString('hex')
    const { promise, resolve } = Promise.withResolvers<FrameConnection>()
    this.#waiting.set(id, { nodeName, opened: resolve })
    const settled = new AbortController()
    try {
      if (!(await requestStream(nodeName, requestOf(id)))) return undefined
      const late = clock.sleep(openTimeoutMs, AbortSignal.any([signal, settled.signal])).then(() => undefined)
      return await Promise.race([promise, late])
    } finally {
      settled.abort()
      this.#waiting.delete(id)
    }
  }

  async #accept(stream: FrameStream, signal: AbortSignal): Promise<void> {
    const frames = stream.frames()[Symbol.asyncIterator]()
    const first = await frames.next()
    const id = first.done === true ? '' : decodeStreamId(first.value)
    const waiting = this.#waiting.get(id)
    // A node may answer only for what it was asked for, and once.
    if (waiting === undefined || waiting.nodeName !== stream.peer.node?.id) return stream.close()
    this.#waiting.delete(id)
    const closed = Promise.withResolvers<void>()
    const close = (): void => {
      stream.close()
      closed.resolve()
    }
    signal.addEventListener('abort', close, { once: true })
    this.#open += 1
    waiting.opened({ send: (frame) => stream.send(frame), frames: () => ({ [Symbol.asyncIterator]: () => frames }), close })
    await closed.promise
    this.#open -= 1
    signal.removeEventListener('abort', close)
  }
}
