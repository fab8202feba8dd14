// What clients asked of a few objects and what they were told, to be judged at the end. Two judges that know nothing of
// each other: the index at which each call says that it took effect, and `sim/checkers/linearizable.ts` without any index.

import assert from 'node:assert/strict'
import { linearize, type Operation } from '../../sim/checkers/linearizable.ts'
import type { Oracle } from './oracle.ts'

/** Every value is written by one call only. Null: the object is not there. */
export type Value = string | null

export type Call =
  | { readonly type: 'read' }
  /** Only where `from` is what is there: creating, replacing and deleting what was read. */
  | { readonly type: 'swap'; readonly from: Value; readonly to: Value }
  /** Whatever is there. */
  | { readonly type: 'set'; readonly to: string }
  /** Deletes whatever is there. */
  | { readonly type: 'delete' }

export type Answer =
  /** It took effect at this index; of a read also what was there. */
  | { readonly type: 'done'; readonly index: number; readonly value?: Value }
  /** What the call needs was not there. */
  | { readonly type: 'stale' }
  /** Nothing has happened, for a reason that says nothing about the object. */
  | { readonly type: 'refused' }
  | { readonly type: 'unknown' }

interface Entry {
  readonly client: string
  readonly key: string
  readonly call: Call
  readonly calledAt: number
  /** Of everything that anybody was told before this was asked. */
  readonly floor: number
  answeredAt: number
  answer: Answer
}

export class History {
  readonly #entries: Entry[] = []
  #floor = 0

  get size(): number {
    return this.#entries.length
  }

  /** Returns whom to tell the answer. Who is never told does not know it. */
  call(client: string, key: string, call: Call, nowMs: number): (answer: Answer, nowMs: number) => void {
    const entry: Entry = { client, key, call, calledAt: nowMs, floor: this.#floor, answeredAt: Number.POSITIVE_INFINITY, answer: { type: 'unknown' } }
    this.#entries.push(entry)
    return (answer, answeredAt) => {
      if (answer.type === 'unknown') return
      entry.answer = answer
      entry.answeredAt = answeredAt
      if (answer.type !== 'done') return
      const isRead = call.type === 'read'
      assert(isRead ? answer.index >= entry.floor : answer.index > entry.floor, `I10: ${textOf(entry)} comes after ${entry.floor} was told`)
      this.#floor = Math.max(this.#floor, answer.index)
    }
  }

  /** When everything that will ever be applied is applied. */
  judge(oracle: Pick<Oracle, 'values'>): void {
    for (const [key, entries] of Map.groupBy(this.#entries, (entry) => entry.key)) {
      const operations = entries.flatMap((entry) => operationsOf(entry, oracle))
      const verdict = linearize<Value>(null, operations)
      const told = () => operations.map(({ text }) => text).join('\n')
      assert.notEqual(verdict, 'unknown', `I10: the history of ${key} is too large to judge:\n${told()}`)
      assert.notEqual(verdict, 'none', `I10: the history of ${key} has no order:\n${told()}`)
    }
  }
}

/** Nothing, where the call says nothing about the object. What became of one without an answer, the log knows where it wrote a value. */
function operationsOf(entry: Entry, oracle: Pick<Oracle, 'values'>): readonly Operation<Value>[] {
  const { call, answer, calledAt, answeredAt } = entry
  const to = valueOf(call)
  const written = to === null ? undefined : oracle.values.get(to)
  const text = textOf(entry)
  if (answer.type === 'refused' || answer.type === 'stale') assert(written === undefined, `I10: ${text}, and happened at ${written?.index}`)
  if (answer.type === 'done' && to !== null) assert.equal(written?.index, answer.index, `I10: ${text}, and did not`)
  if (answer.type === 'refused') return []
  if (answer.type !== 'unknown') return [{ calledAt, answeredAt, step: (before) => stepOf(call, answer, before), text }]
  if (call.type === 'read' || (to !== null && written === undefined)) return []
  return [{ calledAt, answeredAt: written?.atMs ?? Number.POSITIVE_INFINITY, step: (before) => stepOf(call, { type: 'done', index: 0 }, before), text }]
}

/** What it writes; null when that is nothing. */
function valueOf(call: Call): Value {
  return call.type === 'swap' || call.type === 'set' ? call.to : null
}

function stepOf(call: Call, answer: Answer & { readonly type: 'done' | 'stale' }, before: Value): Value | undefined {
  if (call.type === 'read') return answer.type === 'done' && answer.value === before ? before : undefined
  const isPossible = call.type === 'set' || (call.type === 'delete' ? before !== null : before === call.from)
  if (answer.type === 'stale') return isPossible ? undefined : before
  if (!isPossible) return undefined
  return call.type === 'delete' ? null : call.to
}

function textOf({ client, key, call, calledAt, answeredAt, answer }: Entry): string {
  const asked = call.type === 'swap' ? `${call.from} → ${call.to}` : call.type === 'set' ? `set ${call.to}` : call.type
  const told = answer.type === 'done' ? `done at ${answer.index}${call.type === 'read' ? `: ${answer.value}` : ''}` : answer.type
  return `${calledAt.toFixed(1)}–${answeredAt.toFixed(1)} ${client}: ${key} ${asked}: ${told}`
}
