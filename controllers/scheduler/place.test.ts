import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Node } from '../../api/objects.ts'
import { filters, type Requirements } from './filters.ts'
import { NodeTable } from './node-table.ts'
import { explainRefusals, placeGroup } from './place.ts'

function node(name: string, memoryBytes: number, labels: Record<string, string> = {}): Node {
  const description = {
    hostname: name,
    platform: { os: 'linux', arch: 'x86_64' },
    resources: { cpus: 100, memoryBytes, generic: { gpu: ['g1', 'g2'] } },
    executor: 'simulated' as const,
  }
  return {
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: 1, generation: 1, createdAt: 0, labels },
    spec: {},
    status: { state: 'Ready', role: 'Worker', description },
  }
}

const asks: Requirements = {
  serviceUid: 'web',
  nanoCpus: 0,
  memoryBytes: 0,
  generic: [],
  plugins: [],
  constraints: [],
  platforms: [],
  hostPorts: [],
  maxReplicasPerNode: 0,
}

function table(nodes: readonly Node[]): NodeTable {
  const made = new NodeTable()
  for (const each of nodes) made.setNode(each)
  return made
}

function place(
  on: NodeTable,
  requirements: Partial<Requirements>,
  count: number,
  spread: readonly string[] = [],
  faulty = new Map<string, number>(),
) {
  const uid = requirements.serviceUid ?? 'web'
  let first = 0
  while (on.claimOf(`${uid}.${first}`) !== undefined) first++
  const tasks = Array.from({ length: count }, (_, index) => `${uid}.${first + index}`)
  return placeGroup(on, { requirements: { ...asks, ...requirements }, spread, faulty, tasks })
}

function counts(outcome: ReturnType<typeof placeGroup>): Record<string, number> {
  const result: Record<string, number> = {}
  for (const { claim } of outcome.placed) result[claim.nodeName] = (result[claim.nodeName] ?? 0) + 1
  return result
}

test('a zone that is full passes its share on, and racks inside a zone are even', () => {
  const racks = [1, 1, 1, 2, 2].map((rack, index) => node(`b${index}`, 100, { zone: 'az2', rack: `r${rack}` }))
  const on = table([node('a', 5, { zone: 'az1' }), ...racks])
  const placed = counts(place(on, { memoryBytes: 1 }, 12, ['node.labels.zone', 'node.labels.rack']))
  assert.equal(placed['a'], 5)
  const [first, second] = [
    ['b0', 'b1', 'b2'],
    ['b3', 'b4'],
  ].map((names) => names.reduce((sum, name) => sum + (placed[name] ?? 0), 0))
  assert.deepEqual([first, second].sort(), [3, 4])
})

test('tasks that were in a branch before count, and so do nodes that take none now', () => {
  const on = table([node('a', 2, { zone: '1' }), node('b', 100, { zone: '1' }), node('c', 100, { zone: '2' })])
  place(on, { memoryBytes: 1 }, 6, ['node.labels.zone'])
  assert.deepEqual(counts(place(on, { memoryBytes: 1, serviceUid: 'other' }, 2, ['node.labels.zone'])), { b: 1, c: 1 })
  assert.deepEqual(counts(place(on, { memoryBytes: 90 }, 1, ['node.labels.zone'])), { b: 1 })
})

test('named generic resources are given one by one, and an explanation counts what is short', () => {
  const on = table([node('a', 10)])
  const outcome = place(on, { generic: [['gpu', 1]] }, 3)
  assert.deepEqual(
    outcome.placed.map(({ claim }) => claim.generic?.['gpu']),
    ['g1', 'g2'],
  )
  assert.equal(outcome.explanation, 'insufficient resources on 1 node')
})

test('a host port is taken once per node and per protocol', () => {
  const on = table([node('a', 10)])
  assert.equal(place(on, { hostPorts: ['TCP/80'] }, 2).placed.length, 1)
  assert.equal(place(on, { hostPorts: ['UDP/80'], serviceUid: 'dns' }, 1).placed.length, 1)
})

test('a platform is met by its other name; an unknown one is not', () => {
  const on = table([node('a', 10)])
  assert.equal(place(on, { platforms: [{ os: 'linux', arch: 'amd64' }] }, 1).placed.length, 1)
  assert.equal(place(on, { platforms: [{ arch: 'riscv64' }] }, 1).explanation, 'unsupported platform on 1 node')
})

test('a faulty node is taken only when no other fits', () => {
  const on = table([node('a', 10), node('b', 1)])
  assert.deepEqual(counts(place(on, { memoryBytes: 1 }, 3, [], new Map([['a', 5]]))), { b: 1, a: 2 })
})

