// Runs the health test of a task once, beside the task and in the same environment.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { formatDuration } from '../../api/duration.ts'
import { sendSignal } from '../../effects/real/process-identity.ts'
import type { ShimSpec } from './task-files.ts'

/** Output that is kept, for people. */
const maxOutputBytes = 4096
const drainLimitMs = 500

export interface CheckResult {
  readonly healthy: boolean
  readonly output: string
}

/** Rejects only when aborted: a test that cannot even be started has failed. */
export function runHealthTest(spec: ShimSpec, test: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const output = new Output()
    let child: ChildProcessByStdio<null, Readable, Readable>
    try {
      child = startTest(spec, test)
    } catch (error) {
      return resolve({ healthy: false, output: String(error) })
    }
    const kill = (): void => {
      if (child.pid !== undefined) sendSignal(-child.pid, 'SIGKILL')
    }
    const timer = setTimeout(() => {
      output.note(`took longer than ${formatDuration(timeoutMs)}`)
      kill()
    }, timeoutMs)
    const settle = (healthy: boolean): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', kill)
      child.stdout.destroy()
      child.stderr.destroy()
      if (signal.aborted) reject(signal.reason)
      else resolve({ healthy, output: output.text() })
    }
    signal.addEventListener('abort', kill, { once: true })
    child.stdout.on('data', (chunk: Buffer) => output.add(chunk))
    child.stderr.on('data', (chunk: Buffer) => output.add(chunk))
    child.once('error', (error) => {
      output.note(error.message)
      settle(false)
    })
    child.once('exit', (code) => {
      const healthy = code === 0 && !output.hasNote
      kill() // What it started does not outlive it, nor keeps its output open.
      child.once('close', () => settle(healthy))
      setTimeout(() => settle(healthy), drainLimitMs).unref()
    })
  })
}

function startTest(spec: ShimSpec, test: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  const [kind, ...words] = test
  const [program = '', ...args] = kind === 'CMD-SHELL' ? ['/bin/sh', '-c', words.join(' ')] : kind === 'CMD' ? words : test
  return spawn(program, args, {
    cwd: spec.workingDir,
    env: spec.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  })
}

class Output {
  readonly #chunks: Buffer[] = []
  #size = 0
  #note = ''

  add(chunk: Buffer): void {
    if (this.#size < maxOutputBytes) this.#chunks.push(chunk.subarray(0, maxOutputBytes - this.#size))
    this.#size += chunk.length
  }

  /** Why it failed, where the program itself cannot say. */
  note(text: string): void {
    this.#note = text
  }

  get hasNote(): boolean {
    return this.#note !== ''
  }

  text(): string {
    return [Buffer.concat(this.#chunks).toString('utf8').trim(), this.#note].filter((text) => text !== '').join('\n')
  }
}
