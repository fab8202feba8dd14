// Commands in tasks, and connections to ports of them and to the streams of their programs, made by the agents of their nodes. The frames of a stream (api/exec.ts) are
// between the client and the agent, and pass through here unread.

import { StatusError } from '../api/errors.ts'
import type { ReachRequest } from '../api/exec.ts'
import type { FrameConnection } from '../api/request.ts'
import type { Store } from '../api/store.ts'
import type { EventRecorder } from '../controllers/runtime/controller.ts'
import { NodeStreams, type NodeStreamsDeps } from './node-streams.ts'

export interface ExecBrokerDeps extends NodeStreamsDeps {
  readonly store: Store
  readonly events: EventRecorder
}

/** Commands and connections through this manager at a time. */
const maxCommands = 100

export class ExecBroker {
  readonly #deps: ExecBrokerDeps
  readonly #streams: NodeStreams

  constructor(deps: ExecBrokerDeps) {
    this.#deps = deps
    this.#streams = new NodeStreams(deps, 'exec')
  }

  /** Accepts the agents' streams until `signal` fires. */
  run(signal: AbortSignal): Promise<void> {
    return this.#streams.run(signal)
  }

  /** Its stream; whoever gets it closes it, which ends a command. `who` is for the record of it. */
  async open(task: string, request: ReachRequest, who: string, signal: AbortSignal): Promise<FrameConnection> {
    const nodeName = this.#nodeOf(task)
    if (this.#streams.count >= maxCommands)
      throw new StatusError('TooManyRequests', `${maxCommands} commands run through this manager already`)
    const connection = await this.#streams.open(nodeName, (id) => ({ type: 'exec', id, task, request }), signal)
    if (connection === undefined)
      throw new StatusError('Unavailable', `node "${nodeName}" of task "${task}" does not answer`, { kind: 'Task', name: task })
    this.#record(task, request, who)
    return connection
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
  #record(task: string, request: ReachRequest, who: string): void {
    const object = { kind: 'Task', name: task } as const
    if ('port' in request) {
      const message = `${who} connected to port ${request.port} of the task`
      this.#deps.events.record({ object, type: 'Normal', reason: 'PortForwarded', message })
      return
    }
    if (!('command' in request)) {
      const message = `${who} attached to the program of the task${request.stdin === true ? ', to its input too' : ''}`
      this.#deps.events.record({ object, type: 'Normal', reason: 'Attached', message })
      return
    }
    const message = `${who} ran ${JSON.stringify(request.command[0]?.slice(0, 200) ?? '')} in the task`
    this.#deps.events.record({ object, type: 'Normal', reason: 'CommandRun', message })
  }
}
