// The tasks of one node: one loop for each, what the database remembers of them, and the removal of
// those that managers no longer know. It goes on without managers: what they wanted last stays valid.

import { isDeepStrictEqual } from 'node:util'
import type { Assignment, ManagerMessage, StatusReport } from '../api/session.ts'
import { compareStates } from '../api/task.ts'
import type { Effects } from '../effects/effects.ts'
import type { Executor, NodeFacts, Notice } from './executor.ts'
import type { Mesh } from './mesh/mesh.ts'
import { endedStatus } from './next-step.ts'
import { PayloadStore } from './payload-store.ts'
import type { StatusReporter } from './status-reporter.ts'
import { TaskDatabase } from './task-database.ts'
import { payloadsOf, taskFilesOf } from './task-file.ts'
import { TaskLoop, type TaskLoopDeps } from './task-loop.ts'

export type Assignments = Extract<ManagerMessage, { type: 'assignments' }>

export interface WorkerDeps {
  readonly effects: Pick<Effects, 'clock' | 'disk' | 'log'>
  readonly executor: Executor
  readonly directory: string
  readonly node: NodeFacts
  readonly reporter: StatusReporter
  readonly notify: (task: string, notice: Notice) => void
  /** What clients do with the tasks (mesh.ts). */
  readonly mesh: Pick<Mesh, 'drain' | 'ended'>
}

/** What all tasks of a revision have in common is in memory once. */
interface SharedTemplate {
  readonly template: Assignment['template']
  readonly service: Assignment['service']
  users: number
}

interface Entry {
  readonly loop: TaskLoop
  readonly stopLoop: () => void
  readonly ended: Promise<void>
}

const retryDelayMs = 1000

export class Worker {
  readonly payloads = new PayloadStore()
  readonly #deps: WorkerDeps
  readonly #database: TaskDatabase
  readonly #signal: AbortSignal
  readonly #entries = new Map<string, Entry>()
  /** By revision. */
  readonly #templates = new Map<string, SharedTemplate>()
  /** Removals under way. A task that is assigned again meanwhile waits for its end. */
  readonly #removals = new Map<string, Promise<void>>()
  #sawComplete = false
  /** Present while records wait for a disk that takes them. */
  #catchingUp: Promise<void> | undefined
  #chain: Promise<void> = Promise.resolve()

