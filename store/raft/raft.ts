// One member of a Raft group, as a synchronous state machine: no I/O, no clock, no chance of its own.
// Inputs are `tick`, `step`, `propose`, `proposeChange`, `readIndex`, `transfer`, `campaign` and the
// completions `appended`, `applied`, `compact`, `delivered`, `unreachable` and `gone`; everything that should follow is taken with
// `ready`. A driver does it: `../driver.ts` in production, the simulator and the scripted tests elsewhere.
//
// What it does not do: forward proposals, move the data of snapshots, remember who was removed.
// Read on with `core.ts` (the fields), `election.ts`, `replication.ts`, `log.ts`, `progress.ts`, then
// `membership.ts`, `reads.ts`, `transfer.ts`.
//
// What a driver owes: work goes to the disk in the order in which it is handed out, and its messages leave
// after it; entries are applied in order, and a snapshot is in the state before entries that follow it; when
// a snapshot does not arrive, `unreachable` says so, and when it does, `delivered`; a member is stopped only
// when others do without it; an id whose disk is lost is never used again.

import assert from 'node:assert/strict'
import type { Random } from '../../effects/effects.ts'
import { type Change, type Configuration, simpleConfiguration } from './configuration.ts'
import { Core, defaultSettings, type Proposed, type Read, type Refusal, type Role, type Settings } from './core.ts'
import { campaign, checkQuorum, forgetLeader, handleVoteRequest, handleVoteResponse, hasLiveLeader, refuseStale } from './election.ts'
import type { Entry, HardState, SnapshotMeta } from './entry.ts'
import { RaftLog } from './log.ts'
import { adoptConfigurations, proposeChange } from './membership.ts'
import type { Message } from './message.ts'
import type { Progress } from './progress.ts'
import { askRead, forwardRead, handleReadResponse, newRead, releaseReads, tickReads } from './reads.ts'
import {
  advanceCommit,
  broadcastAppend,
  broadcastHeartbeat,
  handleAppend,
  handleAppendRejected,
  handleAppendResponse,
  handleHeartbeat,
  handleHeartbeatResponse,
  handleSnapshot,
} from './replication.ts'
import { becomeFollower } from './roles.ts'
import { continueTransfer, handleTimeoutNow, tickTransfer, transfer } from './transfer.ts'

/** Work for the disk, to be done in the order in which it is handed out. Give it back to `appended` when it is durable. */
export interface AppendWork {
  /** Present when term or vote changed, or entries are written. */
  readonly hardState?: HardState
  /** A snapshot to make durable first; the log before it is void. */
  readonly snapshot?: SnapshotMeta
  /** Entries from here on, written earlier, are void. */
  readonly truncateFrom?: number
  readonly entries: readonly Entry[]
  /** The member's term, and the end of its log, when the work was handed out. */
  readonly term: number
  readonly lastIndex: number
  readonly lastTerm: number
  /** May leave when the work is durable; `appended` returns those that go to others. */
  readonly messages: readonly Message[]
}

export interface Ready {
  /** May leave now, before anything is written. */
  readonly send: readonly Message[]
  readonly append?: AppendWork
  /** Committed and durable, in order. Call `applied` when the state has them. */
  readonly apply: readonly Entry[]
  readonly reads: readonly Read[]
  /** Other members were not told yet what is committed. */
  readonly owesCommit: boolean
}

export interface RaftStart {
  readonly id: string
  readonly hardState: HardState
  readonly snapshot?: SnapshotMeta
  readonly entries: readonly Entry[]
  /** The first members of the group, when there is no snapshot to say who is. Who joins it later knows none. */
  readonly voters: readonly string[]
  readonly learners?: readonly string[]
}

/** What a leader knows of another member. */
export interface Follower {
  readonly id: string
  /** What it has on disk of the leader's log. */
  readonly match: number
  readonly state: Progress['state']
  /** Behind this index it will need the log, once a snapshot that is on its way to it is there. */
  readonly needsAfter: number
  readonly messagesInFlight: number
  readonly bytesInFlight: number
  /** It answered within the last election timeout or two. */
  readonly isReachable: boolean
}

