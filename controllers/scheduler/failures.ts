// Where tasks of a revision failed lately. A node where a revision failed five times within five minutes is
// taken only when nothing better is left. Times are those of the tasks' own status, so a new leader that
// reads the tasks that are still kept comes to the same counts.

import { isBeforeStep } from '../../api/clock-step.ts'

export const failureWindowMs = 5 * 60_000
export const failureLimit = 5

export class Failures {
  /** By revision (which belongs to one service), node, and task: when it failed, ms since 1970. */
  readonly #byRevision = new Map<string, Map<string, Map<string, number>>>()
  #cleanedAt = Number.NEGATIVE_INFINITY

  /** Recording the same failure again changes nothing. */
  record(revision: string, nodeName: string, taskName: string, at: number): void {
    const byNode = this.#byRevision.get(revision) ?? new Map<string, Map<string, number>>()
    const tasks = byNode.get(nodeName) ?? new Map<string, number>()
    this.#byRevision.set(revision, byNode.set(nodeName, tasks.set(taskName, at)))
  }

  /** Nodes that have reached the limit, with their counts. */
  faulty(revision: string, now: number): ReadonlyMap<string, number> {
    this.#clean(now)
    const result = new Map<string, number>()
    for (const [nodeName, tasks] of this.#byRevision.get(revision) ?? []) {
      let count = 0
      for (const at of tasks.values()) if (at > now - failureWindowMs && !isBeforeStep(at, now)) count++
      if (count >= failureLimit) result.set(nodeName, count)
    }
    return result
  }

  #clean(now: number): void {
    if (now < this.#cleanedAt + failureWindowMs) return
    this.#cleanedAt = now
    for (const [revision, byNode] of this.#byRevision) {
      for (const [nodeName, tasks] of byNode) {
        for (const [task, at] of tasks) if (at <= now - failureWindowMs) tasks.delete(task)
        if (tasks.size === 0) byNode.delete(nodeName)
      }
      if (byNode.size === 0) this.#byRevision.delete(revision)
    }
  }
}
