// The changing fields of one member, shared by the files that each hold one idea: `roles.ts` (becoming
// something), `election.ts`, `replication.ts`, `reads.ts`, `membership.ts`, `transfer.ts`. Nobody outside
// this folder sees it.

import assert from 'node:assert/strict'
import type { Random } from '../../effects/effects.ts'
import { type Configuration, membersOf } from './configuration.ts'
import type { SnapshotMeta } from './entry.ts'
import type { RaftLog } from './log.ts'
import type { Body, Message } from './message.ts'
import type { Progress, Window } from './progress.ts'

export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader'

export interface Settings {
  /** Ticks between heartbeats. */
  readonly heartbeatTicks: number
  /** Ticks without a leader before an election; the actual number is drawn from [n, 2n). */
  readonly electionTicks: number
  /** Bytes of entries in one append message. */
  readonly maxAppendBytes: number
  /** Bytes of entries handed out for applying at once. */
  readonly maxApplyBytes: number
  /** Bytes proposed but not committed, beyond which the leader refuses. */
  readonly maxUncommittedBytes: number
  /** Reads that wait to be confirmed, beyond which more are refused. */
  readonly maxWaitingReads: number
  readonly window: Window
}

export const defaultSettings: Settings = {
  heartbeatTicks: 1,
  electionTicks: 10,
  maxAppendBytes: 1024 * 1024,
  maxApplyBytes: 1024 * 1024,
  maxUncommittedBytes: 64 * 1024 * 1024,
  maxWaitingReads: 10_000,
  window: { maxMessages: 256, maxBytes: 16 * 1024 * 1024 },
}

export interface Read {
  readonly id: number
  /** Null when leadership was lost first. Otherwise: read once this index is applied. */
  readonly index: number | null
}

/** Why something cannot be done now. Nothing has happened. */
export interface Refusal {
  readonly refused:
    | 'notLeader'
    /** The leader is handing leadership over. */
    | 'transferring'
    | 'tooMuchUncommitted'
    | 'tooManyReads'
    /** The former change of members is not applied yet, or nothing of this term is. */
    | 'changePending'
    /** No such change can be made of the present members: `why` says what is in the way. */
    | 'invalidChange'
    /** Of the voters that there would be, no majority answers at present. */
    | 'unreachable'
    /** Only another voter can be handed leadership. */
    | 'notVoter'
  readonly why?: string
}

export type Proposed = { readonly term: number; readonly index: number } | Refusal

/** A read that the leader has not confirmed yet. */
interface WaitingRead {
  /** The context that heartbeats must confirm. */
  readonly context: number
  /** Null until an entry of this term is committed. */
  readonly index: number | null
  /** Who asked, and its own number for the read. */
  readonly from: string
  readonly id: number
}

export class Core {
  readonly id: string
  readonly settings: Settings
  readonly random: Random
  readonly log: RaftLog
  #configuration: Configuration
  #members: readonly string[] = []
  #others: readonly string[] = []
  term: number
  vote: string | null
  role: Role = 'follower'
  /** Who leads in `term`, once that is known. */
  leader: string | null = null
  electionElapsed = 0
  heartbeatElapsed = 0
  /** Drawn again whenever this member becomes follower or candidate. */
  electionTimeout = 0
  /** As follower: up to there this member has acknowledged the log of the present leader, as that one says. */
  promised = 0
  /** As candidate of either sort: the answers so far. */
  votes = new Map<string, boolean>()
  /** As leader: every member, itself included. */
  progress = new Map<string, Progress>()
  /** As leader: bytes of entries above the commit index. */
  uncommittedBytes = 0
  /** As leader: the last entry that may be a configuration. Another may follow once this one is applied. */
  pendingConfiguration = 0
  /** As leader: to whom leadership is being handed over, and for how many ticks that has been tried. */
  transferee: string | null = null
  transferElapsed = 0
  /** As leader: reads waiting for a round of heartbeats, in the order of their contexts. */
  waitingReads: WaitingRead[] = []
  /** As leader: a read was asked for since the last round. One round serves all that were. */
  needsHeartbeat = false
  /** As leader: something was proposed since the last round of appends, or members changed. One round tells all of it. */
  needsAppend = false
  /** As leader: entries were committed since the last round of appends. The next one tells that as well. */
  owesCommit = false
  /** Not as leader: reads that the leader was asked for, and for how many ticks. */
  forwardedReads: { readonly id: number; ticks: number }[] = []
  /** Grows over the whole life of this object, so that no answer to an old round confirms a new one. */
  readContext = 0
  /** Whether `readContext` has been moved to a place of its own among those of earlier lives of this member. */
  hasReadBase = false
  /** The snapshot that a member far behind can be sent. */
  snapshot: SnapshotMeta | undefined
  /** Messages that may leave at once. */
  outbox: Message[] = []
  /** Messages that may leave only after everything handed out until now is durable. Those to itself count votes. */
  afterDurable: Message[] = []
  doneReads: Read[] = []
  /** A snapshot that was accepted and has to be made durable. */
  installed: SnapshotMeta | undefined

  constructor(
    start: {
      readonly id: string
      readonly term: number
      readonly vote: string | null
      readonly log: RaftLog
      readonly configuration: Configuration
      readonly snapshot: SnapshotMeta | undefined
    },
    settings: Settings,
    random: Random,
  ) {
    assert(start.term >= start.log.lastTerm, 'the term is at least that of the last entry')
    this.id = start.id
    this.term = start.term
    this.vote = start.vote
    this.log = start.log
    this.#configuration = start.configuration
    this.configuration = start.configuration
    this.snapshot = start.snapshot
    this.settings = settings
    this.random = random
  }

  /** In force here: that of the last configuration entry that was applied. */
  get configuration(): Configuration {
    return this.#configuration
  }

  set configuration(configuration: Configuration) {
    this.#configuration = configuration
    this.#members = membersOf(configuration)
    this.#others = this.#members.filter((id) => id !== this.id)
  }

  get members(): readonly string[] {
    return this.#members
  }

  get others(): readonly string[] {
    return this.#others
  }

  /** Sends at once. For what promises nothing about this member's disk. */
  send(to: string, body: Body, term = this.term): void {
    assert(to !== this.id, 'messages to itself wait for the disk')
    this.outbox.push({ from: this.id, to, term, ...body })
  }

  /** Sends when all that was decided so far is durable. */
  sendWhenDurable(to: string, body: Body, term = this.term): void {
    this.afterDurable.push({ from: this.id, to, term, ...body })
  }
}
