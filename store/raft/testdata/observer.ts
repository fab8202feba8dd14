// Somebody who sees everything: all members, their disks, every message. After each event everything below is checked as far as
// the core can break it; the arithmetic of quorums is done anew here. The numbers are those of every failure's first word:
//
//   I1   a term has one leader                                       look
//   I2   a leader never cuts or changes its own log                  look
//   I3   equal index and term: equal logs up to there                checkLogs, every 200 events and at the end
//   I4   a leader has every entry that is committed                  look, when it is elected
//   I5   an entry is committed once, and the same everywhere         look
//   I6   what is committed, acknowledged or applied is on disk       look, sent, applied
//   I7   nobody votes for two in one term, over restarts too         sent, MemberDisk
//   I8   term, commit, applied and snapshot index never go back      look, sent, MemberDisk
//   I9   the members follow one another with majorities in common    look, MemberDisk
//   I10  a read sees what was committed when it was asked            answered; histories of clients in ../../testdata/history.ts
//   I11  a watch sees every entry once, in order, after a gap Expired    ../../testdata/oracle.ts
//   I12  members apply the same, and have the same state after it    applied; states in ../../testdata/oracle.ts
//   I13  when faults end there is one leader, and all is done soon   simulation.ts
//   I14  what is under way, not committed or queued is bounded       look; events and queues in simulation.ts
//   I15  a disk has a log without gaps that goes with its snapshot   look, MemberDisk; bytes in ../../wal/crash-consistency.test.ts
//   I16  no nonce seals two texts                                    ../../wal/testdata/seals.ts

import assert from 'node:assert/strict'
import { type Configuration, decodeConfiguration, isJoint } from '../configuration.ts'
import type { Settings } from '../core.ts'
import type { Entry } from '../entry.ts'
import type { Message } from '../message.ts'
import type { Raft } from '../raft.ts'
import type { MemberDisk } from './member-disk.ts'

export interface Watched {
  readonly id: string
  readonly raft: Raft
  readonly disk: MemberDisk
}

/** What was seen of a member last, in its present life. */
interface Seen {
  readonly raft: Raft
  term: number
  commit: number
  applied: number
  snapshot: number
  role: string
  lastIndex: number
  lastTerm: number
  configuration: Configuration
}

/** What is not refused, or not cut, for want of room: a proposal where there is none before it, and members. */
const largestProposal = 6
const largestConfiguration = 300

const empty: Configuration = { voters: [], outgoing: [], learners: [], learnersNext: [], autoLeave: false }

export class Observer {
  /** The entry that was first seen committed at each index, from index 1. */
  readonly committed: Entry[] = []
  /** The term of the leader that committed each. */
  readonly #committedIn: number[] = []
  /** The configurations among them, after the one that the group began with. */
  readonly configurations: { readonly index: number; readonly configuration: Configuration }[]
  readonly #settings: Settings
  readonly #get: (id: string) => Watched | undefined
  readonly #founders: readonly string[]
  readonly #leaders = new Map<number, string>()
  readonly #grants = new Map<string, string>()
  readonly #seen = new Map<string, Seen>()
  readonly #reads = new Map<string, number>()
  #looks = 0

  constructor(first: Configuration, founders: readonly string[], settings: Settings, get: (id: string) => Watched | undefined) {
    this.configurations = [{ index: 0, configuration: first }]
    this.#founders = founders
    this.#settings = settings
    this.#get = get
  }

  get terms(): number {
    return this.#leaders.size
  }

