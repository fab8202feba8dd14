// Facts for people, in the leader's memory and bounded: the same fact again, or the next of its series, only
// counts up. Controllers, dispatcher and agents record; `/apis/kit/v1/events` lists. Lost with the leader, by design.

import { Counter, type Registry } from 'prom-client'
import { contentHash } from '../api/content-name.ts'
import { apiVersion, type Kind } from '../api/objects.ts'
import { formatTimestamp } from '../api/timestamp.ts'
import type { EventFields } from '../api/types/event.ts'
import type { JsonObject } from '../api/wire.ts'
import type { EventRecorder, Fact } from '../controllers/runtime/controller.ts'
import type { Clock } from '../effects/effects.ts'

interface Entry {
  readonly event: Fact
  readonly component: string
  readonly uid: string | undefined
  readonly firstAt: number
  readonly lastAt: number
  /** On the clock that is never set: when the fact was recorded last. */
  readonly lastMs: number
  readonly count: number
  readonly number: number
}

export type EventCounter = Counter<'component' | 'type'>

export function createEventCounter(registry: Registry): EventCounter {
  return new Counter({
    name: 'kit_events_total',
    help: 'Events recorded, each time: Normal or Warning, by who recorded them (a controller, agent, api, exec, issuer).',
    labelNames: ['component', 'type'],
    registers: [registry],
  })
}

/** The oldest events go first. */
export const maxEvents = 10_000
/** An event that was not recorded again for so long is forgotten. */
const keepMs = 60 * 60 * 1000

export class EventLog {
  readonly #clock: Clock
  readonly #uidOf: (kind: Kind, name: string) => string | undefined
  /** In order of the last recording. */
  readonly #entries = new Map<string, Entry>()
  readonly #recorded: EventCounter | undefined
  #number = 0

  constructor(clock: Clock, uidOf: (kind: Kind, name: string) => string | undefined = () => undefined, recorded?: EventCounter) {
    this.#clock = clock
    this.#recorded = recorded
    this.#uidOf = uidOf
  }

  /** A recorder that signs its events with `component`. */
  recorder(component: string): EventRecorder {
    return { record: (event) => this.#record(event, component) }
  }

  #record(event: Fact, component: string): void {
    const { object, type, reason, message, series, isOnce = false } = event
    const same = series === undefined ? [object.kind, object.name, message] : [series]
    const key = contentHash([...same, type, reason, component], 16)
    const now = this.#clock.wallMs()
    const before = this.#entries.get(key)
    if (isOnce && before !== undefined) return
    this.#recorded?.inc({ component, type })
    this.#entries.delete(key)
    this.#entries.set(key, {
      event,
      component,
      uid: this.#uidOf(object.kind, object.name) ?? before?.uid,
      firstAt: before?.firstAt ?? now,
      lastAt: now,
      lastMs: this.#clock.monotonicMs(),
      count: (before?.count ?? 0) + 1,
      number: ++this.#number,
    })
    this.#forget(this.#clock.monotonicMs())
  }

  #forget(nowMs: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= maxEvents && nowMs - entry.lastMs < keepMs) return
      this.#entries.delete(key)
    }
  }

  /** Oldest first, in wire form. */
  list(): readonly JsonObject[] {
    return [...this.#entries].map(([key, entry]) => toWireEvent(key, entry))
  }

  /** Grows with every recording. */
  get version(): number {
    return this.#number
  }
}

function toWireEvent(key: string, { event, component, uid, firstAt, lastAt, count, number }: Entry): JsonObject {
  const { kind, name } = event.object
  const fields: EventFields = {
    involvedObject: { apiVersion, kind, name, ...(uid !== undefined && { uid }) },
    type: event.type,
    reason: event.reason,
    message: event.message,
    count,
    firstTimestamp: formatTimestamp(firstAt),
    lastTimestamp: formatTimestamp(lastAt),
    source: { component },
  }
  const metadata = {
    name: `${name}.${key}`,
    uid: key,
    resourceVersion: String(number),
    generation: 1,
    creationTimestamp: formatTimestamp(firstAt),
  }
  const { involvedObject, source, ...rest } = fields
  return { apiVersion, kind: 'Event', metadata, ...rest, involvedObject: { ...involvedObject }, source: { ...source } }
}
