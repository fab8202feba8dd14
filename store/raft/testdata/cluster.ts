// A cluster of cores without drivers, for scripts: messages lie in a list until someone delivers or drops
// them, writes lie in a queue until someone completes them, a crash loses what was not completed. An observer
// checks the invariants after every step.

import assert from 'node:assert/strict'
import { type Configuration, simpleConfiguration } from '../configuration.ts'
import { defaultSettings, type Refusal, type Settings } from '../core.ts'
import type { Entry } from '../entry.ts'
import type { Message } from '../message.ts'
import { type AppendWork, Raft } from '../raft.ts'
import { MemberDisk } from './member-disk.ts'
import { Observer } from './observer.ts'

/** Election timeouts are nearly twice the least: the time without a leader can pass without a campaign. */
const random = { next: () => 0.8, bytes: (length: number) => new Uint8Array(length) }

/** Small limits: one entry in a message, two messages under way. */
export const tightSettings: Settings = {
  ...defaultSettings,
  electionTicks: 5,
  maxAppendBytes: 1,
  maxApplyBytes: 2,
  maxUncommittedBytes: 8,
  maxWaitingReads: 3,
  window: { maxMessages: 2, maxBytes: 6 },
}

class Member {
  readonly id: string
  readonly disk = new MemberDisk()
  raft: Raft
  isUp = true
  /** Writes wait until somebody completes them, also while all else settles. */
  isDiskSlow = false
  /** Committed entries are taken, and lie in a queue. */
  isApplySlow = false
  waiting: Entry[] = []
  works: AppendWork[] = []
  readonly make: () => Raft

  constructor(id: string, make: (member: Member) => Raft) {
    this.id = id
    this.make = () => make(this)
    this.raft = this.make()
  }
}

export class Cluster {
  readonly members: Member[]
  network: Message[] = []
  /** Links that are cut, as `1>2`. */
  readonly cut = new Set<string>()
  readonly reads: { readonly member: string; readonly index: number | null }[] = []
  readonly observer: Observer
  readonly #kept: Message[] = []
  readonly #settings: Settings
  readonly #first: Configuration

