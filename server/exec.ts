// Commands in tasks, and connections to ports of them, made by the agents of their nodes. The node is asked through its session and opens a
// stream of protocol `exec`; the frames on it (api/exec.ts) are between the client and the agent, and pass
// through here unread.

import { StatusError } from '../api/errors.ts'
import type { ExecRequest, ForwardRequest } from '../api/exec.ts'
import type { FrameConnection } from '../api/request.ts'
import type { Store } from '../api/store.ts'
import type { EventRecorder } from '../controllers/runtime/controller.ts'
import type { Clock, FrameStream, Random, Transport } from '../effects/effects.ts'
import type { StreamRequest } from './dispatcher/dispatcher.ts'
import { decodeStreamId } from './dispatcher/session-messages.ts'

export interface ExecBrokerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  readonly events: EventRecorder
  /** `Dispatcher.requestStream`. */
  readonly requestStream: (nodeName: string, message: StreamRequest) => Promise<boolean>
}

/** An agent that has not opened the stream by then is given up. */
const openTimeoutMs = 10_000
/** Commands through this manager at a time. */
const maxCommands = 100

interface Waiting {
  readonly nodeName: string
  readonly opened: (connection: FrameConnection) => void
}

export class ExecBroker {
  readonly #deps: ExecBrokerDeps
  readonly #waiting = new Map<string, Waiting>()
  #open = 0

  constructor(deps: ExecBrokerDeps) {
    this.#deps = deps
  }

  /** Accepts the agents' streams until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#deps.transport.serve('exec', (stream, ended) => this.#accept(stream, ended), signal)
  }

  /** The stream of the command; whoever gets it closes it, which ends the command. `who` is for the record of it. */
  async open(task: string, request: ExecRequest | ForwardRequest, who: string, signal: AbortSignal): Promise<FrameConnection> {
    const nodeName = this.#nodeOf(task)
    if (this.#open + this.#waiting.size >= maxCommands)
      throw new StatusError('TooManyRequests', `${maxCommands} commands run through this manager already`)
    const id = Buffer.from(this.#deps.random.bytes(16)).toString('hex')
    const { promise, resolve } = Promise.withResolvers<FrameConnection>()
    this.#waiting.set(id, { nodeName, opened: resolve })
    const waiting = new AbortController()
    const noAnswer = new StatusError('Unavailable', `node "${nodeName}" of task "${task}" does not answer`, { kind: 'Task', name: task })
    try {
      if (!(await this.#deps.requestStream(nodeName, { type: 'exec', id, task, request }))) throw noAnswer
      const late = this.#deps.clock.sleep(openTimeoutMs, AbortSignal.any([signal, waiting.signal])).then(() => undefined)
      const connection = await Promise.race([promise, late])
      if (connection === undefined) throw noAnswer
      this.#record(task, request, who)
      return connection
    } finally {
      waiting.abort()
      this.#waiting.delete(id)
    }
  }

  #nodeOf(task: string): string {
    const { spec, status } = this.#deps.store.view.get('Task', task) ?? {}
    if (spec?.nodeName !== undefined && (status?.state === 'Running' || status?.state === 'Starting')) return spec.nodeName
    throw new StatusError('Conflict', `task "${task}" is ${status?.state ?? 'gone'}: commands and connections go to a running task only`, {
      kind: 'Task',
      name: task,
    })
  }

  /** The program only: arguments may be secret. */
  #record(task: string, request: ExecRequest | ForwardRequest, who: string): void {
    const object = { kind: 'Task', name: task } as const
    if ('port' in request) {
      const message = `${who} connected to port ${request.port} of the task`
      this.#deps.events.record({ object, type: 'Normal', reason: 'PortForwarded', message })
      return
    }
    const message = `${who} ran ${JSON.stringify(request.command[0]?.slice(0, 200) ?? '')} in the task`
    this.#deps.events.record({ object, type: 'Normal', reason: 'CommandRun', message })
  }

  async #accept(stream: FrameStream, signal: AbortSignal): Promise<void> {
    const frames = stream.frames()[Symbol.asyncIterator]()
    const first = await frames.next()
    const waiting = first.done === true ? undefined : this.#waiting.get(decodeStreamId(first.value))
    // A node may answer only for what it was asked for.
    if (waiting === undefined || waiting.nodeName !== stream.peer.node?.id) return stream.close()
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
