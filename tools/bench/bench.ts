// `npm run bench`: every benchmark, each in a process of its own, one JSON line per figure on standard output.
// `npm run bench -- writes scheduler` runs those that are named. Built programs are measured: build first.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** In this order. What a benchmark measures is said at the head of its file. */
const benchmarks: Readonly<Record<string, readonly string[]>> = {
  writes: [],
  'state-hash': [],
  scheduler: [],
  orchestration: [],
  memory: ['--expose-gc'],
  'first-run': [],
  programs: [],
  proxy: [],
  connections: [],
  recovery: ['--max-old-space-size=12000'],
  idle: [],
  docker: [],
  handshakes: [],
  'root-rotation': [],
  agents: [],
  dashboard: [],
  metrics: [],
  managers: [],
  'managers-orchestration': [],
  members: [],
  snapshots: [],
  simulation: [],
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in benchmarks))
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}
for (const [name, flags] of Object.entries(benchmarks)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const { status } = spawnSync(process.execPath, [...flags, join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
