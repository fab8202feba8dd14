// Runs one command beside a task's program: in its environment, working directory and control group, as its
// user. The command is a process group of its own, and a child of the daemon. It must not outlive whoever
// asked for it, so what a daemon that died left behind is killed by the next one, from the records in
// `commands/` of the task's directory.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ExecExit, ExecRequest } from '../../api/exec.ts'
import { identify, sendSignal, signalProcess } from '../../effects/real/process-identity.ts'
import type { ExecInput, ExecOutput } from '../executor.ts'
import { isRecord, parseJson } from '../frames.ts'
import { enterCgroup } from './cgroup.ts'
import { hasCode, type ShimSpec } from './task-files.ts'

/** How long output is read after the command's end: a process that left its group may hold the pipe open. */
const drainLimitMs = 1_000
/** What shells say of a program that is not there, and of one that cannot be run. */
const [notFound, notExecutable] = [127, 126]

/** Resolves once the command has ended and all output was given. Rejects with the signal's reason, after the command was killed. */
export async function runCommand(
  directory: string,
  spec: ShimSpec,
  request: ExecRequest,
  input: ExecInput,
  output: ExecOutput,
  signal: AbortSignal,
): Promise<ExecExit> {
  signal.throwIfAborted()
  let child: ChildProcessWithoutNullStreams
  try {
    child = await start(spec, request)
  } catch (error) {
    await output('stderr', Buffer.from(`${explain(spec, request, error)}\n`))
    return { exitCode: hasCode(error, 'ENOENT') ? notFound : notExecutable }
  }
  const { pid = 0 } = child
  if (spec.cgroup !== undefined) enterCgroup(spec.cgroup, pid)
  const forget = remember(directory, pid)
  const kill = (): void => void sendSignal(-pid, 'SIGKILL')
  signal.addEventListener('abort', kill, { once: true })
  if (signal.aborted) kill()
  const ended = new Promise<ExecExit>((resolve) => {
    child.once('exit', (code, name) => {
      kill() // What it started does not outlive it.
      setTimeout(() => destroyOutput(child), drainLimitMs).unref()
      resolve(name === null ? { exitCode: code ?? 0 } : { signal: name })
    })
  })
  child.stdin.on('error', () => {}) // It has closed its input, or ended: the rest is dropped.
  void feed(child, request, input).catch(kill)
  try {
    const [exit] = await Promise.all([ended, give('stdout', child.stdout, output), give('stderr', child.stderr, output)])
    signal.throwIfAborted()
    return exit
  } catch (error) {
    kill()
    throw signal.aborted ? signal.reason : error
  } finally {
    await ended
    signal.removeEventListener('abort', kill)
    destroyOutput(child)
    child.stdin.destroy()
    forget()
  }
}

/** Rejects when the program cannot be started. */
function start(spec: ShimSpec, request: ExecRequest): Promise<ChildProcessWithoutNullStreams> {
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

async function feed(child: ChildProcessWithoutNullStreams, request: ExecRequest, input: ExecInput): Promise<void> {
  if (request.stdin === true) {
    for await (const piece of input) {
      if (piece.type === 'stdin' && child.stdin.writable) await new Promise((done) => child.stdin.write(piece.bytes, done))
    }
  }
  child.stdin.end()
}

/** The pipe is read only as fast as `output` takes it. */
async function give(name: 'stdout' | 'stderr', from: Readable, output: ExecOutput): Promise<void> {
  try {
    for await (const chunk of from) await output(name, chunk)
  } catch (error) {
    if (!hasCode(error, 'ERR_STREAM_PREMATURE_CLOSE')) throw error // Destroyed after the drain limit.
  }
}

function destroyOutput(child: ChildProcessWithoutNullStreams): void {
  child.stdout.destroy()
  child.stderr.destroy()
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
      signalProcess({ pid: value['pid'], started: value['started'] }, 'SIGKILL', true)
    rmSync(join(records, name), { force: true })
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function explain(spec: ShimSpec, { command, workingDir }: ExecRequest, error: unknown): string {
  const [program] = command
  if (hasCode(error, 'ENOENT'))
    return `kit: "${program}" was not found on PATH (${spec.env['PATH'] ?? 'not set'}), or ${workingDir ?? spec.workingDir} is no directory`
  if (hasCode(error, 'EACCES')) return `kit: "${program}" is not executable`
  return `kit: "${program}" cannot be run: ${error instanceof Error ? error.message : String(error)}`
}
