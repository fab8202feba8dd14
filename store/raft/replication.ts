// How the leader's log becomes everybody's: sending, answering, and deciding what is committed.

import assert from 'node:assert/strict'
import type { Core } from './core.ts'
import type { Entry } from './entry.ts'
import type { Body } from './message.ts'
import type { Progress } from './progress.ts'
import { reachedByQuorum } from './quorum.ts'
import { releaseReads, startDeferredReads } from './reads.ts'

type Of<T extends Body['type']> = Body & { readonly type: T }

export function broadcastAppend(core: Core): void {
  core.needsAppend = false
  core.owesCommit = false
  for (const id of core.others) sendAppends(core, id, true)
}

/** `commit` is limited to what the member is known to have: beyond it, its log may still differ from ours. */
export function broadcastHeartbeat(core: Core): void {
  core.needsHeartbeat = false
  for (const id of core.others) {
    const progress = core.progress.get(id)
    assert(progress !== undefined, 'a leader follows every member')
    core.send(id, { type: 'heartbeat', commit: Math.min(progress.match, core.log.commit), context: core.readContext })
  }
}

/** Sends as much as the member's window allows; with `evenEmpty` at least one message, unless it is paused. */
export function sendAppends(core: Core, to: string, evenEmpty: boolean): void {
  const progress = core.progress.get(to)
  assert(progress !== undefined, 'a leader follows every member')
  let first = evenEmpty
  while (!progress.isPaused && (first || progress.next <= core.log.lastIndex)) {
    first = false
    const prevIndex = progress.next - 1
    const prevTerm = core.log.termAt(prevIndex)
    if (prevTerm === undefined) {
      sendSnapshot(core, to, progress)
      return
    }
    const entries = prevIndex < core.log.lastIndex ? core.log.slice(progress.next, core.log.lastIndex, core.settings.maxAppendBytes) : []
    core.send(to, { type: 'append', prevIndex, prevTerm, entries, commit: core.log.commit })
    progress.sent(prevIndex + entries.length, entries.length, sizeOf(entries))
  }
}

function sendSnapshot(core: Core, to: string, progress: Progress): void {
  if (!progress.isActive) return // It may be gone; a snapshot is too large to send on the chance.
  const meta = core.snapshot
  assert(meta !== undefined, 'a compacted log has a snapshot')
  assert(meta.index >= core.log.firstIndex - 1, 'the log continues its snapshot')
  core.send(to, { type: 'snapshot', meta })
  progress.toSnapshot(meta.index)
}

/** As follower. */
export function handleAppend(core: Core, from: string, message: Of<'append'>): void {
  const { prevIndex, prevTerm, entries } = message
  if (prevIndex < core.log.commit) {
    acknowledge(core, from, core.log.commit)
    return
  }
  if (!core.log.matches(prevIndex, prevTerm)) {
    if (prevIndex <= core.promised) throw new LostEntries(whyLost(core, from, prevIndex, `has another entry ${prevIndex}`))
    const hint = core.log.lastWithTermUpTo(Math.min(prevIndex, core.log.lastIndex), prevTerm)
    core.sendWhenDurable(from, { type: 'appendRejected', index: prevIndex, hintIndex: hint.index, hintTerm: hint.term })
    return
  }
  const proven = prevIndex + entries.length
  core.log.merge(entries)
  assert(core.log.lastIndex >= proven)
  core.log.commitTo(Math.min(message.commit, proven)) // Beyond `proven` our log may be another leader's.
  acknowledge(core, from, proven)
}

/** Once what it says is durable. The last of several says what they all say. */
function acknowledge(core: Core, leader: string, index: number): void {
  const before = core.afterDurable.at(-1)
  const isSame = before?.type === 'appendResponse' && before.to === leader && before.term === core.term
  if (isSame) core.afterDurable.pop()
  core.sendWhenDurable(leader, { type: 'appendResponse', index: isSame ? Math.max(index, before.index) : index })
}

/** What was acknowledged under the id of this member is not here: its disk is that of an earlier day, or a copy of another one's. */
export class LostEntries extends Error {
  override readonly name = 'LostEntries'
}

/** A leader tells a member of no more than that has acknowledged. */
export function handleHeartbeat(core: Core, from: string, message: Of<'heartbeat'>): void {
  const { lastIndex } = core.log
  if (message.commit > lastIndex) throw new LostEntries(whyLost(core, from, message.commit, `ends at entry ${lastIndex}`))
  core.promised = Math.max(core.promised, message.commit)
  // With an entry of this term our log is the leader's so far. Without, that is still to be seen: this disk may be of an earlier day.
  if (core.log.lastTerm === core.term) core.log.commitTo(message.commit)
  core.sendWhenDurable(from, { type: 'heartbeatResponse', context: message.context })
}

