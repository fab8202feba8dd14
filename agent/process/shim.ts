// kit-shim: the parent of one task's process. It outlives the daemon, so that output is kept and the exit
// is recorded while no daemon runs. Started as `node shim.ts DIRECTORY`; everything else comes from files
// (task-files.ts), for arguments can be read by every user of the machine. SIGTERM asks it to stop the task.
//
// Exactly one shim wins the claim; every other one, and one whose task was stopped or removed before it
// came to that, goes away without a trace.

import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { closeMemoryDirectory } from '../../effects/real/memory-directory.ts'
import { identify, type ProcessIdentity, sendSignal } from '../../effects/real/process-identity.ts'
import { errorCodeOf, messageOf } from '../../effects/thrown.ts'
import { hasRunOutOfMemory, killCgroup, removeCgroup, startInside } from './cgroup.ts'
import { LogWriter } from './log-writer.ts'
import { whatIsMissing } from './missing-program.ts'
import { claimTask, type ExitRecord, fileOf, readSpec, type ShimSpec, writeRecord } from './task-files.ts'

/** How long output is read after the program's end: a process that left its group may hold the pipe open. */
const drainLimitMs = 1_000
const retryDelayMs = 1_000
const emptyPollMs = 5

const directory = process.argv[2] ?? ''
let stopRequested = false
let stopTask: () => void = () => {}
process.on('SIGTERM', () => {
  stopRequested = true
  stopTask()
})
for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => {})

const self = identify(process.pid)
if (self !== undefined && claimTask(directory, { shim: self })) run()

function run(): void {
  const spec = readSpec(directory)
  if (spec === undefined) recordExit({ neverStarted: 'its description cannot be read', at: Date.now() })
  else if (stopRequested) recordExit({ neverStarted: 'stopped before it started', nodeFault: 'Stopped', at: Date.now() })
  else runProgram(spec)
}

function runProgram(spec: ShimSpec): void {
  const fail = (error: unknown): void => recordExit({ neverStarted: explainSpawnError(spec, error), at: Date.now() })
  try {
    const child = spec.cgroup === undefined ? startProgram(spec) : startInside(spec.cgroup, spec.limits ?? {}, () => startProgram(spec))
    child.once('error', (error) => {
      if (child.pid === undefined) fail(error)
    })
    if (child.pid !== undefined) watch(spec, child, child.pid)
  } catch (error) {
    fail(error) // Some failures are thrown, others come as an event.
  }
}

function startProgram(spec: ShimSpec): ChildProcess {
  return spawn(spec.program, spec.args, {
    cwd: spec.workingDir,
    env: spec.env,
    detached: true, // A session and a process group of its own, which is signalled as a whole.
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  })
}

function watch(spec: ShimSpec, child: ChildProcess, pid: number): void {
  const log = new LogWriter(directory, spec.maxLogFileBytes)
  child.stdout?.on('data', (chunk: Buffer) => log.write('stdout', chunk))
  child.stderr?.on('data', (chunk: Buffer) => log.write('stderr', chunk))
  let forced: NodeJS.Timeout | undefined
  stopTask = () => {
    if (forced !== undefined) return
    sendSignal(-pid, spec.stopSignal)
    forced = setTimeout(() => killAll(spec, pid), spec.graceMs)
  }
  // The child is not reaped before this process gets back to its event loop, so the id is still its own.
  const program: ProcessIdentity = identify(pid) ?? { pid, started: '' }
  untilWritten(() => writeRecord(fileOf.started(directory), { program, ports: spec.ports }))
  if (stopRequested) stopTask()
  child.once('exit', (code, signal) => {
    clearTimeout(forced)
    stopTask = () => {}
    const exit = describeExit(spec, code, signal)
    killAll(spec, pid) // What it started does not outlive it.
    finish(child, log, exit)
  })
}

/** Records the end once all output is in the log. */
function finish(child: ChildProcess, log: LogWriter, exit: ExitRecord): void {
  let finished = false
  const end = (): void => {
    if (finished) return
    finished = true
    log.close()
    recordExit(exit)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
  child.once('close', end)
  setTimeout(end, drainLimitMs).unref()
}

/** The files that only the task may see go first, and what it has started: who reads the record knows that they are gone. */
function recordExit(exit: ExitRecord): void {
  const { filesDirectory: files, cgroup } = readSpec(directory) ?? {}
  if (files !== undefined) {
    rmSync(files, { recursive: true, force: true })
    closeMemoryDirectory(dirname(files))
  }
  whenEmpty(cgroup, performance.now() + drainLimitMs, () => untilWritten(() => writeRecord(fileOf.exit(directory), exit)))
}

/** What was killed is gone a moment later; what the kernel cannot end in time does not keep the task from ending. */
function whenEmpty(cgroup: string | undefined, untilMs: number, then: () => void): void {
  if (cgroup === undefined || removeCgroup(cgroup) || performance.now() > untilMs) then()
  else setTimeout(() => whenEmpty(cgroup, untilMs, then), emptyPollMs)
}

/** A full disk may have room again later; a directory that was removed ends the matter. */
function untilWritten(write: () => void): void {
  try {
    write()
  } catch (error) {
    const isGone = errorCodeOf(error) === 'ENOENT'
    if (!isGone) setTimeout(() => untilWritten(write), retryDelayMs)
  }
}

function killAll(spec: ShimSpec, pid: number): void {
  sendSignal(-pid, 'SIGKILL')
  if (spec.cgroup !== undefined) killCgroup(spec.cgroup)
}

function describeExit(spec: ShimSpec, code: number | null, signal: NodeJS.Signals | null): ExitRecord {
  return {
    ...(code === null ? {} : { exitCode: code }),
    ...(signal === null ? {} : { signal }),
    ...(spec.cgroup !== undefined && hasRunOutOfMemory(spec.cgroup) ? { reason: 'out of memory' } : {}),
    // Of an agent that asked for it nobody reads this. So it was who stopped the whole node, or the machine that went down.
    ...(stopRequested ? { reason: 'its node was stopped', nodeFault: 'Stopped' } : {}),
    at: Date.now(),
  }
}

function explainSpawnError(spec: ShimSpec, error: unknown): string {
  const code = errorCodeOf(error)
  if (code === 'ENOENT') return whatIsMissing(spec.program, spec.workingDir)
  if (code === 'EACCES') return `program "${spec.program}" is not executable`
  if (code === 'EPERM') return `program "${spec.program}" cannot be run as the wanted user`
  if (code === 'E2BIG') return 'its arguments and environment are too large'
  return `program "${spec.program}" cannot be run: ${messageOf(error)}`
}
