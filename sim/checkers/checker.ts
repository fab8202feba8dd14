// A checker watches a whole simulated cluster and fails on the event that breaks its promise. One file
// per promise, named after it. Checkers see only what any client could see: the manager's committed state
// and its events, and what the simulated executors really run.

import type { StoreEvent, StoreView } from '../../api/store.ts'

export interface Observation {
  /** Virtual time since the start of the run, which nobody sets. */
  readonly elapsedMs: number
  /** Virtual wall time, ms since 1970, on the manager's clock. */
  readonly nowMs: number
  /** The manager's committed state, after `events`. */
  readonly view: StoreView
  readonly events: readonly StoreEvent[]
}

export interface Checker {
  readonly name: string
  /** After each applied log entry. Throws an AssertionError that says what was promised and what was seen. */
  observe(observation: Observation): void
  /** Each second of virtual time: for what must happen without an entry. */
  tick?(elapsedMs: number): void
  /** A manager that was alone came back with an entry on its disk that nobody had heard of. */
  replayed?(events: readonly StoreEvent[]): void
  /** A manager leads from now on: what was only in the memory of another one is forgotten. */
  leads?(view: StoreView): void
  /** Faults have ended and the cluster has had time to settle. */
  settled?(view: StoreView): void
}

/** The tasks that an entry touched, as they are after it (or were, when deleted). */
export function* touchedTasks({ events }: Pick<Observation, 'events'>): Generator<Extract<StoreEvent['object'], { kind: 'Task' }>> {
  for (const { object } of events) if (object.kind === 'Task') yield object
}