  /** After every event that touched the member. */
  look(member: Watched): void {
    const { raft, id } = member
    const { status } = raft
    let seen = this.#seen.get(id)
    if (seen?.raft !== raft) {
      const commit = raft.snapshot?.index ?? 0
      const { disk } = member
      assert(status.term >= disk.hardState.term, `I8: ${id} began in term ${status.term} with ${disk.hardState.term} on its disk`)
      assert(status.commit >= disk.hardState.commit, `I8: ${id} began with commit index ${status.commit} and ${disk.hardState.commit} on its disk`)
      seen = { ...status, raft, commit, applied: commit, snapshot: commit, role: 'follower', configuration: empty }
      this.#seen.set(id, seen)
    }
    assert(status.term >= seen.term, `I8: the term of ${id} went back`)
    assert(status.commit >= seen.commit, `I8: the commit index of ${id} went back`)
    assert(status.applied >= seen.applied, `I8: the applied index of ${id} went back`)
    assert((raft.snapshot?.index ?? 0) >= seen.snapshot, `I8: the snapshot of ${id} went back`)
    assert(status.firstIndex <= (raft.snapshot?.index ?? 0) + 1, `I15: the log of ${id} begins after its snapshot`)
    for (let index = seen.commit + 1; index <= status.commit; index += 1) this.#see(member, index)
    this.#checkConfiguration(member, seen)
    if (status.role === 'leader') this.#checkLeader(member, seen)
    else if (status.role !== 'follower' && (status.role !== seen.role || status.term !== seen.term)) this.#checkCandidate(member)
    this.#looks += 1
    if (status.role === 'leader' && this.#looks % 8 === 0) this.#checkFlow(member)
    seen.term = status.term
    seen.commit = status.commit
    seen.applied = status.applied
    seen.snapshot = raft.snapshot?.index ?? 0
    seen.role = status.role
    seen.lastIndex = status.lastIndex
    seen.lastTerm = status.lastTerm
    seen.configuration = raft.configuration
  }

  /** The entry at `index` is committed as far as the member knows. */
  #see(member: Watched, index: number): void {
    const { raft, id } = member
    const known = this.committed[index - 1]
    if (index < raft.status.firstIndex) {
      assert(known !== undefined, `I5: the snapshot of ${id} has an entry ${index} that nobody committed`)
      if (index === raft.snapshot?.index) assert.equal(raft.snapshot.term, known.term, `I5: the snapshot of ${id} at ${index}`)
      return
    }
    const entry = raft.entryAt(index)
    if (known !== undefined) {
      assertSame(known, entry, `I5: two entries were committed at ${index}, the second at ${id}`)
      return
    }
    assert.equal(index, this.committed.length + 1, 'I5: commits have no gaps')
    for (const half of halves(raft.configuration)) {
      const copies = half.filter((voter) => this.#get(voter)?.disk.holds(index, entry.term) === true)
      assert(copies.length * 2 > half.length, `I6: ${id} committed entry ${index}, which only ${copies} of ${half} have on disk`)
    }
    this.committed.push(entry)
    this.#committedIn.push(raft.status.term)
    if (entry.type === 'configuration') this.#seeConfiguration(index, decodeConfiguration(entry.data))
  }

  #seeConfiguration(index: number, configuration: Configuration): void {
    const before = this.configurations.at(-1)?.configuration
    assert(before !== undefined)
    const text = `I9: ${JSON.stringify(before)} is followed by ${JSON.stringify(configuration)} at ${index}`
    if (isJoint(configuration)) assert.deepEqual([before.voters, before.outgoing], [configuration.outgoing, []], text)
    else if (isJoint(before)) assert.deepEqual(configuration.voters, before.voters, text)
    else assert(overlap(before.voters, configuration.voters), text)
    this.configurations.push({ index, configuration })
  }

