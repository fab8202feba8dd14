import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KitObject, Service } from '../../api/objects.ts'
import { firstDynamicPort } from '../../network/ports.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { allocatorController } from './allocator.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const clock = { monotonicMs: () => 0, wallMs: () => 7, sleep: () => Promise.resolve() }
const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 1 })

type Endpoint = NonNullable<Service['spec']['endpoint']>

function service(name: string, ports: Endpoint['ports'] = []): Service {
  return { kind: 'Service', metadata: metadata(name), spec: { template: {}, endpoint: { ports } }, status: {} }
}

function task(serviceName: string): KitObject {
  return {
    kind: 'Task',
    metadata: { name: `${serviceName}.1`, resourceVersion: 0, createdAt: 1 },
    spec: { service: serviceName, serviceUid: `uid-${serviceName}`, slot: 1, revision: `${serviceName}-r`, attempt: 1, desired: 'Running' },
    status: { state: 'New', at: 1 },
  }
}

async function cluster(...objects: KitObject[]) {
  const store = createMemoryStore()
  const { writes } = allocatorController({ store, clock, log })
  const controller = allocatorController({ store: guardStore(store, 'allocator', writes), clock, log })
  let dirty = false
  store.subscribe((events) => {
    for (const { object, previous } of events) {
      if (object.kind === 'Task' && (controller.watches.Task?.(object, undefined) ?? []).length > 0) dirty = true
      if (object.kind === 'Service') {
        const before = previous?.kind === 'Service' ? previous : undefined
        if ((controller.watches.Service?.(object, before) ?? []).length > 0) dirty = true
      }
    }
  })
  const settle = async () => {
    for (let passes = 0; dirty; passes++) {
      assert(passes < 20, 'the allocator does not come to rest')
      const { requeueAfterMs } = await controller.reconcile('allocate', new AbortController().signal)
      dirty = requeueAfterMs !== undefined
    }
  }
  const create = async (...made: KitObject[]) => {
    for (const object of made) await store.commit({ writes: [{ op: 'create', object }] })
    await settle()
  }
  await create(...objects)
  return { store, create, settle }
}

test('a task of a service that publishes nothing goes on at once', async () => {
  const { store } = await cluster(service('web'), task('web'))
  assert.equal(store.view.get('Task', 'web.1')?.status.state, 'Pending')
})

test('ports are written to the service before its tasks go on; host ports are copied to the task', async () => {
  const port = { protocol: 'TCP' as const, targetPort: 80, publishedPort: 8000 }
  const template: KitObject = {
    kind: 'Revision',
    metadata: metadata('web-r'),
    spec: { service: 'web', serviceUid: 'uid-web', number: 1, template: {}, hostPorts: [port] },
    status: {},
  }
  const { store } = await cluster(template, task('web'), service('web', [{ targetPort: 80 }]))
  assert.equal(store.view.get('Service', 'web')?.status.endpoint?.ports?.[0]?.publishedPort, 30000)
  assert.equal(store.view.get('Task', 'web.1')?.status.state, 'Pending')
  assert.deepEqual(store.view.get('Task', 'web.1')?.spec.network?.ports, [port])
})

test('a number that nobody asked for is the first of the cluster, so that two clusters on a machine do not meet', async () => {
  for (const uid of ['0b5b7c86-7e3f-4a4b-9e0e-1d9f1c6a2f10', 'f3a1d4c2-52c6-4b7e-8a50-6f0c2d7e9b31']) {
    const own: KitObject = { kind: 'Cluster', metadata: { ...metadata('default'), uid }, spec: {}, status: {} }
    const { store } = await cluster(own, service('web', [{ targetPort: 80 }]))
    assert.equal(store.view.get('Service', 'web')?.status.endpoint?.ports?.[0]?.publishedPort, firstDynamicPort(uid))
  }
})

test('a service whose port is taken keeps its tasks New, says by whom, and goes on when the other is deleted', async () => {
  const port = { targetPort: 80, publishedPort: 8080 }
  const { store, settle } = await cluster(service('a', [port]), service('b', [port]), task('b'))
  assert.equal(store.view.get('Task', 'b.1')?.status.state, 'New')
  assert.equal(store.view.get('Service', 'b')?.status.conditions?.[0]?.message, 'port 8080/tcp is already published by service a')
  await store.commit({ writes: [{ op: 'delete', kind: 'Service', name: 'a' }] })
  await settle()
  assert.equal(store.view.get('Task', 'b.1')?.status.state, 'Pending')
  assert.equal(store.view.get('Service', 'b')?.status.conditions?.length, 0)
})
