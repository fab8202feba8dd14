// What node-lifecycle knows of sessions. The dispatcher of the leader owns them, in memory: heartbeats are
// many and say little, so they never enter the store.

/** Implemented by the dispatcher. Everything in it began with this leader. */
export interface NodeLiveness {
  /**
   * How long the manager has listened, in ms: as its monotonic clock, but for the time in which it stood still itself and could
   * hear nobody.
   */
  listenedMs(): number
  /** By `listenedMs`, the last sign of life over a registered session; `undefined` when there was none under this leader. */
  lastSeenMs(nodeName: string): number | undefined
  /** What its agent was told last to wait between two heartbeats; `undefined` before it was told anything. */
  periodMs(nodeName: string): number | undefined
  /** Whether the last session ended because a manager cut it off, not because heartbeats stopped. */
  wasDisconnected?(nodeName: string): boolean
  /** Called with the name when a session is registered or ends (not for each heartbeat). Returns what unsubscribes. */
  subscribe(listener: (nodeName: string) => void): () => void
}
