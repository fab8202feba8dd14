// What members say to each other. The transport encodes these; the core trusts that a decoder has
// rejected anything malformed and that `from` is who the connection authenticated.

import type { Entry, SnapshotMeta } from './entry.ts'

export type Body =
  /** "Would you vote for me in `term`?" Changes nothing at the receiver. */
  | { readonly type: 'preVote'; readonly lastIndex: number; readonly lastTerm: number }
  /** A grant carries the term that was asked for, a refusal the receiver's own. */
  | { readonly type: 'preVoteResponse'; readonly granted: boolean }
  | { readonly type: 'vote'; readonly lastIndex: number; readonly lastTerm: number }
  | { readonly type: 'voteResponse'; readonly granted: boolean }
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

export type Message = { readonly from: string; readonly to: string; readonly term: number } & Body
