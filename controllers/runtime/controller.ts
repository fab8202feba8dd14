// What a controller is. `loop.ts` runs it: events of the store make keys dirty, a work queue hands
// each key to `reconcile`, one at a time per key. Controllers never call each other; they meet in
// the store, and the store handle that each is given refuses writes outside its list.

import type { Kind, Objects } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import type { Clock, Log } from '../../effects/effects.ts'

export interface Result {
  /** Look at this key again after so many milliseconds, unless something makes it dirty sooner. */
  readonly requeueAfterMs?: number
}

export interface Controller {
  readonly name: string
  /** For each watched kind, the keys that a change of an object makes dirty. */
  readonly watches: { readonly [K in Kind]?: (object: Objects[K], previous: Objects[K] | undefined) => readonly string[] }
  /** Keys that are dirty when the controller starts, whatever the store holds. */
  readonly initialKeys?: readonly string[]
  /** Calls `add` for keys that something outside the store makes dirty (a session). Returns what ends that. */
  readonly wakes?: (add: (key: string) => void) => () => void
  /**
   * Its room. For each kind: `create`, `delete`, and the paths it may change, one or two levels deep
   * (`spec.desired`, `status.update`, `metadata.finalizers`); of conditions also one (`status.conditions.Applied`).
   */
  readonly writes: WriteList
  /**
   * Brings what `key` names one step closer to its spec. May be called at any time, any number of
   * times, never twice at once for one key. Throwing means: again, with backoff. Conflict is normal.
   */
  reconcile(key: string, signal: AbortSignal): Promise<Result>
}

export type WriteList = { readonly [K in Kind]?: readonly string[] }

/** The store as a controller sees it: all of the view, and a commit that keeps to the write list. */
export type ControllerStore = Pick<Store, 'view' | 'commit'>

export interface Fact {
  readonly object: { readonly kind: Kind; readonly name: string }
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** Facts of one series are one event: that of the latest, with how many there were. Without it, those that say the same are. */
  readonly series?: string
  /** Once its series has been told of, it is nothing new. */
  readonly isOnce?: boolean
}

/** Facts for people (`kit describe`, `kit events`); never read by a controller. What a commit makes true is recorded after it. */
export interface EventRecorder {
  record(fact: Fact): void
}

export interface ControllerDeps {
  readonly store: ControllerStore
  readonly clock: Clock
  readonly log: Log
  readonly events: EventRecorder
}
