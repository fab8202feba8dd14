// Many cores in virtual time, from one seed: messages that are lost, late, doubled and overtaken, links cut one
// way or both, disks that are slow, members that crash at the worst moment, stand still or come back late,
// members that change. First safety while it is bad, then liveness once it is good. One run is one `Simulation`;
// `luck.ts` draws what goes wrong, `observer.ts` says what must hold, `../simulation.test.ts` runs them.

import assert from 'node:assert/strict'
import { messageOf } from '../../../effects/thrown.ts'
import { type Change, isVoter, membersOf, simpleConfiguration } from '../configuration.ts'
import type { Settings } from '../core.ts'
import type { Entry, SnapshotMeta } from '../entry.ts'
import type { Message } from '../message.ts'
import { type AppendWork, Raft } from '../raft.ts'
import { EventQueue } from './event-queue.ts'
import { drawLuck, drawSettings, type Luck, seeded } from './luck.ts'
import { MemberDisk } from './member-disk.ts'
import { Observer } from './observer.ts'

const tickMs = 100
const safetyMs = 20_000
/**
 * Longest election timeouts within which a healed cluster has a leader. Nearly always it is one or two: more where a vote is split,
 * or waits for a write that had stalled before. Of 10,000 runs 32 took more than two, and the longest 3.2.
 */
const leaderTimeouts = 5
/** Election timeouts that a healed cluster has to become one, and time for each entry that somebody may lack: some send one at a time. */
const healTimeouts = 40
const healMsPerEntry = 150

class Member {
  readonly id: string
  readonly disk = new MemberDisk()
  raft: Raft
  isUp = true
  /** Counts its lives: what was planned for an earlier one does not happen. */
  life = 0
  /** It stands still until then; what arrives waits. */
  pausedUntil = 0
  readonly inbox: Message[] = []
  works: AppendWork[] = []
  /** So many of them, from the first, are on their way to the disk. */
  writing = 0
  applying: (readonly Entry[])[] = []
  isApplying = false
  isSnapshotting = false
  diskStalledUntil = 0
  /** How fast its clock runs. */
  readonly drift: number
  readonly make: () => Raft

  constructor(id: string, drift: number, make: (member: Member) => Raft) {
    this.id = id
    this.drift = drift
    this.make = () => make(this)
    this.raft = this.make()
  }
}

export interface Outcome {
  readonly committed: number
  readonly terms: number
  readonly changes: number
  readonly snapshots: number
  readonly crashes: number
  readonly transfers: number
  readonly reads: number
  readonly events: number
  readonly hash: number
}

export interface RunOptions {
  readonly seed: number
  /** These stay 0, whatever the seed draws. */
  readonly without?: readonly (keyof Luck)[]
  readonly onLine?: (line: string) => void
}

export class Simulation {
  readonly luck: Luck
  readonly settings: Settings
  readonly #random: () => number
  readonly #queue = new EventQueue()
  readonly #members: Member[] = []
  readonly #observer: Observer
  readonly #onLine: ((line: string) => void) | undefined
  readonly #cut = new Map<string, number>()
  readonly #delayMs: number
  readonly #writeMs: number
  readonly #writeEveryMs: number
  readonly #snapshotEvery: number
  readonly #keptEntries: number
  #nowMs = 0
  #isHealing = false
  #commands = 0
  #hash = 0
  #counts = { snapshots: 0, crashes: 0, transfers: 0, reads: 0, events: 0 }

