// The first minute with kit: `kit up manifests/run.yml` where nothing runs yet, with plain processes. How long until the cluster
// answers, until every task runs, and until the command says that it is so, of which the file itself asks for `monitor`.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { median, print } from './figure.ts'

const root = join(import.meta.dirname, '../..')
const kit = join(root, 'bin/kit')
const runs = 5
/** `update_config.monitor` of the file. */
const monitorS = 5

const marks = { answers: /stack\/run created/, runs: /run_web +3\/3/, ends: /The cluster is running/ } as const
type Mark = keyof typeof marks

async function firstRun(): Promise<Readonly<Record<Mark, number>>> {
  const directory = mkdtempSync(join(tmpdir(), 'kit-bench-'))
  const startedAt = performance.now()
  const seen: Partial<Record<Mark, number>> = {}
  try {
    const child = spawn(kit, ['--dir', directory, 'up', join(root, 'manifests/run.yml'), '--executor', 'process'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        for (const mark of ['answers', 'runs', 'ends'] as const)
          if (marks[mark].test(line)) seen[mark] ??= (performance.now() - startedAt) / 1000
      })
    const [code] = await once(child, 'close')
    const { answers, runs: running, ends } = seen
    if (code !== 0 || answers === undefined || running === undefined || ends === undefined) throw new Error(`kit up ended with ${code}`)
    return { answers, runs: running, ends }
  } finally {
    spawnSync(kit, ['--dir', directory, 'down', '--purge'], { stdio: 'ignore' })
    rmSync(directory, { recursive: true, force: true })
  }
}

const all: Readonly<Record<Mark, number>>[] = []
for (let run = 0; run < runs; run++) all.push(await firstRun())
const middle = (mark: Mark): number => median(all.map((each) => each[mark]))
print({ name: 'kit up, until the stack is taken', value: middle('answers'), unit: 's', with: { runs } })
print({ name: 'kit up, until every task runs', value: middle('runs'), unit: 's', with: { runs } })
print({ name: 'kit up, whole', value: middle('ends'), unit: 's', with: { runs, monitorS } })
