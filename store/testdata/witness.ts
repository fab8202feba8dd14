// Somebody who sees how far each member is and what it says, and remembers: what a member has promised it keeps, over
// restarts too. The numbers are those of `../raft/testdata/observer.ts`.

import assert from 'node:assert/strict'
import { maxOutstanding, maxOutstandingBytes } from '../pending.ts'
import type { PeerMessage } from '../peers.ts'
import type { OpenStore } from '../store.ts'

/** What one commit of the simulation may have, beyond the bound. */
const largestCommitBytes = 4_096

/** What was seen of a member last, in its present life. */
interface Seen {
  readonly store: OpenStore
  term: number
  commit: number
  applied: number
}

export class Witness {
  readonly #leaders = new Map<number, string>()
  readonly #seen = new Map<string, Seen>()
  /** The last term in which each has said something that has to be on its disk before. */
  readonly #terms = new Map<string, number>()
  readonly #votes = new Map<string, string>()

  /** Terms that had a leader. */
  get terms(): number {
    return this.#leaders.size
  }

  look(id: string, store: OpenStore): void {
    const { role, term, commit, applied, outstanding, outstandingBytes } = store.status()
    const known = this.#seen.get(id)
    const seen = known?.store === store ? known : { store, term: this.#terms.get(id) ?? 0, commit: 0, applied: 0 }
    assert(term >= seen.term, `I8: ${id} is in term ${term}, and was in ${seen.term}`)
    assert(commit >= seen.commit, `I8: the commit index of ${id} went back from ${seen.commit} to ${commit}`)
    assert(applied >= seen.applied, `I8: the applied index of ${id} went back from ${seen.applied} to ${applied}`)
    assert(applied <= commit, `I8: ${id} has applied ${applied}, and ${commit} is committed`)
    assert(outstanding <= maxOutstanding, `I14: ${outstanding} commits of ${id} are under way`)
    assert(outstandingBytes < maxOutstandingBytes + largestCommitBytes, `I14: ${outstandingBytes} bytes of ${id} are under way`)
    Object.assign(seen, { term, commit, applied })
    this.#seen.set(id, seen)
    if (role !== 'leader') return
    assert.equal(this.#leaders.get(term) ?? id, id, `I1: two leaders in term ${term}`)
    this.#leaders.set(term, id)
  }

  /** Asking for a pre-vote, granting one, and asking the leader promise nothing; nor does what is not Raft's. */
  sent(message: PeerMessage): void {
    if (message.type === 'state' || message.type === 'preVote' || message.type === 'preVoteResponse' || message.type === 'readIndex') return
    const { from, to, term, type } = message
    const before = this.#terms.get(from) ?? 0
    this.#terms.set(from, Math.max(before, term))
    if (type !== 'vote' && !(type === 'voteResponse' && message.granted)) return
    assert(term >= before, `I8: ${from} votes in term ${term}, and has spoken in ${before}`)
    const candidate = type === 'vote' ? from : to
    const key = `${from} in ${term}`
    assert.equal(this.#votes.get(key) ?? candidate, candidate, `I7: ${key} votes for ${candidate}, and has voted`)
    this.#votes.set(key, candidate)
  }

  /** When nobody waits for anything. */
  quiet(id: string, store: OpenStore): void {
    const { outstanding, outstandingBytes } = store.status()
    assert.deepEqual({ outstanding, outstandingBytes }, { outstanding: 0, outstandingBytes: 0 }, `I14: of what ${id} was asked something is left`)
  }
}
