// Whether what clients were told of one object could have come about one call after the other, each at some moment between
// its question and its answer: the search of Wing and Gong, with the memory of Lowe. Objects are independent of each other,
// so a history is looked at one object at a time, which keeps the search short.

import assert from 'node:assert/strict'

/** One call of one client. */
export interface Operation<State> {
  readonly calledAt: number
  /** Infinity: never answered. Then it may have happened at any time since, or never. */
  readonly answeredAt: number
  /** The state after it, or undefined where it could not have been answered as it was. */
  readonly step: (before: State) => State | undefined
  readonly text: string
}

/** An order in which it may have happened, the operations that never happened left out; none; or too many to try. */
export type Verdict<State> = readonly Operation<State>[] | 'none' | 'unknown'

const maxSteps = 1_000_000

interface Place<State> {
  readonly operation: Operation<State>
  /** In the order of calls. */
  readonly number: number
  readonly isCall: boolean
  /** Of a call: where its answer is. */
  readonly answer: Place<State> | undefined
  before: Place<State> | undefined
  after: Place<State> | undefined
}

/** `State` must be told apart by its text. */
export function linearize<State extends string | number | null>(initial: State, operations: readonly Operation<State>[]): Verdict<State> {
  const head = placesOf(operations)
  const seen = new Set<string>()
  const order: { readonly place: Place<State>; readonly state: State }[] = []
  let waiting = operations.filter(({ answeredAt }) => answeredAt !== Number.POSITIVE_INFINITY).length
  let state = initial
  let done = 0n
  let at = head.after
  for (let steps = 0; waiting > 0; steps += 1) {
    if (steps === maxSteps) return 'unknown'
    assert(at !== undefined, 'while an answer is left, the list does not end before it')
    if (at.isCall) {
      const next = at.operation.step(state)
      if (next === undefined) {
        at = at.after
        continue
      }
      const nextDone = done | (1n << BigInt(at.number))
      lift(at)
      // All before the first that is left are done: only those after it have to be told apart.
      const firstLeft = head.after?.number ?? operations.length
      const key = `${firstLeft} ${(nextDone >> BigInt(firstLeft)).toString(36)} ${next}`
      if (seen.has(key)) {
        unlift(at)
        at = at.after
        continue
      }
      seen.add(key)
      order.push({ place: at, state })
      if (at.answer !== undefined) waiting -= 1
      state = next
      done = nextDone
      at = head.after
      continue
    }
    // Its answer came before anything else could: what was tried last cannot be.
    const last = order.pop()
    if (last === undefined) return 'none'
    const { place } = last
    unlift(place)
    if (place.answer !== undefined) waiting += 1
    state = last.state
    done &= ~(1n << BigInt(place.number))
    at = place.after
  }
  return order.map(({ place }) => place.operation)
}

/** Calls and answers by time; at one moment, calls first: then they may have overlapped. */
function placesOf<State>(operations: readonly Operation<State>[]): Place<State> {
  const byCall = operations.toSorted((a, b) => a.calledAt - b.calledAt)
  const places = byCall.flatMap((operation, number): Place<State>[] => {
    assert(operation.answeredAt >= operation.calledAt, 'an answer comes after its call')
    const none = { before: undefined, after: undefined }
    if (operation.answeredAt === Number.POSITIVE_INFINITY) return [{ operation, number, isCall: true, answer: undefined, ...none }]
    const answer: Place<State> = { operation, number, isCall: false, answer: undefined, ...none }
    return [{ operation, number, isCall: true, answer, ...none }, answer]
  })
  const time = ({ operation, isCall }: Place<State>) => (isCall ? operation.calledAt : operation.answeredAt)
  places.sort((a, b) => time(a) - time(b) || Number(b.isCall) - Number(a.isCall))
  const nothing: Operation<State> = { calledAt: 0, answeredAt: 0, step: () => undefined, text: '' }
  const head: Place<State> = { operation: nothing, number: -1, isCall: true, answer: undefined, before: undefined, after: undefined }
  places.reduce((before, place) => {
    before.after = place
    place.before = before
    return place
  }, head)
  return head
}

function lift<State>(place: Place<State>): void {
  for (const each of [place, place.answer]) {
    if (each?.before !== undefined) each.before.after = each.after
    if (each?.after !== undefined) each.after.before = each.before
  }
}

/** In the opposite order, so that each finds its neighbours as it left them. */
function unlift<State>(place: Place<State>): void {
  for (const each of [place.answer, place]) {
    if (each?.before !== undefined) each.before.after = each
    if (each?.after !== undefined) each.after.before = each
  }
}
