// A simulated disk as one process sees it: the platter, with latency through the event queue and with
// faults. The platter outlives the process; each start mounts it anew, on the lane of the new process.

import type { Disk, DiskError, DiskFile } from '../../effects/effects.ts'
import { throughWriting } from '../../effects/through-writing.ts'
import type { Schedule } from './event-queue.ts'
import { type CrashChoices, directoryOf, type Inode, type Landing, Platter } from './platter.ts'
import type { SeededRandom } from './random.ts'

/** May be changed while the simulation runs. */
export interface DiskFaults {
  /** Writing past this fails with ENOSPC, before anything is written. */
  capacityBytes: number
  /** Probability of EIO per read, and per sync (after which nothing of that sync is durable). */
  readErrors: number
  syncErrors: number
  /** Factor on all latencies. */
  slowness: number
  /** By which every sync of a file takes longer. */
  syncStallMs: number
  /** Probability per write that it goes to another place. Not while another one is astray (`Platter.isAstray`). */
  strayWrites: number
}

/** Probabilities with which a crash treats each unsynced piece; the rest survives. */
export interface CrashRates {
  readonly lost: number
  readonly garbage: number
}

const quickMs = 0.02
const syncMs = 0.12
/** One sync in a hundred takes this much longer. */
const tailFactor = 60
/** Whoever finds it full tries again within that. */
const triedAgainMs = 2_000
/** A device that has not answered by then is reset by the kernel, which tries again. */
const longestMs = 30_000

export class SimulatedDisk {
  readonly platter: Platter
  readonly faults: DiskFaults = {
    capacityBytes: Number.POSITIVE_INFINITY,
    readErrors: 0,
    syncErrors: 0,
    slowness: 1,
    syncStallMs: 0,
    strayWrites: 0,
  }
  readonly #random: SeededRandom
  /** When the last operation ends that began while the disk was slow; where it was full, when it has been tried again since. */
  slowUntilMs = 0

  /** @param platter an existing one, when the disk moves to another simulation. */
  constructor(random: SeededRandom, platter: Platter = new Platter()) {
    this.platter = platter
    this.#random = random
  }

  /** Power is cut. Close the lane of the process that had mounted the disk as well. */
  crash(rates: CrashRates = { lost: 0.4, garbage: 0.1 }): void {
    this.platter.crash(randomCrash(this.#random, rates))
  }

  /** @param schedule the lane of the process that uses it; without one everything happens at once. */
  mount(schedule?: Schedule): Disk {
    const { platter, faults } = this
    const random = this.#random
    const after = <T>(delayMs: number, finish: () => T, stallMs = 0): Promise<T> =>
      schedule === undefined
        ? Promise.resolve().then(finish)
        : new Promise((resolve, reject) => {
            const lastsMs = Math.min(random.exponential(delayMs) * faults.slowness + stallMs, longestMs)
            if (faults.slowness > 1 || stallMs > 0) this.slowUntilMs = Math.max(this.slowUntilMs, schedule.nowMs() + lastsMs)
            schedule.schedule(lastsMs, () => {
              try {
                resolve(finish())
              } catch (error) {
                reject(error)
              }
            })
          })
    const file = (path: string, inode: Inode): DiskFile => ({
      size: () => after(quickMs, () => inode.live.size),
      read: (offset, length) =>
        after(quickMs, () => {
          if (random.chance(faults.readErrors)) throw diskError('EIO', 'read', path)
          return inode.live.read(offset, length)
        }),
      write: (offset, bytes) => {
        const kept = bytes.slice()
        return after(quickMs, () => {
          const growth = Math.max(0, offset + kept.length - inode.live.size)
          if (growth > 0 && platter.usedBytes() + growth > faults.capacityBytes) {
            if (schedule !== undefined) this.slowUntilMs = Math.max(this.slowUntilMs, schedule.nowMs() + triedAgainMs)
            throw diskError('ENOSPC', 'write', path)
          }
          platter.change(inode, { kind: 'write', offset, bytes: kept })
          if (faults.strayWrites > 0 && !platter.isAstray && random.chance(faults.strayWrites))
            platter.misdirect(inode, randomLanding(random))
        })
      },
      sync: () => {
        const count = inode.unsynced.length
        return after(
          syncMs * (random.chance(0.01) ? tailFactor : 1),
          () => {
            if (random.chance(faults.syncErrors)) {
              inode.unsynced.splice(0, count) // The kernel has dropped the pages: a second sync would succeed, and lie.
              throw diskError('EIO', 'fdatasync', path)
            }
            platter.sync(inode, count)
          },
          faults.syncStallMs,
        )
      },
      truncate: (size) => after(quickMs, () => platter.change(inode, { kind: 'truncate', size })),
      close: () => after(quickMs, () => {}),
    })
    return {
      open: (path, options = {}) =>
        after(quickMs, () => {
          const found = platter.find(path)
          if (found !== undefined && options.create === true && options.exclusive === true) throw diskError('EEXIST', 'open', path)
          if (found === undefined && options.create !== true) throw diskError('ENOENT', 'open', path)
          if (!platter.hasDirectory(directoryOf(path))) throw diskError('ENOENT', 'open', path)
          const opened = file(path, found ?? platter.create(path))
          return options.writesThrough === true ? throughWriting(opened) : opened
        }),
      list: (directory) =>
        after(quickMs, () => {
          if (!platter.hasDirectory(directory)) throw diskError('ENOENT', 'scandir', directory)
          return platter.list(directory)
        }),
      makeDirectory: (path) => after(quickMs, () => platter.makeDirectory(path)),
      rename: (from, to) =>
        after(quickMs, () => {
          if (!platter.rename(from, to)) throw diskError('ENOENT', 'rename', from)
        }),
      remove: (path) => after(quickMs, () => platter.remove(path)),
      syncDirectory: (directory) => after(syncMs, () => platter.syncDirectory(directory)),
    }
  }
}

export function randomCrash(random: SeededRandom, rates: CrashRates): CrashChoices {
  return {
    piece() {
      const draw = random.next()
      if (draw < rates.lost) return 'lost'
      return draw < rates.lost + rates.garbage ? 'garbage' : 'survives'
    },
    names: (count) => random.below(count + 1),
    byte: () => random.below(256),
  }
}

/** In the same file as often as in any of the others. */
function randomLanding(random: SeededRandom): Landing {
  return {
    file: (count) => (random.chance(0.5) ? 0 : random.below(count)),
    sector: (count) => random.below(count),
    isSeen: random.chance(0.5),
  }
}

function diskError(code: string, call: string, path: string): DiskError {
  return Object.assign(new Error(`${code}: ${call} '${path}'`), { code })
}
