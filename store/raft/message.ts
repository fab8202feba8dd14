// What members say to each other. The transport encodes these; the core trusts that a decoder has
// rejected anything malformed and that `from` is who the connection authenticated.

import type { Entry, SnapshotMeta } from './entry.ts'

/**
 * Up to `commit`, an entry of `commitTerm`, the sender knows everything to be committed. Without that a group
 * could stay without a leader: whoever may campaign does not know that the change of members before it is
 * committed, and asks somebody who does, has the longer log, and is no voter any more.
 */
export interface Ballot {
  readonly granted: boolean
  readonly commit: number
  readonly commitTerm: number
}

export type Body =
  /** "Would you vote for me in `term`?" Changes nothing at the receiver. */
  | { readonly type: 'preVote'; readonly lastIndex: number; readonly lastTerm: number }
  /** A grant carries the term that was asked for, a refusal the receiver's own. */
  | ({ readonly type: 'preVoteResponse' } & Ballot)
  /** `transfer`: the leader itself wants this election, so hearing it is no reason to refuse. */
  | { readonly type: 'vote'; readonly lastIndex: number; readonly lastTerm: number; readonly transfer: boolean }
  | ({ readonly type: 'voteResponse' } & Ballot)
  /** `entries` follow the entry (prevIndex, prevTerm). Empty ones probe. */
  | {
      readonly type: 'append'
      readonly prevIndex: number
      readonly prevTerm: number
      readonly entries: readonly Entry[]
      readonly commit: number
    }
  /** Everything up to `index` is durable at the sender and equal to the leader's log. */
  | { readonly type: 'appendResponse'; readonly index: number }
  /**
   * The entry before those sent (`index`) did not match. `hintIndex` is the highest index that may, and
   * `hintTerm` its term at the sender; 0 when it has none.
   */
  | { readonly type: 'appendRejected'; readonly index: number; readonly hintIndex: number; readonly hintTerm: number }
  /** `commit` is never beyond what the receiver is known to have. `context` grows; it confirms reads. */
  | { readonly type: 'heartbeat'; readonly commit: number; readonly context: number }
  | { readonly type: 'heartbeatResponse'; readonly context: number }
  /** The data travels on a stream of its own; the driver steps this when it has arrived whole. */
  | { readonly type: 'snapshot'; readonly meta: SnapshotMeta }
  /** The leader hands over: the receiver campaigns at once. */
  | { readonly type: 'timeoutNow' }
  /** A read of a member that does not lead; `id` is its own number for it. */
  | { readonly type: 'readIndex'; readonly id: number }
  | { readonly type: 'readIndexResponse'; readonly id: number; readonly index: number }

export type Message = { readonly from: string; readonly to: string; readonly term: number } & Body