/** The rules without any cleverness: each task looks at every node and takes the best that passes. */
function reference(on: NodeTable, requirements: Requirements, tasks: readonly string[], faulty: ReadonlyMap<string, number>): string[] {
  return tasks.flatMap((task) => {
    const fitting = [...on.records()].filter((record) => filters.every((f) => !f.applies(requirements) || f.passes(requirements, record)))
    const rank = (record: (typeof fitting)[number]) => [
      faulty.get(record.node.metadata.name) ?? 0,
      record.activeOf(requirements.serviceUid),
      record.active,
      record.sequence,
    ]
    const [best] = fitting.sort(
      (a, b) =>
        rank(a)
          .map((value, index) => value - (rank(b)[index] ?? 0))
          .find((difference) => difference !== 0) ?? 0,
    )
    if (best === undefined) return []
    on.place(task, best, requirements)
    return [best.node.metadata.name]
  })
}

test('decides as the plain reference does, on the lazy path too, and never gives more than there is', () => {
  const memory = fc.integer({ min: 0, max: 6 })
  const few = fc.array(memory, { minLength: 1, maxLength: 20, size: 'max' })
  // More than a group may look ahead: nodes are read lazily.
  const nodes = fc.oneof(few, fc.array(memory, { minLength: 100, maxLength: 160, size: 'max' }))
  const group = fc.record({
    uid: fc.constantFrom('a', 'b', 'c'),
    size: fc.integer({ min: 1, max: 12 }),
    memory: fc.integer({ min: 0, max: 3 }),
    limit: fc.integer({ min: 0, max: 2 }),
    port: fc.boolean(),
    ssd: fc.boolean(),
    faulty: fc.array(fc.integer({ min: 0, max: 160 }), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(nodes, fc.array(group, { maxLength: 8 }), (memories, groups) => {
      const made = memories.map((memory, index) => node(`n${index}`, memory, { disk: index % 3 === 0 ? 'ssd' : 'hdd' }))
      const [fast, plain] = [table(made), table(made)]
      for (const [index, { uid, size, memory, limit, port, ssd, faulty }] of groups.entries()) {
        const requirements: Requirements = {
          ...asks,
          serviceUid: uid,
          memoryBytes: memory,
          maxReplicasPerNode: limit,
          hostPorts: port ? ['TCP/80'] : [],
          constraints: ssd ? [{ key: 'node.labels.disk', operator: '==', value: 'SSD' }] : [],
        }
        const tasks = Array.from({ length: size }, (_, slot) => `${index}.${slot}`)
        const bad = new Map(faulty.map((at) => [`n${at}`, 5]))
        const outcome = placeGroup(fast, { requirements, spread: [], faulty: bad, tasks })
        assert.deepEqual(
          outcome.placed.map(({ claim }) => claim.nodeName),
          reference(plain, requirements, tasks, bad),
        )
        if (outcome.unplaced.length > 0) assert.equal(outcome.explanation, explainRefusals(plain.records(), requirements))
      }
      for (const record of fast.records()) assert(record.freeMemoryBytes >= 0)
    }),
    { numRuns: 200 },
  )
})

test('after a node was used, the next one-off task reads the nodes in the new order', () => {
  const on = table(Array.from({ length: 300 }, (_, index) => node(`n${index}`, 1)))
  const taken = Array.from(
    { length: 300 },
    (_, index) => place(on, { serviceUid: `s${index}`, memoryBytes: 1 }, 1).placed[0]?.claim.nodeName,
  )
  assert.deepEqual(
    taken,
    [...on.records()].map((record) => record.node.metadata.name),
  )
  on.release('s7.0')
  on.release('s3.0')
  assert.equal(place(on, { serviceUid: 'next', memoryBytes: 1 }, 1).placed[0]?.claim.nodeName, 'n3')
  on.removeNode('n7')
  assert.equal(place(on, { serviceUid: 'last', memoryBytes: 1 }, 1).explanation, 'insufficient resources on 299 nodes')
})

test('on many nodes, a service grows onto nodes that have none of its tasks, however loaded they are', () => {
  const on = table(Array.from({ length: 100 }, (_, index) => node(`n${index}`, 9)))
  assert.deepEqual(counts(place(on, {}, 1)), { n0: 1 })
  place(on, { serviceUid: 'load' }, 199)
  assert.deepEqual(counts(place(on, {}, 2)), { n1: 1, n2: 1 })
})
