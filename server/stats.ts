// What a node and its running tasks use, read when somebody asks; nothing is kept. Who asks while the node is being asked gets
// the same answer.

import { StatusError } from '../api/errors.ts'
import type { NodeStats } from '../api/stats.ts'
import { decodeStats } from './dispatcher/session-messages.ts'
import { NodeStreams, type NodeStreamsDeps } from './node-streams.ts'

/** A node that has opened its stream and said nothing by then is given up. */
const answerTimeoutMs = 10_000

export class StatsBroker {
  readonly #deps: NodeStreamsDeps
  readonly #streams: NodeStreams
  readonly #readings = new Map<string, Promise<NodeStats>>()

  constructor(deps: NodeStreamsDeps) {
    this.#deps = deps
    this.#streams = new NodeStreams(deps, 'stats')
  }

  /** Accepts the agents' streams until `signal` fires. */
  run(signal: AbortSignal): Promise<void> {
    return this.#streams.run(signal)
  }

  /** Throws Unavailable when the node does not answer. */
  read(nodeName: string): Promise<NodeStats> {
    const reading = this.#readings.get(nodeName) ?? this.#ask(nodeName).finally(() => this.#readings.delete(nodeName))
    this.#readings.set(nodeName, reading)
    return reading
  }

  async #ask(nodeName: string): Promise<NodeStats> {
    const silent = new StatusError('Unavailable', `node "${nodeName}" does not say what its tasks use`, { kind: 'Node', name: nodeName })
    const answered = new AbortController()
    const stream = await this.#streams.open(nodeName, (id) => ({ type: 'stats', id }), answered.signal)
    if (stream === undefined) throw silent
    this.#deps.clock.sleep(answerTimeoutMs, answered.signal).then(
      () => stream.close(),
      () => {},
    )
    try {
      for await (const frame of stream.frames()) return decodeStats(frame)
      throw silent
    } finally {
      answered.abort()
      stream.close()
    }
  }
}
