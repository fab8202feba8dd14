// Whole clusters under faults. One seed takes a second of one core, so there are only as many here as find every row and
// fault several times over; as many as you like with KIT_SIM_SEEDS or `npm run sim`.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { faultKinds } from './faults.ts'
import { allRows, runSeed } from './run.ts'
import { testInThread } from './testdata/test-in-thread.ts'

const seeds = Number(process.env['KIT_SIM_SEEDS'] ?? 48)
const from = Number(process.env['KIT_SIM_FROM'] ?? 1)
const minutes = 10
const processes = 2

interface Reached {
  readonly rows: readonly string[]
  readonly faults: Readonly<Record<string, number>>
  readonly fewestFaults: number
}

/** Seeds are independent, so they run in as many processes as there are cores in continuous integration. */
function runSeeds(first: number, count: number, signal: AbortSignal): Promise<Reached> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.ts'), '--json', '--seeds', String(count), '--from', String(first), '--minutes', String(minutes)],
    { stdio: ['ignore', 'pipe', 'pipe'], signal },
  )
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      const text = Buffer.concat(output).toString('utf8')
      if (code === 0) resolve(JSON.parse(text.trim().split('\n').at(-1) ?? ''))
      else reject(new Error(text))
    })
  })
}

testInThread(
  import.meta.filename,
  `${seeds} simulated clusters keep every promise under faults, and reach every row and every fault`,
  async () => {
    const share = Math.ceil(seeds / processes)
    const over = new AbortController() // Where one fails the others need not go on.
    const running = Array.from({ length: processes }, (_, at) => runSeeds(from + at * share, share, over.signal))
    const results = await Promise.all(running).finally(() => over.abort())
    const rows = new Set(results.flatMap((result) => result.rows))
    const faults = new Set(results.flatMap((result) => Object.keys(result.faults)))
    assert.deepEqual(
      allRows.filter((row) => !rows.has(row)),
      [],
      'rows of the slot contract that no run reached',
    )
    assert.deepEqual(
      faultKinds.filter((kind) => !faults.has(kind)),
      [],
      'faults that no run injected',
    )
    for (const { fewestFaults } of results) assert.ok(fewestFaults >= 20, `a run had only ${fewestFaults} faults`)
  },
)

testInThread(import.meta.filename, 'the same seed gives the same trace', async () => {
  // In the second, certificates live for minutes.
  for (const [seed, length] of [
    [from, 3],
    [from + 1, minutes],
  ] as const) {
    const first = await runSeed({ seed, minutes: length })
    const second = await runSeed({ seed, minutes: length })
    assert.equal(second.traceHash, first.traceHash, `seed ${seed}`)
  }
})