  /** @param signal fires when the agent ends; the tasks themselves keep running then. */
  constructor(deps: WorkerDeps, signal: AbortSignal) {
    this.#deps = deps
    this.#database = new TaskDatabase(deps.effects.disk, deps.directory)
    this.#signal = signal
    // One listener for all: an AbortSignal looks through all that it has before it takes one more.
    signal.addEventListener('abort', () => this.#stopLoops(), { once: true })
  }

  #stopLoops(): void {
    for (const { stopLoop } of this.#entries.values()) stopLoop()
  }

  /** Goes on with every task that the database knows. What ended while the agent was away is known before anybody is told. */
  async start(): Promise<void> {
    const known = await this.#database.load(this.#deps.effects.log)
    for (const assignment of await Promise.all(known.map((one) => this.#lookAgain(one)))) this.#begin(assignment)
  }

  async #lookAgain(assignment: Assignment): Promise<Assignment> {
    const { desired, status } = assignment
    // One that is to be stopped was perhaps stopped just before the agent died: its loop finds out.
    if (status.state !== 'Running' || desired === 'Shutdown' || desired === 'Remove') return assignment
    try {
      const found = await this.#deps.executor.find(assignment.task)
      return found !== undefined && 'ended' in found ? { ...assignment, status: endedStatus(status, found.ended) } : assignment
    } catch {
      return assignment // Its loop tries again, and says why it cannot.
    }
  }

  /** The last status of every task here, ended ones included. */
  reports(): readonly StatusReport[] {
    return [...this.#entries.values()].map(({ loop }) => ({ task: loop.assignment.task, status: loop.assignment.status }))
  }

  /** What is known of a task that this node has and does not remove. */
  assignmentOf(task: string): Assignment | undefined {
    return this.#entries.get(task)?.loop.assignment
  }

  /** One message of assignments, after those before it. */
  apply(message: Assignments): Promise<void> {
    this.#chain = this.#chain.then(() => this.#apply(message))
    return this.#chain
  }

  /**
   * The node is no member any more: stops and removes all that it runs, what only the executor knows included. Resolves when nothing is
   * left, or the agent ends.
   */
  async leave(): Promise<void> {
    await this.apply({ type: 'assignments', mode: 'complete', appliesTo: '', resultsIn: '', update: [], remove: [] })
    this.#sawComplete = false
    while (!this.#signal.aborted) {
      await this.#removeOrphans()
      if (this.#sawComplete) break
      await this.#deps.effects.clock.sleep(retryDelayMs, this.#signal).catch(() => {})
    }
    await Promise.all(this.#removals.values())
  }

  /** Resolves when every loop and every removal has noticed the end of the agent. */
  async end(): Promise<void> {
    await Promise.allSettled([...[...this.#entries.values()].map(({ ended }) => ended), ...this.#removals.values(), this.#catchingUp])
  }

  async #apply(message: Assignments): Promise<void> {
    const wanted = new Set(message.update.map(({ task }) => task))
    const surplus = message.mode === 'complete' ? [...this.#entries.keys()].filter((task) => !wanted.has(task)) : message.remove
    for (const task of surplus) this.#remove(task)
    for (const assignment of message.update) this.#update(assignment)
    if (message.mode === 'complete') this.payloads.completeSession()
    if (message.mode === 'complete' && !this.#sawComplete) await this.#removeOrphans()
  }

  /** What only the executor knows. Not before a manager has listed the tasks: their records may have been lost here. */
  async #removeOrphans(): Promise<void> {
    const { executor, effects } = this.#deps
    let held: readonly string[]
    try {
      held = await executor.list()
    } catch (error) {
      effects.log.warn('Could not list what the executor holds', { error })
      return
    }
    this.#sawComplete = true
    for (const task of held) {
      if (this.#entries.has(task) || this.#removals.has(task)) continue
      effects.log.info('Found a task that nobody knows; removing it', { object: `Task/${task}` })
      this.#remove(task)
    }
  }

  #update(assignment: Assignment): void {
    const entry = this.#entries.get(assignment.task)
    const removal = this.#removals.get(assignment.task)
    if (entry !== undefined) entry.loop.update(assignment)
    else if (removal === undefined) this.#begin(assignment)
    else void removal.then(() => this.#entries.has(assignment.task) || this.#signal.aborted || this.#begin(assignment))
  }

  #begin(given: Assignment): void {
    const assignment = this.#share(given)
    const { effects, executor, node, notify, mesh } = this.#deps
    const stopper = new AbortController()
    const stopLoop = (): void => stopper.abort(new Error('the task is no longer this agent’s'))
    if (this.#signal.aborted) stopLoop()
    const files: TaskLoopDeps['files'] = async (task, signal) => taskFilesOf(task, node, await this.payloads.take(payloadsOf(task), signal))
    const drain: TaskLoopDeps['drain'] = (task, signal) => mesh.drain(task, signal)
    const record: TaskLoopDeps['record'] = (changed) => this.#record(changed)
    const loop = new TaskLoop({ clock: effects.clock, executor, node, notify, files, record, drain }, assignment)
    this.#entries.set(assignment.task, { loop, stopLoop, ended: loop.run(stopper.signal) })
    void this.#save(assignment)
  }

  #share(assignment: Assignment): Assignment {
    const { revision, template, service } = assignment
    const known = this.#templates.get(revision)
    if (known === undefined) {
      this.#templates.set(revision, { template, service, users: 1 })
      return assignment
    }
    known.users += 1
    // A template is its revision's, but for what else a service may change: credentials, labels.
    return {
      ...assignment,
      template: isDeepStrictEqual(template, known.template) ? known.template : template,
      service: isDeepStrictEqual(service, known.service) ? known.service : service,
    }
  }

  #unshare(revision: string): void {
    const known = this.#templates.get(revision)
    if (known === undefined) return
    known.users -= 1
    if (known.users === 0) this.#templates.delete(revision)
  }

  #record(assignment: Assignment): Promise<void> {
    if (!this.#entries.has(assignment.task)) return Promise.resolve() // Its removal is under way.
    this.#deps.reporter.report(assignment.task, assignment.status)
    if (compareStates(assignment.status.state, 'Complete') >= 0) this.#deps.mesh.ended(assignment.task)
    return this.#save(assignment)
  }

  /** A record that lags behind harms no task, so nothing waits for a disk that is full; it is tried again. */
  async #save(assignment: Assignment): Promise<void> {
    try {
      await this.#database.put(assignment)
    } catch (error) {
      this.#deps.effects.log.error('Could not save the record of a task', { object: `Task/${assignment.task}`, error })
      this.#catchingUp ??= this.#catchUp().finally(() => {
        this.#catchingUp = undefined
      })
    }
  }

  async #catchUp(): Promise<void> {
    const { clock, log } = this.#deps.effects
    while (!this.#signal.aborted) {
      await clock.sleep(retryDelayMs, this.#signal).catch(() => {})
      if (await this.#database.catchUp().catch(() => false)) return log.info('The records of tasks are saved again')
    }
  }

  #remove(task: string): void {
    if (this.#removals.has(task)) return
    const entry = this.#entries.get(task)
    this.#entries.delete(task)
    if (entry !== undefined) this.#unshare(entry.loop.assignment.revision)
    this.#deps.reporter.forget(task)
    const removal = this.#free(task, entry).finally(() => this.#removals.delete(task))
    this.#removals.set(task, removal)
  }

  /** The record goes last: when the agent dies before, it finds the task again and the manager's list removes it again. */
  async #free(task: string, entry: Entry | undefined): Promise<void> {
    const { clock, log } = this.#deps.effects
    entry?.stopLoop()
    await entry?.ended
    if (entry !== undefined) await this.#deps.mesh.drain(entry.loop.assignment, this.#signal).catch(() => {})
    while (!this.#signal.aborted) {
      try {
        await this.#deps.executor.remove(task)
        this.#deps.mesh.ended(task)
        return await this.#database.delete(task)
      } catch (error) {
        log.warn('Could not remove a task', { object: `Task/${task}`, error })
        await clock.sleep(retryDelayMs, this.#signal).catch(() => {})
      }
    }
  }
}
