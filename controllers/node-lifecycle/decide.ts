// Whether a node answers, from its last sign of life; pure. The state is in the store with its time, so
// that giving up the tasks of a lost node does not start anew with each leader.

import type { Node } from '../../api/objects.ts'

export interface Sighting {
  /** How long this leader has listened (`NodeLiveness.listenedMs`). */
  readonly nowMs: number
  /** When it began to watch, by the same clock. */
  readonly sinceMs: number
  readonly lastSeenMs: number | undefined
  readonly disconnected: boolean
  /** It has said that it will not come back. */
  readonly left: boolean
  readonly heartbeatMs: number
}

export interface Verdict {
  readonly state: NonNullable<Node['status']['state']>
  readonly message: string
  /** When the same facts would give another verdict, at the earliest. */
  readonly revisitAfterMs?: number
}

/** Heartbeats that may be missed before a node counts as down. */
const missedBeats = 3
/** The same for a node that a new leader has not heard of yet. */
const graceBeats = 6

export function decide(state: Node['status']['state'], sighting: Sighting): Verdict {
  const { nowMs, sinceMs, lastSeenMs, disconnected, left, heartbeatMs } = sighting
  if (left) return { state: 'Down', message: 'it left the cluster' }
  if (lastSeenMs !== undefined) {
    const leftMs = lastSeenMs + missedBeats * heartbeatMs - nowMs
    if (leftMs <= 0) return { state: 'Down', message: 'heartbeat failure' }
    if (disconnected) return { state: 'Disconnected', message: 'the session was cut off', revisitAfterMs: leftMs }
    return { state: 'Ready', message: 'ready', revisitAfterMs: leftMs }
  }
  if (state === 'Down') return { state, message: 'heartbeat failure' }
  const leftMs = sinceMs + graceBeats * heartbeatMs - nowMs
  if (leftMs <= 0) return { state: 'Down', message: 'it did not come back after the leader changed' }
  return { state: 'Unknown', message: 'the leader changed; waiting for the node', revisitAfterMs: leftMs }
}
