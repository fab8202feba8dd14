// The arithmetic of majorities, as pure functions over who the voters are.

import assert from 'node:assert/strict'
import { type Configuration, isJoint } from './configuration.ts'

/** How many of `voters` members make a majority. */
export function majority(voters: number): number {
  assert(Number.isInteger(voters))
  assert(voters >= 0)
  return Math.floor(voters / 2) + 1
}

/** The highest number that a majority of voters has reached. 0 for those of whom nothing is known; 0 without voters. */
export function reachedByMajority(voters: readonly string[], reached: (voter: string) => number): number {
  if (voters.length === 0) return 0
  const [only] = voters
  if (voters.length === 1 && only !== undefined) return reached(only)
  const ordered = voters.map(reached).sort((a, b) => b - a)
  const result = ordered[majority(voters.length) - 1]
  assert(result !== undefined, 'a majority is not larger than the whole')
  return result
}

/** Won with a majority of grants, lost when one cannot be reached any more. Without voters nobody wins. */
export function countVotes(voters: readonly string[], votes: ReadonlyMap<string, boolean>): 'won' | 'lost' | 'pending' {
  const granted = voters.filter((voter) => votes.get(voter) === true).length
  const refused = voters.filter((voter) => votes.get(voter) === false).length
  const needed = majority(voters.length)
  assert(granted + refused <= voters.length)
  if (granted >= needed) return 'won'
  return voters.length - refused < needed ? 'lost' : 'pending'
}

/** As `reachedByMajority`, in both halves of a joint configuration. */
export function reachedByQuorum(configuration: Configuration, reached: (voter: string) => number): number {
  const incoming = reachedByMajority(configuration.voters, reached)
  return isJoint(configuration) ? Math.min(incoming, reachedByMajority(configuration.outgoing, reached)) : incoming
}

/** As `countVotes`, in both halves of a joint configuration. */
export function countQuorum(configuration: Configuration, votes: ReadonlyMap<string, boolean>): 'won' | 'lost' | 'pending' {
  const incoming = countVotes(configuration.voters, votes)
  if (!isJoint(configuration)) return incoming
  const outgoing = countVotes(configuration.outgoing, votes)
  if (incoming === 'lost' || outgoing === 'lost') return 'lost'
  return incoming === 'won' && outgoing === 'won' ? 'won' : 'pending'
}
