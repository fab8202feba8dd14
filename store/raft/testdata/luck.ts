// What a seed decides of a simulated run before it begins: which faults there are, how often, and how narrow the limits are.

import { defaultSettings, type Settings } from '../core.ts'

/** Small and fast: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What can go wrong in a run, as probabilities; each is 0 in many runs. */
export interface Luck {
  /** Of a message. */
  readonly loss: number
  readonly duplicate: number
  readonly late: number
  /** That the sender notices a loss. */
  readonly noticed: number
  /** At the named moment. */
  readonly crashAfterVote: number
  readonly crashAfterAck: number
  readonly crashBeforeWrite: number
  readonly crashAfterWrite: number
  readonly crashAfterAppend: number
  readonly crashAroundChange: number
  readonly crashInSnapshot: number
  /** After a read was asked for; the next life asks again at once. */
  readonly crashAfterRead: number
  /** That one who stood still is asked to read before it hears of anything that has happened meanwhile. */
  readonly readOnWaking: number
  /** Weights of what happens now and then. */
  readonly crash: number
  readonly crashAll: number
  readonly pause: number
  readonly isolate: number
  readonly isolateLeader: number
  readonly split: number
  readonly oneWay: number
  readonly flap: number
  readonly stallDisk: number
  /** Of what clients and operators do. */
  readonly change: number
  readonly transfer: number
  readonly read: number
  /** That entries are applied later than they are handed out. */
  readonly lateApply: number
  /** That a leader leaves it to the next entries, or heartbeat, to tell what is committed. */
  readonly untold: number
}

export function drawLuck(random: () => number): Luck {
  const maybe = (chance: number, most: number) => (random() < chance ? random() * most : 0)
  return {
    loss: maybe(0.6, 0.25),
    duplicate: maybe(0.5, 0.1),
    late: maybe(0.5, 0.1),
    noticed: maybe(0.5, 0.5),
    crashAfterVote: maybe(0.4, 0.5),
    crashAfterAck: maybe(0.4, 0.03),
    crashBeforeWrite: maybe(0.4, 0.02),
    crashAfterWrite: maybe(0.4, 0.02),
    crashAfterAppend: maybe(0.4, 0.02),
    crashAroundChange: maybe(0.4, 0.5),
    crashInSnapshot: maybe(0.4, 0.3),
    crashAfterRead: maybe(0.3, 0.3),
    readOnWaking: maybe(0.6, 1),
    crash: maybe(0.6, 2),
    crashAll: maybe(0.3, 0.5),
    pause: maybe(0.5, 1),
    isolate: maybe(0.6, 2),
    isolateLeader: maybe(0.6, 2),
    split: maybe(0.5, 1),
    oneWay: maybe(0.5, 2),
    flap: maybe(0.4, 1),
    stallDisk: maybe(0.4, 1),
    change: maybe(0.5, 1),
    transfer: maybe(0.4, 1),
    read: maybe(0.6, 1),
    lateApply: maybe(0.4, 1),
    untold: maybe(0.6, 2),
  }
}

/** In most runs so tight that every limit is reached. */
export function drawSettings(random: () => number): Settings {
  const pick = (...values: readonly number[]) => values[Math.floor(random() * values.length)] ?? 0
  const isTight = random() < 0.6
  if (!isTight) return { ...defaultSettings, electionTicks: pick(5, 10) }
  return {
    heartbeatTicks: pick(1, 1, 2),
    electionTicks: pick(4, 5, 10),
    maxAppendBytes: pick(1, 4, 1_000),
    maxApplyBytes: pick(1, 4, 1_000),
    maxUncommittedBytes: pick(10, 100, 1_000_000),
    maxWaitingReads: pick(2, 1_000),
    window: { maxMessages: pick(1, 2, 8), maxBytes: pick(6, 1_000) },
  }
}
