// The files through which the executor and the shim of one task speak, and nothing else: either of them
// may die at any moment. Each file is written once, whole (by rename or link), and only one of the two
// writes it. All are JSON.
//
//   spec.json     executor → shim   what to run; 0600, for it holds the environment
//   claim.json    whoever is first  the shim that runs the task, or the word that it must never run
//   started.json  shim              the program runs
//   exit.json     shim              it ended; the executor writes it for a shim that is dead
//   log.0, log.1  shim              output, the older half in log.1

import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessIdentity } from '../../effects/real/process-identity.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import type { Exit } from '../executor.ts'
import { isRecord, parseJson } from '../frames.ts'
import type { Limits } from './cgroup.ts'

export interface ShimSpec {
  readonly task: string
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly workingDir: string
  readonly uid?: number
  readonly gid?: number
  readonly stopSignal: NodeJS.Signals
  readonly graceMs: number
  /** `80/tcp` → port of the node. */
  readonly ports: Readonly<Record<string, number>>
  /** Directory of the task's control group, where there are any. The shim makes it: a task that never starts has none. */
  readonly cgroup?: string
  readonly limits?: Limits
  /** Half of what the log may take. */
  readonly maxLogFileBytes: number
  /** Memory-backed directory of the task's secrets and configs; goes when the task ends. */
  readonly filesDirectory?: string
}

/** The shim that runs the task, or nobody: it was stopped before it started. */
export type Claim = { readonly shim: ProcessIdentity } | { readonly shim: null }
/** Somebody claimed the task, and the disk has lost who. */
export type DamagedClaim = { readonly shim: 'unreadable' }

export interface Started {
  readonly program: ProcessIdentity
  readonly ports: Readonly<Record<string, number>>
}

/** `neverStarted`: why the program could not be started at all. */
export interface ExitRecord extends Exit {
  readonly neverStarted?: string
}

export const fileOf = {
  spec: (directory: string) => join(directory, 'spec.json'),
  claim: (directory: string) => join(directory, 'claim.json'),
  started: (directory: string) => join(directory, 'started.json'),
  exit: (directory: string) => join(directory, 'exit.json'),
  log: (directory: string) => join(directory, 'log.0'),
  olderLog: (directory: string) => join(directory, 'log.1'),
} as const

/** Replaces the file atomically. */
export function writeRecord(path: string, value: ShimSpec | Started | ExitRecord): void {
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 })
  renameSync(temporary, path)
}

/** True for exactly one caller per task, however many processes try. False as well when the task's files are gone. */
export function claimTask(directory: string, claim: Claim): boolean {
  const path = fileOf.claim(directory)
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, JSON.stringify(claim), { mode: 0o600 })
    linkSync(temporary, path)
    return true
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST' || errorCodeOf(error) === 'ENOENT') return false
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

export function readSpec(directory: string): ShimSpec | undefined {
  return read(fileOf.spec(directory), isShimSpec)
}

export function readClaim(directory: string): Claim | DamagedClaim | undefined {
  const text = readText(fileOf.claim(directory))
  if (text === undefined) return undefined
  const value = parseJson(text)
  if (!isRecord(value)) return { shim: 'unreadable' }
  const { shim } = value
  return shim === null || isIdentity(shim) ? { shim } : { shim: 'unreadable' }
}

export function readStarted(directory: string): Started | undefined {
  return read(fileOf.started(directory), isStarted)
}

export function readExit(directory: string): ExitRecord | undefined {
  return read(fileOf.exit(directory), isExitRecord)
}

function read<T>(path: string, check: (value: unknown) => value is T): T | undefined {
  const text = readText(path)
  const value = text === undefined ? undefined : parseJson(text)
  return check(value) ? value : undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return isRecord(value) && typeof value['pid'] === 'number' && typeof value['started'] === 'string'
}

function isStarted(value: unknown): value is Started {
  return isRecord(value) && isIdentity(value['program']) && isRecord(value['ports'])
}

function isExitRecord(value: unknown): value is ExitRecord {
  return isRecord(value) && typeof value['at'] === 'number'
}

function isShimSpec(value: unknown): value is ShimSpec {
  return (
    isRecord(value) &&
    typeof value['program'] === 'string' &&
    Array.isArray(value['args']) &&
    isRecord(value['env']) &&
    typeof value['workingDir'] === 'string' &&
    typeof value['graceMs'] === 'number' &&
    typeof value['maxLogFileBytes'] === 'number'
  )
}
