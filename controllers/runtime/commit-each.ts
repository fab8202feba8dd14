// Many small commits at once: one per slot, so that a slot that moved meanwhile fails alone. A few of them share an entry of the
// log, which costs half of what an entry for each does (ADR 36); where one of the few is stale, the others go without it. The
// store makes whatever arrives during a sync durable together, so all this costs one disk write, not many.

import { reasonOf } from '../../api/errors.ts'
import { type Commit, type Guard, maxWritesPerCommit, type Store, type StoreView, type Write } from '../../api/store.ts'

/** Commits that are under way at the same time. */
const most = 2_048
/** Commits that share an entry. More of them would save little more, and each is as likely to be stale. */
const mostShared = 16

/**
 * The commits are about different objects. A Conflict is no failure: the slot has changed, its event makes the service dirty
 * again. AlreadyExists means that the same decision was carried out before. Anything else rejects, after all have ended.
 * `onCommitted` hears of each that took effect.
 */
export async function commitEach(
  store: Pick<Store, 'commit' | 'view'>,
  commits: readonly Commit[],
  onCommitted: (commit: Commit) => void = () => {},
): Promise<void> {
  for (let from = 0; from < commits.length; from += most) {
    const timely = withoutOvertaken(store.view, commits.slice(from, from + most))
    await allOf(inGroups(timely).map((group) => commitGroup(store, group, onCommitted)))
  }
}

/** Those that are no Conflict already: since they were decided a second has passed, perhaps. */
function withoutOvertaken(view: StoreView, commits: readonly Commit[]): readonly Commit[] {
  return commits.filter(
    ({ guards = [], writes }) =>
      !guards.some((guard) => guard.on === 'slot' && view.slotIndex(guard.serviceUid, guard.slot) > guard.index) &&
      !writes.some((write) => isOvertaken(view, write)),
  )
}

function isOvertaken(view: StoreView, write: Write): boolean {
  if (write.op === 'delete')
    return write.expect !== undefined && view.get(write.kind, write.name)?.metadata.resourceVersion !== write.expect
  const { kind, metadata } = write.object
  const stored = view.get(kind, metadata.name)
  return write.op === 'create' ? stored !== undefined : stored?.metadata.resourceVersion !== metadata.resourceVersion
}

/** In order, as many in each as one entry takes. */
function inGroups(commits: readonly Commit[]): readonly (readonly Commit[])[] {
  const groups: Commit[][] = []
  let writes = 0
  for (const commit of commits) {
    const last = groups.at(-1)
    writes += commit.writes.length
    if (last !== undefined && last.length < mostShared && writes <= maxWritesPerCommit) last.push(commit)
    else {
      groups.push([commit])
      writes = commit.writes.length
    }
  }
  return groups
}

/** Rejects when one of them fails for another reason than that it is stale, after all have ended. */
async function commitGroup(
  store: Pick<Store, 'commit' | 'view'>,
  group: readonly Commit[],
  onCommitted: (commit: Commit) => void,
): Promise<void> {
  try {
    await store.commit(merged(group))
  } catch (error) {
    if (group.length === 1) {
      if (isStale(error)) return
      throw error
    }
    if (!isStale(error) && reasonOf(error) !== 'RequestEntityTooLarge') throw error
    const others = withoutOvertaken(store.view, group)
    const isTold = others.length < group.length // Otherwise nothing here says which of them it was.
    const next = isTold ? inGroups(others) : group.map((commit) => [commit])
    await allOf(next.map((each) => commitGroup(store, each, onCommitted)))
    return
  }
  for (const commit of group) onCommitted(commit)
}

/** Rejects like the first of them that rejects, but not before all have ended. */
async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(promises)
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure?.status === 'rejected') throw failure.reason
}

function merged(group: readonly Commit[]): Commit {
  const [first] = group
  if (first !== undefined && group.length === 1) return first
  const guards = withoutRepeats(group.flatMap((commit) => commit.guards ?? []))
  const writes = group.flatMap((commit) => commit.writes)
  return guards.length === 0 ? { writes } : { writes, guards }
}

/** Slots of one service all say the same of it; once is enough. */
function withoutRepeats(guards: readonly Guard[]): readonly Guard[] {
  const services: Guard[] = []
  return guards.filter((guard) => {
    if (guard.on !== 'service') return true
    const isNew = !services.some((other) => isSameService(other, guard))
    if (isNew) services.push(guard)
    return isNew
  })
}

function isSameService(a: Guard, b: Guard): boolean {
  if (a.on !== 'service' || b.on !== 'service') return false
  return (
    a.name === b.name && a.uid === b.uid && a.generation === b.generation && a.updateId === b.updateId && a.updateState === b.updateState
  )
}

function isStale(error: unknown): boolean {
  const reason = reasonOf(error)
  return reason === 'Conflict' || reason === 'AlreadyExists'
}
