// Scheduling speed: decisions per second of the scheduler's core, with its bookkeeping and without the
// store. One JSON line per figure. Each case is run three times on a fresh table and the median is printed.

import type { Node, Revision } from '../../api/objects.ts'
import { NodeTable } from '../../controllers/scheduler/node-table.ts'
import { placeGroup } from '../../controllers/scheduler/place.ts'
import { requirementsOf } from '../../controllers/scheduler/requirements.ts'
import { median, print } from './figure.ts'

interface Case {
  readonly name: string
  readonly nodes: number
  readonly tasks: number
  readonly constraints: readonly string[]
  /** Each task is the only one of its service. */
  readonly oneOff: boolean
}

const cases: readonly Case[] = [
  { name: '1,000 nodes × 1,000 tasks', nodes: 1_000, tasks: 1_000, constraints: [], oneOff: false },
  { name: '1,000 nodes × 100,000 tasks', nodes: 1_000, tasks: 100_000, constraints: [], oneOff: false },
  {
    name: '5,000 nodes × 100,000 tasks, constraint',
    nodes: 5_000,
    tasks: 100_000,
    constraints: ['node.labels.disk == ssd'],
    oneOff: false,
  },
  { name: '100,000 nodes × 100,000 tasks', nodes: 100_000, tasks: 100_000, constraints: [], oneOff: false },
  { name: '100,000 nodes × 1,000 one-off tasks', nodes: 100_000, tasks: 1_000, constraints: [], oneOff: true },
  {
    name: '100,000 nodes × 1,000 one-off tasks, constraint',
    nodes: 100_000,
    tasks: 1_000,
    constraints: ['node.labels.disk == ssd'],
    oneOff: true,
  },
]

for (const bench of cases) {
  const seconds = median([run(bench), run(bench), run(bench)]) / 1000
  print({ name: `scheduler: ${bench.name}`, value: bench.tasks / seconds, unit: 'tasks/s', with: { seconds: Number(seconds.toFixed(4)) } })
}

function run({ nodes, tasks, constraints, oneOff }: Case): number {
  const table = new NodeTable()
  for (let index = 0; index < nodes; index++) table.setNode(node(index))
  const names = Array.from({ length: tasks }, (_, index) => `web.${index + 1}`)
  const groups = oneOff ? names.map((name) => [name]) : [names]
  const started = performance.now()
  let placed = 0
  for (const [index, group] of groups.entries()) {
    const requirements = requirementsOf(revision(`service-${index}`), { constraints })
    placed += placeGroup(table, { requirements, spread: [], faulty: new Map(), tasks: group }).placed.length
  }
  const elapsed = performance.now() - started
  if (placed !== tasks) throw new Error(`only ${placed} of ${tasks} tasks were placed`)
  return elapsed
}

function node(index: number): Node {
  const name = `node-${String(index).padStart(6, '0')}`
  const labels = { disk: index % 4 === 0 ? 'ssd' : 'hdd' }
  return {
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: 1, generation: 1, createdAt: 0, labels },
    spec: {},
    status: {
      state: 'Ready',
      role: 'Worker',
      description: {
        hostname: name,
        platform: { os: 'linux', arch: 'amd64' },
        resources: { cpus: 64, memoryBytes: 2 ** 38 },
        executor: 'simulated',
      },
    },
  }
}

function revision(service: string): Revision {
  return {
    kind: 'Revision',
    metadata: { name: `${service}-1`, uid: service, resourceVersion: 1, generation: 1, createdAt: 0 },
    spec: { service, serviceUid: service, number: 1, template: { resources: { reservations: { cpus: '0.01', memory: '1M' } } } },
    status: {},
  }
}
