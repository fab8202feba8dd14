// Resource limits of a task through a control group of its own (Linux, version 2), where kit may make one.
// Everywhere else limits are not enforced, and the executor says so.

import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Limits {
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly pids?: number
}

/** Microseconds in which a task may use its share of CPU time. */
const cpuPeriodUs = 100_000

/** The directory below which kit may make control groups with limits, if there is one. `root` is where the hierarchy is mounted. */
export function findCgroupParent(root: string): string | undefined {
  try {
    const controllers = readFileSync(join(root, 'cgroup.subtree_control'), 'utf8').split(/\s+/)
    const parent = join(root, 'kit')
    if (!['cpu', 'memory', 'pids'].every((name) => controllers.includes(name))) return undefined
    mkdirSync(parent, { recursive: true })
    accessSync(parent, constants.W_OK)
    writeFileSync(join(parent, 'cgroup.subtree_control'), '+cpu +memory +pids')
    return parent
  } catch {
    return undefined
  }
}

/** Makes the group, or sets the limits of the one that is there. */
export function makeCgroup(directory: string, limits: Limits): void {
  mkdirSync(directory, { recursive: true })
  if (limits.cpus !== undefined) write(directory, 'cpu.max', `${Math.max(1000, Math.round(limits.cpus * cpuPeriodUs))} ${cpuPeriodUs}`)
  if (limits.memoryBytes !== undefined) {
    write(directory, 'memory.max', String(limits.memoryBytes))
    writeIfPossible(directory, 'memory.swap.max', '0')
    writeIfPossible(directory, 'memory.oom.group', '1')
  }
  if (limits.pids !== undefined) write(directory, 'pids.max', String(limits.pids))
}

/** What the process starts from now on is in the group too. */
export function enterCgroup(directory: string, pid: number): void {
  writeIfPossible(directory, 'cgroup.procs', String(pid))
}

/** Also reaches processes that left the task's process group. */
export function killCgroup(directory: string): void {
  writeIfPossible(directory, 'cgroup.kill', '1')
}

export function hasRunOutOfMemory(directory: string): boolean {
  try {
    return /^oom_kill [1-9]/m.test(readFileSync(join(directory, 'memory.events'), 'utf8'))
  } catch {
    return false
  }
}

/** False when something still runs in it. */
export function removeCgroup(directory: string): boolean {
  try {
    rmdirSync(directory)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}

function write(directory: string, file: string, text: string): void {
  writeFileSync(join(directory, file), text)
}

function writeIfPossible(directory: string, file: string, text: string): void {
  try {
    write(directory, file, text)
  } catch {
    // Older kernels lack some of these files.
  }
}
