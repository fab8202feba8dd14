// Becoming follower, candidate or leader: what each role starts from. When that happens is decided in
// `election.ts` and `raft.ts`.

import assert from 'node:assert/strict'
import type { Core } from './core.ts'
import { Progress } from './progress.ts'
import { dropForwardedReads } from './reads.ts'

const nothing = new Uint8Array()

export function becomeFollower(core: Core, term: number, leader: string | null): void {
  assert(term >= core.term, 'a term never goes back')
  reset(core, term)
  core.role = 'follower'
  core.leader = leader
}

/** Asks around without changing term or vote, so that asking in vain disturbs nobody. */
export function becomePreCandidate(core: Core): void {
  assert(core.role !== 'leader', 'a leader does not campaign')
  core.role = 'preCandidate'
  core.leader = null
  core.electionElapsed = 0
  core.votes = new Map()
  drawTimeout(core)
}

export function becomeCandidate(core: Core): void {
  assert(core.role !== 'leader', 'a leader does not campaign')
  reset(core, core.term + 1)
  core.vote = core.id
  core.role = 'candidate'
}

/** Starts the term with an entry of its own: with it all earlier ones become committed, and reads possible. */
export function becomeLeader(core: Core): void {
  assert.equal(core.role, 'candidate', 'only a candidate is elected')
  reset(core, core.term)
  core.role = 'leader'
  core.leader = core.id
  const next = core.log.lastIndex + 1
  core.progress = new Map(core.members.map((id) => [id, new Progress(next, core.settings.window)]))
  const own = core.progress.get(core.id)
  assert(own !== undefined, 'a leader is a member')
  own.toReplicate()
  own.acknowledge(core.log.durable)
  own.isActive = true
  core.uncommittedBytes = 0
  for (let index = core.log.commit + 1; index < next; index += 1) core.uncommittedBytes += core.log.entryAt(index).data.length
  core.log.append([{ index: next, term: core.term, type: 'normal', data: nothing }])
  // Any entry up to here may be a configuration; and once this one is applied, one of this term is committed.
  core.pendingConfiguration = next
}

function reset(core: Core, term: number): void {
  if (term !== core.term) {
    core.term = term
    core.vote = null
  }
  core.leader = null
  core.electionElapsed = 0
  core.heartbeatElapsed = 0
  core.promised = 0
  core.votes = new Map()
  core.progress = new Map()
  for (const { id, from } of core.waitingReads) if (from === core.id) core.doneReads.push({ id, index: null })
  core.waitingReads = []
  dropForwardedReads(core)
  core.needsHeartbeat = false
  core.needsAppend = false
  core.owesCommit = false
  core.pendingConfiguration = 0
  core.transferee = null
  drawTimeout(core)
}

function drawTimeout(core: Core): void {
  const { electionTicks } = core.settings
  core.electionTimeout = electionTicks + Math.floor(core.random.next() * electionTicks)
  assert(core.electionTimeout >= electionTicks)
  assert(core.electionTimeout < 2 * electionTicks)
}
