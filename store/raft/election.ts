// Who leads: campaigning, voting, and counting. Pre-vote keeps a member that was away from deposing a
// healthy leader; check-quorum makes a leader without a majority step down.

import assert from 'node:assert/strict'
import { isVoter } from './configuration.ts'
import type { Core } from './core.ts'
import type { Ballot, Body, Message } from './message.ts'
import { countQuorum } from './quorum.ts'
import { dropForwardedReads } from './reads.ts'
import { broadcastAppend } from './replication.ts'
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts'

/**
 * Whether this member may try to lead. Not while it counts for nothing; not before its snapshot is on its
 * disk; and not by members that it knows to be superseded: their majorities might miss the present ones.
 */
export function mayCampaign(core: Core): boolean {
  const { log } = core
  return isVoter(core.configuration, core.id) && core.installed === undefined && !log.hasConfiguration(log.applied, log.commit)
}

/** Starts an election, unless this member may not win one. */
export function campaign(core: Core): void {
  if (core.role === 'leader' || !mayCampaign(core)) return
  becomePreCandidate(core)
  core.votes.set(core.id, true) // Promises nothing, so it need not wait for the disk.
  const body: Body = { type: 'preVote', lastIndex: core.log.lastIndex, lastTerm: core.log.lastTerm }
  for (const id of otherVoters(core)) core.send(id, body, core.term + 1)
  decide(core)
}

/** `isTransfer`: the leader asked for it. */
export function campaignInEarnest(core: Core, isTransfer: boolean): void {
  assert(mayCampaign(core), 'only a voter that knows the members campaigns')
  becomeCandidate(core)
  // Our own vote counts, and is asked for, only when it is durable: after a crash we might vote again.
  core.sendWhenDurable(core.id, { type: 'voteResponse', ...ballot(core, true) })
  const body: Body = { type: 'vote', lastIndex: core.log.lastIndex, lastTerm: core.log.lastTerm, transfer: isTransfer }
  for (const id of otherVoters(core)) core.sendWhenDurable(id, body)
  assert.equal(core.vote, core.id)
}

/** Whether a leader was heard from so recently that there is no reason for an election. */
export function hasLiveLeader(core: Core): boolean {
  return core.leader !== null && core.electionElapsed < core.settings.electionTicks
}

/**
 * The leader is said to be dead: this member grants others what it would refuse while it hears a leader, and soon asks itself.
 * Soon, and not at once, so that the others have heard of it, too. What a live leader says next undoes it.
 */
export function forgetLeader(core: Core, id: string): void {
  if (core.role !== 'follower' || core.leader !== id) return
  core.leader = null
  const soon = 2 + Math.floor((core.random.next() * core.settings.electionTicks) / 2)
  core.electionElapsed = Math.max(core.electionElapsed, core.electionTimeout - soon)
  dropForwardedReads(core)
}

/** Learners answer too: the candidate may know a newer configuration than they do. */
export function handleVoteRequest(core: Core, message: Message & { readonly type: 'preVote' | 'vote' }): void {
  const { from, term, type } = message
  assert(term >= core.term, 'lower terms were refused before')
  const isFree = core.vote === from || (core.vote === null && core.leader === null) || (type === 'preVote' && term > core.term)
  const granted = isFree && core.log.isUpToDate(message.lastIndex, message.lastTerm)
  if (type === 'preVote') {
    const isGranted = granted && !goesFirst(core, message)
    core.sendWhenDurable(from, { type: 'preVoteResponse', ...ballot(core, isGranted) }, isGranted ? term : core.term)
    return
  }
  core.sendWhenDurable(from, { type: 'voteResponse', ...ballot(core, granted) })
  if (!granted) return
  core.vote = from
  core.electionElapsed = 0
}

/**
 * Of two that ask around at once, with logs that end alike, the one with the smaller id goes on: if both did, each would vote for
 * itself, and where they are all that is left nobody would lead for another timeout. Only for a tick, because others may answer
 * nobody but the other one (docs/adr/0039).
 */
function goesFirst(core: Core, { from, term, lastIndex, lastTerm }: Message & { readonly type: 'preVote' | 'vote' }): boolean {
  const isRival = core.role === 'preCandidate' && core.electionElapsed === 0 && term === core.term + 1
  return isRival && core.id < from && lastIndex === core.log.lastIndex && lastTerm === core.log.lastTerm
}

/** A pre-vote of an old term gets an answer: its sender might ask so for ever. */
export function refuseStale(core: Core, from: string): void {
  core.sendWhenDurable(from, { type: 'preVoteResponse', ...ballot(core, false) })
}

function ballot(core: Core, granted: boolean): Ballot {
  const { commit } = core.log
  const commitTerm = core.log.termAt(commit)
  assert(commitTerm !== undefined, 'what is compacted is committed')
  return { granted, commit, commitTerm }
}

export function handleVoteResponse(core: Core, message: Message & { readonly type: 'preVoteResponse' | 'voteResponse' }): void {
  if (!message.granted) learnCommit(core, message)
  const asked = message.type === 'preVoteResponse' ? 'preCandidate' : 'candidate'
  if (core.role !== asked) return
  if (asked === 'preCandidate' && message.granted && message.term !== core.term + 1) return // For an earlier campaign.
  if (!core.votes.has(message.from)) core.votes.set(message.from, message.granted)
  decide(core)
}

/** Where the logs agree on the last entry that one knows to be committed, the other knows it, too. */
function learnCommit(core: Core, { commit, commitTerm }: Ballot): void {
  if (core.role === 'leader' || !core.log.matches(commit, commitTerm)) return
  core.log.commitTo(commit)
  if (core.role !== 'follower' && !mayCampaign(core)) becomeFollower(core, core.term, null)
}

function decide(core: Core): void {
  const result = countQuorum(core.configuration, core.votes)
  if (result === 'lost') becomeFollower(core, core.term, null)
  if (result !== 'won') return
  if (core.role === 'preCandidate') campaignInEarnest(core, false)
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
  if (countQuorum(core.configuration, answered) === 'won') {
    for (const progress of core.progress.values()) progress.nextRound()
  } else becomeFollower(core, core.term, null)
}

function otherVoters(core: Core): readonly string[] {
  return core.others.filter((id) => isVoter(core.configuration, id))
}
