// What a node's agent has been told, put together from the frames that it received: the payloads it may have,
// the tasks that it was told to stop, and whom it knows as endpoints of published ports.

import { decodeManagerMessage } from '../agent/frames.ts'
import { applyEndpoints, type Endpoints } from '../agent/mesh/endpoints.ts'
import type { ManagerMessage, PayloadName } from '../api/session.ts'
import type { Ear } from './effects/overhear.ts'

export interface Told {
  /** `Secret/password`: told in the last session and not told to forget. */
  readonly payloads: ReadonlySet<string>
  readonly endpoints: Endpoints
  /** Counts the sessions in which it has heard of everything; undefined while it has none. */
  readonly session: number | undefined
  isToStop(task: string): boolean
  knowsAsEndpoint(task: string): boolean
}

export class ToldAgent implements Told {
  readonly payloads = new Set<string>()
  endpoints: Endpoints = new Map()
  session: number | undefined
  readonly #onStop: (task: string) => void
  readonly #tasks = new Set<string>()
  readonly #stopping = new Set<string>()
  #sessions = 0
  #ear: Ear | undefined

  /** @param onStop called when the agent hears that a task is to stop, before it does anything about it. */
  constructor(onStop: (task: string) => void) {
    this.#onStop = onStop
  }

  isToStop(task: string): boolean {
    return this.#stopping.has(task)
  }

  knowsAsEndpoint(task: string): boolean {
    return [...this.endpoints.values()].some(({ endpoints }) => endpoints.has(task))
  }

  /** The agent's process is gone, and with it all that it knew of endpoints. */
  died(): void {
    this.#ear = undefined
    this.session = undefined
    this.endpoints = new Map()
  }

  /** What comes next is another node: nobody told it of the tasks that the one before had. */
  becameAnother(): void {
    this.#tasks.clear()
  }

  /** The agent opens a session. */
  begin(): Ear {
    this.payloads.clear()
    this.session = undefined
    const ear: Ear = {
      heard: (frame) => {
        const message = this.#ear === ear ? decodeManagerMessage(frame) : undefined
        if (message !== undefined) this.#hear(message)
      },
      ended: () => {
        if (this.#ear === ear) this.session = undefined
      },
    }
    this.#ear = ear
    return ear
  }

  #hear(message: ManagerMessage): void {
    if (message.type === 'payload') this.payloads.add(keyOf(message.payload))
    if (message.type === 'forget') for (const payload of message.payloads) this.payloads.delete(keyOf(payload))
    if (message.type === 'assignments') this.#hearAssignments(message)
    if (message.type === 'endpoints') {
      this.endpoints = applyEndpoints(this.endpoints, message)
      // Of a complete list in parts, the last one carries its version.
      if (message.version > 0) this.session ??= ++this.#sessions
    }
  }

  #hearAssignments({ mode, update, remove }: Extract<ManagerMessage, { type: 'assignments' }>): void {
    const listed = new Set(update.map(({ task }) => task))
    const gone = mode === 'complete' ? [...this.#tasks].filter((task) => !listed.has(task)) : remove
    for (const task of gone) {
      this.#tasks.delete(task)
      this.#stop(task)
    }
    for (const { task, desired } of update) {
      this.#tasks.add(task)
      if (desired === 'Shutdown' || desired === 'Remove') this.#stop(task)
    }
  }

  #stop(task: string): void {
    if (this.#stopping.has(task)) return
    this.#stopping.add(task)
    this.#onStop(task)
  }
}

function keyOf({ kind, name }: PayloadName): string {
  return `${kind}/${name}`
}
