// Who leads: campaigning, voting, and counting. Pre-vote keeps a member that was away from deposing a
// healthy leader; check-quorum makes a leader without a majority step down.

import assert from 'node:assert/strict'
import type { Core } from './core.ts'
import type { Body, Message } from './message.ts'
import { countVotes } from './quorum.ts'
import { broadcastAppend } from './replication.ts'
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts'

/** Starts an election, unless this member may not win one. */
export function campaign(core: Core): void {
  if (core.role === 'leader' || !core.voters.includes(core.id) || core.installed !== undefined) return
  becomePreCandidate(core)
  core.votes.set(core.id, true) // Promises nothing, so it need not wait for the disk.
  const body: Body = { type: 'preVote', lastIndex: core.log.lastIndex, lastTerm: core.log.lastTerm }
  for (const id of otherVoters(core)) core.send(id, body, core.term + 1)
  decide(core)
}

function campaignInEarnest(core: Core): void {
  becomeCandidate(core)
  // Our own vote counts, and is asked for, only when it is durable: after a crash we might vote again.
  core.sendWhenDurable(core.id, { type: 'voteResponse', granted: true })
  const body: Body = { type: 'vote', lastIndex: core.log.lastIndex, lastTerm: core.log.lastTerm }
  for (const id of otherVoters(core)) core.sendWhenDurable(id, body)
  assert.equal(core.vote, core.id)
}

/** Whether a leader was heard from so recently that there is no reason for an election. */
export function hasLiveLeader(core: Core): boolean {
  return core.leader !== null && core.electionElapsed < core.settings.electionTicks
}

/** Learners answer too: the candidate may know a newer configuration than they do. */
export function handleVoteRequest(core: Core, message: Message & { readonly type: 'preVote' | 'vote' }): void {
  const { from, term, type } = message
  assert(term >= core.term, 'lower terms were refused before')
  const isFree = core.vote === from || (core.vote === null && core.leader === null) || (type === 'preVote' && term > core.term)
  const granted = isFree && core.log.isUpToDate(message.lastIndex, message.lastTerm)
  if (type === 'preVote') {
    core.sendWhenDurable(from, { type: 'preVoteResponse', granted }, granted ? term : core.term)
    return
  }
  core.sendWhenDurable(from, { type: 'voteResponse', granted })
  if (!granted) return
  core.vote = from
  core.electionElapsed = 0
}

export function handleVoteResponse(core: Core, message: Message & { readonly type: 'preVoteResponse' | 'voteResponse' }): void {
  const asked = message.type === 'preVoteResponse' ? 'preCandidate' : 'candidate'
  if (core.role !== asked) return
  if (asked === 'preCandidate' && message.granted && message.term !== core.term + 1) return // For an earlier campaign.
  if (!core.votes.has(message.from)) core.votes.set(message.from, message.granted)
  decide(core)
}

function decide(core: Core): void {
  const result = countVotes(core.voters, core.votes)
  if (result === 'lost') becomeFollower(core, core.term, null)
  if (result !== 'won') return
  if (core.role === 'preCandidate') campaignInEarnest(core)
  else takeOver(core)
}

function takeOver(core: Core): void {
  becomeLeader(core)
  broadcastAppend(core)
}

/** As leader, once per election timeout: steps down when no majority has answered since the last time. */
export function checkQuorum(core: Core): void {
  assert.equal(core.role, 'leader')
  const answered = new Map([...core.progress].map(([id, { isActive }]) => [id, isActive || id === core.id]))
  if (countVotes(core.voters, answered) === 'won') {
    for (const [id, progress] of core.progress) progress.isActive = id === core.id
  } else becomeFollower(core, core.term, null)
}

function otherVoters(core: Core): readonly string[] {
  return core.voters.filter((id) => id !== core.id)
}
