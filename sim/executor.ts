// Simulated machines and the tasks on them, for thousands of nodes in one process. A machine outlives the
// agent on it, as a real one does: its tasks go on while the agent is dead, and the next agent finds them.
// What a task does is decided by a plan: fixed in a test, drawn from the seed in a long run.

import {
  type ExecInput,
  type ExecOutput,
  type Executor,
  type Exit,
  execExitOf,
  FatalTaskError,
  type TaskHandle,
  type TaskToRun,
} from '../agent/executor.ts'
import { withSignal } from '../agent/first-of.ts'
import { durationMs } from '../api/duration.ts'
import type { AttachRequest, ExecExit, ExecRequest } from '../api/exec.ts'
import type { Assignment, LogLine } from '../api/session.ts'
import { simulatedEpochMs } from './effects/clock.ts'
import type { Schedule } from './effects/event-queue.ts'
import type { SeededRandom } from './effects/random.ts'

/** `fails`: a retry may help, and does not. `is-refused`: no retry helps. `hangs`: never answers, until aborted. */
export type Trouble = 'fails' | 'is-refused' | 'hangs'

export interface TaskPlan {
  readonly prepareMs?: number
  readonly prepare?: Trouble
  readonly startMs?: number
  readonly start?: Trouble
  /** How long it runs by itself. For ever when left out. */
  readonly runMs?: number
  /** 0 when left out. */
  readonly exitCode?: number
  /** Ends by this instead of by an exit code. */
  readonly signal?: string
  /** From the stop signal to its end. */
  readonly stopMs?: number
  /** Ends only when the grace period is over. */
  readonly ignoresStop?: boolean
  /** Its health test succeeds from here on, counted from the start … */
  readonly healthyAfterMs?: number
  /** … and up to here. */
  readonly unhealthyAfterMs?: number
  /** Printed one after the other, from the start on. */
  readonly output?: readonly string[]
  readonly outputEveryMs?: number
}

export interface MachineOptions {
  readonly os?: string
  readonly arch?: string
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly plan?: (task: Assignment) => TaskPlan
}

interface Running {
  readonly assignment: Assignment
  readonly plan: TaskPlan
  readonly handle: TaskHandle
  phase: 'starting' | 'running' | 'ended'
  startedMs: number
  stopRequested: boolean
  exit: Exit | undefined
  neverStarted: boolean
  cancelEnd: () => void
}

const defaultPlan: Required<Pick<TaskPlan, 'prepareMs' | 'startMs' | 'stopMs'>> = { prepareMs: 50, startMs: 20, stopMs: 10 }
const checkMs = 5
const defaultGraceMs = 10_000

export class SimulatedMachine {
  readonly #schedule: Schedule
  #options: MachineOptions
  readonly #prepared = new Map<string, Assignment>()
  readonly #tasks = new Map<string, Running>()
  readonly #files = new Map<string, readonly string[]>()
  readonly #wentDown = new Set<string>()
  readonly #watchers = new Map<string, Set<() => void>>()
  #lastPid = 100
  #orders = 0
  #lastPort = 20_000

  /** @param schedule the machine's own time, which no agent's death stops. */
  constructor(schedule: Schedule, options: MachineOptions = {}) {
    this.#schedule = schedule
    this.#options = options
  }

  /** The executor of one life of the agent. @param process the lane of that life: once closed, nothing answers any more. */
  executor(process: Schedule): Executor {
    return new SimulatedExecutor(this, process)
  }

