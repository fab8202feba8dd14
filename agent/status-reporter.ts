// What managers have still to be told: the last state of each task, until a manager has acknowledged it.
// It survives sessions, so that nothing is lost with a manager that dies before it has committed.

import type { StatusReport } from '../api/session.ts'
import type { TaskStatus } from '../api/types/task.ts'
import { Bell } from './first-of.ts'

/** Reports in one frame. */
const maxReports = 1000

export interface Batch {
  readonly number: number
  readonly reports: readonly StatusReport[]
}

export class StatusReporter {
  readonly #bell = new Bell()
  readonly #waiting = new Map<string, TaskStatus>()
  #sent: Batch | undefined
  #number = 0

  /** Of one task the last state wins. */
  report(task: string, status: TaskStatus): void {
    this.#waiting.set(task, status)
    this.#bell.notify()
  }

  /** The task is gone; nobody wants to hear of it any more. */
  forget(task: string): void {
    this.#waiting.delete(task)
  }

  /** A new session: the manager may know nothing of what was sent before. */
  restart(reports: readonly StatusReport[]): void {
    this.#sent = undefined
    for (const { task, status } of reports) this.#waiting.set(task, status)
    this.#bell.notify()
  }

  /** Resolves when something is waiting. */
  async waitForReports(signal: AbortSignal): Promise<void> {
    while (this.#waiting.size === 0) await this.#bell.wait(signal)
  }

  /** A whole batch is waiting: there is no point in collecting more. */
  get isFull(): boolean {
    return this.#waiting.size >= maxReports
  }

  /** The next batch, which stays waiting until it is acknowledged. */
  next(): Batch {
    const reports: StatusReport[] = []
    for (const [task, status] of this.#waiting) {
      if (reports.length === maxReports) break
      reports.push({ task, status })
    }
    this.#number += 1
    this.#sent = { number: this.#number, reports }
    return this.#sent
  }

  /** Drops what was acknowledged, save for states that have been followed by another one meanwhile. */
  acknowledge(number: number): void {
    if (this.#sent?.number !== number) return
    for (const { task, status } of this.#sent.reports) if (this.#waiting.get(task) === status) this.#waiting.delete(task)
    this.#sent = undefined
    this.#bell.notify()
  }

  /** Resolves when the last batch has been acknowledged. */
  async waitForAcknowledgement(signal: AbortSignal): Promise<void> {
    while (this.#sent !== undefined) await this.#bell.wait(signal)
  }
}
