// A Store without Raft or disk, for testing what is built on the store: the same state machine, the same
// codec, the same order of events; each commit is one index. Nothing survives it.

import assert from 'node:assert/strict'
import type { Commit, Committed, Store, StoreEvent } from '../../api/store.ts'
import { decodeCommit, encodeCommit } from './codec.ts'
import { State, type StateOptions } from './state.ts'
import { Watchers } from './watch.ts'

export interface MemoryStoreOptions extends StateOptions {
  /** Awaited before each commit is applied. Commits are applied in the order in which they were made, one by one. */
  readonly delay?: () => Promise<void>
}

export function createMemoryStore(options: MemoryStoreOptions = {}): Store {
  const state = new State(0, options)
  const watchers = new Watchers()
  const listeners = new Set<(events: readonly StoreEvent[]) => void>()
  let last: Promise<unknown> = Promise.resolve()

  function apply(encoded: Uint8Array): Committed {
    const index = state.resourceVersion + 1
    const outcome = state.apply(index, decodeCommit(encoded))
    assert.equal(state.resourceVersion, index)
    if ('refused' in outcome) throw outcome.refused
    if ('applied' in outcome) return { resourceVersion: outcome.applied.index, isRepeat: true }
    if (outcome.events.length > 0) {
      for (const listener of listeners) listener(outcome.events)
      watchers.wake()
    }
    return { resourceVersion: index }
  }

  return {
    view: state,
    async commit(commit: Commit) {
      const encoded = encodeCommit(commit)
      const before = last
      const mine = (async () => {
        await before.catch(() => undefined)
        await options.delay?.()
        return apply(encoded)
      })()
      last = mine
      return mine
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    watch: (since, signal) => watchers.watch(() => state.ring, since, signal),
    history: (since) => state.ring.allAfter(since),
  }
}
