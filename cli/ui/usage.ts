// What tasks and nodes use: made of what nodes count, two readings at a time, and kept for a while for small graphs. Pure.

import type { MachineStats, NodeStats, TaskStats } from '../../api/stats.ts'
import { percentOf, type TrafficRates, trafficBetween } from '../commands/stats.ts'

/** What a task uses now. */
export interface Usage {
  /** Of one core; unknown after a single reading. */
  readonly cpuPercent?: number
  readonly memoryBytes: number
}

/** What the tasks of a node use together, and the machine. */
export interface NodeUsage {
  /** Unknown after a single reading. */
  readonly cpus?: number
  readonly memoryBytes: number
  readonly processes: number
  /** From asking the node, through the manager, until it had told this. */
  readonly answerMs: number
  readonly disk?: { readonly usedBytes: number; readonly bytes: number }
  /** Unknown after a single reading. */
  readonly traffic?: TrafficRates
}

export interface NodeReading {
  readonly stats: ReadonlyMap<string, TaskStats>
  readonly tasks: ReadonlyMap<string, Usage>
  readonly machine?: MachineStats | undefined
  readonly whole: NodeUsage
}

/** `before`: of the same node. */
export function readingOf({ tasks: found, machine }: NodeStats, answerMs: number, before: NodeReading | undefined): NodeReading {
  const tasks = new Map<string, Usage>()
  let percent: number | undefined
  let memoryBytes = 0
  let processes = 0
  for (const stats of found) {
    const { task } = stats
    const cpuPercent = percentOf(before?.stats.get(task), stats) ?? before?.tasks.get(task)?.cpuPercent
    tasks.set(task, { memoryBytes: stats.memoryBytes, ...(cpuPercent === undefined ? {} : { cpuPercent }) })
    if (cpuPercent !== undefined) percent = (percent ?? 0) + cpuPercent
    memoryBytes += stats.memoryBytes
    processes += stats.processes
  }
  // Nothing that runs uses nothing; of what was read once, nobody can say.
  const cpus = percent === undefined ? (found.length === 0 ? 0 : undefined) : percent / 100
  const traffic = trafficBetween(before?.machine, machine) ?? before?.whole.traffic
  return {
    machine,
    stats: new Map(found.map((stats) => [stats.task, stats])),
    tasks,
    whole: {
      ...{ memoryBytes, processes, answerMs },
      ...(cpus === undefined ? {} : { cpus }),
      ...(machine === undefined ? {} : { disk: { usedBytes: machine.diskUsedBytes, bytes: machine.diskBytes } }),
      ...(traffic === undefined ? {} : { traffic }),
    },
  }
}

/** Points of a small graph; with one every two seconds, two minutes. */
export const mostPoints = 60

interface Trend {
  readonly points: number[]
  /** Number of the reading that has the last point. */
  at: number
}

/** What rows of a list have used lately: of those that were on the screen, since they were. */
export class Trends {
  readonly #kept = new Map<string, Trend>()
  #readings = 0

  /** The points of one reading, in cores. A row that two in turn do not have begins anew: a graph has no gaps. */
  add(points: Iterable<readonly [key: string, cpus: number]>): void {
    const at = ++this.#readings
    for (const [key, cpus] of points) {
      const known = this.#kept.get(key)
      const trend = known === undefined || known.at < at - 2 ? { points: [], at } : known
      trend.points.push(cpus)
      if (trend.points.length > mostPoints) trend.points.shift()
      trend.at = at
      this.#kept.set(key, trend)
    }
    for (const [key, trend] of this.#kept) if (trend.at < at - 2) this.#kept.delete(key)
  }

  /** Oldest first. */
  of(key: string): readonly number[] {
    return this.#kept.get(key)?.points ?? []
  }
}
