// Handing leadership over: the leader takes no more proposals, brings the other up to date, and tells it
// to campaign at once. That election skips pre-vote, and members that hear a leader vote all the same.
// When it takes longer than an election timeout, the leader goes on as before.

import type { Core, Refusal } from './core.ts'
import { campaignInEarnest, mayCampaign } from './election.ts'
import { sendAppends } from './replication.ts'

/** Again for the same member: nothing changes. For another one: that one instead. */
export function transfer(core: Core, to: string): Refusal | undefined {
  if (core.role !== 'leader') return { refused: 'notLeader' }
  if (to === core.id || !core.configuration.voters.includes(to)) return { refused: 'notVoter' }
  if (core.transferee === to) return undefined
  core.transferee = to
  core.transferElapsed = 0
  if (!continueTransfer(core, to)) sendAppends(core, to, true)
  return undefined
}

/** As leader, when `from` has answered. Returns whether it was told to campaign. */
export function continueTransfer(core: Core, from: string): boolean {
  if (core.transferee !== from || core.progress.get(from)?.match !== core.log.lastIndex) return false
  core.send(from, { type: 'timeoutNow' })
  return true
}

/** As leader, with every tick. */
export function tickTransfer(core: Core): void {
  if (core.transferee === null) return
  core.transferElapsed += 1
  if (core.transferElapsed >= core.settings.electionTicks) core.transferee = null
}

/** The leader wants this member to lead. */
export function handleTimeoutNow(core: Core): void {
  if (core.role === 'follower' && mayCampaign(core)) campaignInEarnest(core, true)
}
