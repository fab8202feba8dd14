// What the processes of tasks use: from a task's control group where it has one, otherwise summed up over its
// processes in one pass through /proc, which other systems than Linux do not have.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TaskStats } from '../../api/stats.ts'

export type Usage = Omit<TaskStats, 'task' | 'at'>

/** Of /proc/PID/stat, the same on every Linux that Node.js runs on. */
const ticksPerSecond = 100

/** `undefined` where the counters cannot be read. */
export function usageOfCgroup(directory: string): Usage | undefined {
  try {
    const read = (file: string): string => readFileSync(join(directory, file), 'utf8')
    const limit = Number(read('memory.max')) // `max` without one.
    return {
      cpuMs: Number(/^usage_usec (\d+)/m.exec(read('cpu.stat'))?.[1]) / 1000,
      // Files that the kernel only keeps while there is room count as free.
      memoryBytes: Number(read('memory.current')) - Number(/^inactive_file (\d+)/m.exec(read('memory.stat'))?.[1] ?? 0),
      ...(Number.isNaN(limit) ? {} : { memoryLimitBytes: limit }),
      processes: Number(read('pids.current')),
    }
  } catch {
    return undefined
  }
}

interface Process {
  readonly pid: number
  readonly parent: number
  readonly session: number
  readonly cpuMs: number
}

/** All processes of the node, read once for however many tasks. */
export function processTable(): (leader: number) => Usage {
  const processes = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []))
  return (leader) => usageOf(membersOf(leader, processes))
}

/** Its session, and whatever a member has started, in whichever session. A parent may come after its child. */
function membersOf(leader: number, processes: readonly Process[]): ReadonlyMap<number, Process> {
  const members = new Map<number, Process>()
  for (let before = -1; before < members.size; ) {
    before = members.size
    for (const one of processes) if (one.session === leader || one.pid === leader || members.has(one.parent)) members.set(one.pid, one)
  }
  return members
}

function usageOf(members: ReadonlyMap<number, Process>): Usage {
  let [cpuMs, memoryBytes] = [0, 0]
  for (const { pid, cpuMs: used } of members.values()) {
    cpuMs += used
    memoryBytes += Number(/^VmRSS:\s+(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? 0) * 1024
  }
  return { cpuMs, memoryBytes, processes: members.size }
}

/** Its CPU time includes that of children which have ended and were waited for. */
function readProcess(pid: number): Process | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (stat === '' || fields[0] === 'Z') return undefined
  const [parent = 0, , session = 0] = fields.slice(1, 4).map(Number)
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { pid, parent, session, cpuMs: (ticks * 1000) / ticksPerSecond }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // It has ended meanwhile.
  }
}
