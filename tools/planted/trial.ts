// Tries to find a planted bug: runs tests and simulations in a copy of the tree, and says what failed first.

import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../sources.ts'
import { type Bug, clusterRuns, simulations } from './bug.ts'
import { type Ended, type Failure, failureOf } from './failure.ts'

/** Several times what the longest takes alone. */
const timeoutMs = 900_000

/** What found it, in words; null where nothing did, undefined where it was not tried. */
export interface Findings {
  /** Why nothing can be said of it: the program cannot run with it, so the list is wrong, or the machine is too slow. */
  readonly broken?: string
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
      const found: { tests: string | null; core?: string | null; members?: string | null } = { tests: null }
      for (const name of ['tests', ...(bug.simulations ?? [])] as const) {
        const failure = name === 'tests' ? await this.failure(bug.tests) : await this.#simulate(name)
        if (failure === undefined || 'found' in failure) found[name] = failure?.found ?? null
        else if ('broken' in failure) return { tests: null, broken: failure.broken }
        else if (name === 'tests') found.tests = 'it does not end'
        // Thousands of runs take long where the machine has other work: that is no find.
        else return { tests: null, broken: `the simulation of ${name} was not through after ${timeoutMs / 60_000} minutes` }
      }
      return found
    } finally {
      writeFileSync(path, original)
    }
  }

  #simulate(name: keyof typeof simulations): Promise<Failure | undefined> {
    const { test, prefix, runs } = simulations[name]
    return this.failure([test], { [`${prefix}_RUNS`]: String(runs), [`${prefix}_FROM`]: '1' })
  }

  /** Undefined where all of them pass. */
  async failure(tests: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Failure | undefined> {
    return failureOf(await run(this.#directory, tests, env))
  }
}

function run(directory: string, tests: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  // Told to end, the runner of tests ends the files that it runs; killed, it would leave one that loops to loop on.
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...tests], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: timeoutMs,
    env: { ...process.env, KIT_MODEL_HISTORIES: '60', KIT_SIM_SEEDS: String(clusterRuns), ...env, NODE_TEST_CONTEXT: undefined },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return new Promise((resolve) =>
    child.on('close', (status) => resolve({ output, isPassed: status === 0 && !child.killed, wasStopped: child.killed })),
  )
}
