import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../effects/effects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { bootstrapController, type Founding } from './bootstrap.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const clock: Clock = { monotonicMs: () => 0, wallMs: () => 5, sleep: async () => undefined }
const signal = new AbortController().signal

function setUp(founding: Founding = {}) {
  const store = createMemoryStore()
  let next = 0
  const random = { next: () => 0, bytes: (length: number) => new Uint8Array(length).fill(next++) }
  const deps = { clock, random, log: silent, events: { record() {} }, nodeId: 'n1', nodeLabels: { disk: 'ssd' }, founding }
  const { writes } = bootstrapController({ ...deps, store })
  return { store, controller: bootstrapController({ ...deps, store: guardStore(store, 'bootstrap', writes) }) }
}

test('an empty store gets the cluster and the node of its first leader', async () => {
  const { store, controller } = setUp()
  for (const key of controller.initialKeys ?? []) await controller.reconcile(key, signal)
  const node = store.view.get('Node', 'n1')
  assert.deepEqual([node?.spec, node?.metadata.labels], [{ role: 'Manager', availability: 'Active' }, { disk: 'ssd' }])
  const cluster = store.view.get('Cluster', 'default')
  assert.match(cluster?.metadata.uid ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.notEqual(cluster?.metadata.uid, node?.metadata.uid)
})

test('what is there already is left as it is', async () => {
  const { store, controller } = setUp()
  await controller.reconcile('default', signal)
  const node = store.view.get('Node', 'n1')
  assert.ok(node)
  await store.commit({ writes: [{ op: 'update', object: { ...node, spec: { ...node.spec, availability: 'Drain' } } }] })
  const before = store.view.resourceVersion
  await controller.reconcile('default', signal)
  assert.deepEqual([store.view.resourceVersion, store.view.get('Node', 'n1')?.spec.availability], [before, 'Drain'])
})

test('a cluster is founded with the settings that were asked for', async () => {
  const { store, controller } = setUp({ cluster: { heartbeatPeriod: '2s' }, availability: 'Drain' })
  await controller.reconcile('default', signal)
  assert.deepEqual(store.view.get('Cluster', 'default')?.spec, { heartbeatPeriod: '2s' })
  assert.equal(store.view.get('Node', 'n1')?.spec.availability, 'Drain')
})
