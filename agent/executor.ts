// What runs tasks. Docker, processes and the simulator implement it, and each passes
// `agent/executor.suite.ts`, and where it gives files to tasks `agent/files.suite.ts`; it starts and stops what it is told to and decides nothing itself. Every call is safe to repeat and safe to abort, because the agent may
// die between any two: after a restart it calls `find` for what its database knows and goes on.

import type { AttachRequest, ExecExit, ExecRequest, TerminalSize } from '../api/exec.ts'
import type { Node, Task, TaskTemplate } from '../api/objects.ts'
import type { Assignment, LogLine, LogOptions, PayloadName } from '../api/session.ts'
import type { TaskStats } from '../api/stats.ts'
import type { Redacted } from './redacted.ts'

export type NodeFault = NonNullable<Task['status']['nodeFault']>

/** How a task ended. Exactly one of exitCode and signal is known, or neither when the record was lost. */
export interface Exit {
  readonly exitCode?: number
  readonly signal?: string
  /** Why, when it is not simply the program's own end: `unhealthy`, `out of memory`, `lost`. */
  readonly reason?: string
  /** It is not the program's doing: what runs tasks on this node was stopped, or has lost it. */
  readonly nodeFault?: NodeFault
  /** ms since 1970, from the record of who saw it end. */
  readonly at: number
}

export interface TaskHandle {
  readonly pid?: number
  readonly containerId?: string
  /** `80/tcp` → port on this node that leads to the task. */
  readonly ports?: Readonly<Record<string, number>>
  /** Address of its own, reachable from this node: there it listens on its target ports themselves. */
  readonly address?: string
  /** The health check to run, where the template leaves it to the image. */
  readonly healthCheck?: NonNullable<TaskTemplate['healthCheck']>
}

/** Thrown for what no retry mends; the task becomes Rejected or Failed with this message. */
export class FatalTaskError extends Error {
  override readonly name = 'FatalTaskError'
  /** Set when it is not the task's fault. */
  readonly nodeFault: NodeFault | undefined

  constructor(message: string, options: ErrorOptions & { readonly nodeFault?: NodeFault | undefined } = {}) {
    super(message, options)
    this.nodeFault = options.nodeFault
  }
}

/** Of the program that somebody is attached to. Throws FatalTaskError where nobody knows how it ended. */
export function execExitOf({ exitCode, signal, reason = 'no record of it is left' }: Exit): ExecExit {
  if (exitCode !== undefined) return { exitCode }
  if (signal !== undefined) return { signal }
  throw new FatalTaskError(`its program ended, and with what is not known: ${reason}`)
}

/** A fact for people about one task, such as an option that this executor ignores. Becomes an Event. */
export interface Notice {
  readonly level: 'Normal' | 'Warning'
  /** One CamelCase word. */
  readonly reason: string
  readonly message: string
}

/** The node's own facts that placeholders may name. */
export interface NodeFacts {
  readonly id: string
  readonly hostname: string
  readonly os: string
  readonly arch: string
}

/** A secret or config as the file that a task gets, with placeholders filled in. */
export interface TaskFile extends PayloadName {
  /** Where a container has it: absolute, normal, and different for each file of a task. */
  readonly path: string
  /** The user of the task, or root in a container, when left out. */
  readonly uid?: number
  readonly gid?: number
  /** Permission bits. */
  readonly mode: number
  readonly content: Redacted
}

/**
 * An assignment with the files that it refers to. An executor gives them to the task in memory-backed
 * storage, never on a disk, and frees that as soon as it knows that the program has ended.
 */
export interface TaskToRun extends Assignment {
  /** All of them, except where the task has been started before. */
  readonly files?: readonly TaskFile[]
}

/** What goes into a command that runs beside a task, or into the task's own program. Its end is the end of standard input. */
export type ExecInput = AsyncIterable<{ readonly type: 'stdin'; readonly bytes: Uint8Array } | ({ readonly type: 'resize' } & TerminalSize)>

/** Resolves when more may be given. While it does not, whoever writes has to wait. */
export type ExecOutput = (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>

export interface Executor {
  readonly name: 'docker' | 'process' | 'simulated'
  /** What the node has, and what keeps tasks from running now. Called again and again; only a change is reported. */
  describe(): Promise<Pick<NonNullable<Node['status']['description']>, 'platform' | 'resources' | 'engine' | 'trouble'>>
  /**
   * Fetches and creates what start needs, and says what of the template it ignores. Throws FatalTaskError
   * for what the executor cannot do. `report` hears, now and then, how far something slow has come.
   */
  prepare(task: TaskToRun, node: NodeFacts, signal: AbortSignal, report?: (message: string) => void): Promise<readonly Notice[]>
  /**
   * Starts it, or finds it started (ended since or not): a task's program never starts twice. Resolves as
   * soon as the program runs; health is watched apart. Throws FatalTaskError for what can never start, and
   * for a task that was stopped before.
   */
  start(task: TaskToRun, node: NodeFacts, signal: AbortSignal): Promise<TaskHandle>
  /** What still runs or has ended since, after a restart of the agent. `undefined`: never started here. */
  find(taskName: string): Promise<{ readonly running: TaskHandle } | { readonly ended: Exit } | undefined>
  /** Resolves when the program has ended. May be called before, while and after it runs. Rejects when aborted only. */
  wait(task: Assignment, signal: AbortSignal): Promise<Exit>
  /** Runs the health test once: resolves with its result. Rejects when it could not be run. */
  check(
    task: Assignment,
    test: readonly string[],
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly healthy: boolean; readonly output: string }>
  /** Stop signal, grace period, then kill; resolves when nothing of it runs any more. A task not started yet never will be. */
  stop(taskName: string, signal: AbortSignal): Promise<void>
  /** Frees everything it left: container, files, logs. Stops it first when it still runs. */
  remove(taskName: string): Promise<void>
  /** Tasks that this executor holds anything of, so that the agent can remove what nobody knows. */
  list(): Promise<readonly string[]>
  /** What the tasks that run here use. One whose counters cannot be read is left out. */
  stats(): Promise<readonly TaskStats[]>
  /** Oldest first. Without `follow`, and after the task's end, it ends. An unknown task has no lines. */
  logs(taskName: string, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>
  /**
   * Runs a command in the environment of a running task, and resolves with its end once all its output was
   * given to `output`. `input` is read one piece at a time, as the command takes them, and not at all
   * without `request.stdin` and `request.tty`. A program that cannot be started ends with 126, or with 127 where there
   * is none, and says why on standard error, as a shell does. Throws FatalTaskError where the task does not run, or for what this
   * executor cannot do. When `signal` fires, or the task ends, the command is killed; then, and always, nothing
   * of it runs any more when this settles. Not repeated by the agent: a command may do anything.
   */
  exec(taskName: string, request: ExecRequest, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<ExecExit>
  /**
   * Connects to the standard streams of the task's own program: gives to `output` what it writes from now on, and to the program
   * what `input` has, which is not read without `request.stdin` and `request.tty`. Its standard input stays open when `input` ends.
   * Resolves with the end of the program, after all its output was given. Throws FatalTaskError where the task does not run, and
   * for what the program does not have: an open standard input, a terminal. When `signal` fires it rejects, and the program goes on.
   */
  attach(taskName: string, request: AttachRequest, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<ExecExit>
  /**
   * Connects to a TCP port of a running task and carries both directions; resolves when both have ended. Throws
   * FatalTaskError where the task does not run, or does not listen there.
   */
  forward(taskName: string, port: number, input: ExecInput, output: ExecOutput, signal: AbortSignal): Promise<void>
}
