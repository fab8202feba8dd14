// The flows of each task of this node, and how they end before the task does: a task that is to stop gets
// nothing new, and what it has is given time to finish.

import type { Clock } from '../../effects/effects.ts'
import { Bell, firstOf } from '../first-of.ts'
import type { Flow } from './port-server.ts'

/**
 * A flow without a byte for so long is at rest. Clients keep idle connections open for minutes, and would hold up every
 * drain; whoever keeps one must be ready to see it closed (RFC 9112 §9.3 and §9.8), and asks again on another. What is
 * in the bytes nobody looks at, so who spoke last has to tell rest from work: after the client's word the task may be
 * busy with the answer, and the flow is left alone; after the task's word, or none, it is closed, once the client has
 * taken all. The price: an answer in which the task pauses for longer than this is cut, as one that outlasts the drain is.
 */
const restMs = 1_000
/** For a client that is slow to take the last words of a task that has ended. */
const takesNothingMs = 30_000
const lookEveryMs = 100

interface TaskFlows {
  /** `undefined`: the connection is still being made. */
  readonly flows: Map<symbol, Flow | undefined>
  readonly empty: Bell
  /** Set with the first drain: whoever asks again waits no longer for it. */
  deadlineMs: number | undefined
}

export interface OpenFlow {
  carry(flow: Flow): void
  /** May be called twice. */
  end(): void
}

export class OpenFlows {
  readonly #clock: Clock
  readonly #tasks = new Map<string, TaskFlows>()
  #isOver = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  count(task: string): number {
    return this.#tasks.get(task)?.flows.size ?? 0
  }

  begin(task: string): OpenFlow {
    const open = this.#tasks.get(task) ?? { flows: new Map(), empty: new Bell(), deadlineMs: undefined }
    this.#tasks.set(task, open)
    const id = Symbol(task)
    open.flows.set(id, undefined)
    return {
      carry: (flow) => {
        open.flows.set(id, flow)
        if (this.#isOver) closeAtOnce(flow)
      },
      end: () => {
        if (!open.flows.delete(id) || open.flows.size > 0) return
        this.#tasks.delete(task)
        open.empty.notify()
      },
    }
  }

  /**
   * Resolves when no flow is left, at once when there is none, and otherwise at most `limitMs` after it was first
   * asked for this task. New flows must not begin meanwhile. Flows at rest are closed.
   */
  async drain(task: string, limitMs: number, signal: AbortSignal): Promise<void> {
    const open = this.#tasks.get(task)
    if (open === undefined) return
    const deadlineMs = open.deadlineMs ?? this.#clock.monotonicMs() + limitMs
    open.deadlineMs = deadlineMs
    for (;;) {
      closeWhere(open, (flow) => flow.idleMs() >= restMs && flow.state() === 'AtRest')
      const leftMs = deadlineMs - this.#clock.monotonicMs()
      if (open.flows.size === 0 || leftMs <= 0) return
      await this.#untilEmpty(open, Math.min(leftMs, lookEveryMs), signal)
    }
  }

  /** For a task that has ended. What it said last still goes to clients that take it; then nothing more can come. */
  async finish(task: string, signal: AbortSignal): Promise<void> {
    const open = this.#tasks.get(task)
    while (open !== undefined && open.flows.size > 0 && !signal.aborted) {
      closeWhere(open, (flow) => flow.idleMs() >= (flow.state() === 'Answering' ? takesNothingMs : restMs))
      if (open.flows.size > 0) await this.#untilEmpty(open, lookEveryMs, signal).catch(() => {})
    }
  }

  /** All, and those that are still to come: a client that takes nothing must not keep the daemon from ending. */
  end(): void {
    this.#isOver = true
    for (const { flows } of [...this.#tasks.values()]) for (const flow of [...flows.values()]) closeAtOnce(flow)
  }

  #untilEmpty(open: TaskFlows, limitMs: number, signal: AbortSignal): Promise<void> {
    return firstOf(signal, [(inner) => open.empty.wait(inner), (inner) => this.#clock.sleep(limitMs, inner)])
  }
}

function closeAtOnce(flow: Flow | undefined): void {
  flow?.close()
  flow?.close()
}

function closeWhere({ flows }: TaskFlows, isTrue: (flow: Flow) => boolean): void {
  for (const flow of [...flows.values()]) if (flow !== undefined && isTrue(flow)) flow.close()
}