export class Raft {
  readonly #core: Core
  #writtenTerm: number
  #writtenVote: string | null
  #writtenLast: number
  /** Index of the last installed snapshot that was handed out to be written. */
  #installedHandedOut = 0

  constructor(start: RaftStart, random: Random, settings: Settings = defaultSettings) {
    const { id, hardState, snapshot, entries } = start
    const log = new RaftLog(snapshot ?? { index: 0, term: 0 }, entries, hardState.commit)
    const configuration = snapshot?.configuration ?? simpleConfiguration(start.voters, start.learners)
    this.#core = new Core({ id, term: hardState.term, vote: hardState.vote, log, configuration, snapshot }, settings, random)
    becomeFollower(this.#core, hardState.term, null)
    this.#writtenTerm = hardState.term
    this.#writtenVote = hardState.vote
    this.#writtenLast = log.lastIndex
  }

  get status(): {
    readonly role: Role
    readonly term: number
    readonly leader: string | null
    readonly commit: number
    readonly applied: number
    readonly firstIndex: number
    readonly lastIndex: number
    readonly lastTerm: number
    /** To whom it is handing leadership over. */
    readonly transferee: string | null
  } {
    const { role, term, leader, log, transferee } = this.#core
    return {
      role,
      term,
      leader,
      transferee,
      commit: log.commit,
      applied: log.applied,
      firstIndex: log.firstIndex,
      lastIndex: log.lastIndex,
      lastTerm: log.lastTerm,
    }
  }

  /** In force at `status.applied`. */
  get configuration(): Configuration {
    return this.#core.configuration
  }

  /** As leader: every other member. */
  get followers(): readonly Follower[] {
    return [...this.#core.progress]
      .filter(([id]) => id !== this.#core.id)
      .map(([id, { match, state, snapshotIndex, messagesInFlight, bytesInFlight, isReachable }]) => ({
        id,
        match,
        state,
        needsAfter: state === 'snapshot' ? snapshotIndex : match,
        messagesInFlight,
        bytesInFlight,
        isReachable,
      }))
  }

  /** The newest snapshot that this member could send. */
  get snapshot(): SnapshotMeta | undefined {
    return this.#core.snapshot
  }

  /** For checkers and snapshots. Undefined when the entry is compacted away or not there yet. */
  termAt(index: number): number | undefined {
    return this.#core.log.termAt(index)
  }

  entryAt(index: number): Entry {
    return this.#core.log.entryAt(index)
  }

  /** One unit of time has passed. */
  tick(): void {
    const core = this.#core
    core.electionElapsed += 1
    if (core.role !== 'leader') {
      tickReads(core)
      // Who may not campaign lets the time go on: it must not look as if a leader had been heard.
      if (core.electionElapsed >= core.electionTimeout) campaign(core)
      return
    }
    tickTransfer(core)
    if (core.electionElapsed >= core.settings.electionTicks) {
      core.electionElapsed = 0
      checkQuorum(core)
    }
    core.heartbeatElapsed += 1
    if (!this.#leads() || core.heartbeatElapsed < core.settings.heartbeatTicks) return
    core.heartbeatElapsed = 0
    broadcastHeartbeat(core)
  }

  /** Starts an election now: a sole voter need not wait for a timeout. */
  campaign(): void {
    campaign(this.#core)
  }

  /** The index of the first entry, or why it cannot be proposed. All of `commands` or none. What is empty always has room. */
  propose(commands: readonly Uint8Array[]): Proposed {
    const core = this.#core
    if (core.role !== 'leader') return { refused: 'notLeader' }
    if (core.transferee !== null) return { refused: 'transferring' }
    const bytes = commands.reduce((sum, data) => sum + data.length, 0)
    if (bytes > 0 && core.uncommittedBytes > 0 && core.uncommittedBytes + bytes > core.settings.maxUncommittedBytes)
      return { refused: 'tooMuchUncommitted' }
    const index = core.log.lastIndex + 1
    const { term } = core
    core.log.append(commands.map((data, at): Entry => ({ index: index + at, term, type: 'normal', data })))
    core.uncommittedBytes += bytes
    core.needsAppend = true
    return { term, index }
  }

  /** Proposes other members; they count when the entry is applied. Where and why it may be refused: `membership.ts`. */
  proposeChange(change: Change, force = false): Proposed {
    return proposeChange(this.#core, change, force)
  }

  /** Hands leadership to another voter. Undefined: it is being tried; `status` tells how it ends. */
  transfer(to: string): Refusal | undefined {
    return transfer(this.#core, to)
  }

  /** Asks for an index to read at; the answer comes in `ready().reads` under the returned id. Also where this member does not lead. */
  readIndex(): { readonly id: number } | Refusal {
    const core = this.#core
    if (core.waitingReads.length + core.forwardedReads.length >= core.settings.maxWaitingReads) return { refused: 'tooManyReads' }
    if (core.role !== 'leader') return core.leader === null ? { refused: 'notLeader' } : { id: forwardRead(core) }
    const id = newRead(core)
    askRead(core, core.id, id)
    releaseReads(core) // At once where there is nobody to ask.
    return { id }
  }

  /** A message from another member has arrived. */
  step(message: Message): void {
    const core = this.#core
    assert.equal(message.to, core.id, 'messages reach whom they are for')
    if (message.term < core.term) {
      this.#answerStale(message)
      return
    }
    if (message.term > core.term) {
      const isRequest = message.type === 'vote' || message.type === 'preVote'
      if (isRequest && hasLiveLeader(core) && !(message.type === 'vote' && message.transfer)) return
      const keepsTerm = message.type === 'preVote' || (message.type === 'preVoteResponse' && message.granted)
      if (!keepsTerm) becomeFollower(core, message.term, isFromLeader(message) ? message.from : null)
    }
    this.#dispatch(message)
  }

  /** Work that `ready` handed out is durable. Returns the messages that may leave now. */
  appended(work: AppendWork): readonly Message[] {
    const core = this.#core
    if (work.snapshot !== undefined && work.snapshot === core.installed) core.installed = undefined
    // Of another term: a later write, handed out since, may undo this one. Its own completion will count.
    if (work.term === core.term) {
      core.log.markDurable(work.lastIndex, work.lastTerm)
      if (this.#leads()) {
        core.progress.get(core.id)?.acknowledge(core.log.durable)
        advanceCommit(core)
      }
    }
    for (const message of work.messages) if (message.to === core.id) this.step(message)
    return work.messages.filter(({ to }) => to !== core.id)
  }

  /** Everything up to `index` is in the state. */
  applied(index: number): void {
    const from = this.#core.log.applied
    this.#core.log.markApplied(index)
    adoptConfigurations(this.#core, from, index)
  }

  /** A snapshot is durable: members far behind are sent it, and entries up to `keepAfter` are forgotten. */
  compact(snapshot: SnapshotMeta, keepAfter: number): void {
    const core = this.#core
    assert(keepAfter <= snapshot.index, 'what is forgotten is in the snapshot')
    assert(snapshot.configuration.voters.length > 0, 'who has joined and does not know the members yet takes no snapshot')
    if (core.snapshot !== undefined && snapshot.index <= core.snapshot.index) return
    core.snapshot = snapshot
    core.log.compact(keepAfter)
  }

  /** Sending a snapshot failed, or its member cannot be reached: try again from what is known. */
  unreachable(id: string): void {
    const progress = this.#core.progress.get(id)
    if (progress === undefined || id === this.#core.id || progress.state === 'probe') return
    if (progress.state === 'snapshot') progress.snapshotIndex = 0
    progress.toProbe()
  }

  /** Nobody listens any more where that member was. If it led, its silence need not be waited for; if that is not true, no harm is done. */
  gone(id: string): void {
    this.unreachable(id)
    forgetLeader(this.#core, id)
  }

  /** A snapshot was given to its member, which may yet lose it with its memory: whether it kept it, the next append tells. */
  delivered(id: string): void {
    const progress = this.#core.progress.get(id)
    if (progress?.state === 'snapshot') progress.toProbe()
  }

  /**
   * All that should happen next; work for the disk only with `takesWork`. What is handed out is not handed out again. Without
   * `tellsCommit` members learn what is committed with the next entries, or heartbeat (docs/adr/0038).
   */
  ready(takesWork = true, tellsCommit = true): Ready {
    const core = this.#core
    if (core.needsHeartbeat) broadcastHeartbeat(core)
    if (core.needsAppend || (tellsCommit && core.owesCommit)) broadcastAppend(core)
    const append = takesWork ? this.#takeAppend() : undefined
    const send = core.outbox
    const reads = core.doneReads
    core.outbox = []
    core.doneReads = []
    const apply = core.log.takeCommitted(core.settings.maxApplyBytes)
    return { send, reads, apply, owesCommit: core.owesCommit, ...(append !== undefined && { append }) }
  }

  #takeAppend(): AppendWork | undefined {
    const core = this.#core
    const { term, vote, log } = core
    const entries = log.takeUnwritten()
    const snapshot = core.installed !== undefined && core.installed.index > this.#installedHandedOut ? core.installed : undefined
    const isStateNew = term !== this.#writtenTerm || vote !== this.#writtenVote
    if (entries.length === 0 && !isStateNew && snapshot === undefined && core.afterDurable.length === 0) return undefined
    const [first] = entries
    const messages = core.afterDurable
    core.afterDurable = []
    const mustTruncate = first !== undefined && first.index <= this.#writtenLast
    this.#writtenTerm = term
    this.#writtenVote = vote
    this.#writtenLast = log.lastIndex
    if (snapshot !== undefined) this.#installedHandedOut = snapshot.index
    return {
      ...((isStateNew || entries.length > 0 || snapshot !== undefined) && { hardState: { term, vote, commit: log.commit } }),
      ...(snapshot !== undefined && { snapshot }),
      ...(mustTruncate && { truncateFrom: first.index }),
      entries,
      term,
      lastIndex: log.lastIndex,
      lastTerm: log.lastTerm,
      messages,
    }
  }

  /** Tells a leader or candidate of an old term that it is one: it might never learn otherwise. */
  #answerStale(message: Message): void {
    const core = this.#core
    if (message.type === 'preVote') refuseStale(core, message.from)
    if (isFromLeader(message)) core.sendWhenDurable(message.from, { type: 'appendResponse', index: 0 })
  }

  #dispatch(message: Message): void {
    const core = this.#core
    switch (message.type) {
      case 'preVote':
      case 'vote':
        handleVoteRequest(core, message)
        break
      case 'preVoteResponse':
      case 'voteResponse':
        handleVoteResponse(core, message)
        break
      case 'append':
      case 'heartbeat':
      case 'snapshot':
        this.#fromLeader(message)
        break
      case 'appendResponse':
        if (this.#leads()) handleAppendResponse(core, message.from, message)
        if (this.#leads()) continueTransfer(core, message.from)
        break
      case 'appendRejected':
        if (this.#leads()) handleAppendRejected(core, message.from, message)
        break
      case 'heartbeatResponse':
        if (this.#leads()) handleHeartbeatResponse(core, message.from, message)
        if (this.#leads()) continueTransfer(core, message.from)
        break
      case 'timeoutNow':
        handleTimeoutNow(core)
        break
      case 'readIndex':
        if (this.#leads() && core.waitingReads.length < core.settings.maxWaitingReads) askRead(core, message.from, message.id)
        releaseReads(core)
        break
      case 'readIndexResponse':
        handleReadResponse(core, message.id, message.index)
    }
  }

  #fromLeader(message: Message & { readonly type: 'append' | 'heartbeat' | 'snapshot' }): void {
    const core = this.#core
    assert(core.role !== 'leader', 'a term has one leader')
    assert(core.leader === null || core.leader === message.from, 'a term has one leader')
    if (core.role !== 'follower') becomeFollower(core, core.term, message.from)
    core.leader = message.from
    core.electionElapsed = 0
    if (message.type === 'append') handleAppend(core, message.from, message)
    else if (message.type === 'heartbeat') handleHeartbeat(core, message.from, message)
    else handleSnapshot(core, message.from, message)
  }

  /** As a call, because a role may have changed since it was last looked at. */
  #leads(): boolean {
    return this.#core.role === 'leader'
  }
}

/** Of these a stale one is answered; the receiver of the others needs no answer. */
function isFromLeader(message: Message): boolean {
  return message.type === 'append' || message.type === 'heartbeat' || message.type === 'snapshot'
}
