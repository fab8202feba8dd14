// A cluster of cores without drivers: messages lie in a list until someone delivers or drops them, writes
// lie in a queue until someone completes them, a crash loses what was not completed. After every step the
// invariants of raft.md are checked against what an outside observer knows.

import assert from 'node:assert/strict'
import { defaultSettings, type Settings } from '../core.ts'
import type { Entry, HardState, SnapshotMeta } from '../entry.ts'
import type { Message } from '../message.ts'
import { type AppendWork, Raft } from '../raft.ts'

/** Small and fast, for tests: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const tightSettings: Settings = {
  ...defaultSettings,
  electionTicks: 5,
  maxAppendBytes: 2,
  maxApplyBytes: 2,
  window: { maxMessages: 2, maxBytes: 6 },
}

export class Member {
  readonly id: string
  raft: Raft
  isUp = true
  hardState: HardState = { term: 0, vote: null, commit: 0 }
  entries: Entry[] = []
  snapshot: SnapshotMeta | undefined
  works: AppendWork[] = []
  readonly #make: (member: Member) => Raft

  constructor(id: string, make: (member: Member) => Raft) {
    this.id = id
    this.#make = make
    this.raft = make(this)
  }

  restart(): void {
    this.works = []
    this.raft = this.#make(this)
    this.isUp = true
  }

  /** Whether the entry, or a snapshot that has it, is on this member's disk. */
  holds(index: number, term: number): boolean {
    return (this.snapshot?.index ?? 0) >= index || this.entries.some((entry) => entry.index === index && entry.term === term)
  }

  write(work: AppendWork): void {
    if (work.snapshot !== undefined) {
      this.snapshot = work.snapshot
      this.entries = []
    }
    const { truncateFrom } = work
    if (truncateFrom !== undefined) this.entries = this.entries.filter(({ index }) => index < truncateFrom)
    this.entries.push(...work.entries)
    if (work.hardState === undefined) return
    assert(work.hardState.term >= this.hardState.term, 'I8: a stored term never goes back')
    this.hardState = work.hardState
  }
}

export class Cluster {
  readonly members: readonly Member[]
  readonly voters: readonly string[]
  network: Message[] = []
  /** Ids that are cut off from all others. */
  readonly isolated = new Set<string>()
  /** The first that anybody saw committed at each index. */
  readonly committed = new Map<number, Entry>()
  readonly reads: { readonly member: string; readonly id: number; readonly index: number | null }[] = []
  readonly #leaders = new Map<number, string>()
  readonly #grants = new Map<string, string>()

  constructor(ids: readonly string[], random: () => number, settings: Settings = { ...defaultSettings, electionTicks: 5 }, learners: readonly string[] = []) {
    this.voters = ids.filter((id) => !learners.includes(id))
    const source = { next: random, bytes: (length: number) => new Uint8Array(length) }
    const make = ({ id, hardState, entries, snapshot }: Pick<Member, 'id' | 'hardState' | 'entries' | 'snapshot'>) => {
      const rest = entries.filter(({ index }) => index > (snapshot?.index ?? 0))
      return new Raft({ id, hardState, entries: rest, voters: this.voters, learners, ...(snapshot !== undefined && { snapshot }) }, source, settings)
    }
    this.members = ids.map((id) => new Member(id, make))
  }

  get(id: string): Member {
    const member = this.members.find((each) => each.id === id)
    assert(member !== undefined, `no member ${id}`)
    return member
  }

  get leaders(): readonly Member[] {
    return this.members.filter(({ isUp, raft }) => isUp && raft.status.role === 'leader')
  }

  /** Takes everything that the member wants done: sends, queues writes, applies. */
  drain(member: Member): void {
    for (;;) {
      const { send, append, apply, reads } = member.raft.ready()
      for (const message of send) this.#send(message)
      if (append !== undefined) member.works.push(append)
      for (const entry of apply) this.#applied(entry)
      const last = apply.at(-1)
      if (last !== undefined) member.raft.applied(last.index)
      this.reads.push(...reads.map((read) => ({ member: member.id, ...read })))
      if (send.length === 0 && append === undefined && apply.length === 0) break
    }
    this.#check(member)
  }

  /** The oldest write of the member reaches its disk. */
  complete(member: Member): void {
    const work = member.works.shift()
    if (work === undefined) return
    member.write(work)
    for (const message of member.raft.appended(work)) this.#send(message)
    this.drain(member)
  }

