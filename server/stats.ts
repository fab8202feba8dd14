// What the running tasks of a node use, read when somebody asks. The node is asked through its session and
// opens a stream of protocol `stats`; nothing is kept. Who asks while the node is being asked gets the same answer.

import { StatusError } from '../api/errors.ts'
import type { TaskStats } from '../api/stats.ts'
import type { Clock, FrameStream, Random, Transport } from '../effects/effects.ts'
import type { StreamRequest } from './dispatcher/dispatcher.ts'
import { decodeStats, decodeStreamId } from './dispatcher/session-messages.ts'

export interface StatsBrokerDeps {
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  /** `Dispatcher.requestStream`. */
  readonly requestStream: (nodeName: string, message: StreamRequest) => Promise<boolean>
}

/** A node that has not answered by then is given up. */
const answerLimitMs = 10_000

interface Waiting {
  readonly nodeName: string
  readonly answer: (stats: readonly TaskStats[]) => void
}

export class StatsBroker {
  readonly #deps: StatsBrokerDeps
  readonly #waiting = new Map<string, Waiting>()
  readonly #readings = new Map<string, Promise<readonly TaskStats[]>>()

  constructor(deps: StatsBrokerDeps) {
    this.#deps = deps
  }

  /** Accepts the agents' streams until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#deps.transport.serve('stats', (stream) => this.#accept(stream), signal)
  }

  /** Throws Unavailable when the node does not answer. */
  read(nodeName: string): Promise<readonly TaskStats[]> {
    const reading = this.#readings.get(nodeName) ?? this.#ask(nodeName).finally(() => this.#readings.delete(nodeName))
    this.#readings.set(nodeName, reading)
    return reading
  }

  async #ask(nodeName: string): Promise<readonly TaskStats[]> {
    const id = Buffer.from(this.#deps.random.bytes(16)).toString('hex')
    const { promise, resolve } = Promise.withResolvers<readonly TaskStats[]>()
    this.#waiting.set(id, { nodeName, answer: resolve })
    const waiting = new AbortController()
    const silent = new StatusError('Unavailable', `node "${nodeName}" does not say what its tasks use`, { kind: 'Node', name: nodeName })
    try {
      if (!(await this.#deps.requestStream(nodeName, { type: 'stats', id }))) throw silent
      const late = this.#deps.clock.sleep(answerLimitMs, waiting.signal).then(() => undefined)
      const stats = await Promise.race([promise, late])
      if (stats === undefined) throw silent
      return stats
    } finally {
      waiting.abort()
      this.#waiting.delete(id)
    }
  }

  async #accept(stream: FrameStream): Promise<void> {
    const frames = stream.frames()[Symbol.asyncIterator]()
    const first = await frames.next()
    const waiting = first.done === true ? undefined : this.#waiting.get(decodeStreamId(first.value))
    // A node may answer only for what it was asked for.
    if (waiting !== undefined && waiting.nodeName === stream.peer.node?.id) {
      const second = await frames.next()
      if (second.done !== true) waiting.answer(decodeStats(second.value))
    }
    stream.close()
  }
}
