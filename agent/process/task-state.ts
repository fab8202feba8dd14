// What has become of a task's process, read from its files and from the process table. A shim that died
// without a word cannot tell how its task ended: what is left of that task is killed, and it counts as lost.

import { existsSync, statSync } from 'node:fs'
import { isAlive, type ProcessIdentity, signalLeftovers, signalProcess } from '../../effects/real/process-identity.ts'
import type { Exit } from '../executor.ts'
import { killCgroup } from './cgroup.ts'
import { type ExitRecord, fileOf, readClaim, readExit, readSpec, readStarted, type Started, writeRecord } from './task-files.ts'

const lostWithShim = 'its shim died, and with it the record of its end'

export type TaskProcess =
  | { readonly phase: 'unclaimed' }
  | { readonly phase: 'starting'; readonly shim: ProcessIdentity }
  | { readonly phase: 'running'; readonly shim: ProcessIdentity; readonly started: Started }
  | { readonly phase: 'ended'; readonly exit: Exit; readonly started?: Started; readonly neverStarted?: string }

export function inspect(directory: string): TaskProcess {
  const claim = readClaim(directory)
  if (claim === undefined) return { phase: 'unclaimed' }
  if (claim.shim === null) {
    const neverStarted = 'stopped before it started'
    return { phase: 'ended', neverStarted, exit: { reason: neverStarted, at: Math.floor(statSync(fileOf.claim(directory)).mtimeMs) } }
  }
  if (claim.shim === 'unreadable') {
    // Its program may run, and nobody could stop it any more.
    const started = readStarted(directory)
    return endedBy(readExit(directory) ?? recordLoss(directory, started, 'the record of its shim is damaged'), started)
  }
  const wasAlive = isAlive(claim.shim) // Asked before the record is looked for: a shim writes it and then dies.
  const started = readStarted(directory)
  const record = readExit(directory) ?? (wasAlive ? undefined : recordLoss(directory, started, lostWithShim))
  if (record !== undefined) return endedBy(record, started)
  return started === undefined ? { phase: 'starting', shim: claim.shim } : { phase: 'running', shim: claim.shim, started }
}

function endedBy(record: ExitRecord, started: Started | undefined): TaskProcess {
  const { neverStarted, ...exit } = record
  const end = neverStarted === undefined ? { exit } : { neverStarted, exit: { ...exit, reason: neverStarted } }
  return { phase: 'ended', ...end, ...(started === undefined ? {} : { started }) }
}

function recordLoss(directory: string, started: Started | undefined, reason: string): ExitRecord {
  if (started !== undefined && !signalProcess(started.program, 'SIGKILL', true)) signalLeftovers(started.program, 'SIGKILL')
  const cgroup = readSpec(directory)?.cgroup
  if (cgroup !== undefined) killCgroup(cgroup)
  const exit: ExitRecord = { reason, nodeFault: 'Lost', at: Date.now() }
  if (existsSync(directory)) writeRecord(fileOf.exit(directory), exit)
  return exit
}
