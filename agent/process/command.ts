// Runs one command beside a task's program: in its environment, working directory and control group, as its
// user. The command leads a session of its own, and has pipes or a terminal (terminal-command.ts). It must not outlive whoever
// asked for it, so what a daemon that died left behind is killed by the next one, from the records in
// `commands/` of the task's directory.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { ExecExit, ExecRequest, TerminalSize } from '../../api/exec.ts'
import { identify, sendSignal, signalSession } from '../../effects/real/process-identity.ts'
import { errorCodeOf, messageOf } from '../../effects/thrown.ts'
import { type ExecInput, type ExecOutput, FatalTaskError } from '../executor.ts'
import { isRecord, parseJson } from '../frames.ts'
import { enterCgroup } from './cgroup.ts'
import { whatIsMissing } from './missing-program.ts'
import type { ShimSpec } from './task-files.ts'

/** How long output is read after the command's end: a process that left its group may hold the pipe open. */
const drainLimitMs = 1_000
/** What shells say of a program that is not there, and of one that cannot be run. */
const [notFound, notExecutable] = [127, 126]

/** A program that was started beside a task. It leads a session of its own. */
export interface Command {
  readonly pid: number
  readonly input: Writable
  /** Says that there is no more input. */
  readonly endInput: () => void
  readonly resize: (size: TerminalSize) => void
  readonly outputs: readonly { readonly name: 'stdout' | 'stderr'; readonly from: Readable }[]
  /** Once it has ended, and all that it started has. */
  readonly ended: Promise<ExecExit>
  readonly kill: () => void
}

/** Rejects when the program cannot be started. */
export type StartCommand = (spec: ShimSpec, request: ExecRequest) => Promise<Command>

/** Resolves once the command has ended and all output was given. Rejects with the signal's reason, after the command was killed. */
export async function runCommand(
  directory: string,
  spec: ShimSpec,
  request: ExecRequest,
  start: StartCommand,
  input: ExecInput,
  output: ExecOutput,
  signal: AbortSignal,
): Promise<ExecExit> {
  signal.throwIfAborted()
  let command: Command
  try {
    command = await start(spec, request)
  } catch (error) {
    if (error instanceof FatalTaskError) throw error
    await output('stderr', Buffer.from(`${explain(spec, request, error)}${request.tty === undefined ? '' : '\r'}\n`))
    return { exitCode: errorCodeOf(error) === 'ENOENT' ? notFound : notExecutable }
  }
  const { outputs, ended, kill } = command
  const forget = remember(directory, command.pid)
  signal.addEventListener('abort', kill, { once: true })
  if (signal.aborted) kill()
  command.input.on('error', () => {}) // It has closed its input, or ended: the rest is dropped.
  void feed(command, request, input).catch(kill)
  try {
    const [exit] = await Promise.all([ended, ...outputs.map(({ name, from }) => give(name, from, output))])
    signal.throwIfAborted()
    return exit
  } catch (error) {
    kill()
    throw signal.aborted ? signal.reason : error
  } finally {
    await ended.catch(() => {})
    signal.removeEventListener('abort', kill)
    for (const { from } of outputs) from.destroy()
    command.input.destroy()
    forget()
  }
}

/** With its standard streams as pipes. */
export async function startWithPipes(spec: ShimSpec, request: ExecRequest): Promise<Command> {
  const child = await spawned(spec, request)
  const { pid = 0, stdin, stdout, stderr } = child
  if (spec.cgroup !== undefined) enterCgroup(spec.cgroup, pid)
  const kill = (): void => void sendSignal(-pid, 'SIGKILL')
  const destroyOutput = (): void => {
    stdout.destroy()
    stderr.destroy()
  }
  const ended = new Promise<ExecExit>((resolve) => {
    child.once('exit', (code, name) => {
      kill() // What it started does not outlive it.
      setTimeout(destroyOutput, drainLimitMs).unref()
      resolve(name === null ? { exitCode: code ?? 0 } : { signal: name })
    })
  })
  const outputs = [
    { name: 'stdout', from: stdout },
    { name: 'stderr', from: stderr },
  ] as const
  return { pid, input: stdin, endInput: () => stdin.end(), resize: () => {}, outputs, ended, kill }
}

function spawned(spec: ShimSpec, request: ExecRequest): Promise<ChildProcessWithoutNullStreams> {
  const [program = '', ...args] = request.command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: request.workingDir ?? spec.workingDir,
      env: { ...spec.env, ...request.env },
      detached: true,
      stdio: 'pipe',
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    })
    child.once('error', reject)
    child.once('spawn', () => resolve(child))
  })
}

async function feed(command: Command, { stdin = false, tty }: ExecRequest, input: ExecInput): Promise<void> {
  if (stdin || tty !== undefined) {
    for await (const piece of input) {
      if (piece.type === 'resize') command.resize(piece)
      else if (stdin && command.input.writable) await new Promise((done) => command.input.write(piece.bytes, done))
    }
  }
  command.endInput()
}

/** The pipe is read only as fast as `output` takes it. */
async function give(name: 'stdout' | 'stderr', from: Readable, output: ExecOutput): Promise<void> {
  try {
    for await (const chunk of from) await output(name, chunk)
  } catch (error) {
    if (errorCodeOf(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error // Destroyed after the drain limit.
  }
}

/** Calling the result forgets it again. */
function remember(directory: string, pid: number): () => void {
  const records = join(directory, 'commands')
  const path = join(records, `${pid}.json`)
  try {
    mkdirSync(records, { recursive: true, mode: 0o700 })
    writeFileSync(path, JSON.stringify(identify(pid)), { mode: 0o600 })
  } catch {
    // A full disk must not keep anybody from looking into a task.
  }
  return () => rmSync(path, { force: true })
}

/** Kills the commands of a daemon that died. */
export function killCommandsLeftBehind(directory: string): void {
  const records = join(directory, 'commands')
  for (const name of namesIn(records)) {
    const value = parseJson(readFileSync(join(records, name), 'utf8'))
    if (isRecord(value) && typeof value['pid'] === 'number' && typeof value['started'] === 'string')
      signalSession({ pid: value['pid'], started: value['started'] }, 'SIGKILL')
    rmSync(join(records, name), { force: true })
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return []
    throw error
  }
}

function explain(spec: ShimSpec, { command, workingDir }: ExecRequest, error: unknown): string {
  const [program = ''] = command
  if (errorCodeOf(error) === 'ENOENT') return `kit: ${whatIsMissing(program, workingDir ?? spec.workingDir)}`
  if (errorCodeOf(error) === 'EACCES') return `kit: "${program}" is not executable`
  return `kit: "${program}" cannot be run: ${messageOf(error)}`
}
