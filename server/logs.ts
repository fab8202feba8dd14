// Logs of a task, or of all tasks of a service, from the nodes that have them, as one stream. The node is
// asked through its session and opens a stream of protocol `logs`; nothing is stored on the way, and a
// reader that stops reading stops the agents.

import { StatusError } from '../api/errors.ts'
import type { Task } from '../api/objects.ts'
import type { LogLine, LogOptions } from '../api/session.ts'
import type { Store } from '../api/store.ts'
import { hasReached } from '../api/task.ts'
import type { Clock, FrameStream, Random, Transport } from '../effects/effects.ts'
import type { StreamRequest } from './dispatcher.ts'
import { decodeLogLine, decodeStreamId } from './session-messages.ts'

export interface LogBrokerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly transport: Transport
  /** `Dispatcher.requestStream`. */
  readonly requestStream: (nodeName: string, message: StreamRequest) => Promise<boolean>
}

/** Lines that are kept for a reader before the agents have to wait. */
const maxQueuedLines = 256
/** An agent that has not opened the stream by then is given up. */
const openTimeoutMs = 10_000

interface Subscription {
  readonly task: string
  readonly nodeName: string
  readonly queue: LineQueue
  readonly opened: () => void
  readonly done: () => void
}

export class LogBroker {
  readonly #deps: LogBrokerDeps
  readonly #subscriptions = new Map<string, Subscription>()

  constructor(deps: LogBrokerDeps) {
    this.#deps = deps
  }

  /** Accepts the agents' streams until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#deps.transport.serve('logs', (stream, ended) => this.#accept(stream, ended), signal)
  }

  async #accept(stream: FrameStream, signal: AbortSignal): Promise<void> {
    const frames = stream.frames()[Symbol.asyncIterator]()
    const first = await frames.next()
    const subscription = first.done === true ? undefined : this.#subscriptions.get(decodeStreamId(first.value))
    // A node may speak only for the subscription that it was asked for.
    if (subscription === undefined || subscription.nodeName !== stream.peer.node?.id) return stream.close()
    subscription.opened()
    try {
      for (let frame = await frames.next(); frame.done !== true && !signal.aborted; frame = await frames.next()) {
        if (!(await subscription.queue.push({ ...decodeLogLine(frame.value), task: subscription.task }))) break
      }
    } finally {
      subscription.done()
      stream.close()
    }
  }

  /**
   * Without `follow` it ends when every node has said all; Unavailable at the end when some could not be
   * asked. With `follow` it goes on, and new tasks of the service join in, until `signal` fires.
   */
  async *read(
    of: { readonly kind: 'Task' | 'Service'; readonly name: string },
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncGenerator<LogLine, void, void> {
    const { store } = this.#deps
    const queue = new LineQueue(maxQueuedLines)
    const ended = new AbortController()
    const started = new Set<string>()
    const silent: string[] = []
    let open = 0
    const settle = (): void => {
      open--
      if (open === 0 && options.follow !== true) queue.close()
    }
    const start = (task: Task, from: LogOptions): void => {
      const { name } = task.metadata
      const { nodeName } = task.spec
      if (started.has(name) || nodeName === undefined || !hasReached(task, 'Starting')) return
      started.add(name)
      open++
      const where = `${name} on ${nodeName}`
      const reading = this.#follow({ task: name, nodeName, queue }, from, ended.signal).catch(() => false)
      void reading.then((answered) => {
        if (!answered) silent.push(where)
        settle()
      })
    }
    const unsubscribe = store.subscribe((events) => {
      if (options.follow !== true) return
      for (const { object } of events) if (object.kind === 'Task' && isOf(object, of)) start(object, options)
    })
    const stop = (): void => queue.close()
    signal.addEventListener('abort', stop)
    try {
      for (const task of this.#tasksOf(of)) start(task, options)
      if (signal.aborted || (open === 0 && options.follow !== true)) queue.close()
      yield* queue.lines()
      if (silent.length > 0 && !signal.aborted)
        throw new StatusError('Unavailable', `the log is incomplete: no answer about ${silent.join(', ')}`)
    } finally {
      unsubscribe()
      signal.removeEventListener('abort', stop)
      ended.abort()
      queue.close()
    }
  }

  #tasksOf(of: { readonly kind: 'Task' | 'Service'; readonly name: string }): readonly Task[] {
    const { view } = this.#deps.store
    if (of.kind === 'Task') {
      const task = view.get('Task', of.name)
      return task === undefined ? [] : [task]
    }
    const service = view.get('Service', of.name)
    return service === undefined ? [] : [...view.tasksOfService(service.metadata.uid)]
  }

  /** Resolves when the node has said all; false when it did not answer. */
  async #follow(of: Pick<Subscription, 'task' | 'nodeName' | 'queue'>, options: LogOptions, signal: AbortSignal): Promise<boolean> {
    const id = Buffer.from(this.#deps.random.bytes(16)).toString('hex')
    const opened = Promise.withResolvers<boolean>()
    const done = Promise.withResolvers<void>()
    const abandon = (): void => {
      opened.resolve(true)
      done.resolve()
    }
    signal.addEventListener('abort', abandon)
    this.#subscriptions.set(id, { ...of, opened: () => opened.resolve(true), done: () => done.resolve() })
    const waiting = new AbortController()
    try {
      if (!(await this.#deps.requestStream(of.nodeName, { type: 'logs', id, task: of.task, options }))) return false
      const late = this.#deps.clock.sleep(openTimeoutMs, waiting.signal).then(
        () => false,
        () => true,
      )
      if (!(await Promise.race([opened.promise, late]))) return false
      waiting.abort()
      await done.promise
      return true
    } finally {
      waiting.abort()
      signal.removeEventListener('abort', abandon)
      this.#subscriptions.delete(id)
    }
  }
}

function isOf(task: Task, { kind, name }: { readonly kind: 'Task' | 'Service'; readonly name: string }): boolean {
  return kind === 'Task' ? task.metadata.name === name : task.spec.service === name
}

/** Many writers, one reader, and a bound: writers wait while it is full. */
class LineQueue {
  readonly #limit: number
  readonly #lines: LogLine[] = []
  #closed = false
  #readable = Promise.withResolvers<void>()
  #writable = Promise.withResolvers<void>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** False when nobody reads any more. */
  async push(line: LogLine): Promise<boolean> {
    while (!this.#closed && this.#lines.length >= this.#limit) await this.#writable.promise
    if (this.#closed) return false
    this.#lines.push(line)
    this.#readable.resolve()
    return true
  }

  /** What is queued is still read. */
  close(): void {
    this.#closed = true
    this.#readable.resolve()
    this.#writable.resolve()
  }

  async *lines(): AsyncGenerator<LogLine, void, void> {
    for (;;) {
      const batch = this.#lines.splice(0)
      this.#writable.resolve()
      this.#writable = Promise.withResolvers()
      if (batch.length === 0) {
        if (this.#closed) return
        this.#readable = Promise.withResolvers()
        await this.#readable.promise
      }
      yield* batch
    }
  }
}
