// What clients asked of one value and what they were told, to be judged at the end: whether there is an order of all calls, each
// between its question and its answer, that explains every answer (sim/checkers/linearizable.ts). Every value is written by one
// call only, so that whoever reads it tells what became of a call that nobody answered.

import assert from 'node:assert/strict'
import { linearize, type Operation, type Verdict } from '../sim/checkers/linearizable.ts'

/** Of a write that was based on what was there: made; not made, because something else was there; or nobody knows. */
export type Outcome = 'done' | 'stale' | 'unknown'

interface Read {
  readonly value: string
}

interface Swap {
  readonly from: string
  readonly to: string
  readonly outcome: Outcome
}

interface Call {
  readonly client: string
  readonly calledMs: number
  /** Infinity, where the outcome is not known. */
  readonly answeredMs: number
  readonly what: Read | Swap
}

/** Of a history that cannot be, the end up to the first answer with which it cannot. */
const shownCalls = 40

export class History {
  readonly #initial: string
  readonly #calls: Call[] = []

  constructor(initial: string) {
    this.#initial = initial
  }

  get size(): number {
    return this.#calls.length
  }

  /** Answered with that value now. Of a read that was not answered there is nothing to say. */
  read(client: string, calledMs: number, value: string): void {
    this.#calls.push({ client, calledMs, answeredMs: performance.now(), what: { value } })
  }

  /** One that was refused, for a reason that says nothing about the value, did not happen, and is none. */
  swap(client: string, calledMs: number, from: string, to: string, outcome: Outcome): void {
    const answeredMs = outcome === 'unknown' ? Number.POSITIVE_INFINITY : performance.now()
    this.#calls.push({ client, calledMs, answeredMs, what: { from, to, outcome } })
  }

  /** Throws where no order explains what was told. */
  judge(name: string): void {
    const verdict = judged(this.#initial, this.#calls, Number.POSITIVE_INFINITY)
    if (verdict === 'none') assert.fail(`what was told of ${name} has no order, up to:\n${this.#untilImpossible().join('\n')}`)
    assert.notEqual(verdict, 'unknown', `the ${this.size} calls of ${name} are too many to judge`)
  }

  /** A history of which the beginning has no order has none: so the shortest is found by halves. */
  #untilImpossible(): readonly string[] {
    const moments = this.#calls
      .map(({ answeredMs }) => answeredMs)
      .filter(Number.isFinite)
      .toSorted((a, b) => a - b)
    let [possible, impossible] = [-1, moments.length - 1]
    while (impossible - possible > 1) {
      const middle = Math.floor((possible + impossible) / 2)
      if (judged(this.#initial, this.#calls, moments[middle] ?? 0) === 'none') impossible = middle
      else possible = middle
    }
    const endMs = moments[impossible] ?? 0
    const known = this.#calls.filter(({ answeredMs }) => answeredMs <= endMs).toSorted((a, b) => a.answeredMs - b.answeredMs)
    const open = this.#calls.filter(({ calledMs, answeredMs }) => calledMs <= endMs && answeredMs > endMs)
    return [...known.slice(-shownCalls), ...open].map(textOf)
  }
}

/** As it was told until that moment: what is answered later is not answered yet. */
function judged(initial: string, calls: readonly Call[], untilMs: number): Verdict<string> {
  const seenMs = new Map<string, number>()
  for (const { answeredMs, what } of calls)
    if ('value' in what) seenMs.set(what.value, Math.min(answeredMs, seenMs.get(what.value) ?? answeredMs))
  return linearize(
    initial,
    calls.filter(({ calledMs }) => calledMs <= untilMs).flatMap((call) => operationsOf(call, untilMs, seenMs)),
  )
}

/**
 * A write without an answer happened before somebody saw what it wrote. What nobody has ever seen was not written: whoever writes
 * next has read it, and at the end somebody reads.
 */
function operationsOf(call: Call, untilMs: number, seenMs: ReadonlyMap<string, number>): readonly Operation<string>[] {
  const { calledMs: calledAt, answeredMs, what } = call
  const isAnswered = Number.isFinite(answeredMs) && answeredMs <= untilMs
  const text = textOf(call)
  if ('value' in what)
    return isAnswered ? [{ calledAt, answeredAt: answeredMs, step: (is) => (is === what.value ? is : undefined), text }] : []
  const { from, to, outcome } = what
  if (outcome === 'stale')
    return isAnswered ? [{ calledAt, answeredAt: answeredMs, step: (is) => (is === from ? undefined : is), text }] : []
  const knownMs = outcome === 'done' ? answeredMs : seenMs.get(to)
  if (knownMs === undefined) return []
  const answeredAt = knownMs <= untilMs ? Math.max(calledAt, knownMs) : Number.POSITIVE_INFINITY
  return [{ calledAt, answeredAt, step: (is) => (is === from ? to : undefined), text }]
}

function textOf({ client, calledMs, answeredMs, what }: Call): string {
  const told = 'value' in what ? `read ${what.value}` : `${what.from} → ${what.to}: ${what.outcome}`
  return `${calledMs.toFixed(1)}–${answeredMs.toFixed(1)} ${client}: ${told}`
}