  constructor({ seed, without = [], onLine }: RunOptions) {
    const random = seeded(seed)
    const luck = drawLuck(random)
    this.luck = { ...luck, ...Object.fromEntries(without.map((name) => [name, 0])) }
    this.settings = drawSettings(random)
    this.#onLine = onLine
    this.#delayMs = 1 + random() * 30
    this.#writeMs = 1 + random() * 20
    this.#writeEveryMs = 20 + random() * 300
    this.#snapshotEvery = random() < 0.5 ? 3 + Math.floor(random() * 10) : 50 + Math.floor(random() * 500)
    this.#keptEntries = Math.floor(random() * 5)
    const voters = ['1', '2', '3', '4', '5'].slice(0, random() < 0.1 ? 1 : random() < 0.6 ? 3 : 5)
    const learners = random() < 0.2 ? ['6'] : []
    const founders = [...voters, ...learners]
    this.#random = seeded(Math.floor(random() * 2 ** 32))
    this.#observer = new Observer(simpleConfiguration(voters, learners), founders, this.settings, (id) => this.#find(id))
    for (const id of founders) this.#add(id, voters, learners)
  }

  run(): Outcome {
    this.#every(() => this.#exponential(this.#writeEveryMs), () => this.#write())
    this.#every(() => 200 + this.#random() * 1_500, () => this.#disturb())
    if (this.luck.read > 0) this.#every(() => 20 + this.#random() * 300, () => this.#read())
    if (this.luck.change > 0) this.#every(() => 200 + this.#random() * 3_000, () => this.#change())
    if (this.luck.transfer > 0) this.#every(() => 500 + this.#random() * 5_000, () => this.#transfer())
    this.#runUntil(safetyMs, () => false)
    this.#heal()
    const { committed, configurations, terms } = this.#observer
    return { committed: committed.length, terms, changes: configurations.length - 1, ...this.#counts, hash: this.#hash }
  }

  // The world

  #find(id: string): Member | undefined {
    return this.#members.find((member) => member.id === id)
  }

  #add(id: string, voters: readonly string[], learners: readonly string[]): void {
    const source = { next: this.#random, bytes: (length: number) => new Uint8Array(length) }
    const member = new Member(
      id,
      0.9 + this.#random() * 0.2,
      ({ disk }) => new Raft(disk.start(id, voters, learners), source, this.settings),
    )
    this.#members.push(member)
    this.#planTick(member)
  }

