// Lets the members compare their states, and looks at what is in memory here: the driver's side of agreement.ts. Who differs from
// a majority ends itself. Where no majority has one state nobody can tell who is right: then everybody goes on, and says so.

import type { Clock, Log } from '../effects/effects.ts'
import { Agreement, howToMend, type Report, sayDifference, type Verdict } from './agreement.ts'
import { verify } from './mvcc/snapshot.ts'
import type { State } from './mvcc/state.ts'
import type { StateMessage } from './peers.ts'
import { type Configuration, membersOf } from './raft/configuration.ts'

/** About once a second. */
const ticksBetween = 10
/** Between two passes through all objects in memory, and through so many pieces of them at a time: a hundredth of a processor. */
const inspectEveryMs = 10_000
const inspectPauseMs = 100
const piecesAtOnce = 8

export interface ComparisonDeps {
  readonly self: string
  readonly log: Log
  readonly members: () => Configuration
  readonly leader: () => string | null
  readonly send: (messages: readonly StateMessage[]) => void
  /** This member has another state than a majority. Nothing more is asked of it then. */
  readonly onDiverged: (why: string) => void
}

export class Comparison {
  readonly #deps: ComparisonDeps
  readonly #agreement: Agreement
  readonly #disagreements = new Map<string, string | null>()
  #ticks = 0

  constructor(deps: ComparisonDeps, { resourceVersion, hashParts }: State) {
    this.#deps = deps
    this.#agreement = new Agreement(deps.self)
    this.#agreement.applied(resourceVersion, hashParts)
  }

  /** How the state of a member differs, as a sentence; null when it was found to be the same, undefined while that is not known. */
  disagreement(id: string): string | null | undefined {
    return this.#disagreements.get(id)
  }

  /** The state is that of another index now. */
  applied({ resourceVersion, hashParts }: State): void {
    this.#agreement.applied(resourceVersion, hashParts)
  }

  /** As leader, now and then: everybody is to say what the hash of their state is. */
  tick(): void {
    const { leader, self } = this.#deps
    this.#ticks += 1
    if (this.#ticks < ticksBetween || leader() !== self) return
    this.#ticks = 0
    this.#judge(true)
    this.#tell(this.#agreement.ask())
  }

  hear({ from, index, rules, hash }: StateMessage): void {
    const isLeader = from === this.#deps.leader()
    if (isLeader) this.#judge(true)
    this.#agreement.hear(from, { index, rules, hash }, isLeader)
    this.answer()
    this.#judge(false)
  }

  /** Says what was asked for, if the state has come there. */
  answer(): void {
    const report = this.#agreement.answer()
    if (report === undefined) return
    this.#tell(report)
    this.#judge(false)
  }

  #tell(report: Report | undefined): void {
    if (report === undefined) return
    const { self, members, send } = this.#deps
    const others = membersOf(members()).filter((id) => id !== self)
    if (others.length > 0) send(others.map((to) => ({ from: self, to, type: 'state', ...report })))
  }

  #judge(isOver: boolean): void {
    const { self, members, onDiverged } = this.#deps
    const { voters, outgoing } = members()
    const all = new Set(membersOf(members()))
    this.#agreement.keep(all)
    for (const id of this.#disagreements.keys()) if (!all.has(id)) this.#disagreements.delete(id)
    const verdict = this.#agreement.judge([...new Set([...voters, ...outgoing])], isOver)
    if (verdict === undefined) return
    if (verdict.isDecided && verdict.different.includes(self)) onDiverged(`${sayDifference(verdict, self)}. ${howToMend(self)}`)
    else for (const id of verdict.hashes.keys()) this.#note(id, verdict)
  }

  /** Said once: later it only has another index. */
  #note(id: string, verdict: Verdict): void {
    if (!verdict.different.includes(id)) this.#disagreements.set(id, null)
    else if (typeof this.#disagreements.get(id) !== 'string') {
      const why = `${sayDifference(verdict, id)}. ${howToMend(id)}`
      this.#disagreements.set(id, why)
      this.#deps.log.error('Managers hold different states', { object: `Node/${id}`, why })
    }
  }
}

/**
 * What is in memory is what was written, as long as nothing has changed it: that is looked at again and again, a little at a time,
 * until `signal` fires. Throws DamagedState.
 */
export async function inspect(clock: Clock, present: () => State, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(inspectEveryMs, signal)
    const state = present()
    let pieces = 0
    for (const _ of verify({ index: state.resourceVersion, hash: state.hash, objects: state.objects() })) {
      pieces += 1
      if (pieces % piecesAtOnce === 0) await clock.sleep(inspectPauseMs, signal)
    }
  }
}