  /** Tasks whose programs run at this moment, in the order they were started: what checkers look at. */
  running(): readonly Assignment[] {
    return [...this.#tasks.values()].filter(({ phase }) => phase === 'running').map(({ assignment }) => assignment)
  }

  /** The task whose program listens on this port of the machine. */
  taskOnPort(port: number): string | undefined {
    for (const { phase, handle, assignment } of this.#tasks.values())
      if (phase === 'running' && Object.values(handle.ports ?? {}).includes(port)) return assignment.task
    return undefined
  }

  /** Its stop has begun. */
  isStopping(task: string): boolean {
    return this.#tasks.get(task)?.stopRequested === true
  }

  /** Paths of the files that the task was started with. */
  filesOf(task: string): readonly string[] {
    return this.#files.get(task) ?? []
  }

  /** The program dies by itself. False when it does not run. */
  kill(task: string, exit: Pick<Exit, 'exitCode' | 'signal' | 'reason'>): boolean {
    const running = this.#tasks.get(task)
    if (running?.phase !== 'running') return false
    this.#end(running, exit)
    return true
  }

  /** The machine loses its power: every program is gone, and nobody has seen how it ended. */
  powerOff(): void {
    this.#endAll({ reason: 'the machine was switched off', nodeFault: 'Lost' })
  }

  /** What `kit down` does: every program is stopped. With `forgets` nothing of them is left, as after the removal of containers. */
  stopAll(exit: Pick<Exit, 'exitCode' | 'signal'>, forgets: boolean): void {
    this.#endAll({ ...exit, reason: 'its node was stopped', nodeFault: 'Stopped' })
    if (forgets) for (const task of this.held()) this.free(task)
  }

  /** Whether the task's program ran until the machine, or all on it, was stopped. */
  wentDownWith(task: string): boolean {
    return this.#wentDown.has(task)
  }

  #endAll(exit: Omit<Exit, 'at'>): void {
    for (const [task, running] of this.#tasks) {
      if (running.phase === 'ended') continue
      this.#wentDown.add(task)
      this.#end(running, exit)
    }
  }

  /** The machine has other resources from now on. */
  resize(resources: Pick<MachineOptions, 'cpus' | 'memoryBytes'>): void {
    this.#options = { ...this.#options, ...resources }
  }

  nowMs(): number {
    return this.#schedule.nowMs()
  }

  describe(): Awaited<ReturnType<Executor['describe']>> {
    const { os = 'linux', arch = 'x86_64', cpus = 4, memoryBytes = 8 * 2 ** 30 } = this.#options
    return { platform: { os, arch }, resources: { cpus, memoryBytes } }
  }

  planOf(task: Assignment): TaskPlan {
    return { ...defaultPlan, ...this.#options.plan?.(task) }
  }

  /** Counts what agents have asked for. */
  get orders(): number {
    return this.#orders
  }

  find(task: string): Running | undefined {
    return this.#tasks.get(task)
  }

  held(): readonly string[] {
    return [...new Set([...this.#prepared.keys(), ...this.#tasks.keys()])].toSorted()
  }

  notePrepared(assignment: Assignment): void {
    this.#orders += 1
    this.#prepared.set(assignment.task, assignment)
  }

  isPrepared(task: string): boolean {
    return this.#prepared.has(task)
  }

  /** Begins once; it goes on without whoever asked for it. */
  start({ files = [], ...assignment }: TaskToRun, plan: TaskPlan): void {
    this.#orders += 1
    this.#files.set(
      assignment.task,
      files.map(({ path }) => path),
    )
    const running = this.#enter(assignment, plan)
    running.cancelEnd = this.#schedule.schedule(plan.startMs ?? defaultPlan.startMs, () => {
      running.phase = 'running'
      running.startedMs = this.nowMs()
      if (plan.runMs !== undefined) running.cancelEnd = this.#schedule.schedule(plan.runMs, () => this.#end(running, plannedExit(plan)))
      for (const index of (plan.output ?? []).keys())
        this.#schedule.schedule(index * (plan.outputEveryMs ?? 0), () => this.#changed(assignment.task))
      this.#changed(assignment.task)
      if (running.stopRequested) this.#endSoon(running)
    })
  }

  /** Begins to stop it; one that has not started never will. */
  stop(taskName: string): void {
    this.#orders += 1
    const running = this.#tasks.get(taskName)
    if (running === undefined) {
      const prepared = this.#prepared.get(taskName)
      if (prepared !== undefined) this.#refuse(prepared)
    } else if (!running.stopRequested) {
      running.stopRequested = true
      if (running.phase === 'running') this.#endSoon(running)
    }
  }

  free(task: string): void {
    this.#orders += 1
    this.#tasks.get(task)?.cancelEnd()
    this.#tasks.delete(task)
    this.#prepared.delete(task)
    this.#files.delete(task)
    this.#changed(task)
  }

  /** Calls `onChange` whenever something happens to the task; calling the result ends that. */
  watch(task: string, onChange: () => void): () => void {
    const watchers = this.#watchers.get(task) ?? new Set()
    this.#watchers.set(task, watchers)
    watchers.add(onChange)
    return () => {
      watchers.delete(onChange)
      if (watchers.size === 0 && this.#watchers.get(task) === watchers) this.#watchers.delete(task)
    }
  }

  #enter(assignment: Assignment, plan: TaskPlan): Running {
    const running: Running = {
      assignment,
      plan,
      handle: { pid: ++this.#lastPid, ports: this.#choosePorts(assignment) },
      phase: 'starting',
      startedMs: this.nowMs(),
      stopRequested: false,
      exit: undefined,
      neverStarted: false,
      cancelEnd: () => {},
    }
    this.#tasks.set(assignment.task, running)
    return running
  }

  #refuse(assignment: Assignment): void {
    const running = this.#enter(assignment, {})
    running.neverStarted = true
    this.#end(running, { reason: 'stopped before it started' })
  }

  #choosePorts(assignment: Assignment): Readonly<Record<string, number>> {
    const own = (assignment.hostPorts ?? []).map(({ targetPort, protocol, publishedPort }) => [
      `${targetPort}/${protocol.toLowerCase()}`,
      publishedPort === 0 ? ++this.#lastPort : publishedPort,
    ])
    const given = (assignment.targetPorts ?? []).map(({ targetPort, protocol }) => [
      `${targetPort}/${protocol.toLowerCase()}`,
      ++this.#lastPort,
    ])
    return Object.fromEntries([...own, ...given])
  }

  #endSoon(running: Running): void {
    const { stopMs = defaultPlan.stopMs, ignoresStop = false } = running.plan
    const grace = running.assignment.template.stopGracePeriod
    const graceMs = grace === undefined ? defaultGraceMs : durationMs(grace)
    const isKilled = ignoresStop || stopMs > graceMs
    running.cancelEnd()
    running.cancelEnd = this.#schedule.schedule(isKilled ? graceMs : stopMs, () =>
      this.#end(running, { signal: isKilled ? 'SIGKILL' : 'SIGTERM' }),
    )
  }

  #end(running: Running, exit: Omit<Exit, 'at'>): void {
    running.cancelEnd()
    running.phase = 'ended'
    running.exit = { ...exit, at: simulatedEpochMs + Math.floor(this.nowMs()) }
    this.#changed(running.assignment.task)
  }

  #changed(task: string): void {
    for (const onChange of [...(this.#watchers.get(task) ?? [])]) onChange()
  }
}

class SimulatedExecutor implements Executor {
  readonly name = 'simulated'
  readonly #machine: SimulatedMachine
  readonly #process: Schedule

  constructor(machine: SimulatedMachine, process: Schedule) {
    this.#machine = machine
    this.#process = process
  }

  async describe(): ReturnType<Executor['describe']> {
    return this.#machine.describe()
  }

  async prepare(task: Assignment, _node: unknown, signal: AbortSignal): ReturnType<Executor['prepare']> {
    const plan = this.#machine.planOf(task)
    await this.#sleep(plan.prepareMs ?? 0, signal)
    await this.#suffer(plan.prepare, 'prepare', signal)
    this.#machine.notePrepared(task)
    return []
  }

  async start(task: TaskToRun, _node: unknown, signal: AbortSignal): Promise<TaskHandle> {
    signal.throwIfAborted()
    if (this.#machine.find(task.task) === undefined) {
      if (!this.#machine.isPrepared(task.task)) throw new FatalTaskError('nothing of it is left here', { nodeFault: 'Lost' })
      const plan = this.#machine.planOf(task)
      await this.#suffer(plan.start, 'start', signal)
      this.#machine.start(task, plan)
    }
    const running = await this.#until(task.task, () => afterStart(this.#machine.find(task.task)), signal)
    if (running.neverStarted) throw new FatalTaskError(running.exit?.reason ?? 'never started')
    return running.handle
  }

  async find(taskName: string): ReturnType<Executor['find']> {
    const running = this.#machine.find(taskName)
    if (running === undefined) return undefined
    return running.exit === undefined ? { running: running.handle } : { ended: running.exit }
  }

  wait(task: Assignment, signal: AbortSignal): Promise<Exit> {
    return this.#until(task.task, () => this.#machine.find(task.task)?.exit, signal)
  }

  async check(task: Assignment, _test: readonly string[], timeoutMs: number, signal: AbortSignal): ReturnType<Executor['check']> {
    await this.#sleep(Math.min(checkMs, timeoutMs), signal)
    const running = this.#machine.find(task.task)
    if (running?.phase !== 'running') return { healthy: false, output: 'it does not run' }
    const { healthyAfterMs = 0, unhealthyAfterMs = Number.POSITIVE_INFINITY } = running.plan
    const sinceMs = this.#machine.nowMs() - running.startedMs
    const healthy = sinceMs >= healthyAfterMs && sinceMs < unhealthyAfterMs
    return { healthy, output: healthy ? 'well' : 'unwell' }
  }

  async stop(taskName: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#machine.stop(taskName)
    await this.#until(taskName, () => hasStopped(this.#machine.find(taskName)), signal)
  }

  async remove(taskName: string): Promise<void> {
    const running = this.#machine.find(taskName)
    if (running !== undefined) await this.stop(taskName, new AbortController().signal)
    this.#machine.free(taskName)
  }

  async list(): Promise<readonly string[]> {
    return this.#machine.held()
  }

  async *logs(taskName: string, options: Parameters<Executor['logs']>[1], signal: AbortSignal): AsyncIterable<LogLine> {
    let shown = -1
    for (;;) {
      const running = this.#machine.find(taskName)
      const lines = running === undefined || running.neverStarted ? [] : printed(running, this.#machine.nowMs())
      const wanted = lines.filter(({ at }) => options.since === undefined || at >= options.since)
      if (shown < 0) yield* wanted.slice(options.tail === undefined ? 0 : wanted.length - Math.min(options.tail, wanted.length))
      else yield* wanted.slice(shown)
      shown = wanted.length
      if (options.follow !== true || running === undefined || running.exit !== undefined || signal.aborted) return
      await this.#nextLine(taskName, running, signal).catch(() => {})
    }
  }

  async stats(): ReturnType<Executor['stats']> {
    const at = simulatedEpochMs + Math.floor(this.#machine.nowMs())
    return this.#machine.running().map(({ task }) => ({ task, at, cpuMs: 0, memoryBytes: 0, processes: 1 }))
  }

  #running(taskName: string): Running {
    const running = this.#machine.find(taskName)
    if (running?.phase !== 'running') throw new FatalTaskError(`task "${taskName}" does not run on this node`)
    return running
  }

  /** The program gives back what it is told. */
  async forward(taskName: string, _port: number, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#running(taskName)
    for await (const piece of input) if (piece.type === 'stdin') await output('stdout', piece.bytes)
  }

  /** The program gives back what it is told, and goes on printing. */
  async attach(
    taskName: string,
    { stdin = false, tty }: AttachRequest,
    input: ExecInput,
    output: ExecOutput,
    signal: AbortSignal,
  ): Promise<ExecExit> {
    signal.throwIfAborted()
    const { template } = this.#running(taskName).assignment
    if (stdin && template.stdinOpen !== true) throw new FatalTaskError(`task "${taskName}" has no open standard input: set stdin_open`)
    if (tty !== undefined && template.tty !== true) throw new FatalTaskError(`task "${taskName}" has no terminal: set tty`)
    return await withSignal(signal, async (inner, stop) => {
      const echo = async (): Promise<void> => {
        for await (const piece of input) if (piece.type === 'stdin') await output('stdout', piece.bytes)
      }
      if (stdin) void echo().catch(stop)
      for await (const { stream, text } of this.logs(taskName, { tail: 0, follow: true }, inner))
        await output(stream, new TextEncoder().encode(`${text}\n`))
      const exit = await this.#until(taskName, () => this.#machine.find(taskName)?.exit, inner)
      return execExitOf(exit)
    })
  }

  /** Knows a few commands: `cat`, `echo WORDS…`, `exit N`, `sleep MS`. */
  async exec(
    taskName: string,
    { command, stdin = false }: ExecRequest,
    input: ExecInput,
    output: ExecOutput,
    signal: AbortSignal,
  ): Promise<ExecExit> {
    signal.throwIfAborted()
    this.#running(taskName)
    return await withSignal(signal, async (inner, stop) => {
      const ended = this.#until(taskName, () => this.#machine.find(taskName)?.exit, inner).then(
        () => stop(new FatalTaskError(`task "${taskName}" ended, and the command with it`)),
        () => {},
      )
      try {
        return await this.#runCommand(command, stdin ? input : [], output, inner)
      } finally {
        stop(new Error('the command has ended'))
        await ended
      }
    })
  }

  async #runCommand(
    [program = '', ...args]: readonly string[],
    input: ExecInput | readonly never[],
    output: ExecOutput,
    signal: AbortSignal,
  ): Promise<ExecExit> {
    if (program === 'cat') for await (const piece of input) if (piece.type === 'stdin') await output('stdout', piece.bytes)
    if (program === 'echo') await output('stdout', new TextEncoder().encode(`${args.join(' ')}\n`))
    if (program === 'sleep') await this.#sleep(Number(args[0]), signal)
    signal.throwIfAborted()
    if (['cat', 'echo', 'sleep', 'exit'].includes(program)) return { exitCode: program === 'exit' ? Number(args[0]) : 0 }
    await output('stderr', new TextEncoder().encode(`${program} was not found\n`))
    return { exitCode: 127 }
  }

  /** Until something happens to the task or its next line is due. */
  #nextLine(task: string, running: Running, signal: AbortSignal): Promise<true> {
    const { phase } = running
    const count = printed(running, this.#machine.nowMs()).length
    const hasChanged = (): true | undefined => {
      const now = this.#machine.find(task)
      return now !== running || now.phase !== phase || printed(now, this.#machine.nowMs()).length > count ? true : undefined
    }
    return this.#until(task, hasChanged, signal)
  }

  async #suffer(trouble: Trouble | undefined, what: string, signal: AbortSignal): Promise<void> {
    if (trouble === 'is-refused') throw new FatalTaskError(`${what}: refused by the plan`)
    if (trouble === 'fails') throw new Error(`${what}: failed by the plan`)
    if (trouble === 'hangs') await this.#until('', () => undefined, signal)
  }

  #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const stop = (): void => {
        cancel()
        reject(signal.reason)
      }
      const cancel = this.#process.schedule(delayMs, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  /** The first value of `probe`, asked now and after every change of the task. The agent hears of it on its own lane. */
  async #until<T>(task: string, probe: () => T | undefined, signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      const found = probe()
      if (found !== undefined) return found
      await new Promise<void>((resolve, reject) => {
        const stop = (): void => {
          unwatch()
          reject(signal.reason)
        }
        const unwatch = this.#machine.watch(task, () => {
          unwatch()
          this.#process.schedule(0, () => {
            signal.removeEventListener('abort', stop)
            resolve()
          })
        })
        signal.addEventListener('abort', stop, { once: true })
      })
    }
  }
}

