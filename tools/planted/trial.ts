// Tries to find a planted bug: runs tests and simulations in a copy of the tree, and says what failed first.

import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../sources.ts'
import { type Bug, simulations } from './bug.ts'

const timeoutMs = 400_000

/** What found it, in words; null where nothing did, undefined where it was not tried. */
export interface Findings {
  readonly tests: string | null
  readonly core?: string | null
  readonly members?: string | null
}

export class Tree {
  readonly #directory = mkdtempSync(join(tmpdir(), 'kit-planted-'))

  constructor() {
    const isCopied = (path: string) => !/\/(node_modules|dist|\.git)(\/|$)/.test(path.slice(root.length))
    cpSync(root, this.#directory, { recursive: true, filter: isCopied })
    symlinkSync(join(root, 'node_modules'), join(this.#directory, 'node_modules'))
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async find(bug: Bug): Promise<Findings> {
    const path = join(this.#directory, bug.file)
    const original = readFileSync(path, 'utf8')
    writeFileSync(
      path,
      original.replace(bug.text, () => bug.replacement),
    )
    try {
      const tests = await this.failure(bug.tests)
      const rest: { core?: string | null; members?: string | null } = {}
      for (const name of bug.simulations ?? []) rest[name] = await this.#simulate(name)
      return { tests, ...rest }
    } finally {
      writeFileSync(path, original)
    }
  }

  #simulate(name: keyof typeof simulations): Promise<string | null> {
    const { test, prefix, runs } = simulations[name]
    return this.failure([test], { [`${prefix}_RUNS`]: String(runs), [`${prefix}_FROM`]: '1' })
  }

  /** The first test that failed, or what the first run of a simulation failed at. */
  async failure(tests: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string | null> {
    const { status, output } = await run(this.#directory, tests, env)
    if (status === 0) return null
    const [, seed, why] = /seed (\d+) failed: ([^\n]*)/.exec(output) ?? []
    if (seed !== undefined && why !== undefined) return `run ${seed}: ${why}`
    return /^ *not ok \d+ - (?!.*\.test\.ts$)(.*)$/m.exec(output)?.[1] ?? 'it does not end'
  }
}

function run(
  directory: string,
  tests: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...tests], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    env: { ...process.env, KIT_MODEL_HISTORIES: '60', KIT_SIM_SEEDS: '20', ...env, NODE_TEST_CONTEXT: undefined },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })))
}
