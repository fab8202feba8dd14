// Whether a node answers, from its last sign of life; pure. The state is in the store with its time, so
// that giving up the tasks of a lost node does not start anew with each leader.

import type { Node } from '../../api/objects.ts'

export interface Sighting {
  readonly nowMs: number
  /** When this leader began to watch, by the same monotonic clock. */
  readonly sinceMs: number
  readonly lastSeenMs: number | undefined
  readonly disconnected: boolean
  /** It has said that it will not come back. */
  readonly left: boolean
  readonly heartbeatMs: number
  /** Of the last verdict. */
  readonly late?: LateLook | undefined
}

/**
 * A look at a silent node came well after it was due: the manager itself stood still, as a suspended machine does, and what the
 * node sent meanwhile may be unread. That is no evidence against the node, and it is looked at once more.
 */
export interface LateLook {
  /** How many there were, one after the other. */
  readonly count: number
  /** By the monotonic clock, when the next one is due. */
  readonly nextMs: number
}

export interface Verdict {
  readonly state: NonNullable<Node['status']['state']>
  readonly message: string
  /** When the same facts would give another verdict. */
  readonly revisitAfterMs?: number
  readonly late?: LateLook
}

/** Heartbeats that may be missed before a node counts as down. */
const missedBeats = 3
/** The same for a node that a new leader has not heard of yet. */
const graceBeats = 6
/** The part of a heartbeat by which a look may come late and count all the same. */
const lateBeats = 1 / 5
/** A manager that is late each time, being overloaded, must end up with a verdict, too. */
const maxLateLooks = 3

export function decide(state: Node['status']['state'], sighting: Sighting): Verdict {
  const { nowMs, sinceMs, lastSeenMs, disconnected, left, heartbeatMs } = sighting
  if (left) return { state: 'Down', message: 'it left the cluster' }
  if (lastSeenMs !== undefined) {
    const endMs = lastSeenMs + missedBeats * heartbeatMs
    const leftMs = endMs - nowMs
    if (leftMs <= 0) return silent(state, sighting, endMs, 'heartbeat failure')
    if (disconnected) return { state: 'Disconnected', message: 'the session was cut off', revisitAfterMs: leftMs }
    return { state: 'Ready', message: 'ready', revisitAfterMs: leftMs }
  }
  if (state === 'Down') return { state, message: 'heartbeat failure' }
  const endMs = sinceMs + graceBeats * heartbeatMs
  const leftMs = endMs - nowMs
  if (leftMs <= 0) return silent(state, sighting, endMs, 'it did not come back after the leader changed')
  return { state: 'Unknown', message: 'the leader changed; waiting for the node', revisitAfterMs: leftMs }
}

/** Of a node whose patience ended at `endMs`. */
function silent(state: Node['status']['state'], { nowMs, heartbeatMs, late }: Sighting, endMs: number, message: string): Verdict {
  const dueMs = late?.nextMs ?? endMs
  if (state === 'Down' || (nowMs >= dueMs && (nowMs - dueMs <= lateBeats * heartbeatMs || late?.count === maxLateLooks)))
    return { state: 'Down', message }
  const next = late !== undefined && nowMs < dueMs ? late : { count: (late?.count ?? 0) + 1, nextMs: nowMs + heartbeatMs }
  return {
    state: state ?? 'Unknown',
    message: 'the manager stood still; waiting for the node',
    revisitAfterMs: next.nextMs - nowMs,
    late: next,
  }
}
