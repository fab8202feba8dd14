// System calls of a running daemon that fail or take long: strace makes it so, in the calls of the real process.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { eventually } from './cluster.ts'

/** Undefined where strace is here and may look into processes. */
export function whyNoTrace(): string | undefined {
  const { status, stderr, error } = spawnSync('strace', ['-e', 'trace=none', 'true'], { encoding: 'utf8' })
  return status === 0 ? undefined : `no strace works here (package strace): ${error?.message ?? stderr.trim().split('\n')[0]}`
}

/** From now on these calls of that process go as strace's `inject` says, until the result is awaited. */
export async function disturbCalls(pid: number, calls: string, how: string): Promise<() => Promise<void>> {
  const args = ['-f', '-q', '-e', `trace=${calls}`, '-e', `inject=${calls}:${how}`, '-p', String(pid)]
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  tracer.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<void>((resolve) => tracer.once('close', () => resolve()))
  // Every thread of the daemon is attached once the kernel says so of the first.
  await eventually(() => {
    const [, by] = /^TracerPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    assert.equal(Number(by), tracer.pid, said)
  })
  return () => {
    tracer.kill('SIGINT')
    return ended
  }
}
