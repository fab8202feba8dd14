// Published ports of a simulated machine: no bytes, only who gets whom. A test or a checker plays the client and
// learns in the same moment which task it reached. The ports are the machine's; who serves them dies with the agent.

import type { Choose, Lease, Listener, ListenPort, PortServer } from '../agent/mesh/port-server.ts'
import type { Lane, Schedule } from './effects/event-queue.ts'

/** `refused`: nobody listens. `reset`: the agent has no task for it. `no answer`: the agent stands still. */
type Outcome = { readonly client: SimulatedClient } | 'refused' | 'reset' | 'no answer'

export interface SimulatedClient {
  readonly task: string
  readonly isOpen: boolean
  /** Bytes go from one to the other. */
  speak(by: 'client' | 'task'): void
  close(): void
}

interface Listening {
  readonly process: Lane
  readonly choose: Choose
}

export class SimulatedPorts {
  readonly #schedule: Schedule
  readonly #taskOnPort: (port: number) => string | undefined
  readonly #listening = new Map<string, Listening>()
  readonly #occupied = new Set<string>()

  /** @param taskOnPort the task whose program listens on a port of the machine. */
  constructor(schedule: Schedule, taskOnPort: (port: number) => string | undefined) {
    this.#schedule = schedule
    this.#taskOnPort = taskOnPort
  }

  /** What one life of the agent is given. */
  server(process: Lane): PortServer {
    return { listen: async (port, choose) => this.#listen(process, port, choose) }
  }

  /** Ports that are open at this moment, as `80/TCP`. */
  open(): readonly string[] {
    return [...this.#listening].filter(([, { process }]) => !process.closed).map(([key]) => key)
  }

  /** Another program takes the port, or gives it back. */
  occupy(port: ListenPort, isTaken: boolean): void {
    if (isTaken) {
      if (this.open().includes(keyOf(port))) throw new Error(`the agent listens on ${keyOf(port)}`)
      this.#occupied.add(keyOf(port))
    } else this.#occupied.delete(keyOf(port))
  }

  /** All other programs give their ports back. */
  freeAll(): void {
    this.#occupied.clear()
  }

  /** Ports that other programs have, as `80/TCP`. */
  occupied(): readonly string[] {
    return [...this.#occupied]
  }

  connect(port: ListenPort): Outcome {
    const listening = this.#listening.get(keyOf(port))
    if (listening === undefined || listening.process.closed) return 'refused'
    if (listening.process.frozen) return 'no answer'
    const tried: string[] = []
    for (;;) {
      const lease = listening.choose(tried)
      if (lease === undefined) return 'reset'
      const task = this.#taskOnPort(lease.port)
      if (task !== undefined) return { client: this.#connected(task, lease) }
      lease.failed()
      tried.push(lease.task)
    }
  }

  #listen(process: Lane, port: ListenPort, choose: Choose): Listener {
    const key = keyOf(port)
    const other = this.#listening.get(key)
    if (this.#occupied.has(key) || (other !== undefined && !other.process.closed))
      throw new Error(`port ${key} is in use by another program`)
    const listening = { process, choose }
    this.#listening.set(key, listening)
    return { close: () => void (this.#listening.get(key) === listening && this.#listening.delete(key)) }
  }

  #connected(task: string, lease: Lease): SimulatedClient {
    const schedule = this.#schedule
    let spokeMs = schedule.nowMs()
    let spoke: 'client' | 'task' | undefined
    let isOpen = true
    const close = (): void => {
      if (isOpen) lease.release()
      isOpen = false
    }
    lease.opened({ idleMs: () => schedule.nowMs() - spokeMs, state: () => (spoke === 'client' ? 'Asked' : 'AtRest'), close })
    lease.answered()
    return {
      task,
      get isOpen() {
        return isOpen
      },
      speak(by) {
        spoke = by
        spokeMs = schedule.nowMs()
      },
      close,
    }
  }
}

function keyOf({ protocol, publishedPort }: ListenPort): string {
  return `${publishedPort}/${protocol}`
}
