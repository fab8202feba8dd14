// Takes one task through its life on this node: asks next-step.ts what to do, has the executor do it,
// writes down what came of it. It knows nothing of managers or of other tasks. A failed step is tried
// again a second later, unless the executor says that no retry helps.

import { isDeepStrictEqual } from 'node:util'
import type { TaskState } from '../api/objects.ts'
import type { Assignment } from '../api/session.ts'
import { compareStates } from '../api/task.ts'
import type { TaskStatus } from '../api/types/task.ts'
import type { Clock } from '../effects/effects.ts'
import { messageOf } from '../effects/thrown.ts'
import {
  type Executor,
  type Exit,
  FatalTaskError,
  type NodeFacts,
  type Notice,
  type TaskFile,
  type TaskHandle,
  type TaskToRun,
} from './executor.ts'
import { Bell, firstOf, withSignal } from './first-of.ts'
import { delayBeforeCheckMs, type Health, type HealthPolicy, healthPolicyOf, nextHealth, startingHealth } from './health.ts'
import { endedStatus, exitFacts, failedState, nextStep, type Step, withoutError } from './next-step.ts'

const retryDelayMs = 1000

export interface TaskLoopDeps {
  readonly clock: Clock
  readonly executor: Executor
  readonly node: NodeFacts
  /** Called with every new state of the task. Resolves when the local database has it. */
  readonly record: (assignment: Assignment) => Promise<void>
  readonly notify: (task: string, notice: Notice) => void
  /** The secrets and configs of the task, as soon as managers have told them. They are never part of what is recorded. */
  readonly files: (assignment: Assignment, signal: AbortSignal) => Promise<readonly TaskFile[]>
  /** Before the stop signal, once the task gets no new clients: until those that it has are done, for a limited time. */
  readonly drain: (assignment: Assignment, signal: AbortSignal) => Promise<void>
}

export class TaskLoop {
  readonly #deps: TaskLoopDeps
  readonly #bell = new Bell()
  #assignment: Assignment
  /** Stops the step under way because managers want something else. */
  #interrupt: (() => void) | undefined
  #step: Step = 'nothing'
  /** Known once the program runs. */
  #healthPolicy: HealthPolicy | undefined

  constructor(deps: TaskLoopDeps, assignment: Assignment) {
    this.#deps = deps
    this.#assignment = assignment
  }

  get assignment(): Assignment {
    return this.#assignment
  }

