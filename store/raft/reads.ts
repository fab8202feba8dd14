// Linearizable reads without a log write: note the commit index, let one round of heartbeats confirm
// that this member still leads, then read what is applied up to there. One round serves all waiting
// reads. Contexts are one growing counter, acknowledged as "up to n".

import assert from 'node:assert/strict'
import type { Core } from './core.ts'
import { reachedByMajority } from './quorum.ts'

/** Whether an entry of this term is committed: before that the leader does not know what is. */
export function hasCommittedInTerm(core: Core): boolean {
  return core.log.termAt(core.log.commit) === core.term
}

/** Returns the read's id. The caller sends the round of heartbeats. */
export function askRead(core: Core): number {
  assert.equal(core.role, 'leader', 'only a leader confirms reads')
  core.readContext += 1
  core.waitingReads.push({ id: core.readContext, index: hasCommittedInTerm(core) ? core.log.commit : null })
  return core.readContext
}

/** An entry of this term is committed now: reads that waited for that start from here. */
export function startDeferredReads(core: Core): void {
  if (core.waitingReads.length === 0 || !hasCommittedInTerm(core)) return
  core.waitingReads = core.waitingReads.map(({ id, index }) => ({ id, index: index ?? core.log.commit }))
}

/** Hands out every read that a majority has confirmed. */
export function releaseReads(core: Core): void {
  const confirmed = reachedByMajority(core.voters, (voter) =>
    voter === core.id ? core.readContext : (core.progress.get(voter)?.acknowledged ?? 0),
  )
  const isReady = (read: { readonly id: number; readonly index: number | null }) => read.id <= confirmed && read.index !== null
  if (!core.waitingReads.some(isReady)) return
  core.doneReads.push(...core.waitingReads.filter(isReady))
  core.waitingReads = core.waitingReads.filter((read) => !isReady(read))
}
