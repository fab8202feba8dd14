import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KitObject, Node, Service } from '../../api/objects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { explainTask } from './explain.ts'
import { formatExplanation } from './explain-format.ts'

const metadata = (name: string, labels: Record<string, string> = {}) => ({
  name,
  uid: `uid-${name}`,
  resourceVersion: 0,
  generation: 1,
  createdAt: 1,
  labels,
})

function node(name: string, role: 'Worker' | 'Manager', labels: Record<string, string> = {}, memoryBytes = 4e9): Node {
  const description = {
    hostname: name,
    platform: { os: 'linux', arch: 'amd64' },
    resources: { cpus: 4, memoryBytes },
    executor: 'process' as const,
  }
  return { kind: 'Node', metadata: metadata(name, labels), spec: {}, status: { state: 'Ready', role, description } }
}

/** A service with one task `<name>.1`, on `nodeName` when it is given. */
function service(name: string, placement: Service['spec']['template']['placement'], memory = '200M', nodeName?: string): KitObject[] {
  const template = { resources: { reservations: { cpus: '0.25', memory } } }
  const spec = { service: name, serviceUid: `uid-${name}`, revision: `${name}-r`, slot: 1, attempt: 1, desired: 'Running' as const }
  return [
    {
      kind: 'Service',
      metadata: metadata(name),
      spec: { template: { ...template, ...(placement === undefined ? {} : { placement }) } },
      status: {},
    },
    {
      kind: 'Revision',
      metadata: metadata(`${name}-r`),
      spec: { service: name, serviceUid: `uid-${name}`, number: 1, template },
      status: {},
    },
    {
      kind: 'Task',
      metadata: { name: `${name}.1`, resourceVersion: 0, createdAt: 1 },
      spec: { ...spec, ...(nodeName === undefined ? {} : { nodeName }) },
      status: { state: nodeName === undefined ? 'Pending' : 'Running', at: 1 },
    },
  ]
}

async function explained(task: string, ...objects: KitObject[]): Promise<string> {
  const store = createMemoryStore()
  for (const object of objects) await store.commit({ writes: [{ op: 'create', object }] })
  const explanation = explainTask(store.view, task)
  assert(explanation !== undefined)
  return formatExplanation(explanation)
}

test('on one manager, a service of workers in a region says what is wrong and which node to add', async () => {
  const placement = { maxReplicasPerNode: 1, constraints: ['node.role == worker', 'node.labels.region == region2'] }
  assert.equal(
    await explained('slave.1', node('node-1', 'Manager'), ...service('slave', placement)),
    [
      'pending[KIT0301]: task slave.1 cannot be placed',
      '  node     cpu 0.25   mem 200M   constraint node.role == worker   constraint node.labels.region == region2   at most 1 per node',
      '  node-1   ok         ok         role is manager                  no label region                            ok',
      '   = smallest fix: add a worker node with label region=region2 and 0.25 cpu and 200M memory',
    ].join('\n'),
  )
})

test('a missing label is set rather than a node added', async () => {
  const placement = { constraints: ['node.labels.disk == ssd'] }
  const text = await explained('db.1', node('a', 'Worker', { disk: 'hdd' }), ...service('db', placement))
  assert.match(text, /label is hdd/)
  assert.match(text, /smallest fix: set label disk=ssd on node a$/)
})

test('memory that another task holds is freed by moving the smallest task that is enough', async () => {
  const nodes = [node('a', 'Worker', {}, 1e9)]
  const text = await explained(
    'web.1',
    ...nodes,
    ...service('big', undefined, '700M', 'a'),
    ...service('small', undefined, '200M', 'a'),
    ...service('web', undefined, '300M'),
  )
  assert.match(text, /95\.3 MiB free/)
  assert.match(text, /smallest fix: free 200M memory on node a \(move small\.1 away\)$/)
})

test('a node that is drained is activated', async () => {
  const drained: Node = { ...node('a', 'Worker'), spec: { availability: 'Drain' } }
  assert.match(await explained('web.1', drained, ...service('web', undefined)), /node is drained[\s\S]*smallest fix: activate node a$/)
})

test('constraints that contradict each other are helped by no node', async () => {
  const placement = { constraints: ['node.role == worker', 'node.role == manager'] }
  assert.match(await explained('web.1', node('a', 'Worker'), ...service('web', placement)), /change what the service asks for$/)
})

