// A control group (Linux, version 2) of its own for each task, where kit may make one: it holds whatever the task
// has started, also what left the task's process group, and limits its resources where the node's hierarchy has the
// controllers. Everywhere else limits are not enforced, and the executor says so.

import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodeOf } from '../../effects/thrown.ts'

export interface Limits {
  readonly cpus?: number
  readonly memoryBytes?: number
  readonly pids?: number
}

export interface CgroupParent {
  readonly directory: string
  readonly canLimit: boolean
}

/** Microseconds in which a task may use its share of CPU time. */
const cpuPeriodUs = 100_000
const controllers = ['cpu', 'memory', 'pids'] as const

/**
 * Below which kit may make control groups, if there is such a directory. `root` is where the hierarchies are mounted;
 * beside those of version 1 the one of version 2 is in `unified`.
 */
export function findCgroupParent(root: string): CgroupParent | undefined {
  const hierarchy = [root, join(root, 'unified')].find((path) => existsSync(join(path, 'cgroup.subtree_control')))
  if (hierarchy === undefined) return undefined
  try {
    const directory = join(hierarchy, 'kit')
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
    const offered = readFileSync(join(hierarchy, 'cgroup.subtree_control'), 'utf8').split(/\s+/)
    const canLimit = controllers.every((name) => offered.includes(name))
    if (canLimit) write(directory, 'cgroup.subtree_control', controllers.map((name) => `+${name}`).join(' '))
    return { directory, canLimit }
  } catch {
    return undefined
  }
}

/** Names of tasks are unique in a cluster, and a machine may have nodes of several. */
export function cgroupOf({ directory }: CgroupParent, taskName: string, taskDirectory: string): string {
  return join(directory, `${taskName}-${createHash('sha256').update(taskDirectory).digest('hex').slice(0, 8)}`)
}

function makeCgroup(directory: string, limits: Limits): void {
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

/**
 * Makes the group and starts a process that is in there from its first moment, since it is made by one that is. Moved
 * afterwards, it might have started others before.
 */
export function startInside<T>(directory: string, limits: Limits, start: () => T): T {
  makeCgroup(directory, limits)
  const own = join(directory, '..', '..', ownCgroup())
  enterCgroup(directory, process.pid)
  try {
    return start()
  } finally {
    enterCgroup(own, process.pid)
  }
}

/** Of version 2; relative to where that is mounted. */
function ownCgroup(): string {
  return /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
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
    return errorCodeOf(error) === 'ENOENT'
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