  /** Running, and not standing still. */
  get #awake(): readonly Member[] {
    return this.#members.filter((member) => this.#isAwake(member))
  }

  get #leaders(): readonly Member[] {
    return this.#awake.filter(({ raft }) => raft.status.role === 'leader')
  }

  #isAwake({ isUp, pausedUntil }: Member): boolean {
    return isUp && pausedUntil <= this.#nowMs
  }

  #runUntil(atMs: number, isDone: () => boolean): boolean {
    const begun = { ms: this.#nowMs, events: this.#counts.events }
    for (;;) {
      if (isDone()) return true
      const event = this.#queue.take()
      assert(event !== undefined)
      if (event.at > atMs) {
        this.#queue.add(event.at, event.run)
        this.#nowMs = atMs
        return false
      }
      this.#nowMs = event.at
      event.run()
      this.#counts.events += 1
      assert(this.#counts.events - begun.events < 40_000 + (this.#nowMs - begun.ms) * 20, 'I14: a storm of messages')
      assert(this.#queue.size < 20_000, 'I14: messages pile up')
      if (this.#counts.events % 200 === 0) this.#observer.checkLogs(this.#members.filter(({ isUp }) => isUp))
    }
  }

  #every(pauseMs: () => number, run: () => void): void {
    this.#queue.add(this.#nowMs + pauseMs(), () => {
      if (this.#isHealing) return
      run()
      this.#every(pauseMs, run)
    })
  }

  /** Later, if the member still lives the same life; once it is awake. */
  #later(member: Member, delayMs: number, run: () => void): void {
    const { life } = member
    this.#queue.add(this.#nowMs + delayMs, () => {
      if (!member.isUp || member.life !== life) return
      if (this.#isAwake(member)) run()
      else this.#later(member, member.pausedUntil - this.#nowMs, run)
    })
  }

  #exponential(mean: number): number {
    return -Math.log(1 - this.#random()) * mean
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)]
  }

  #happens(chance: number): boolean {
    return !this.#isHealing && chance > 0 && this.#random() < chance
  }

  #trace(line: () => string): void {
    this.#onLine?.(`${this.#nowMs.toFixed(1).padStart(9)} ${line()}`)
  }

  #mix(...numbers: readonly number[]): void {
    for (const number of numbers) this.#hash = (Math.imul(this.#hash ^ number, 0x01000193) + 0x9e3779b9) >>> 0
  }

  // A member and its driver

  #planTick(member: Member): void {
    this.#later(member, tickMs * member.drift, () => {
      member.raft.tick()
      this.#drain(member)
      this.#planTick(member)
    })
  }

  #drain(member: Member): void {
    if (!member.isUp) return
    this.#observer.look(member)
    while (member.isUp) {
      const { send, append, apply, reads } = member.raft.ready(true, !this.#happens(this.luck.untold))
      for (const message of send) this.#send(member, message)
      if (append?.snapshot !== undefined) member.applying = [] // It contains them.
      if (append !== undefined) member.works.push(append)
      if (apply.length > 0) member.applying.push(apply)
      for (const { id, index } of reads) {
        this.#observer.answered(member, id, index)
        if (index !== null) this.#counts.reads += 1
      }
      if (send.some(({ type }) => type === 'append') && this.#happens(this.luck.crashAfterAppend)) this.#crash(member, 'after sending')
      this.#writeNext(member)
      this.#applyNext(member)
      if (send.length === 0 && append === undefined && apply.length === 0) break
    }
    if (member.isUp) this.#observer.look(member)
  }

  /** What has come together since the last write is one write. */
  #writeNext(member: Member): void {
    if (!member.isUp || member.writing > 0 || member.works.length === 0) return
    member.writing = member.works.length
    const heavy = this.#random() < 0.02 ? 20 : 1
    const stallMs = Math.max(0, member.diskStalledUntil - this.#nowMs)
    this.#later(member, stallMs + this.#exponential(this.#writeMs) * heavy, () => {
      if (this.#happens(this.luck.crashBeforeWrite)) return this.#crash(member, 'before a write')
      const works = member.works.splice(0, member.writing)
      member.writing = 0
      for (const work of works) {
        if (!member.isUp) return
        member.disk.write(work)
        if (this.#happens(this.luck.crashAfterWrite)) return this.#crash(member, 'after a write')
        this.#written(member, work)
      }
      this.#drain(member)
    })
  }

  #written(member: Member, work: AppendWork): void {
    const messages = member.raft.appended(work)
    this.#observer.look(member)
    for (const message of messages) {
      if (!member.isUp) return
      this.#send(member, message)
      const isVote = message.type === 'vote' || (message.type === 'voteResponse' && message.granted)
      if (isVote && this.#happens(this.luck.crashAfterVote)) this.#crash(member, 'after a vote')
      if (message.type === 'appendResponse' && this.#happens(this.luck.crashAfterAck)) this.#crash(member, 'after an answer')
    }
  }

  #applyNext(member: Member): void {
    if (!member.isUp || member.isApplying || member.applying.length === 0) return
    const isLate = this.#happens(this.luck.lateApply)
    member.isApplying = true
    if (!isLate) return this.#apply(member)
    this.#later(member, this.#exponential(100), () => {
      this.#apply(member)
      this.#drain(member)
    })
  }

  #apply(member: Member): void {
    member.isApplying = false
    const entries = member.applying.shift() ?? []
    const last = entries.at(-1)
    if (last === undefined || last.index <= member.raft.status.applied) return
    const changes = entries.some(({ type }) => type === 'configuration')
    if (changes && this.#happens(this.luck.crashAroundChange)) return this.#crash(member, 'before new members count')
    for (const entry of entries) this.#observer.applied(member, entry)
    member.raft.applied(last.index)
    this.#observer.look(member)
    if (changes) this.#trace(() => `${member.id} counts by ${JSON.stringify(member.raft.configuration)}`)
    if (changes && this.#happens(this.luck.crashAroundChange)) return this.#crash(member, 'after new members count')
    this.#maybeSnapshot(member)
    this.#applyNext(member)
  }

  #maybeSnapshot(member: Member): void {
    const { applied } = member.raft.status
    if (member.isSnapshotting || applied - (member.raft.snapshot?.index ?? 0) < this.#snapshotEvery) return
    const term = member.raft.termAt(applied)
    if (term === undefined || member.raft.configuration.voters.length === 0) return // Who joined knows no members yet.
    const snapshot: SnapshotMeta = { index: applied, term, configuration: member.raft.configuration }
    member.isSnapshotting = true
    this.#later(member, this.#exponential(200), () => {
      member.isSnapshotting = false
      if (this.#happens(this.luck.crashInSnapshot / 2)) return this.#crash(member, 'before a snapshot')
      const keepAfter = Math.max(0, applied - this.#keptEntries)
      if (snapshot.index <= (member.raft.snapshot?.index ?? 0)) return
      member.disk.save(snapshot, keepAfter + 1)
      if (this.#happens(this.luck.crashInSnapshot / 2)) return this.#crash(member, 'after a snapshot')
      member.raft.compact(snapshot, keepAfter)
      this.#counts.snapshots += 1
      this.#observer.look(member)
    })
  }

  /** Of what is being written, any part from the beginning may have reached the disk. */
  #crash(member: Member, why: string, forMs?: number): void {
    this.#trace(() => `${member.id} crashes ${why}`)
    this.#counts.crashes += 1
    const reached = Math.floor(this.#random() * (member.writing + 1))
    for (const work of member.works.slice(0, reached)) member.disk.write(work)
    member.isUp = false
    member.life += 1
    member.works = []
    member.applying = []
    member.writing = 0
    member.isApplying = false
    member.isSnapshotting = false
    for (const message of member.inbox.splice(0)) if (message.type === 'snapshot') this.#noticeLoss(message) // Its connection breaks.
    this.#observer.forget(member)
    for (const { isUp, raft } of this.#members) if (isUp && this.#random() < 0.6) this.#breakOff(raft, member.id)
    const isShort = this.#random() < 0.5
    const downMs = forMs ?? this.#random() * (isShort ? 20 : 10 * this.settings.electionTicks * tickMs)
    const { life } = member
    this.#queue.add(this.#nowMs + downMs, () => {
      if (!member.isUp && member.life === life) this.#restart(member)
    })
  }

  #restart(member: Member): void {
    this.#trace(() => `${member.id} is back`)
    member.isUp = true
    member.pausedUntil = 0
    member.raft = member.make()
    this.#drain(member)
    this.#planTick(member)
  }

  // The network

  #send(member: Member, message: Message): void {
    this.#observer.sent(member, message)
    this.#trace(() => `${message.from} → ${message.to} ${describe(message)}`)
    this.#mix(this.#nowMs * 1_000, message.type.length, Number(message.from) * 16 + Number(message.to), message.term)
    if (this.#happens(this.luck.loss)) {
      if (message.type === 'snapshot' || this.#happens(this.luck.noticed)) this.#noticeLoss(message)
      return
    }
    this.#transmit(message)
    if (message.type !== 'snapshot' && this.#happens(this.luck.duplicate)) this.#transmit(message)
  }

  #transmit(message: Message): void {
    const slow = (message.type === 'snapshot' ? 5 : 1) * (this.#happens(this.luck.late) ? 30 : 1)
    this.#queue.add(this.#nowMs + 0.1 + this.#exponential(this.#delayMs) * slow, () => this.#arrive(message))
  }

  #arrive(message: Message): void {
    const member = this.#find(message.to)
    if (member === undefined || !member.isUp || (this.#cut.get(`${message.from}>${message.to}`) ?? 0) > this.#nowMs) {
      if (message.type === 'snapshot' || this.#happens(this.luck.noticed)) this.#noticeLoss(message)
      return
    }
    if (!this.#isAwake(member)) {
      member.inbox.push(message)
      return
    }
    this.#receive(member, message)
  }

  #receive(member: Member, message: Message): void {
    member.raft.step(message)
    this.#drain(member)
    const sender = this.#find(message.from)
    if (message.type !== 'snapshot' || sender?.isUp !== true) return
    this.#later(sender, this.#exponential(this.#delayMs), () => {
      sender.raft.delivered(member.id)
      this.#drain(sender)
    })
  }

  /** The transport of the sender reports a broken connection. */
  #noticeLoss({ from, to }: Message): void {
    const sender = this.#find(from)
    if (sender?.isUp !== true) return
    this.#later(sender, this.#exponential(300), () => {
      this.#breakOff(sender.raft, to)
      this.#drain(sender)
    })
  }

  /** What a driver makes of it, who may well be wrong. */
  #breakOff(raft: Raft, id: string): void {
    if (this.#random() < 0.4) raft.gone(id)
    else raft.unreachable(id)
  }

  // What happens to it

  #disturb(): void {
    const { crash, crashAll, pause, isolate, isolateLeader, split, oneWay, flap, stallDisk } = this.luck
    const kinds = { none: 1, crash, crashAll, pause, isolate, isolateLeader, split, oneWay, flap, stallDisk }
    let at = this.#random() * Object.values(kinds).reduce((sum, weight) => sum + weight, 0)
    const [kind] = Object.entries(kinds).find(([, weight]) => (at -= weight) < 0) ?? ['none']
    const member = this.#pick(this.#awake)
    const untilMs = this.#nowMs + this.#random() * 6 * this.settings.electionTicks * tickMs
    if (member === undefined || kind === 'none') return
    this.#trace(() => `fault: ${kind} ${member.id} until ${untilMs.toFixed()}`)
    if (kind === 'crash') this.#crash(member, 'by itself')
    else if (kind === 'crashAll') for (const each of this.#awake) this.#crash(each, 'with all others')
    else if (kind === 'pause') this.#pause(this.#random() < 0.5 ? (this.#leaders[0] ?? member) : member, untilMs)
    else if (kind === 'isolate') this.#isolate([member], untilMs)
    else if (kind === 'isolateLeader') this.#isolate(this.#leaders.slice(0, 1), untilMs)
    else if (kind === 'split') this.#isolate(this.#members.filter(() => this.#random() < 0.5), untilMs)
    else if (kind === 'oneWay') for (const { id } of this.#members) if (this.#random() < 0.7) this.#cut.set(`${member.id}>${id}`, untilMs)
    if (kind === 'flap') this.#flap(member, untilMs)
    if (kind === 'stallDisk') member.diskStalledUntil = untilMs
  }

  /** From all who are not in `group`. */
  #isolate(group: readonly Member[], untilMs: number): void {
    for (const { id } of group)
      for (const other of this.#members)
        if (!group.includes(other)) {
          this.#cut.set(`${id}>${other.id}`, untilMs)
          this.#cut.set(`${other.id}>${id}`, untilMs)
        }
  }

  #flap(member: Member, untilMs: number): void {
    if (this.#nowMs >= untilMs || this.#isHealing) return
    this.#isolate([member], this.#nowMs + this.#random() * 300)
    this.#queue.add(this.#nowMs + 100 + this.#random() * 500, () => this.#flap(member, untilMs))
  }

  #pause(member: Member, untilMs: number): void {
    member.pausedUntil = untilMs
    const { life } = member
    this.#queue.add(untilMs, () => {
      if (!member.isUp || member.life !== life) return
      // Time has passed of which a leader knows nothing: a successor may have been elected, and have committed something.
      if (this.#happens(this.luck.readOnWaking)) this.#ask(member)
      for (let message = member.inbox.shift(); message !== undefined && member.isUp; message = member.inbox.shift()) {
        this.#receive(member, message)
      }
    })
  }

  #write(): void {
    for (const leader of this.#leaders) {
      const count = 1 + Math.floor(this.#random() * 3)
      const commands = Array.from({ length: count }, () => this.#command())
      leader.raft.propose(commands)
      this.#drain(leader)
    }
  }

  /** Every command is another one. */
  #command(): Uint8Array {
    this.#commands += 1
    return new Uint8Array([this.#commands & 255, this.#commands >> 8])
  }

  #read(): void {
    const member = this.#random() < 0.6 ? this.#pick(this.#leaders) : this.#pick(this.#awake)
    if (member === undefined) return
    this.#ask(member)
    if (!this.#happens(this.luck.crashAfterRead)) return
    this.#crash(member, 'after a read', 5)
    this.#queue.add(this.#nowMs + 6, () => this.#isAwake(member) && this.#ask(member))
  }

  /** Returns why it was refused. */
  #ask(member: Member): string | undefined {
    const read = member.raft.readIndex()
    if ('id' in read) this.#observer.asked(member, read.id)
    this.#drain(member)
    return 'refused' in read ? read.refused : undefined
  }

  #transfer(): void {
    for (const leader of this.#leaders) {
      const to = this.#pick(leader.raft.configuration.voters)
      if (to !== undefined && leader.raft.transfer(to) === undefined) this.#counts.transfers += 1
      this.#drain(leader)
    }
  }

  #change(): void {
    for (const leader of this.#leaders) {
      const change = this.#drawChange(leader)
      if (change === undefined) continue
      const proposed = leader.raft.proposeChange(change, this.#random() < 0.5)
      this.#trace(() => `${leader.id} changes members by ${JSON.stringify(change)}: ${JSON.stringify(proposed)}`)
      this.#drain(leader)
    }
  }

  #drawChange({ raft }: Member): Change | undefined {
    const { voters, outgoing, learners } = raft.configuration
    if (outgoing.length > 0) return 'leaveJoint'
    const leave = this.#random() < 0.7 ? 'auto' : 'explicit'
    const [voter, learner] = [this.#pick(voters), this.#pick(learners)]
    const choice = this.#random()
    if (voter === undefined) return undefined
    if (learner !== undefined && choice < 0.4) {
      const demoted = choice < 0.15 && voters.length > 1 ? [{ make: 'learner', id: voter } as const] : []
      return { steps: [{ make: 'voter', id: learner }, ...demoted], leave }
    }
    if (choice < 0.6 && this.#members.length < 9) {
      const fresh = String(this.#members.length + 1 + (this.#find('6') !== undefined && this.#members.length < 6 ? 1 : 0))
      if (this.#find(fresh) !== undefined) return undefined
      this.#add(fresh, [], [])
      const isReplacing = choice > 0.5 && voters.length > 1
      const steps = [{ make: choice < 0.45 ? 'learner' : 'voter', id: fresh } as const]
      return { steps: isReplacing ? [...steps, { make: 'stranger', id: voter } as const] : steps, leave }
    }
    if (voters.length < 2) return undefined
    return { steps: [{ make: choice < 0.8 ? 'stranger' : 'learner', id: voter }], leave }
  }

  // The end

  /** Faults end. Within a bounded time there is one leader, and everyone has what it has. */
  #heal(): void {
    this.#trace(() => 'all is well from here')
    this.#isHealing = true
    this.#cut.clear()
    for (const member of this.#members) {
      member.diskStalledUntil = 0
      if (!member.isUp) this.#restart(member)
      else if (member.pausedUntil > this.#nowMs) this.#pause(member, this.#nowMs)
    }
    const leaderMs = leaderTimeouts * 2 * this.settings.electionTicks * tickMs
    if (!this.#runUntil(this.#nowMs + leaderMs, () => this.#isLed())) assert.fail(`I13: nobody leads in time:\n${this.#show()}`)
    const longest = Math.max(...this.#members.map(({ raft }) => raft.status.lastIndex))
    const healMs = healTimeouts * this.settings.electionTicks * tickMs + longest * healMsPerEntry
    if (!this.#runUntil(this.#nowMs + healMs, () => this.#isConverged())) assert.fail(`I13: not one cluster in time:\n${this.#show()}`)
    const [leader] = this.#leaders
    assert(leader !== undefined)
    const proposed = leader.raft.propose([this.#command()])
    assert('index' in proposed, `I13: the leader refuses: ${JSON.stringify(proposed)}`)
    for (const member of this.#members) {
      const refused = membersOf(leader.raft.configuration).includes(member.id) ? this.#ask(member) : undefined
      assert(refused === undefined || refused === 'tooManyReads', `I13: ${member.id} refuses a read: ${refused}`)
    }
    this.#drain(leader)
    const isDone = () => this.#isConverged() && this.#observer.committed.length >= proposed.index && this.#observer.unanswered === 0
    if (!this.#runUntil(this.#nowMs + healMs, isDone)) assert.fail(`I13: what was asked is not done in time:\n${this.#show()}`)
    this.#observer.checkLogs(this.#members)
  }

  /** Somebody leads, and none of its members is in a later term. */
  #isLed(): boolean {
    return this.#leaders.some(({ raft: { configuration, status } }) =>
      membersOf(configuration).every((id) => (this.#find(id)?.raft.status.term ?? 0) <= status.term),
    )
  }

  #isConverged(): boolean {
    const [leader, other] = this.#leaders
    if (leader === undefined || other !== undefined || !isVoter(leader.raft.configuration, leader.id)) return false
    const { lastIndex, transferee } = leader.raft.status
    if (transferee !== null) return false
    return this.#members.every(
      ({ id, raft: { status } }) =>
        !membersOf(leader.raft.configuration).includes(id) || (status.applied === lastIndex && status.leader === leader.id),
    )
  }

  #show(): string {
    const lines = this.#members.map(({ id, isUp, raft }) => `${id} ${isUp ? 'up' : 'down'} ${JSON.stringify({ ...raft.status, ...raft.configuration })}`)
    const followers = this.#leaders.map(({ id, raft }) => `leader ${id}: ${JSON.stringify(raft.followers)}`)
    return [...lines, ...followers].join('\n')
  }
}

function describe(message: Message): string {
  const { from: _from, to: _to, type, ...rest } = message
  return `${type} ${JSON.stringify(rest, (key, value: unknown) => (key === 'entries' && Array.isArray(value) ? value.length : value))}`
}

/** Runs one seed. When it fails: the faults without which it does not, and the end of what happened. */
export function runSeed(seed: number): Outcome {
  try {
    return new Simulation({ seed }).run()
  } catch (error) {
    const without = shrink(seed)
    const tail: string[] = []
    const onLine = (line: string) => {
      tail.push(line)
      if (tail.length > 100) tail.shift()
    }
    const last = failureOf({ seed, without, onLine })
    const again = `KIT_RAFT_FROM=${seed} KIT_RAFT_RUNS=1 npm test -- store/raft/simulation.test.ts`
    const faults = Object.entries(new Simulation({ seed, without }).luck).filter(([, chance]) => chance > 0)
    const text = [`seed ${seed} failed: ${messageOf(last ?? error)}`, `faults: ${JSON.stringify(Object.fromEntries(faults))}`, ...tail, `again: ${again}`]
    throw new Error(text.join('\n'), { cause: last ?? error })
  }
}

/** Drops one sort of fault after the other, as long as the run still fails. */
function shrink(seed: number): readonly (keyof Luck)[] {
  const names = Object.keys(new Simulation({ seed }).luck).filter(isLuck)
  return names.reduce<readonly (keyof Luck)[]>((dropped, name) => {
    const without = [...dropped, name]
    return failureOf({ seed, without }) === undefined ? dropped : without
  }, [])
}

function isLuck(name: string): name is keyof Luck {
  return name in drawLuck(() => 0)
}

function failureOf(options: RunOptions): unknown {
  try {
    new Simulation(options).run()
    return undefined
  } catch (error) {
    return error
  }
}