function whyLost(core: Core, leader: string, index: number, what: string): string {
  return `the log of this manager ${what}, and the leader ${leader} was told under its id that entry ${index} is on its disk: the state directory is an old copy, or one that was restored, and what it acknowledged since is not in it. Remove it (\`kit node demote ${core.id}\` and \`kit node rm ${core.id}\` on another manager), and let it join with an empty directory`
}

/** As follower: the data is here. It replaces our log unless that already contains it. */
export function handleSnapshot(core: Core, from: string, message: Of<'snapshot'>): void {
  const { meta } = message
  if (meta.index > core.log.commit) {
    if (core.log.matches(meta.index, meta.term)) core.log.commitTo(meta.index)
    else install(core, meta)
  }
  // Never our last index: what we have beyond may not be the leader's.
  core.sendWhenDurable(from, { type: 'appendResponse', index: core.log.commit })
}

function install(core: Core, meta: Of<'snapshot'>['meta']): void {
  core.log.reset(meta.index, meta.term)
  core.configuration = meta.configuration
  core.snapshot = meta
  core.installed = meta
  assert.equal(core.log.lastIndex, meta.index)
}

/** As leader. */
export function handleAppendResponse(core: Core, from: string, message: Of<'appendResponse'>): void {
  const progress = core.progress.get(from)
  if (progress === undefined || message.index > core.log.lastIndex) return
  progress.isActive = true
  const wasPaused = progress.isPaused
  const isNews = progress.acknowledge(message.index)
  if (!isNews && !(progress.state === 'probe' && progress.match === message.index)) return
  const canContinue = progress.state === 'snapshot' && progress.match + 1 >= core.log.firstIndex
  if (progress.state === 'probe' || canContinue) progress.toReplicate()
  advanceCommit(core)
  if (!core.needsAppend) sendAppends(core, from, wasPaused)
}

/** As leader. */
export function handleAppendRejected(core: Core, from: string, message: Of<'appendRejected'>): void {
  const progress = core.progress.get(from)
  if (progress === undefined) return
  progress.isActive = true
  // Skips, in one round, every entry of ours whose term is beyond what the member has there.
  const hint = message.hintTerm > 0 ? core.log.lastWithTermUpTo(message.hintIndex, message.hintTerm).index : message.hintIndex
  if (progress.reject(message.index, hint)) sendAppends(core, from, true)
}

/** As leader. */
export function handleHeartbeatResponse(core: Core, from: string, message: Of<'heartbeatResponse'>): void {
  const progress = core.progress.get(from)
  if (progress === undefined) return
  progress.heard()
  progress.acknowledged = Math.max(progress.acknowledged, message.context)
  if (progress.state === 'snapshot') askForSnapshot(core, from, progress)
  else if (progress.match < core.log.lastIndex || progress.state === 'probe') sendAppends(core, from, true)
  releaseReads(core)
}

/** The answer to a snapshot may have been lost: an empty append where the snapshot ends brings it again. */
function askForSnapshot(core: Core, from: string, progress: Progress): void {
  const prevIndex = progress.snapshotIndex
  const prevTerm = core.log.termAt(prevIndex)
  if (prevTerm !== undefined) {
    core.send(from, { type: 'append', prevIndex, prevTerm, entries: [], commit: core.log.commit })
    return
  }
  progress.toProbe() // Our log begins after that snapshot by now: it takes a newer one.
  sendAppends(core, from, true)
}

/**
 * As leader: commits what a majority of voters has on disk, provided that it is of the current term. An
 * entry of an earlier term may be on a majority and still be replaced; it is committed with one of ours.
 *
 * That a configuration is committed is told at once: once it is in force here, a leader that is no member any more tells
 * nobody, and of two members the one that is left could not decide alone without knowing it.
 */
export function advanceCommit(core: Core): void {
  assert.equal(core.role, 'leader')
  const index = reachedByQuorum(core.configuration, (voter) => core.progress.get(voter)?.match ?? 0)
  if (index <= core.log.commit || core.log.termAt(index) !== core.term) return
  for (let at = core.log.commit + 1; at <= index; at += 1) {
    const { type, data } = core.log.entryAt(at)
    core.uncommittedBytes -= data.length
    if (type === 'configuration') core.needsAppend = true
  }
  assert(core.uncommittedBytes >= 0, 'bytes are counted once')
  core.log.commitTo(index)
  core.owesCommit = core.others.length > 0
  startDeferredReads(core)
  releaseReads(core)
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { data }) => sum + data.length, 0)
}