test('a placed task says why it is there', async () => {
  const text = await explained(
    'web.1',
    node('a', 'Worker'),
    node('b', 'Manager'),
    ...service('web', { constraints: ['node.role == worker'] }, '1M', 'a'),
  )
  assert.match(text, /^placed: task web\.1 is on a/)
  assert.match(text, /= why: it is the only node that fits$/)
})

test('following the suggestion places the task', async () => {
  const placement = { constraints: ['node.labels.disk == ssd', 'node.labels.zone != b'] }
  const store = createMemoryStore()
  for (const object of [node('a', 'Worker', { zone: 'b' }), ...service('db', placement)])
    await store.commit({ writes: [{ op: 'create', object }] })
  const fix = explainTask(store.view, 'db.1')?.fix
  assert.deepEqual(
    fix?.changes.map(({ kind }) => kind),
    ['label', 'label'],
  )
  const stored = store.view.get('Node', 'a')
  assert(stored !== undefined)
  const labels = { disk: 'ssd' }
  await store.commit({ writes: [{ op: 'update', object: { ...stored, metadata: { ...stored.metadata, labels } } }] })
  assert.equal(explainTask(store.view, 'db.1')?.rows[0]?.fits, true)
})

test('a new node as it is named takes the task, and less than that does not', async () => {
  const region = (name: string): string => `node.labels.region == ${name}`
  const placements = {
    master: { maxReplicasPerNode: 1, constraints: ['node.role == worker'] },
    slave: { maxReplicasPerNode: 1, constraints: ['node.role == worker', region('region2')] },
    web: { constraints: ['node.role == worker', region('region3')] },
  }
  for (const [name, placement] of Object.entries(placements)) {
    const store = createMemoryStore()
    for (const object of [node('node-1', 'Manager'), ...service(name, placement)])
      await store.commit({ writes: [{ op: 'create', object }] })
    const [change, ...others] = explainTask(store.view, `${name}.1`)?.fix?.changes ?? []
    assert(change?.kind === 'addNode' && others.length === 0)
    const { role, labels, nanoCpus, memoryBytes } = change.add
    const added = node('new', role, labels, memoryBytes)
    const fits = async (change: Partial<{ role: 'Manager'; cpus: number; memoryBytes: number; labels: Record<string, string> }>) => {
      const cpus = change.cpus ?? nanoCpus / 1e9
      const { description } = added.status
      assert(description !== undefined)
      const resources = { cpus, memoryBytes: change.memoryBytes ?? memoryBytes }
      const object: Node = {
        ...added,
        metadata: { ...added.metadata, labels: change.labels ?? labels },
        status: { ...added.status, role: change.role ?? role, description: { ...description, resources } },
      }
      const stored = store.view.get('Node', 'new')
      if (stored !== undefined)
        await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: 'new', expect: stored.metadata.resourceVersion }] })
      await store.commit({ writes: [{ op: 'create', object }] })
      return explainTask(store.view, `${name}.1`)?.rows.find((row) => row.node === 'new')?.fits
    }
    assert.equal(await fits({}), true, name)
    assert.equal(await fits({ role: 'Manager' }), false, name)
    assert.equal(await fits({ cpus: nanoCpus / 1e9 - 0.01 }), false, name)
    assert.equal(await fits({ memoryBytes: memoryBytes - 1 }), false, name)
    if (name !== 'master') assert.equal(await fits({ labels: {} }), false, name)
  }
})

test('nodes are named by host name where only one has it', async () => {
  const twins = ['a', 'b'].map((name): Node => {
    const { status, ...rest } = node(name, 'Worker')
    assert(status.description !== undefined)
    return { ...rest, status: { ...status, description: { ...status.description, hostname: name === 'a' ? 'one' : 'two' } } }
  })
  const placement = { constraints: ['node.labels.disk == ssd'] }
  assert.match(await explained('db.1', ...twins, ...service('db', placement)), /set label disk=ssd on node one$/)
  const [first, second] = twins
  assert(first !== undefined && second !== undefined)
  const same: Node = { ...second, status: first.status }
  assert.match(await explained('db.1', first, same, ...service('db', placement)), /set label disk=ssd on node a$/)
})
