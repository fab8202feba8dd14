// The simulator's heart: one queue of events, ordered by virtual time and then by order of arrival.
// Simulated clocks, disks, networks and executors finish work only by scheduling an event here, so
// that one seed fixes everything that happens. What belongs to one process is scheduled through its
// `Lane`: closing the lane is the process dying, freezing it is the process standing still.
// Read next: clock.ts (time for one process), disk.ts, transport.ts.

import assert from 'node:assert/strict'

interface Event {
  readonly atMs: number
  readonly sequence: number
  /** `undefined` once cancelled: the heap drops it when it comes up. */
  run: (() => void) | undefined
}

/** Where events are scheduled: the queue itself, or the lane of one process. */
export interface Schedule {
  /** Virtual milliseconds since the start of the run; fractions count. */
  nowMs(): number
  /** Runs `run` once after `delayMs` (≥ 0); calling the result cancels it. `run` must not throw. */
  schedule(delayMs: number, run: () => void): () => void
}

export class EventQueue implements Schedule {
  readonly #heap: Event[] = []
  #nowMs = 0
  #sequence = 0
  #executed = 0

  nowMs(): number {
    return this.#nowMs
  }

  /** How many events have run: a cheap measure against event storms. */
  get executed(): number {
    return this.#executed
  }

  /** Events that have been scheduled and neither run nor cancelled. */
  get pending(): number {
    return this.#heap.filter((event) => event.run !== undefined).length
  }

  schedule(delayMs: number, run: () => void): () => void {
    assert.ok(delayMs >= 0, `an event cannot be scheduled in the past (delay ${delayMs} ms)`)
    const event: Event = { atMs: this.#nowMs + delayMs, sequence: this.#sequence++, run }
    push(this.#heap, event)
    return () => {
      event.run = undefined
    }
  }

  lane(): Lane {
    return new Lane(this)
  }

  /**
   * Runs every event due by `endMs` and then moves time there. Stops early when `until` is true.
   * After each event everything that it set going has run (one turn of the real event loop), then
   * `check` runs: an invariant that breaks is caught on the event that broke it.
   */
  async run(endMs: number, check: () => void = () => {}, until: () => boolean = () => false): Promise<void> {
    await drain()
    while (!until()) {
      const event = this.#pop(endMs)
      if (event === undefined) {
        this.#nowMs = Math.max(this.#nowMs, Number.isFinite(endMs) ? endMs : 0)
        return
      }
      assert.ok(event.atMs >= this.#nowMs, 'virtual time went back')
      this.#nowMs = event.atMs
      this.#executed += 1
      event.run?.()
      await drain()
      check()
    }
  }

  /**
   * Drives the queue until `work` settles, and gives its outcome. Fails when virtual time passes
   * `withinMs` from now, or when nothing is left to happen while `work` still waits.
   */
  async settle<T>(work: Promise<T>, withinMs = 600_000): Promise<T> {
    let settled = false
    const watched = work.finally(() => {
      settled = true
    })
    watched.catch(() => {})
    const endMs = this.#nowMs + withinMs
    await this.run(
      endMs,
      () => {},
      () => settled || this.pendingWithin(endMs) === 0,
    )
    await drain()
    assert.ok(settled, `nothing is left to happen before ${endMs} ms of virtual time, and the work has not finished`)
    return await watched
  }

  /** 0 when no event is due by `endMs`. */
  pendingWithin(endMs: number): number {
    this.#dropCancelled()
    const next = this.#heap[0]
    return next === undefined || next.atMs > endMs ? 0 : 1
  }

  #dropCancelled(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) popHeap(this.#heap)
  }

  #pop(endMs: number): Event | undefined {
    this.#dropCancelled()
    const next = this.#heap[0]
    return next === undefined || next.atMs > endMs ? undefined : popHeap(this.#heap)
  }
}

/** The events of one process. They stop when it is closed and wait while it is frozen. */
export class Lane implements Schedule {
  readonly #queue: EventQueue
  #frozenUntilMs = 0
  #closed = false

  constructor(queue: EventQueue) {
    this.#queue = queue
  }

  nowMs(): number {
    return this.#queue.nowMs()
  }

  get closed(): boolean {
    return this.#closed
  }

  get frozen(): boolean {
    return this.#frozenUntilMs > this.#queue.nowMs()
  }

  schedule(delayMs: number, run: () => void): () => void {
    let cancelled = false
    const attempt = (): void => {
      if (this.#closed || cancelled) return
      const waitMs = this.#frozenUntilMs - this.#queue.nowMs()
      if (waitMs > 0) cancelQueued = this.#queue.schedule(waitMs, attempt)
      else run()
    }
    let cancelQueued = this.#closed ? () => {} : this.#queue.schedule(delayMs, attempt)
    return () => {
      cancelled = true
      cancelQueued()
    }
  }

  /** The process stands still for `durationMs`; what came due meanwhile then happens in a burst, in order. */
  freeze(durationMs: number): void {
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#queue.nowMs() + durationMs)
  }

  /** The process died: nothing that it had scheduled happens any more. */
  close(): void {
    this.#closed = true
  }
}

/** Every promise that was ready, and all that followed from it, has run when this resolves. */
function drain(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isBefore(left: Event, right: Event): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.sequence < right.sequence)
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || !isBefore(event, parent)) break
    heap[at] = parent
    at = above
  }
  heap[at] = event
}

function popHeap(heap: Event[]): Event | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return first
  let at = 0
  for (;;) {
    const left = heap[2 * at + 1]
    const right = heap[2 * at + 2]
    const leftIsNext = left !== undefined && (right === undefined || isBefore(left, right))
    const next = leftIsNext ? left : right
    if (next === undefined || !isBefore(next, last)) break
    heap[at] = next
    at = leftIsNext ? 2 * at + 1 : 2 * at + 2
  }
  heap[at] = last
  return first
}