/** How likely each kind of trouble is for one task, each between 0 and 1. */
export interface TroubleRates {
  readonly refusedAtPrepare: number
  readonly refusedAtStart: number
  readonly endsSoon: number
  readonly crashesSoon: number
  readonly slowStart: number
  readonly unhealthy: number
  readonly ignoresStop: number
}

/** Plans drawn from the seed and the task's name alone, whatever was drawn before. */
export function randomPlans(random: SeededRandom, rates: TroubleRates): (task: Assignment) => TaskPlan {
  return ({ task }) => {
    const own = random.split(task)
    const refusedAtPrepare = own.chance(rates.refusedAtPrepare)
    const refusedAtStart = own.chance(rates.refusedAtStart)
    const [crashes, ends] = [own.chance(rates.crashesSoon), own.chance(rates.endsSoon)]
    const startMs = own.exponential(own.chance(rates.slowStart) ? 5_000 : 50)
    return {
      prepareMs: own.exponential(200),
      startMs,
      stopMs: own.exponential(200),
      ...(refusedAtPrepare ? { prepare: 'is-refused' as const } : {}),
      ...(refusedAtStart ? { start: 'is-refused' as const } : {}),
      ...(crashes || ends ? { runMs: own.exponential(20_000), exitCode: crashes ? 1 + own.below(255) : 0 } : {}),
      ...(own.chance(rates.unhealthy) ? { unhealthyAfterMs: own.exponential(30_000) } : {}),
      ignoresStop: own.chance(rates.ignoresStop),
    }
  }
}

function plannedExit({ exitCode = 0, signal }: TaskPlan): Omit<Exit, 'at'> {
  return signal === undefined ? { exitCode } : { signal }
}

function afterStart(running: Running | undefined): Running | undefined {
  return running?.phase === 'starting' ? undefined : running
}

function hasStopped(running: Running | undefined): true | undefined {
  return running === undefined || running.phase === 'ended' ? true : undefined
}

function printed(running: Running, nowMs: number): readonly LogLine[] {
  if (running.phase === 'starting') return []
  const { output = [], outputEveryMs = 0 } = running.plan
  const endMs = running.exit === undefined ? nowMs : Math.min(nowMs, running.exit.at - simulatedEpochMs)
  const count = outputEveryMs === 0 ? output.length : Math.floor((endMs - running.startedMs) / outputEveryMs) + 1
  return output.slice(0, count).map((text, index) => ({
    task: running.assignment.task,
    stream: 'stdout' as const,
    at: simulatedEpochMs + Math.floor(running.startedMs + index * outputEveryMs),
    text,
  }))
}
