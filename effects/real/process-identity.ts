// Which process a process id meant when it was written down. Ids are used again, so an id alone is never
// signalled: with it goes the time at which that process started, and the boot that the time belongs to.

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** Opaque; equal for the same process only. */
  readonly started: string
}

/** `undefined` when there is no such process, or when it has ended and only waits for its parent to notice. */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedElsewhere(pid)
  return started === undefined ? undefined : { pid, started }
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started
}

/** Signals the process, or with `group` all of its group, if it is still the same. False when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals, group = false): boolean {
  if (!isAlive(identity)) return false
  return sendSignal(group ? -identity.pid : identity.pid, signal)
}

/**
 * Signals what is left of the group of a leader that has ended. While a member lives, no new process gets
 * the leader's id; where one has it, or the machine was started again, the group is gone and nobody is signalled.
 */
export function signalLeftovers(leader: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return mayHaveLeftovers(leader) && sendSignal(-leader.pid, signal)
}

function mayHaveLeftovers(leader: ProcessIdentity): boolean {
  const isOfThisBoot = process.platform !== 'linux' || leader.started.startsWith(`${bootId()} `)
  return isOfThisBoot && identify(leader.pid) === undefined
}

/**
 * Signals every process of the session that the leader began, whatever group it is in, also after the leader has
 * ended: while a member lives, no other process gets the leader's id. What they start meanwhile is signalled as well.
 */
export function signalSession(leader: ProcessIdentity, signal: 'SIGKILL'): void {
  if (!isAlive(leader) && !mayHaveLeftovers(leader)) return
  sendSignal(-leader.pid, signal)
  if (process.platform !== 'linux') return // Other systems do not tell sessions: the group has to do.
  for (let round = 0; round < maxRounds; round++) {
    const members = sessionMembers(leader.pid)
    if (members.length === 0) return
    for (const pid of members) sendSignal(pid, signal)
  }
}

/** One that is killed stays in the table for a moment. */
const maxRounds = 100

function sessionMembers(session: number): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => statOnLinux(Number(pid))?.session === String(session)).map(Number)
}

/** False when there is nobody to signal. */
export function sendSignal(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal)
    return true
  } catch {
    return false
  }
}

function startedOnLinux(pid: number): string | undefined {
  const stat = statOnLinux(pid)
  return stat === undefined ? undefined : `${bootId()} ${stat.ticks}`
}

/** Fields 6 and 22: its session, and the ticks since boot at which it started. The second field is the program's name and may hold anything. */
function statOnLinux(pid: number): { readonly session: string; readonly ticks: string } | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, session, ticks] = [fields?.[0], fields?.[3], fields?.[19]]
  return session === undefined || ticks === undefined || state === 'Z' || state === 'X' ? undefined : { session, ticks }
}

let bootIdOfThisBoot: string | undefined
/** Another one each time the machine is started; empty where the machine has none. */
export function bootId(): string {
  bootIdOfThisBoot ??= readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  return bootIdOfThisBoot
}

/** Where there is no /proc, ps says when it started, to the second. */
function startedElsewhere(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
    return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim()
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
