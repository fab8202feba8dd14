// What can go wrong with a group of members, and how likely each of it is in one run: each run draws its own.

import type { SimulatedDisk } from '../../sim/effects/disk.ts'
import type { SeededRandom } from '../../sim/effects/random.ts'

/** Probabilities at the named moment, and the weights of what happens now and then. */
export interface Luck {
  readonly crashAfterVote: number
  readonly crashAfterAck: number
  /** All lose power when a caller has just been told that its write is done. */
  readonly crashAllAfterCommit: number
  /** That what is on the disk of one that crashes changes. */
  readonly rot: number
  /** While it goes over to other keys. */
  readonly crashWhileRekeying: number
  readonly weights: ReadonlyMap<Fault, number>
}

const faults = [
  'crash',
  'crash all',
  'freeze',
  'cut',
  'cut leader',
  'one way',
  'bridge',
  'flap',
  'slow disk',
  'bad sync',
  'bad read',
  'full disk',
  'damaged memory',
  'stray write',
] as const
export type Fault = (typeof faults)[number]

/** Of these more than once is needed before anything comes of it. */
const frequent: ReadonlySet<Fault> = new Set(['crash', 'stray write'])

export function drawLuck(random: SeededRandom): Luck {
  const maybe = (chance: number, most: number) => (random.chance(chance) ? random.next() * most : 0)
  const weights = new Map(faults.map((fault): [Fault, number] => [fault, maybe(0.7, frequent.has(fault) ? 2 : 1)]))
  return { crashAfterVote: maybe(0.4, 0.5), crashAfterAck: maybe(0.4, 0.02), crashAllAfterCommit: maybe(0.4, 0.02), rot: maybe(0.3, 0.3), crashWhileRekeying: maybe(0.7, 0.6), weights }
}

/** What happens next; nothing, now and then. */
export function pickFault({ weights }: Luck, random: SeededRandom): Fault | undefined {
  let at = random.next() * ([...weights.values()].reduce((sum, weight) => sum + weight, 0) + 0.5)
  return faults.find((fault) => (at -= weights.get(fault) ?? 0) < 0)
}

export const healthy: Partial<SimulatedDisk['faults']> = { syncStallMs: 0, syncErrors: 0, readErrors: 0, strayWrites: 0, capacityBytes: Number.POSITIVE_INFINITY }

/** What such a fault makes of a disk. */
export function diskFault(fault: Fault, { platter }: SimulatedDisk, random: SeededRandom): Partial<SimulatedDisk['faults']> {
  if (fault === 'slow disk') return { syncStallMs: random.next() * 1_000 }
  if (fault === 'bad sync') return { syncErrors: 0.5 }
  if (fault === 'stray write') return { strayWrites: 0.2 }
  if (fault === 'bad read') return { readErrors: 0.3 }
  return fault === 'full disk' ? { capacityBytes: platter.usedBytes() + random.below(20_000) } : {}
}
