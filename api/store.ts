// The store as everything else sees it: a synchronous view of what is committed, one way to write,
// and the stream of what changed. `store/store.ts` implements it on Raft, WAL and MVCC.

import type { Kind, KitObject, Objects, Task } from './objects.ts'

export type Write =
  /** Fails with AlreadyExists when an object of that kind and name is there. */
  | { readonly op: 'create'; readonly object: KitObject }
  /** Replaces the object. Conflict unless the stored resourceVersion is `object.metadata.resourceVersion`. */
  | { readonly op: 'update'; readonly object: KitObject }
  /** Removes the object at once. Conflict when `expect` is given and is not the stored resourceVersion. */
  | { readonly op: 'delete'; readonly kind: Kind; readonly name: string; readonly expect?: number }

/** What a commit was based on. Checked when the entry is applied; a mismatch is a Conflict and changes nothing. */
export type Guard =
  /** No task of the slot was created, changed or deleted since `index` (slots.md "Guard"). */
  | { readonly on: 'slot'; readonly serviceUid: string; readonly slot: string; readonly index: number }
  /** No task of the service began or ceased to claim its slot since `index`. */
  | { readonly on: 'claims'; readonly serviceUid: string; readonly index: number }
  /** The service is still this one, with this spec and this rollout. */
  | {
      readonly on: 'service'
      readonly name: string
      readonly uid: string
      readonly generation: number
      readonly updateId?: string
      readonly updateState?: string
    }
  /** The object is unchanged since `resourceVersion`; 0 means that it must not exist. */
  | { readonly on: 'object'; readonly kind: Kind; readonly name: string; readonly resourceVersion: number }

/** Which request of a client a commit carries out. Of the same id only one commit is ever applied, as long as it is remembered. */
export interface RequestMark {
  /** From who asks and the id that they gave it: whoever knows another's id has another mark. */
  readonly id: string
  /** Of what was asked: the same id for something else is a mistake of whoever asks. */
  readonly digest: string
  /** When it was decided, by the clock of the manager that did. */
  readonly atMs: number
  /** Digest of who asks. Absent where an older version decided it. */
  readonly by?: string
}

/** A request that was carried out: when, and which object its last write was about. */
export interface AppliedRequest extends RequestMark {
  readonly index: number
  readonly kind: Kind
  readonly name: string
  /** Absent of a task. */
  readonly uid?: string
}

export interface Commit {
  readonly writes: readonly Write[]
  readonly guards?: readonly Guard[]
  /** With it a commit has at least one write, and its last one is about the object that was asked for. */
  readonly request?: RequestMark
}

export interface Committed {
  readonly resourceVersion: number
  /** A commit of the same request was applied before, at this version: this one has changed nothing. */
  readonly isRepeat?: true
}

export const maxWritesPerCommit = 1000
export const maxCommitBytes = 4 * 1024 * 1024

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** Index of the entry; the object's resourceVersion unless it was deleted. */
  readonly resourceVersion: number
  /** The new state; for DELETED the last one. */
  readonly object: KitObject
  /** The state before. Absent for ADDED. */
  readonly previous?: KitObject
}

/** A view of what is committed. Every call is synchronous, so a block without `await` sees one version. */
export interface StoreView {
  /** Index of the last applied entry. */
  readonly resourceVersion: number
  get<K extends Kind>(kind: K, name: string): Objects[K] | undefined
  /** In order of name for small kinds, of creation for tasks. Valid until the next `await`. */
  list<K extends Kind>(kind: K): Iterable<Objects[K]>
  count(kind: Kind): number
  tasksOfService(serviceUid: string): Iterable<Task>
  /** Of all services that have or had that name. In no order. */
  tasksOfServiceNamed(name: string): Iterable<Task>
  tasksOfSlot(serviceUid: string, slot: string): readonly Task[]
  tasksOnNode(nodeName: string): Iterable<Task>
  /** Objects with an ownerReference to `uid`; tasks are not listed here, they belong to their service. */
  ownedBy(uid: string): Iterable<KitObject>
  /** Index of the last change in the slot, deletes included; 0 when there was none. */
  slotIndex(serviceUid: string, slot: string): number
  /** Index of the last change of which tasks of the service claim a slot; 0 when there was none. */
  claimsIndex(serviceUid: string): number
  /** While it is among the last that were applied. Throws Invalid when its id was used for another request. */
  appliedRequest(mark: RequestMark): AppliedRequest | undefined
  /** When the newest request was decided that is not remembered any more and may have been this one; 0 when none was forgotten. */
  forgottenRequestsMs(mark: RequestMark): number
}

export interface Store {
  readonly view: StoreView
  /**
   * All writes or none, as one log entry; resolves when it is durable and applied here. Rejects with
   * a StatusError: Conflict or AlreadyExists (a guard or version was stale: nothing changed),
   * TooManyRequests (too much in flight: retry), RequestEntityTooLarge, NotLeader, or Unknown outcome
   * (leadership or the process was lost: it may or may not have happened). With `wait` it waits until less
   * is in flight, in turn: for callers inside, who bound what they ask for themselves. Of a request that was carried out
   * before it resolves to the version of then, whatever has become of guards and versions; Invalid when that was another request.
   */
  commit(commit: Commit, whenFull?: 'refuse' | 'wait'): Promise<Committed>
  /**
   * Called synchronously after each applied entry, in order, with all events of that entry. With none: a member that was
   * far behind got the state as a whole, and `view` is another one. That never happens to a leader.
   */
  subscribe(listener: (events: readonly StoreEvent[]) => void): () => void
  /**
   * Batches of events after `since`, complete and in order, each batch one or more whole entries.
   * Throws Expired when that history is gone. A reader that stalls does not grow memory: it reads
   * the ring by cursor and gets Expired when it falls out.
   */
  watch(since: number, signal: AbortSignal): AsyncIterable<readonly StoreEvent[]>
  /** Events after `since` (oldest first), or Expired. For reading at a past version. */
  history(since: number): readonly StoreEvent[]
}
