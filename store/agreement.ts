// Whether the members hold the same state (docs/adr/0026). About once a second the leader tells everybody the hash of its state
// and its index; each of the others tells everybody its own at that index, as soon as it is there. So each of them knows
// all, judges for itself, and the one that differs from a majority is told so by nobody but itself. Pure: reports go in and out.

import { hashText, stateHashRules } from './mvcc/state-hash.ts'

/** What a member says of its state. */
export interface Report {
  readonly index: number
  /** Its `stateHashRules`: only what was made by the same can be compared. */
  readonly rules: number
  readonly hash: string
}

export interface Verdict {
  readonly index: number
  /** Of the members that have said, this one included. */
  readonly hashes: ReadonlyMap<string, string>
  /** Those whose state is not that of a majority of the voters. All that have said, where no majority has one state. */
  readonly different: readonly string[]
  /** A majority of the voters has one state: whoever has another is wrong. */
  readonly isDecided: boolean
}

/** Hashes of so many last entries are kept: a member may be ahead of what it is asked for by what is applied in some seconds. */
const keptHashes = 8_192

export class Agreement {
  readonly #self: string
  /** By index modulo `keptHashes`. */
  readonly #indexes = new Float64Array(keptHashes).fill(-1)
  readonly #first = new Float64Array(keptHashes)
  readonly #second = new Float64Array(keptHashes)
  #last = 0
  /** At which index the leader asks to compare. */
  #asked: number | undefined
  #hasAnswered = true
  readonly #heard = new Map<string, Report>()

  constructor(self: string) {
    this.#self = self
  }

  /** The state at `index`, after an entry, or as it was read or came as a whole: what was before it counts no more then. */
  applied(index: number, [first, second]: readonly [first: number, second: number]): void {
    const at = index % keptHashes
    this.#indexes[at] = index
    this.#first[at] = first
    this.#second[at] = second
    this.#last = index
  }

  /** As leader: what everybody is told. */
  ask(): Report | undefined {
    this.#asked = this.#last
    this.#hasAnswered = true
    return this.#own(this.#last)
  }

  hear(from: string, report: Report, isLeader: boolean): void {
    this.#heard.set(from, report)
    if (!isLeader) return
    this.#asked = report.index
    this.#hasAnswered = false
  }

  /** What everybody is to be told, once, when the state has come to where the leader asks for it. */
  answer(): Report | undefined {
    if (this.#hasAnswered || this.#asked === undefined || this.#asked > this.#last) return undefined
    this.#hasAnswered = true
    return this.#own(this.#asked)
  }

  /** Members that are none any more are forgotten. */
  keep(members: ReadonlySet<string>): void {
    for (const id of this.#heard.keys()) if (!members.has(id)) this.#heard.delete(id)
  }

  /**
   * Undefined while it cannot be said. `isOver`: whoever has not said by now is not waited for.
   */
  judge(voters: readonly string[], isOver: boolean): Verdict | undefined {
    const own = this.#asked === undefined ? undefined : this.#own(this.#asked)
    if (own === undefined) return undefined
    const hashes = new Map([[this.#self, own.hash]])
    for (const [id, { index, rules, hash }] of this.#heard) if (index === own.index && rules === own.rules) hashes.set(id, hash)
    const counts = new Map<string, number>()
    for (const voter of voters) {
      const hash = hashes.get(voter)
      if (hash !== undefined) counts.set(hash, (counts.get(hash) ?? 0) + 1)
    }
    const [most = '', count = 0] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? []
    const majority = Math.floor(voters.length / 2) + 1
    if (count >= majority)
      return { index: own.index, hashes, different: [...hashes].filter(([, hash]) => hash !== most).map(([id]) => id), isDecided: true }
    const missing = voters.filter((id) => !hashes.has(id)).length
    if (new Set(hashes.values()).size < 2 || (!isOver && count + missing >= majority)) return undefined
    return { index: own.index, hashes, different: [...hashes.keys()], isDecided: false }
  }

  #own(index: number): Report | undefined {
    const at = index % keptHashes
    const [first, second] = [this.#first[at], this.#second[at]]
    if (this.#indexes[at] !== index || first === undefined || second === undefined) return undefined
    return { index, rules: stateHashRules, hash: hashText(first, second) }
  }
}

/** A sentence for whoever has to mend it. */
export function sayDifference({ index, hashes, isDecided, different }: Verdict, id: string): string {
  const all = [...hashes].toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (!isDecided)
    return `at index ${index} the managers hold different states (${all.map(([each, hash]) => `${each}: ${hash}`).join(', ')}), and without a majority that has one nobody can tell which is right`
  const others = all.filter(([each]) => !different.includes(each))
  return `at index ${index} the state of manager ${id} has hash ${hashes.get(id)}, and that of ${others.map(([each]) => each).join(', ')} has ${others[0]?.[1]}`
}

export function howToMend(id: string): string {
  return `Remove it (\`kit node demote ${id}\`, \`kit node rm ${id}\` on another manager), then join with an empty state directory as a new node`
}