  deliver(at: number): void {
    const [message] = this.network.splice(at, 1)
    if (message === undefined) return
    const member = this.get(message.to)
    if (!member.isUp || this.isolated.has(message.to) || this.isolated.has(message.from)) {
      this.#broken(message)
      return
    }
    member.raft.step(message)
    this.drain(member)
  }

  lose(at: number): void {
    for (const message of this.network.splice(at, 1)) this.#broken(message)
  }

  /** Its connections break, which the leaders' drivers see. */
  crash(member: Member): void {
    member.isUp = false
    member.works = []
    for (const leader of this.leaders) leader.raft.unreachable(member.id)
  }

  restart(member: Member): void {
    member.restart()
    this.drain(member)
  }

  /** A snapshot at what is applied; keeps `kept` entries behind it. */
  compact(member: Member, kept: number): void {
    const { applied, firstIndex } = member.raft.status
    const term = member.raft.termAt(applied)
    if (applied < firstIndex || term === undefined) return
    member.snapshot = { index: applied, term, voters: member.raft.voters, learners: member.raft.learners }
    member.raft.compact(member.snapshot, Math.max(firstIndex - 1, applied - kept))
  }

  /** Everything that is under way arrives and is written, until all is quiet. */
  settle(): void {
    for (let round = 0; round < 10_000; round += 1) {
      for (const member of this.members) if (member.isUp) this.drain(member)
      const busy = this.members.find(({ isUp, works }) => isUp && works.length > 0)
      if (busy !== undefined) this.complete(busy)
      else if (this.network.length > 0) this.deliver(0)
      else return
    }
    assert.fail('I14: messages without end')
  }

  /** A snapshot travels on a stream: its sender learns that it did not arrive. Other messages are just gone. */
  #broken(message: Message): void {
    const sender = this.get(message.from)
    if (message.type === 'snapshot' && sender.isUp) sender.raft.unreachable(message.to)
  }

  #send(message: Message): void {
    if (message.type === 'voteResponse' && message.granted) {
      const key = `${message.from} in ${message.term}`
      assert.equal(this.#grants.get(key) ?? message.to, message.to, `I7: ${key} voted twice`)
      this.#grants.set(key, message.to)
    }
    this.network.push(message)
  }

  #applied(entry: Entry): void {
    const known = this.committed.get(entry.index)
    if (known !== undefined) {
      assert.equal(known.term, entry.term, `I5: two entries committed at ${entry.index}`)
      assert.deepEqual(known.data, entry.data, `I5: two entries committed at ${entry.index}`)
      return
    }
    const copies = this.voters.filter((id) => this.get(id).holds(entry.index, entry.term)).length
    assert(copies * 2 > this.voters.length, `I6: entry ${entry.index} was committed with ${copies} copies on disk`)
    this.committed.set(entry.index, entry)
  }

  #check(member: Member): void {
    const { role, term, firstIndex, lastIndex } = member.raft.status
    if (role !== 'leader') return
    const other = this.#leaders.get(term)
    assert.equal(other ?? member.id, member.id, `I1: two leaders in term ${term}`)
    if (other !== undefined) return
    this.#leaders.set(term, member.id)
    for (const [index, entry] of this.committed) {
      if (index < firstIndex) continue
      assert(index <= lastIndex, `I4: the leader of term ${term} lacks committed entry ${index}`)
      assert.equal(member.raft.termAt(index), entry.term, `I4: the leader of term ${term} has another entry ${index}`)
    }
  }

  /** I3: where two logs have an entry of the same index and term, they are equal up to there. */
  checkLogs(): void {
    for (const a of this.members)
      for (const b of this.members) {
        if (a.id >= b.id || !a.isUp || !b.isUp) continue
        let isEqual = false
        const from = Math.max(a.raft.status.firstIndex, b.raft.status.firstIndex)
        for (let index = Math.min(a.raft.status.lastIndex, b.raft.status.lastIndex); index >= from; index -= 1) {
          const same = a.raft.termAt(index) === b.raft.termAt(index)
          assert(same || !isEqual, `I3: ${a.id} and ${b.id} differ at ${index} below an equal entry`)
          isEqual ||= same
          if (same) assert.deepEqual(a.raft.entryAt(index).data, b.raft.entryAt(index).data, `I3: ${a.id} and ${b.id} at ${index}`)
        }
      }
  }
}
