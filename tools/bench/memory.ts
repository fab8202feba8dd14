// What a task costs: bytes of memory in the store and the controllers' index, bytes of a snapshot, bytes of
// log from creation to Running. Tasks as they are in production: 100 services with 1,000 each, all Running.

import type { Node, Revision, Service, Task } from '../../api/objects.ts'
import { createNodeFacts } from '../../controllers/slots/node-facts.ts'
import { SlotIndex } from '../../controllers/slots/slot-index.ts'
import { decodeCommit, encodeCommit } from '../../store/mvcc/codec.ts'
import { capture, serialise } from '../../store/mvcc/snapshot.ts'
import { State } from '../../store/mvcc/state.ts'
import { print } from './figure.ts'

const services = 100
const replicas = 1_000
const nodes = 1_000
const tasks = services * replicas
let now = 1_700_000_000_000
let index = 0
let logBytes = 0

const state = new State()
for (let at = 0; at < nodes; at++) commit('create', node(at))
const before = heapBytes()
for (let at = 0; at < services; at++) {
  const { service, revision } = serviceOf(`service-${at}`)
  commit('create', service)
  commit('create', revision)
  for (let slot = 1; slot <= replicas; slot++) run(newTask(service, revision, slot), at * replicas + slot)
}
const after = heapBytes()
const slots = new SlotIndex(state, createNodeFacts(state))
for (let at = 0; at < services; at++) slots.of(`service-${at}`)?.counts(now)
const indexed = heapBytes()
let snapshotBytes = 0
for (const piece of serialise(capture(state))) snapshotBytes += piece.length

print({ name: 'memory of the store, bytes per running task', value: (after - before) / tasks, unit: 'bytes', with: { tasks } })
print({ name: 'memory of the slot index, bytes per running task', value: (indexed - after) / tasks, unit: 'bytes', with: { tasks } })
print({ name: 'snapshot, bytes per running task', value: snapshotBytes / tasks, unit: 'bytes', with: { tasks } })
print({ name: 'log, bytes per task from creation to Running', value: logBytes / tasks, unit: 'bytes', with: { tasks } })

function commit(op: 'create' | 'update', object: Node | Service | Revision | Task): void {
  // Through bytes, as every entry goes: what stays in memory then is what production keeps.
  const bytes = encodeCommit({ writes: [{ op, object }] })
  logBytes += bytes.length
  index += 1
  const outcome = state.apply(index, decodeCommit(bytes))
  if ('refused' in outcome) throw outcome.refused
}

/** The commits that a task's life takes: created, Pending, Assigned, Running. */
function run(created: Task, at: number): void {
  const { name } = created.metadata
  commit('create', created)
  change(name, (task) => ({ ...task, status: { state: 'Pending', at: ++now, message: 'waiting for a node' } }))
  change(name, (task) => ({
    ...task,
    spec: { ...task.spec, nodeName: `node-${at % nodes}`, placedFor: 'pmrq2xqgdh' },
    status: { state: 'Assigned', at: ++now, message: 'assigned to a node' },
  }))
  change(name, (task) => ({
    ...task,
    spec: { ...task.spec, settledAt: ++now },
    status: { state: 'Running', at: now, message: 'started', pid: 10_000 + at, ports: { '8080/tcp': 30_000 + (at % 1_000) } },
  }))
}

function change(name: string, alter: (task: Task) => Task): void {
  const task = state.get('Task', name)
  if (task === undefined) throw new Error(`there is no task ${name}`)
  commit('update', alter(task))
}

function heapBytes(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

function node(at: number): Node {
  const name = `node-${at}`
  const metadata = { name, uid: name, resourceVersion: 0, generation: 1, createdAt: now }
  return { kind: 'Node', metadata, spec: { availability: 'Active' }, status: { state: 'Ready' } }
}

function serviceOf(name: string): { readonly service: Service; readonly revision: Revision } {
  const metadata = { name, uid: `uid-of-${name}`, resourceVersion: 0, generation: 1, createdAt: now }
  const template = { image: 'example/web:1', command: ['serve', '--port', '8080'], env: { LOG: 'info' } }
  const revisionName = `${name}-5q2xpmrqgd`
  return {
    service: {
      kind: 'Service',
      metadata,
      spec: { replicas, template },
      status: { revision: revisionName, revisionGeneration: 1, lastGood: revisionName },
    },
    revision: {
      kind: 'Revision',
      metadata: { ...metadata, name: revisionName, uid: `uid-of-${revisionName}` },
      spec: { service: name, serviceUid: metadata.uid, number: 1, template },
      status: {},
    },
  }
}

function newTask({ metadata }: Service, revision: Revision, slot: number): Task {
  const unique = `${slot.toString(36).padStart(4, 'a')}xqgdhm`
  return {
    kind: 'Task',
    metadata: { name: `${metadata.name}.${slot}.${unique}`, resourceVersion: 0, createdAt: ++now },
    spec: {
      service: metadata.name,
      serviceUid: metadata.uid,
      slot,
      revision: revision.metadata.name,
      attempt: 1,
      desired: 'Running',
    },
    status: { state: 'New', at: now, message: 'created' },
  }
}
