// `npm run sim -- --seed 7`, or `--seeds 1000 --from 5000 --minutes 10`: simulated clusters, one after the other.
// `--json` prints one line at the end: what the runs reached. A failure prints the seed, the command that runs it again, and the end of its trace.

import { parseArgs } from 'node:util'
import { traceOf } from '../effects/thrown.ts'
import { runSeed } from './run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const from = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const minutes = Number(values.minutes)
const tailLines = 60
const reached = { rows: new Set<string>(), faults: new Map<string, number>(), fewestFaults: Number.POSITIVE_INFINITY }

for (let seed = from; seed < from + count; seed += 1) {
  const tail: string[] = []
  const onLine = (line: string): void => {
    if (values.trace) process.stdout.write(`${line}\n`)
    tail.push(line)
    if (tail.length > tailLines) tail.shift()
  }
  try {
    const { traceHash, faults, rows, entries, events } = await runSeed({ seed, minutes, onLine })
    const total = [...faults.values()].reduce((sum, number) => sum + number, 0)
    for (const row of rows) reached.rows.add(row)
    for (const [kind, number] of faults) reached.faults.set(kind, (reached.faults.get(kind) ?? 0) + number)
    reached.fewestFaults = Math.min(reached.fewestFaults, total)
    if (!values.json)
      process.stdout.write(`seed ${seed}: ${total} faults, ${entries} entries, ${events} events, trace ${traceHash.toString(16)}\n`)
  } catch (error) {
    process.stdout.write(`${tail.join('\n')}\n`)
    process.stderr.write(`seed ${seed} failed: ${traceOf(error)}\n  again: npm run sim -- --seed ${seed} --minutes ${minutes}\n`)
    process.exit(1)
  }
}

if (values.json)
  process.stdout.write(
    `${JSON.stringify({ rows: [...reached.rows], faults: Object.fromEntries(reached.faults), fewestFaults: reached.fewestFaults })}\n`,
  )
