// A built `kitd` in a directory of its own, for benchmarks: the program that people run.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface Daemon {
  readonly socket: string
  readonly directory: string
  /** CPU used so far, in ms, and resident memory now, in MiB: what Linux accounts to the process. */
  usage(): { readonly cpuMs: number; readonly rssMiB: number }
  stop(): Promise<void>
}

export async function startDaemon(options: readonly string[] = ['--executor', 'process']): Promise<Daemon> {
  const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  const child = spawn(process.execPath, [join(root, 'dist/kitd.mjs'), '-d', directory, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await saysReady(child)
  return {
    socket: join(directory, 'kit.sock'),
    directory,
    usage: () => usageOf(child.pid ?? 0),
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(directory, { recursive: true })
    },
  }
}

function saysReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`kitd ended with ${code}; is it built? npm run build`)))
    child.stdout?.on('data', (chunk) => String(chunk).includes('ready') && resolve())
  })
}

/** proc(5): fields 14 and 15 of stat are ticks of 10 ms; VmRSS is in KiB. */
export function usageOf(pid: number): { readonly cpuMs: number; readonly rssMiB: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return { cpuMs: 10 * (Number(fields[11]) + Number(fields[12])), rssMiB: Number(rss) / 1024 }
}
