// Runs tasks as plain processes of the node, for machines without a container engine. Each task has a
// directory with its files and a shim (shim.ts) that outlives the daemon; this file only starts shims,
// signals them, and reads what they wrote (task-files.ts, read it next). It keeps nothing in memory that a
// restart would miss. Images and networks are not for plain processes: requirements.ts has the list; what they have
// of mounts, secrets and configs is in mounts.ts and memory-files.ts.

import { spawn } from 'node:child_process'
import { chownSync, closeSync, type Dirent, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { availableParallelism, machine, platform, totalmem } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { durationMs } from '../../api/duration.ts'
import type { AttachRequest, ExecExit, ExecRequest } from '../../api/exec.ts'
import { cpuCores, memoryBytes } from '../../api/quantity.ts'
import type { Assignment } from '../../api/session.ts'
import type { TaskStats } from '../../api/stats.ts'
import type { Log } from '../../effects/effects.ts'
import { MemoryDirectory } from '../../effects/real/memory-directory.ts'
import { isAlive, type ProcessIdentity, sendSignal, signalProcess } from '../../effects/real/process-identity.ts'
import {
  type ExecInput,
  type ExecOutput,
  type Executor,
  type Exit,
  execExitOf,
  FatalTaskError,
  type NodeFacts,
  type TaskHandle,
  type TaskToRun,
} from '../executor.ts'
import { withSignal } from '../first-of.ts'
import { forward } from '../proxy/forward.ts'
import { type CgroupParent, cgroupOf, findCgroupParent, killCgroup, type Limits, removeCgroup } from './cgroup.ts'
import { killCommandsLeftBehind, runCommand, startWithPipes } from './command.ts'
import { type Environment, environmentOf } from './environment.ts'
import { runHealthTest } from './health-check.ts'
import { readLog } from './log-reader.ts'
import { MemoryFiles, placesOf } from './memory-files.ts'
import { type Volume, volumesOf, volumeVariable } from './mounts.ts'
import { findFreePorts } from './ports.ts'
import { commandOf, noticesFor, refuseImpossible, stopSignalOf } from './requirements.ts'
import { claimTask, fileOf, readClaim, readSpec, readStarted, type ShimSpec, type Started, writeRecord } from './task-files.ts'
import { inspect, type TaskProcess } from './task-state.ts'
import { startInTerminal } from './terminal-command.ts'
import { Turns } from './turns.ts'
import { untilFound } from './until-found.ts'
import { processTable, usageOfCgroup } from './usage.ts'
import { resolveUser } from './user.ts'

export interface ProcessExecutorOptions {
  /** The executor's own; holds logs, and the directories of named volumes. */
  readonly directory: string
  /** Program file of the shim: `dist/kit-shim.mjs`, or `agent/process/shim.ts`. That of terminals (terminal.ts) lies beside it. */
  readonly shimPath: string
  /** Node.js that runs shims. */
  readonly nodePath?: string
  /** Where control groups are mounted. */
  readonly cgroupRoot?: string
  /** Half of what a task's log may take. */
  readonly maxLogFileBytes?: number
  /** Where memory-backed file systems may be mounted. */
  readonly memoryRoots?: readonly string[]
  readonly log?: Pick<Log, 'warn'>
}

const defaultMaxLogFileBytes = 10 * 1024 * 1024
const defaultGraceMs = 10_000
/** A shim that has not stopped its task so long after the grace period is killed itself. */
const shimLimitMs = 10_000
/** Until what was killed in the control group of a task must be gone. */
const cgroupLimitMs = 1_000
/** The cheap question is whether a process has the number of the shim, the full one whether it is the shim: one in so many looks. */
const looksPerIdentity = 10
const safeName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/
/** Nearly all of what a shim takes is the program text of Node.js, shared by all shims; these keep its own part small. */
const nodeOptions = ['--max-old-space-size=16', '--max-semi-space-size=1', '--v8-pool-size=0', '--disable-warning=ExperimentalWarning']

export function createProcessExecutor(options: ProcessExecutorOptions): Executor {
  return new ProcessExecutor(options)
}

/**
 * Resolves once no shim of a task below that directory of an executor runs: each ends a moment after it has written down how
 * its task ended. One that does not is killed; its task has ended.
 */
export async function untilShimsEnd(directory: string): Promise<void> {
  const tasks = join(directory, 'tasks')
  const shims = existsSync(tasks)
    ? readdirSync(tasks, { withFileTypes: true })
        .filter(isTaskDirectory)
        .flatMap(({ name }) => {
          const { shim } = readClaim(join(tasks, name)) ?? { shim: null }
          return shim === null || shim === 'unreadable' ? [] : [shim]
        })
    : []
  const endMs = performance.now() + shimLimitMs
  for (let left = shims.filter(isAlive); left.length > 0; left = left.filter(isAlive)) {
    if (performance.now() > endMs) for (const shim of left) signalProcess(shim, 'SIGKILL')
    await sleep(5)
  }
}

class ProcessExecutor implements Executor {
  readonly name = 'process'
  readonly #directory: string
  readonly #shimPath: string
  readonly #terminalPath: string
  readonly #nodePath: string
  readonly #maxLogFileBytes: number
  readonly #cgroupParent: CgroupParent | undefined
  readonly #files: MemoryFiles
  readonly #shims = new Turns(availableParallelism())
  /** Ports of the node that tasks of this node have, running or not. */
  readonly #ports = new Map<string, readonly number[]>()

  constructor(options: ProcessExecutorOptions) {
    this.#directory = resolve(options.directory)
    this.#shimPath = resolve(options.shimPath)
    this.#terminalPath = join(dirname(this.#shimPath), basename(this.#shimPath).replace('shim', 'terminal'))
    this.#nodePath = options.nodePath ?? process.execPath
    this.#maxLogFileBytes = options.maxLogFileBytes ?? defaultMaxLogFileBytes
    this.#cgroupParent = findCgroupParent(options.cgroupRoot ?? '/sys/fs/cgroup')
    mkdirSync(join(this.#directory, 'tasks'), { recursive: true, mode: 0o700 })
    this.#files = new MemoryFiles(MemoryDirectory.of(this.#directory, options.memoryRoots))
    for (const path of this.#strays()) options.log?.warn('Found a file that belongs to no task; leaving it alone', { path })
    for (const task of this.#files.tasks()) this.#dropFilesUnlessRunning(task)
    for (const task of this.#taskNames()) killCommandsLeftBehind(this.#directoryOf(task))
    for (const task of this.#taskNames()) this.#ports.set(task, Object.values(readSpec(this.#directoryOf(task))?.ports ?? {}))
  }

  async describe(): Promise<Awaited<ReturnType<Executor['describe']>>> {
    const limit = process.constrainedMemory() // 0, or more than there is, without a limit.
    const memory = limit > 0 && limit < totalmem() ? limit : totalmem()
    return { platform: { os: platform(), arch: machine() }, resources: { cpus: availableParallelism(), memoryBytes: memory } }
  }

  async prepare(task: TaskToRun, node: NodeFacts): Promise<ReturnType<typeof noticesFor>> {
    const { template, files = [] } = task
    refuseImpossible(template)
    const volumes = this.#volumesOf(task, node)
    this.#environmentOf(task, node, new Map(), volumes, undefined)
    if (template.workingDir !== undefined && !isDirectory(template.workingDir))
      throw new FatalTaskError(`working directory ${template.workingDir} is not a directory on this node`)
    const user = resolveUser(template.user)
    this.#files.assertPossible(files)
    const work = join(this.#directoryOf(task.task), 'work')
    mkdirSync(work, { recursive: true, mode: 0o700 })
    if (user !== undefined) chownSync(work, user.uid, user.gid)
    for (const { directory } of volumes) {
      const isNew = mkdirSync(directory, { recursive: true }) !== undefined
      if (isNew && user !== undefined) chownSync(directory, user.uid, user.gid)
    }
    return noticesFor(template, { limitsEnforced: this.#cgroupParent?.canLimit === true, volumes, files })
  }

  async start(task: TaskToRun, node: NodeFacts, signal: AbortSignal): Promise<TaskHandle> {
    signal.throwIfAborted()
    const directory = this.#directoryOf(task.task)
    if (!existsSync(directory)) throw new FatalTaskError('its files on this node are gone', { nodeFault: 'Lost' })
    if (inspect(directory).phase === 'unclaimed') {
      if (readSpec(directory) === undefined) writeRecord(fileOf.spec(directory), await this.#describeForShim(task, node))
      await this.#shims.take(task.service.uid, () => this.#runShim(directory, signal))
    }
    const state = await untilFound(directory, () => past(['unclaimed', 'starting'], inspect(directory)), signal)
    if (state.phase === 'ended' && state.neverStarted !== undefined)
      throw new FatalTaskError(state.neverStarted, { nodeFault: state.exit.nodeFault })
    return state.phase === 'running' || state.phase === 'ended' ? handleOf(state.started) : {}
  }

  async find(taskName: string): Promise<{ readonly running: TaskHandle } | { readonly ended: Exit } | undefined> {
    const ended = this.#exitOf(taskName)
    if (ended !== undefined) return { ended }
    const state = inspect(this.#directoryOf(taskName))
    if (state.phase === 'unclaimed') return undefined
    return state.phase === 'ended' ? { ended: state.exit } : { running: state.phase === 'running' ? handleOf(state.started) : {} }
  }

  wait(task: Assignment, signal: AbortSignal): Promise<Exit> {
    const directory = this.#directoryOf(task.task)
    let shim: ProcessIdentity | undefined
    let looks = 0
    const look = (): Exit | undefined => {
      // Every second for every task, so no more is asked than has to be.
      const isThere = (process: ProcessIdentity): boolean =>
        looks++ % looksPerIdentity === 0 ? isAlive(process) : sendSignal(process.pid, 0)
      if (shim !== undefined && !existsSync(fileOf.exit(directory)) && isThere(shim)) return undefined
      const state = inspect(directory)
      shim = 'shim' in state ? state.shim : undefined
      return this.#exitOf(task.task, state)
    }
    return untilFound(directory, look, signal)
  }

  async check(task: Assignment, test: readonly string[], timeoutMs: number, signal: AbortSignal): ReturnType<Executor['check']> {
    const spec = readSpec(this.#directoryOf(task.task))
    if (spec === undefined) throw new Error('the task has not been started on this node')
    return await runHealthTest(spec, test, timeoutMs, signal)
  }

  stop(taskName: string, signal: AbortSignal): Promise<void> {
    return this.#stop(taskName, signal)
  }

  async remove(taskName: string): Promise<void> {
    const directory = this.#directoryOf(taskName)
    if (existsSync(directory)) {
      await this.#stop(taskName, new AbortController().signal)
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    }
    const cgroup = this.#cgroupOf(taskName)
    if (cgroup !== undefined) await removeWithAll(cgroup)
    this.#files.drop(taskName)
    this.#ports.delete(taskName)
  }

  async list(): Promise<readonly string[]> {
    return this.#taskNames()
  }

  async stats(): Promise<readonly TaskStats[]> {
    if (platform() !== 'linux') return []
    const usageOf = processTable()
    return this.#taskNames().flatMap((task) => {
      const directory = this.#directoryOf(task)
      const state = inspect(directory)
      if (state.phase !== 'running') return []
      const cgroup = readSpec(directory)?.cgroup
      const usage = (cgroup === undefined ? undefined : usageOfCgroup(cgroup)) ?? usageOf(state.started.program.pid)
      return [{ task, at: Date.now(), ...usage }]
    })
  }

  logs(taskName: string, options: Parameters<Executor['logs']>[1], signal: AbortSignal): ReturnType<Executor['logs']> {
    return readLog(this.#directoryOf(taskName), taskName, options, signal)
  }

  async exec(taskName: string, request: ExecRequest, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<ExecExit> {
    const directory = this.#directoryOf(taskName)
    const spec = readSpec(directory)
    if (spec === undefined || inspect(directory).phase !== 'running')
      throw new FatalTaskError(`task "${taskName}" does not run on this node`)
    const user = resolveUser(request.user)
    return await withSignal(signal, async (inner, stop) => {
      const ended = untilFound(directory, () => this.#exitOf(taskName), inner).then(
        () => stop(new FatalTaskError(`task "${taskName}" ended, and the command with it`)),
        () => {},
      )
      try {
        const start = request.tty === undefined ? startWithPipes : startInTerminal([this.#nodePath, ...nodeOptions, this.#terminalPath])
        const exit = await runCommand(directory, { ...spec, ...user }, request, start, input, output, inner)
        // The shim of a task that ends kills what is in its control group before it says so.
        const { program } = readStarted(directory) ?? {}
        if (exit.signal === 'SIGKILL' && (program === undefined || !isAlive(program))) await ended
        inner.throwIfAborted()
        return exit
      } finally {
        stop(new Error('the command has ended'))
        await ended
      }
    })
  }

  /** The program has no standard input, and what it writes goes to its log: so a line is given once it is complete. */
  async attach(
    taskName: string,
    { stdin, tty }: AttachRequest,
    _input: ExecInput,
    output: ExecOutput,
    signal: AbortSignal,
  ): Promise<ExecExit> {
    const directory = this.#directoryOf(taskName)
    if (inspect(directory).phase !== 'running') throw new FatalTaskError(`task "${taskName}" does not run on this node`)
    const without = 'it is a plain process of its node, not a container'
    if (stdin === true)
      throw new FatalTaskError(`task "${taskName}" has no standard input: ${without}. Leave out --stdin to see what it writes`)
    if (tty !== undefined) throw new FatalTaskError(`task "${taskName}" has no terminal: ${without}. Leave out --tty to see what it writes`)
    for await (const { stream, text } of readLog(directory, taskName, { tail: 0, follow: true }, signal))
      await output(stream, Buffer.from(`${text}\n`))
    return execExitOf(await untilFound(directory, () => this.#exitOf(taskName), signal))
  }

  /** The program listens where its variables told it to; on a port that nothing was said about, on that of this machine. */
  async forward(taskName: string, port: number, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<void> {
    const directory = this.#directoryOf(taskName)
    if (inspect(directory).phase !== 'running') throw new FatalTaskError(`task "${taskName}" does not run on this node`)
    const given = readSpec(directory)?.ports?.[`${port}/tcp`]
    await forward({ host: '127.0.0.1', port: given ?? port }, input, output, signal)
  }

  /** Either the task is kept from ever starting, or its shim is asked to stop it until it has. */
  async #stop(taskName: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const directory = this.#directoryOf(taskName)
    if (!existsSync(directory) || claimTask(directory, { shim: null })) return this.#files.drop(taskName)
    const state = inspect(directory)
    if (state.phase === 'ended' || state.phase === 'unclaimed') return
    signalProcess(state.shim, 'SIGTERM')
    const limit = AbortSignal.timeout((readSpec(directory)?.graceMs ?? defaultGraceMs) + shimLimitMs)
    const ended = untilFound(directory, () => this.#exitOf(taskName), AbortSignal.any([signal, limit]))
    await ended.catch((error: unknown) => {
      if (signal.aborted) throw error
      if (state.phase === 'running') signalProcess(state.started.program, 'SIGKILL', true)
      signalProcess(state.shim, 'SIGKILL')
    })
    await untilFound(directory, () => this.#exitOf(taskName), signal)
  }

  /** The shim may outlive this process from the first moment; whatever it has to say it writes into files. */
  async #runShim(directory: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (inspect(directory).phase !== 'unclaimed') return // Stopped before its turn came.
    const errorsPath = join(directory, 'shim-errors')
    const errors = openSync(errorsPath, 'w', 0o600)
    try {
      const shim = spawn(this.#nodePath, [...nodeOptions, this.#shimPath, directory], {
        cwd: directory,
        env: {},
        detached: true,
        stdio: ['ignore', 'ignore', errors],
      })
      let failure: Error | undefined
      shim.once('error', (error) => {
        failure = error
      })
      shim.unref()
      const isGone = (): boolean => failure !== undefined || shim.exitCode !== null || shim.signalCode !== null
      const poll = async (): Promise<void> => {
        // Whatever becomes of us: who stops the tasks after the daemon would not see a shim that is still on its way.
        while (!isGone() && inspect(directory).phase === 'unclaimed') await sleep(5)
      }
      await poll()
      if (inspect(directory).phase !== 'unclaimed') return
      const said = readFileSync(errorsPath, 'utf8').slice(0, 1000).trim()
      throw new Error(`the shim of the task did not start: ${failure?.message ?? said}`)
    } finally {
      closeSync(errors)
    }
  }

  /** How it ended, once it has; its files are gone then, whoever saw it end. */
  #exitOf(taskName: string, state = inspect(this.#directoryOf(taskName))): Exit | undefined {
    if (state.phase !== 'ended') return undefined
    this.#files.drop(taskName)
    return state.exit
  }

  /** What a daemon or a shim that was killed has left. */
  #dropFilesUnlessRunning(taskName: string): void {
    const directory = this.#directoryOf(taskName)
    const phase = existsSync(directory) ? inspect(directory).phase : 'ended'
    if (phase === 'ended' || phase === 'unclaimed') this.#files.drop(taskName)
  }

  async #describeForShim(task: TaskToRun, node: NodeFacts): Promise<ShimSpec> {
    const { template } = task
    const [program, ...args] = commandOf(template)
    const { byTarget, named } = await this.#choosePorts(task)
    const user = resolveUser(template.user)
    const cgroup = this.#cgroupOf(task.task)
    const filesDirectory = this.#files.write(task.task, task.files ?? [], user)
    return {
      task: task.task,
      program,
      args,
      env: this.#environmentOf(task, node, byTarget, this.#volumesOf(task, node), filesDirectory),
      workingDir: template.workingDir ?? join(this.#directoryOf(task.task), 'work'),
      ...user,
      stopSignal: stopSignalOf(template),
      graceMs: template.stopGracePeriod === undefined ? defaultGraceMs : durationMs(template.stopGracePeriod),
      ports: named,
      ...(cgroup === undefined ? {} : { cgroup }),
      ...(this.#cgroupParent?.canLimit === true ? { limits: limitsOf(template) } : {}),
      maxLogFileBytes: this.#maxLogFileBytes,
      ...(filesDirectory === undefined ? {} : { filesDirectory }),
    }
  }

  #environmentOf(
    task: TaskToRun,
    node: NodeFacts,
    ports: ReadonlyMap<number, number>,
    volumes: readonly Volume[],
    filesDirectory: string | undefined,
  ): Environment {
    const files = placesOf(filesDirectory ?? '', filesDirectory === undefined ? [] : (task.files ?? []))
    const variables = new Map([...volumes.map(({ name, directory }) => [volumeVariable(name), directory] as const), ...files.variables])
    const paths = new Map([...volumes.map(({ target, directory }) => [target, directory] as const), ...files.paths])
    return environmentOf(task, node, { inherited: process.env, nodePath: this.#nodePath, ports, variables, paths })
  }

  /**
   * One port of the node per target port, whatever the protocols. A port published on the node itself is what it is, and
   * any free one where it is 0.
   */
  async #choosePorts(
    task: Assignment,
  ): Promise<{ readonly byTarget: ReadonlyMap<number, number>; readonly named: Readonly<Record<string, number>> }> {
    const hostPorts = task.hostPorts ?? []
    const targets = [...hostPorts, ...(task.targetPorts ?? [])]
    const fixed = new Map(
      hostPorts.filter(({ publishedPort }) => publishedPort !== 0).map(({ targetPort, publishedPort }) => [targetPort, publishedPort]),
    )
    const open = [...new Set(targets.map(({ targetPort }) => targetPort))].filter((target) => !fixed.has(target))
    const taken = new Set([...this.#ports.values()].flat())
    const found = await findFreePorts(open.length, (port) => taken.has(port), Math.random)
    const byTarget = new Map(targets.map(({ targetPort }) => [targetPort, fixed.get(targetPort) ?? found[open.indexOf(targetPort)] ?? 0]))
    this.#ports.set(task.task, [...byTarget.values()])
    const named = targets.map(({ targetPort, protocol }) => [`${targetPort}/${protocol.toLowerCase()}`, byTarget.get(targetPort) ?? 0])
    return { byTarget, named: Object.fromEntries(named) }
  }

  #volumesOf(task: Assignment, node: NodeFacts): readonly Volume[] {
    return volumesOf(task, node, join(this.#directory, 'volumes'))
  }

  #cgroupOf(taskName: string): string | undefined {
    return this.#cgroupParent === undefined ? undefined : cgroupOf(this.#cgroupParent, taskName, this.#directoryOf(taskName))
  }

  #directoryOf(taskName: string): string {
    if (!safeName.test(taskName)) throw new FatalTaskError(`"${taskName}" cannot be the name of a task`)
    return join(this.#directory, 'tasks', taskName)
  }

  #taskNames(): readonly string[] {
    return this.#entries()
      .filter(isTaskDirectory)
      .map(({ name }) => name)
      .toSorted()
  }

  /** What somebody else has put there. */
  #strays(): readonly string[] {
    return this.#entries()
      .filter((entry) => !isTaskDirectory(entry))
      .map(({ name }) => join(this.#directory, 'tasks', name))
  }

  #entries(): readonly Dirent[] {
    return readdirSync(join(this.#directory, 'tasks'), { withFileTypes: true })
  }
}

function isTaskDirectory(entry: Dirent): boolean {
  return entry.isDirectory() && safeName.test(entry.name)
}

/** What has been killed is there for a moment more. */
async function removeWithAll(cgroup: string): Promise<void> {
  killCgroup(cgroup)
  for (const endMs = performance.now() + cgroupLimitMs; !removeCgroup(cgroup); await sleep(5))
    if (performance.now() > endMs) throw new Error(`${cgroup} is still in use`)
}

function past(phases: readonly TaskProcess['phase'][], state: TaskProcess): TaskProcess | undefined {
  return phases.includes(state.phase) ? undefined : state
}

function handleOf(started: Started | undefined): TaskHandle {
  return started === undefined ? {} : { pid: started.program.pid, ports: started.ports }
}

function limitsOf({ resources }: Assignment['template']): Limits {
  const { cpus, memory, pids } = resources?.limits ?? {}
  return {
    ...(cpus === undefined ? {} : { cpus: cpuCores(cpus) }),
    ...(memory === undefined ? {} : { memoryBytes: memoryBytes(memory) }),
    ...(pids === undefined || pids === 0 ? {} : { pids }),
  }
}

function isDirectory(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}
