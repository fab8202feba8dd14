import assert from 'node:assert/strict'
import { decodeMessage } from '../../store/links/codec.ts'
import { raftProtocol } from '../../store/links/links.ts'

/**
 * In one term of Raft a node votes for one node at most, and at most one leads: whatever it was in between, a worker included,
 * and whatever it had to forget for that.
 */
export function nobodyVotesTwice(fail: (error: unknown) => void): {
  /** A frame that one node has sent to another. */
  sent(protocol: string, from: string, to: string, frame: Uint8Array): void
  /** The node leads in that term. */
  leads(node: string, term: number): void
  /** Terms for which more than one asked: only there can anybody vote twice. */
  contested(): number
} {
  const votes = new Map<string, string>()
  const candidates = new Map<number, Set<string>>()
  const leaders = new Map<number, string>()
  const vote = (voter: string, term: number, candidate: string): void => {
    const key = `${voter} in term ${term}`
    const before = votes.get(key)
    if (before === undefined) votes.set(key, candidate)
    else if (before !== candidate) fail(new assert.AssertionError({ message: `${key} voted for ${before} and for ${candidate}` }))
  }
  return {
    sent(protocol, from, to, frame) {
      if (protocol !== raftProtocol) return
      const message = decodeMessage(frame, from, to)
      if (message.type === 'vote') {
        vote(from, message.term, from)
        candidates.set(message.term, (candidates.get(message.term) ?? new Set()).add(from))
      }
      if (message.type === 'voteResponse' && message.granted) vote(from, message.term, to)
    },
    leads(node, term) {
      const before = leaders.get(term)
      if (before === undefined) leaders.set(term, node)
      else if (before !== node) fail(new assert.AssertionError({ message: `${before} and ${node} led in term ${term}` }))
    },
    contested: () => [...candidates.values()].filter(({ size }) => size > 1).length,
  }
}