  /** I9: a member counts by the configuration that the log has at its applied index. */
  #checkConfiguration({ id, raft }: Watched, seen: Seen): void {
    const { applied } = raft.status
    if (raft.configuration === seen.configuration && applied === seen.applied) return
    const wanted = this.configurations.findLast(({ index }) => index <= applied)
    assert(wanted !== undefined)
    const configuration = wanted.index === 0 && raft.snapshot === undefined && !this.#founders.includes(id) ? empty : wanted.configuration
    assert.deepEqual(raft.configuration, configuration, `I9: the members as ${id} knows them at ${applied}`)
  }

  #checkLeader({ id, raft }: Watched, seen: Seen): void {
    const { term, firstIndex, lastIndex, commit, applied } = raft.status
    const other = this.#leaders.get(term)
    assert.equal(other ?? id, id, `I1: two leaders in term ${term}`)
    if (seen.role === 'leader' && seen.term === term) {
      assert(lastIndex >= seen.lastIndex, `I2: leader ${id} cut its log short`)
      if (seen.lastIndex >= firstIndex) assert.equal(raft.termAt(seen.lastIndex), seen.lastTerm, `I2: leader ${id} changed its log`)
      for (let index = seen.lastIndex + 1; index <= lastIndex; index += 1)
        if (raft.entryAt(index).type === 'configuration') {
          assert.equal(raft.termAt(commit), term, `I9: ${id} changes the members before anything of its term is committed`)
          for (let at = Math.max(applied + 1, firstIndex); at < index; at += 1)
            assert.notEqual(raft.entryAt(at).type, 'configuration', `I9: ${id} changes the members while a change is under way`)
        }
    }
    if (other !== undefined) return
    this.#leaders.set(term, id)
    for (let index = firstIndex; index <= this.committed.length; index += 1) {
      if ((this.#committedIn[index - 1] ?? 0) >= term) break // It may have been elected long ago and learn of it now.
      assert.equal(raft.termAt(index), this.committed[index - 1]?.term, `I4: the leader of term ${term} lacks committed entry ${index}`)
    }
  }

  #checkCandidate({ id, raft }: Watched): void {
    const { applied, commit, firstIndex } = raft.status
    for (let index = Math.max(applied + 1, firstIndex); index <= commit; index += 1)
      assert.notEqual(raft.entryAt(index).type, 'configuration', `I9: ${id} campaigns by members that it knows to be superseded`)
    assert(
      halves(raft.configuration).some((half) => half.includes(id)),
      `I9: ${id} campaigns and has no vote`,
    )
  }

  #checkFlow({ id, raft }: Watched): void {
    const { maxMessages, maxBytes } = this.#settings.window
    let uncommitted = 0
    for (let index = raft.status.commit + 1; index <= raft.status.lastIndex; index += 1) uncommitted += raft.entryAt(index).data.length
    const most = this.#settings.maxUncommittedBytes + largestProposal + 2 * largestConfiguration
    assert(uncommitted <= most, `I14: ${uncommitted} bytes of ${id} are not committed`)
    for (const { id: to, messagesInFlight, bytesInFlight } of raft.followers) {
      assert(messagesInFlight <= maxMessages, `I14: ${messagesInFlight} messages from ${id} to ${to}`)
      assert(bytesInFlight < maxBytes + Math.max(this.#settings.maxAppendBytes, largestConfiguration), `I14: ${bytesInFlight} bytes from ${id} to ${to}`)
    }
  }

  /** The moment when a message leaves: what it promises must be on disk. */
  sent(member: Watched, message: Message): void {
    const { type, term, from, to } = message
    const { hardState } = member.disk
    if (type === 'preVote' || type === 'preVoteResponse' || type === 'readIndex') return
    assert(hardState.term >= term, `I8: ${from} speaks in term ${term} (${type}), and has ${hardState.term} on its disk`)
    if (type === 'vote' || (type === 'voteResponse' && message.granted)) {
      const candidate = type === 'vote' ? from : to
      if (hardState.term === term) assert.equal(hardState.vote, candidate, `I7: the vote of ${from} in ${term} is not on its disk`)
      const key = `${from} in ${term}`
      assert.equal(this.#grants.get(key) ?? candidate, candidate, `I7: ${key} voted twice`)
      this.#grants.set(key, candidate)
    }
    if (type !== 'appendResponse' || message.index === 0) return
    const { raft, disk } = member
    const held = disk.termAt(message.index)
    assert(
      held !== undefined || (disk.snapshot?.index ?? 0) >= message.index,
      `I6: ${from} acknowledges ${message.index}, which is not on its disk`,
    )
    if (raft.status.term === term && message.index >= raft.status.firstIndex)
      assert.equal(held ?? raft.termAt(message.index), raft.termAt(message.index), `I6: ${from} has another entry ${message.index} on its disk`)
  }

  /** An entry is about to change the member's state. */
  applied(member: Watched, entry: Entry): void {
    const known = this.committed[entry.index - 1]
    assert(known !== undefined, `I5: ${member.id} applies entry ${entry.index}, which is not committed`)
    assertSame(known, entry, `I12: ${member.id} applies another entry ${entry.index}`)
    assert(member.disk.holds(entry.index, entry.term), `I6: ${member.id} applies entry ${entry.index} before it is on its disk`)
  }

  /** A read was asked for: whatever anybody knows to be committed by now, it must see. */
  asked(member: Watched, id: number): void {
    this.#reads.set(`${member.id} ${id}`, this.committed.length)
  }

  answered(member: Watched, id: number, index: number | null): void {
    const key = `${member.id} ${id}`
    const least = this.#reads.get(key)
    assert(least !== undefined, `I10: ${member.id} answers read ${id} twice, or unasked`)
    this.#reads.delete(key)
    if (index === null) return
    assert(index >= least, `I10: a read at ${member.id} sees up to ${index}, though ${least} was committed before`)
    assert(index <= this.committed.length, `I10: a read at ${member.id} sees ${index}, which is not committed`)
  }

  /** The member's memory is gone, and what it was asked with it. */
  forget({ id }: Watched): void {
    for (const key of this.#reads.keys()) if (key.startsWith(`${id} `)) this.#reads.delete(key)
  }

  get unanswered(): number {
    return this.#reads.size
  }

  /** I3: where two logs have an entry of the same index and term, they are equal up to there. */
  checkLogs(members: readonly Watched[]): void {
    for (const a of members)
      for (const b of members) {
        if (a.id >= b.id) continue
        let isEqual = false
        const from = Math.max(a.raft.status.firstIndex, b.raft.status.firstIndex)
        for (let index = Math.min(a.raft.status.lastIndex, b.raft.status.lastIndex); index >= from; index -= 1) {
          const same = a.raft.termAt(index) === b.raft.termAt(index)
          assert(same || !isEqual, `I3: ${a.id} and ${b.id} differ at ${index} below an equal entry`)
          isEqual ||= same
          if (same) assertSame(a.raft.entryAt(index), b.raft.entryAt(index), `I3: ${a.id} and ${b.id} at ${index}`)
        }
      }
  }
}

function halves({ voters, outgoing }: Configuration): readonly (readonly string[])[] {
  return outgoing.length > 0 ? [voters, outgoing] : [voters]
}

/** Whether every majority of one has somebody in common with every majority of the other, by trying all of them. */
function overlap(a: readonly string[], b: readonly string[]): boolean {
  return majorities(a).every((one) => majorities(b).every((other) => one.some((id) => other.includes(id))))
}

function majorities(ids: readonly string[]): readonly (readonly string[])[] {
  const all = Array.from({ length: 2 ** ids.length }, (_, bits) => ids.filter((_id, at) => (bits >> at) % 2 === 1))
  return all.filter((some) => some.length * 2 > ids.length)
}

function assertSame(a: Entry, b: Entry, message: string): void {
  if (a === b) return
  assert.equal(a.term, b.term, message)
  assert.equal(a.type, b.type, message)
  assert.deepEqual(a.data, b.data, message)
}
