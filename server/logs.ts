// Logs of a task, or of all tasks of a service, from the nodes that have them, as one stream by their times. Nothing is
// stored on the way, and a reader that stops reading stops the agents.

import { StatusError } from '../api/errors.ts'
import type { Task } from '../api/objects.ts'
import type { LogLine, LogOptions, LogQuery } from '../api/session.ts'
import type { Store } from '../api/store.ts'
import { hasReached, isEnded } from '../api/task.ts'
import { decodeLogLine } from './dispatcher/session-messages.ts'
import { type LineWriter, MergedLines } from './merged-lines.ts'
import { NodeStreams, type NodeStreamsDeps } from './node-streams.ts'

export interface LogBrokerDeps extends NodeStreamsDeps {
  readonly store: Store
}

export class LogBroker {
  readonly #deps: LogBrokerDeps
  readonly #streams: NodeStreams

  constructor(deps: LogBrokerDeps) {
    this.#deps = deps
    this.#streams = new NodeStreams(deps, 'logs')
  }

  /** Accepts the agents' streams until `signal` fires. */
  run(signal: AbortSignal): Promise<void> {
    return this.#streams.run(signal)
  }

  /**
   * Without `follow` it ends when every node has said all; Unavailable at the end when some could not be
   * asked. With `follow` it goes on, and new tasks of the service join in, until `signal` fires.
   */
  async *read(
    of: { readonly kind: 'Task' | 'Service'; readonly name: string },
    { previous = false, ...options }: LogQuery,
    signal: AbortSignal,
  ): AsyncGenerator<LogLine, void, void> {
    const { store } = this.#deps
    const merged = new MergedLines(this.#deps.clock, options.follow === true)
    const ended = new AbortController()
    const started = new Set<string>()
    const silent: string[] = []
    let open = 0
    const settle = (): void => {
      open--
      if (open === 0 && (options.follow !== true || previous)) merged.close()
    }
    const start = (task: Task, from: LogOptions): void => {
      const { name } = task.metadata
      const { nodeName } = task.spec
      if (started.has(name) || nodeName === undefined || !hasReached(task, 'Starting')) return
      started.add(name)
      open++
      const where = `${name} on ${nodeName}`
      const writer = merged.add()
      const reading = this.#copy({ task: name, nodeName, writer }, from, ended.signal).catch(() => false)
      void reading.then((answered) => {
        writer.end()
        if (!answered) silent.push(where)
        settle()
      })
    }
    const unsubscribe = store.subscribe((events) => {
      if (options.follow !== true || previous) return
      for (const { object } of events) if (object.kind === 'Task' && isOf(object, of)) start(object, options)
    })
    const stop = (): void => merged.close()
    signal.addEventListener('abort', stop)
    try {
      for (const task of previous ? this.#previousOf(of) : this.#tasksOf(of)) start(task, options)
      if (signal.aborted || (open === 0 && (options.follow !== true || previous))) merged.close()
      yield* merged.lines()
      if (silent.length > 0 && !signal.aborted)
        throw new StatusError('Unavailable', `the log is incomplete: no answer about ${silent.join(', ')}`)
    } finally {
      unsubscribe()
      signal.removeEventListener('abort', stop)
      ended.abort()
      merged.close()
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

  /** Of a task the one that was in its slot before; of a service the last one of each slot that has ended. */
  #previousOf(of: { readonly kind: 'Task' | 'Service'; readonly name: string }): readonly Task[] {
    const { view } = this.#deps.store
    const asked = of.kind === 'Task' ? view.get('Task', of.name) : undefined
    const all = asked === undefined ? this.#tasksOf(of) : [...view.tasksOfService(asked.spec.serviceUid)]
    const last = new Map<string, Task>()
    for (const task of all) {
      const isBefore = asked === undefined ? isEnded(task) : slotOf(task) === slotOf(asked) && task.spec.attempt < asked.spec.attempt
      const { attempt = -1 } = last.get(slotOf(task))?.spec ?? {}
      if (isBefore && task.spec.attempt > attempt) last.set(slotOf(task), task)
    }
    if (last.size > 0) return [...last.values()]
    const { kind, name } = of
    throw new StatusError('NotFound', `${kind.toLowerCase()} "${name}" has no task before, or none that is still kept`, { kind, name })
  }

  /** Resolves when the node has said all, or the reader wants no more; false when the node did not answer. Rejects when it broke off. */
  async #copy(
    { task, nodeName, writer }: { readonly task: string; readonly nodeName: string; readonly writer: LineWriter },
    options: LogOptions,
    signal: AbortSignal,
  ): Promise<boolean> {
    const stream = await this.#streams.open(nodeName, (id) => ({ type: 'logs', id, task, options }), signal)
    if (stream === undefined) return false
    const close = (): void => stream.close()
    signal.addEventListener('abort', close, { once: true })
    writer.heard()
    try {
      for await (const frame of stream.frames()) if (!(await writer.push({ ...decodeLogLine(frame), task }))) break
      return true
    } finally {
      signal.removeEventListener('abort', close)
      stream.close()
    }
  }
}

function slotOf({ spec }: Task): string {
  return spec.slot === undefined ? `node ${spec.nodeName}` : String(spec.slot)
}

function isOf(task: Task, { kind, name }: { readonly kind: 'Task' | 'Service'; readonly name: string }): boolean {
  return kind === 'Task' ? task.metadata.name === name : task.spec.service === name
}