  /** What managers want now. Only a later desired state counts; the task's own status is never taken from them. */
  update(assignment: Assignment): void {
    if (desiredRank[assignment.desired] <= desiredRank[this.#assignment.desired]) return
    this.#assignment = { ...this.#assignment, desired: assignment.desired }
    void this.#deps.record(this.#assignment)
    if (nextStep(this.#status.state, this.#assignment.desired) !== this.#step) this.#interrupt?.()
    this.#bell.notify()
  }

  /** Until the task has ended, or `signal` fires: the task itself keeps running then. Most tasks that an agent knows have ended; waiting for nothing costs memory. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && compareStates(this.#status.state, 'Complete') < 0) {
      this.#step = nextStep(this.#status.state, this.#assignment.desired)
      try {
        await withSignal(signal, async (inner, stop) => {
          this.#interrupt = () => stop(new Error('another state is wanted'))
          await this.#take(this.#step, inner)
        })
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        this.#interrupt = undefined
      }
    }
  }

  /** One step, with its failure: what a retry may mend is noted, anything else ends the task. Resolves also when it was interrupted: the loop then asks anew. */
  async #take(step: Step, signal: AbortSignal): Promise<void> {
    try {
      await this.#perform(step, signal)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof FatalTaskError && step !== 'stop') return this.#fail(error)
      this.#set({ ...this.#status, error: messageOf(error) })
      await this.#deps.clock.sleep(retryDelayMs, signal).catch(() => {})
    }
  }

  #perform(step: Step, signal: AbortSignal): Promise<void> {
    switch (step) {
      case 'nothing':
        return this.#bell.wait(signal)
      case 'accept':
        return this.#move('Accepted', 'accepted')
      case 'begin-preparing':
        return this.#move('Preparing', 'preparing')
      case 'begin-starting':
        return this.#move('Starting', 'starting')
      case 'prepare':
        return this.#prepare(signal)
      case 'start':
        return this.#start(signal)
      case 'wait':
        return this.#wait(signal)
      case 'stop':
        return this.#stop(signal)
    }
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    const task = await this.#withFiles(signal)
    const report = (message: string): void => this.#set({ ...this.#status, message })
    const notices = await this.#deps.executor.prepare(task, this.#deps.node, signal, report)
    for (const notice of notices) this.#deps.notify(this.#assignment.task, notice)
    await this.#move('Ready', 'prepared')
  }

  async #withFiles(signal: AbortSignal): Promise<TaskToRun> {
    return { ...this.#assignment, files: await this.#deps.files(this.#assignment, signal) }
  }

  async #start(signal: AbortSignal): Promise<void> {
    if (this.#isUnhealthy()) return await this.#stopUnhealthy(signal)
    // A task that was started before the agent died needs no files, and no manager to tell them.
    const found = await this.#deps.executor.find(this.#assignment.task)
    const task = found === undefined ? await this.#withFiles(signal) : this.#assignment
    const handle = await this.#deps.executor.start(task, this.#deps.node, signal)
    const policy = this.#adoptHealthPolicy(handle)
    this.#set({ ...this.#status, ...handleFacts(handle), ...(policy === undefined ? {} : { health: 'Starting' }) })
    const exit = policy === undefined ? undefined : await this.#untilHealthOrExit(['Healthy', 'Unhealthy'], signal)
    if (this.#isUnhealthy()) return await this.#stopUnhealthy(signal)
    if (exit !== undefined && !isSuccess(exit)) return this.#set(endedStatus(this.#status, exit))
    const at = this.#deps.clock.wallMs()
    this.#set(withoutError({ ...this.#status, state: 'Running', message: 'started', startedAt: at }))
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#isUnhealthy()) return await this.#stopUnhealthy(signal)
    const found = await this.#deps.executor.find(this.#assignment.task)
    if (found === undefined)
      return this.#set(endedStatus(this.#status, { reason: 'the node has lost it', nodeFault: 'Lost', at: this.#deps.clock.wallMs() }))
    if ('running' in found) {
      this.#adoptHealthPolicy(found.running)
      this.#set(withoutError({ ...this.#status, ...handleFacts(found.running) }))
    }
    const exit = 'ended' in found ? found.ended : await this.#untilHealthOrExit(['Unhealthy'], signal)
    if (exit === undefined) await this.#stopUnhealthy(signal)
    else this.#set(endedStatus(this.#status, exit))
  }

  async #stop(signal: AbortSignal): Promise<void> {
    const { executor, drain } = this.#deps
    await drain(this.#assignment, signal)
    await executor.stop(this.#assignment.task, signal)
    const found = await executor.find(this.#assignment.task)
    const facts = found !== undefined && 'ended' in found ? exitFacts(found.ended) : {}
    this.#set(withoutError({ ...this.#status, ...facts, state: 'Shutdown', message: 'shutdown' }))
  }

  /** The verdict is on disk before the program is stopped: after a crash in between, its exit code 0 must not look like success. */
  async #stopUnhealthy(signal: AbortSignal): Promise<void> {
    await this.#deps.record(this.#assignment)
    await this.#deps.drain(this.#assignment, signal)
    await this.#deps.executor.stop(this.#assignment.task, signal)
    const exit = await this.#deps.executor.wait(this.#assignment, signal)
    this.#set(endedStatus(this.#status, exit))
  }

  #adoptHealthPolicy({ healthCheck = this.#assignment.template.healthCheck }: TaskHandle): HealthPolicy | undefined {
    this.#healthPolicy = healthPolicyOf(healthCheck)
    return this.#healthPolicy
  }

  /** The exit of the program, or `undefined` as soon as its health is one of `wanted`. Notes every change of health. */
  #untilHealthOrExit(wanted: readonly Health['state'][], signal: AbortSignal): Promise<Exit | undefined> {
    const policy = this.#healthPolicy
    if (policy === undefined) return this.#deps.executor.wait(this.#assignment, signal)
    return firstOf<Exit | undefined>(signal, [
      (inner) => this.#deps.executor.wait(this.#assignment, inner),
      (inner) => this.#watchHealth(policy, wanted, inner),
    ])
  }

  async #watchHealth(policy: HealthPolicy, wanted: readonly Health['state'][], signal: AbortSignal): Promise<undefined> {
    const { clock } = this.#deps
    const startedMs = clock.monotonicMs()
    let health: Health = this.#status.health === 'Healthy' ? { state: 'Healthy', failures: 0 } : startingHealth
    while (!wanted.includes(health.state)) {
      await clock.sleep(delayBeforeCheckMs(policy, health, clock.monotonicMs() - startedMs), signal)
      const sinceStartMs = clock.monotonicMs() - startedMs
      const result = await this.#deps.executor.check(this.#assignment, policy.test, policy.timeoutMs, signal)
      health = nextHealth(policy, health, result.healthy, sinceStartMs)
      this.#noteHealth(health, result)
    }
    return undefined
  }

  #noteHealth(health: Health, result: { readonly healthy: boolean; readonly output: string }): void {
    const said = result.output.trim()
    if (!result.healthy) {
      this.#deps.notify(this.#assignment.task, {
        level: 'Warning',
        reason: 'Unhealthy',
        message: `Health check failed: ${said || 'no output'}`,
      })
    }
    const error = health.state === 'Unhealthy' ? { error: `failed its health check${said === '' ? '' : `: ${said}`}` } : {}
    this.#set({ ...this.#status, health: health.state, ...error })
  }

  #fail(error: FatalTaskError): void {
    const fault = error.nodeFault === undefined ? {} : { nodeFault: error.nodeFault }
    this.#set({ ...this.#status, state: failedState(this.#status.state), message: 'failed', error: error.message, ...fault })
  }

  async #move(state: TaskState, message: string): Promise<void> {
    this.#set(withoutError({ ...this.#status, state, message }))
  }

  #isUnhealthy(): boolean {
    return this.#status.health === 'Unhealthy'
  }

  get #status(): TaskStatus {
    return this.#assignment.status
  }

  /** Nothing changes when only the time would. The state never goes back. */
  #set(status: TaskStatus): void {
    const before = this.#status
    if (compareStates(status.state, before.state) < 0 || isDeepStrictEqual({ ...status, at: before.at }, before)) return
    const at = status.at === before.at ? this.#deps.clock.wallMs() : status.at
    this.#assignment = { ...this.#assignment, status: { ...status, at } }
    void this.#deps.record(this.#assignment)
  }
}

const desiredRank = { Ready: 0, Running: 1, Complete: 2, Shutdown: 3, Remove: 4 } as const

function isSuccess(exit: Exit): boolean {
  return exit.exitCode === 0 && exit.reason === undefined
}

function handleFacts(handle: TaskHandle): Pick<TaskStatus, 'pid' | 'containerId' | 'address' | 'ports'> {
  const { pid, containerId, address, ports } = handle
  return {
    ...(pid === undefined ? {} : { pid }),
    ...(containerId === undefined ? {} : { containerId }),
    ...(address === undefined ? {} : { address }),
    ...(ports === undefined || Object.keys(ports).length === 0 ? {} : { ports }),
  }
}
