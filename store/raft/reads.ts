// Linearizable reads without a log write: note the commit index, let one round of heartbeats confirm
// that this member still leads, then read what is applied up to there. One round serves all waiting
// reads. Contexts are one growing counter, acknowledged as "up to n".

import assert from 'node:assert/strict'
import type { Core } from './core.ts'
import { reachedByQuorum } from './quorum.ts'

/** Whether an entry of this term is committed: before that the leader does not know what is. */
export function hasCommittedInTerm(core: Core): boolean {
  return core.log.termAt(core.log.commit) === core.term
}

/** A read of this member (its own id, and `id`), or of another one. The round of heartbeats goes out with the next `ready`. */
export function askRead(core: Core, from: string, id: number): void {
  assert.equal(core.role, 'leader', 'only a leader confirms reads')
  if (from !== core.id) core.readContext += 1
  const index = hasCommittedInTerm(core) ? core.log.commit : null
  core.waitingReads.push({ context: core.readContext, index, from, id })
  core.needsHeartbeat = true
}

/** Returns the number of a new read of this member. */
export function newRead(core: Core): number {
  core.readContext += 1
  return core.readContext
}

/** As another member: asks the leader. What comes back under a number of an earlier life must not answer this one. */
export function forwardRead(core: Core): number {
  assert(core.leader !== null && core.leader !== core.id)
  if (!core.hasReadBase) core.readContext += Math.floor(core.random.next() * 2 ** 40)
  core.hasReadBase = true
  const id = newRead(core)
  core.forwardedReads.push({ id, ticks: 0 })
  core.send(core.leader, { type: 'readIndex', id })
  return id
}

export function handleReadResponse(core: Core, id: number, index: number): void {
  if (!core.forwardedReads.some((read) => read.id === id)) return
  core.forwardedReads = core.forwardedReads.filter((read) => read.id !== id)
  core.doneReads.push({ id, index })
}

/** Gives up all that a leader was asked for who is none any more. */
export function dropForwardedReads(core: Core): void {
  for (const { id } of core.forwardedReads) core.doneReads.push({ id, index: null })
  core.forwardedReads = []
}

/** Gives up what the leader has not answered for an election timeout: question or answer is lost. */
export function tickReads(core: Core): void {
  if (core.forwardedReads.length === 0) return
  for (const read of core.forwardedReads) read.ticks += 1
  const isLate = ({ ticks }: { readonly ticks: number }) => ticks > core.settings.electionTicks
  for (const read of core.forwardedReads) if (isLate(read)) core.doneReads.push({ id: read.id, index: null })
  core.forwardedReads = core.forwardedReads.filter((read) => !isLate(read))
}

/** An entry of this term is committed now: reads that waited for that start from here. */
export function startDeferredReads(core: Core): void {
  if (core.waitingReads.length === 0 || !hasCommittedInTerm(core)) return
  core.waitingReads = core.waitingReads.map((read) => ({ ...read, index: read.index ?? core.log.commit }))
}

/** Hands out every read that a majority has confirmed. */
export function releaseReads(core: Core): void {
  if (core.waitingReads.length === 0) return
  const confirmed = reachedByQuorum(core.configuration, (voter) =>
    voter === core.id ? core.readContext : (core.progress.get(voter)?.acknowledged ?? 0),
  )
  const waiting: typeof core.waitingReads = []
  for (const read of core.waitingReads) {
    const { context, index, from, id } = read
    if (context > confirmed || index === null) waiting.push(read)
    else if (from === core.id) core.doneReads.push({ id, index })
    else core.send(from, { type: 'readIndexResponse', id, index })
  }
  core.waitingReads = waiting
}
