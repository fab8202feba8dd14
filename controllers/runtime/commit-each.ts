// Many small commits at once: one per slot, so that a slot that moved meanwhile fails alone. The store
// makes whatever arrives during a sync durable together, so this costs one disk write, not many.

import { reasonOf } from '../../api/errors.ts'
import type { Commit, Store } from '../../api/store.ts'

/** Commits that are under way at the same time. */
const most = 512

/**
 * A Conflict is no failure: the slot has changed, its event makes the service dirty again. AlreadyExists
 * means that the same decision was carried out before. Anything else rejects, after all have ended.
 * `onCommitted` hears of each that took effect.
 */
export async function commitEach(
  store: Pick<Store, 'commit'>,
  commits: readonly Commit[],
  onCommitted: (commit: Commit) => void = () => {},
): Promise<void> {
  for (let from = 0; from < commits.length; from += most) {
    const outcomes = await Promise.allSettled(
      commits.slice(from, from + most).map((commit) => store.commit(commit).then(() => onCommitted(commit))),
    )
    const failure = outcomes.find((outcome) => outcome.status === 'rejected' && !isStale(outcome.reason))
    if (failure?.status === 'rejected') throw failure.reason
  }
}

function isStale(error: unknown): boolean {
  const reason = reasonOf(error)
  return reason === 'Conflict' || reason === 'AlreadyExists'
}
