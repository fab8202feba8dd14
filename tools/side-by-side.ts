// Test files side by side. Most of those in e2e/ wait rather than compute, so that two of them hardly slow each other
// down; but what they start listens on the same loopback addresses, and clusters publish the same ports. So each file has a network
// of its own, where root can make one, and where not, those of e2e/ run one after the other beside the rest. The Docker
// engine and its containers are in the machine's own network: what needs them runs there, one file at a time.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pathWithIp = `${process.env['PATH']}:/usr/sbin:/sbin`
const ownNetwork = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']

/** Files that use an engine are named so. */
function needsEngine(file: string): boolean {
  return /(^|\/)docker/.test(file)
}

/** What counts every request that is lost: a machine that cannot keep up with something else beside it loses some by itself. */
function needsMachine(file: string): boolean {
  return file.endsWith('e2e/five-machines.test.ts')
}

/** What takes longest first: the engine's files, of which one runs at a time, then those that wait, then simulations. */
export function inOrder(files: readonly string[]): readonly string[] {
  const rank = (file: string): number => (needsEngine(file) ? 0 : file.startsWith('e2e/') ? 1 : file.startsWith('sim/') ? 2 : 3)
  return files.toSorted((a, b) => rank(a) - rank(b))
}

/** The first one that may begin beside those that run. */
export function nextFile(waiting: readonly string[], running: readonly string[], hasNetworks: boolean): string | undefined {
  if (running.some(needsMachine)) return undefined
  const isShared = (file: string): boolean => needsEngine(file) || (!hasNetworks && file.startsWith('e2e/'))
  const isTaken = running.some(isShared)
  return waiting.find((file) => !(isTaken && isShared(file)) && !(running.length > 0 && needsMachine(file)))
}

export interface Failure {
  readonly file: string
  /** What the runner says at its end of the tests that failed, or the end of what was printed. */
  readonly why: string
}

const shownLines = 40

export function whyOf(text: string): string {
  const lines = text.trimEnd().split('\n')
  const at = lines.findLastIndex((line) => line.startsWith('✖ failing tests:'))
  return (at < 0 ? lines.slice(-shownLines) : lines.slice(at + 1, at + 1 + shownLines)).join('\n').trim()
}

/** Says what became of each as it ends, with all that a failed one printed. Resolves with those that failed. */
export async function runSideBySide(files: readonly string[], lanes: number, cwd: string): Promise<readonly Failure[]> {
  const [enter = '', ...words] = ownNetwork
  const hasNetworks = spawnSync(enter, [...words, 'true'], { env: { ...process.env, PATH: pathWithIp }, stdio: 'ignore' }).status === 0
  const waiting = [...inOrder(files)]
  const running: string[] = []
  const failed: Failure[] = []
  const skipped = new Set<string>()
  const outputs = mkdtempSync(join(tmpdir(), 'kit-test-'))

  async function runLane(lane: number): Promise<void> {
    for (;;) {
      // Where all that is left shares what another lane has, that lane does it.
      const file = nextFile(waiting, running, hasNetworks)
      if (file === undefined) return
      waiting.splice(waiting.indexOf(file), 1)
      running.push(file)
      const beganMs = performance.now()
      const { passed, text } = await runFile(file, hasNetworks && !needsEngine(file), cwd, join(outputs, `${lane}`))
      running.splice(running.indexOf(file), 1)
      const seconds = ((performance.now() - beganMs) / 1_000).toFixed(1).padStart(6)
      console.log(`${passed ? 'ok    ' : 'FAILED'} ${seconds} s  ${file}`)
      if (!passed) {
        failed.push({ file, why: whyOf(text) })
        console.log(text)
      }
      for (const [line] of text.matchAll(/^skipped: .*/gm)) {
        if (!skipped.has(line)) console.log(line)
        skipped.add(line)
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)))
  rmdirSync(outputs)
  return failed
}

async function runFile(
  file: string,
  apart: boolean,
  cwd: string,
  output: string,
): Promise<{ readonly passed: boolean; readonly text: string }> {
  const [program = '', ...words] = [...(apart ? ownNetwork : []), process.execPath, '--test-reporter=spec', file]
  // To a file: it is complete when the process has ended, also where a daemon that a failed test left behind goes on writing.
  const descriptor = openSync(output, 'w+')
  try {
    const child = spawn(program, words, {
      cwd,
      env: apart ? { ...process.env, PATH: pathWithIp } : process.env,
      stdio: ['ignore', descriptor, descriptor],
    })
    const [code] = await once(child, 'exit')
    return { passed: code === 0, text: readFileSync(output, 'utf8') }
  } finally {
    closeSync(descriptor)
    rmSync(output) // What goes on writing then writes to a file that nobody reads.
  }
}