  constructor(voters: readonly string[], learners: readonly string[], settings: Settings) {
    this.#settings = settings
    this.#first = simpleConfiguration(voters, learners)
    const founders = [...voters, ...learners]
    this.observer = new Observer(this.#first, founders, settings, (id) => this.members.find((each) => each.id === id))
    this.members = founders.map((id) => new Member(id, (member) => this.#make(member, voters, learners)))
  }

  #make({ id, disk }: { readonly id: string; readonly disk: MemberDisk }, voters: readonly string[], learners: readonly string[]): Raft {
    return new Raft(disk.start(id, voters, learners), random, this.#settings)
  }

  /** Somebody who knows of nobody. */
  join(id: string): void {
    this.members.push(new Member(id, (member) => this.#make(member, [], [])))
  }

  get(id: string): Member {
    const member = this.members.find((each) => each.id === id)
    assert(member !== undefined, `no member ${id}`)
    return member
  }

  isolate(id: string): void {
    for (const member of this.members)
      if (member.id !== id) {
        this.cut.add(`${id}>${member.id}`)
        this.cut.add(`${member.id}>${id}`)
      }
  }

  /** Takes everything that the member wants done: sends, queues writes, applies. */
  drain(member: Member): void {
    this.observer.look(member)
    for (;;) {
      const { send, append, apply, reads } = member.raft.ready()
      for (const message of send) this.#send(member, message)
      if (append !== undefined) member.works.push(append)
      member.waiting.push(...apply)
      if (!member.isApplySlow) this.#apply(member)
      for (const { id, index } of reads) {
        this.observer.answered(member, id, index)
        this.reads.push({ member: member.id, index })
      }
      this.observer.look(member)
      if (send.length === 0 && append === undefined && apply.length === 0 && reads.length === 0) break
    }
  }

  #apply(member: Member): void {
    const entries = member.waiting
    member.waiting = []
    for (const entry of entries) this.observer.applied(member, entry)
    const last = entries.at(-1)
    if (last !== undefined) member.raft.applied(last.index)
  }

  read(member: Member): Refusal | undefined {
    const read = member.raft.readIndex()
    if ('refused' in read) return read
    this.observer.asked(member, read.id)
    return undefined
  }

  /** The oldest write of the member reaches its disk. */
  complete(member: Member): void {
    const work = member.works.shift()
    if (work === undefined) return
    member.disk.write(work)
    for (const message of member.raft.appended(work)) this.#send(member, message)
    this.drain(member)
  }

  #arrive(message: Message): void {
    const member = this.members.find(({ id }) => id === message.to)
    if (member === undefined || !member.isUp || this.cut.has(`${message.from}>${message.to}`)) {
      this.#broken(message)
      return
    }
    member.raft.step(message)
    this.drain(member)
  }

  /** Its connections break, which the drivers of leaders see, unless it happens quietly. */
  crash(member: Member, isQuiet = false): void {
    member.isUp = false
    member.works = []
    this.observer.forget(member)
    if (!isQuiet) for (const { isUp, raft } of this.members) if (isUp) raft.unreachable(member.id)
  }

  restart(member: Member): void {
    member.works = []
    member.waiting = []
    member.raft = member.make()
    member.isUp = true
    this.drain(member)
  }

  /** A snapshot at what is applied; keeps `kept` entries behind it. */
  compact(member: Member, kept: number): void {
    const { applied, firstIndex } = member.raft.status
    const term = member.raft.termAt(applied)
    if (applied < firstIndex || term === undefined) return
    const snapshot = { index: applied, term, configuration: member.raft.configuration }
    const keepAfter = Math.max(firstIndex - 1, applied - kept)
    member.disk.save(snapshot, keepAfter + 1)
    member.raft.compact(snapshot, keepAfter)
  }

  /** Everything that is under way arrives and is written, until all is quiet. */
  settle(): void {
    for (let round = 0; round < 10_000; round += 1) {
      for (const member of this.members) if (member.isUp) this.drain(member)
      const busy = this.members.find(({ isUp, works, isDiskSlow }) => isUp && !isDiskSlow && works.length > 0)
      const message = busy === undefined ? this.network.shift() : undefined
      if (busy !== undefined) this.complete(busy)
      else if (message !== undefined) this.#arrive(message)
      else return
    }
    assert.fail('I14: messages without end')
  }

  /** Messages of one sort, from one member and to one (or `*`), arrive, are lost, double or will come `again`; nothing else happens. */
  take(how: 'drop' | 'deliver' | 'twice' | 'keep', type: string, from: string, to: string): void {
    const isMeant = (message: Message) =>
      ['*', message.type].includes(type) && ['*', message.from].includes(from) && ['*', message.to].includes(to)
    const meant = this.network.filter(isMeant)
    this.network = this.network.filter((message) => !isMeant(message))
    for (const message of meant) {
      if (how === 'drop') this.#broken(message)
      else if (how === 'deliver') this.#arrive(message)
      else if (how === 'twice') this.network.push(message, message)
      else {
        this.network.push(message)
        this.#kept.push(message)
      }
    }
  }

  /** What was kept is under way once more, however long ago it was sent. */
  again(): void {
    this.network.push(...this.#kept.splice(0))
  }

  sendSnapshot({ id, raft }: Member, to: string): void {
    assert(raft.snapshot !== undefined)
    this.network.push({ type: 'snapshot', from: id, to, term: raft.status.term, meta: raft.snapshot })
  }

  /** A snapshot travels on a stream: its sender learns that it did not arrive. Other messages are just gone. */
  #broken(message: Message): void {
    const sender = this.get(message.from)
    if (message.type === 'snapshot' && sender.isUp) sender.raft.unreachable(message.to)
  }

  #send(member: Member, message: Message): void {
    this.observer.sent(member, message)
    this.network.push(message)
  }
}
