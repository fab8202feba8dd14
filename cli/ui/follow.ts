// Keeps the copy of one kind like the cluster's: a list, then what changes. A broken connection is said and mended;
// what was seen so far stays.

import { reasonOf } from '../../api/errors.ts'
import type { Kind } from '../../api/objects.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../effects/effects.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { ClusterView } from './cluster-view.ts'

const waitMs = { first: 250, longest: 5_000 }

export interface Problem {
  readonly reason: string
  /** When it is tried again, of the monotonic clock. */
  readonly retryAtMs: number
}

export interface FollowDeps {
  readonly client: Client
  readonly clock: Clock
  readonly view: ClusterView
  /** Called after every change of the copy. */
  readonly onChange: () => void
  /** Called when the connection broke, and with undefined when it is there. */
  readonly onConnection: (kind: Kind, problem: Problem | undefined) => void
}

/** Until `signal` fires. Rejects with what trying again does not mend. */
export async function follow<K extends Kind>(deps: FollowDeps, kind: K, signal: AbortSignal): Promise<void> {
  const { client, clock, view, onChange, onConnection } = deps
  const say = (error: unknown, retryInMs = 0): void =>
    onConnection(kind, error === undefined ? undefined : { reason: messageOf(error), retryAtMs: clock.monotonicMs() + retryInMs })
  let delayMs = waitMs.first
  while (!signal.aborted) {
    try {
      const { items, metadata } = await client.list(kind)
      if (signal.aborted) return
      view.reset(kind, items)
      say(undefined)
      onChange()
      delayMs = waitMs.first
      for await (const event of client.watch(kind, { resourceVersion: metadata.resourceVersion, onConnection: say }, signal)) {
        if (event.type === 'BOOKMARK') continue
        if (event.type === 'DELETED') view.remove(kind, event.object.metadata.name)
        else view.set(kind, event.object)
        onChange()
      }
    } catch (error) {
      if (signal.aborted) return
      const reason = reasonOf(error)
      if (reason === 'Expired') continue // What happened meanwhile is gone: the list has it.
      if (reason !== undefined && reason !== 'Unavailable' && reason !== 'NotLeader' && reason !== 'TooManyRequests') throw error
      say(error, delayMs)
    }
    await clock.sleep(delayMs, signal).catch(() => undefined)
    delayMs = Math.min(delayMs * 2, waitMs.longest)
  }
}
