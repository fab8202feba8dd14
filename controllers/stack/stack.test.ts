import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forceAnnotation } from '../../api/force.ts'
import type { KitObject, Service, Stack } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import type { Clock } from '../../effects/effects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { recordOwner } from './ownership.ts'
import { stackController } from './stack.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const clock: Clock = { monotonicMs: () => 0, wallMs: () => 1_000_000, sleep: async () => undefined }
const signal = new AbortController().signal

function setUp() {
  const store = createMemoryStore()
  let commits = 0
  const counted: Store = {
    ...store,
    commit(commit) {
      commits += 1
      return store.commit(commit)
    },
  }
  const make = (deps: { store: Pick<Store, 'view' | 'commit'> }) =>
    stackController({ ...deps, clock, log: silent, events: { record() {} } })
  const guarded = guardStore(counted, 'stack', make({ store }).writes)
  const controller = make({ store: guarded })
  return {
    store,
    watches: controller.watches,
    commits: () => commits,
    reconcile: () => controller.reconcile('shop', signal),
    service: (name = 'shop_web') => store.view.get('Service', name),
    applied: () => store.view.get('Stack', 'shop')?.status.conditions?.find((condition) => condition.type === 'Applied'),
  }
}
type World = ReturnType<typeof setUp>

const documentOf = (replicas: number | undefined, more: object = {}) => {
  return { services: { web: { image: 'web', deploy: replicas === undefined ? {} : { replicas } }, ...more } }
}

async function apply(world: World, spec: Stack['spec'], force = false): Promise<void> {
  const before = world.store.view.get('Stack', 'shop')
  const generation = (before?.metadata.generation ?? 0) + 1
  const annotations = force ? { [forceAnnotation]: String(generation) } : {}
  const metadata = before?.metadata ?? { name: 'shop', uid: 'stack-1', resourceVersion: 0, createdAt: 0, generation }
  const object: Stack = { kind: 'Stack', metadata: { ...metadata, generation, annotations }, spec, status: before?.status ?? {} }
  await world.store.commit({ writes: [{ op: before === undefined ? 'create' : 'update', object }] })
  for (let passes = 0; passes < 10; passes++) if ((await world.reconcile()).requeueAfterMs === undefined) return
  assert.fail('the stack did not settle')
}

/** As `kit scale` does: another manager sets one field. */
async function scale(world: World, replicas: number): Promise<void> {
  const service = world.service()
  assert.ok(service)
  const { metadata, spec } = service
  const scaled: Service = { ...service, metadata: { ...metadata, generation: metadata.generation + 1 }, spec: { ...spec, replicas } }
  await world.store.commit({ writes: [{ op: 'update', object: recordOwner(clock, service, scaled, 'kit') }] })
}

test('a new stack makes its objects, owned by it, and says so', async () => {
  const world = setUp()
  await apply(world, documentOf(3))
  const service = world.service()
  assert.equal(service?.spec.replicas, 3)
  assert.equal(service.metadata.ownerReferences?.[0]?.uid, 'stack-1')
  assert.deepEqual(service.metadata.labels, { 'kit/stack': 'shop' })
  assert.equal(service.metadata.managedFields?.[0]?.manager, 'stack')
  assert.ok(world.store.view.get('Network', 'shop_default'))
  const stack = world.store.view.get('Stack', 'shop')
  assert.deepEqual([stack?.status.services, stack?.status.observedGeneration, world.applied()?.status], [1, 1, 'True'])
  assert.deepEqual(stack?.status.applied, documentOf(3))
})

test('a settled stack commits nothing', async () => {
  const world = setUp()
  await apply(world, documentOf(3))
  const before = world.commits()
  await world.reconcile()
  assert.equal(world.commits(), before)
})

test('a scale by hand survives the unchanged file, and a change of something else', async () => {
  const world = setUp()
  await apply(world, documentOf(3))
  await scale(world, 5)
  await apply(world, documentOf(3))
  assert.equal(world.service()?.spec.replicas, 5)
  await apply(world, { services: { web: { image: 'web:2', deploy: { replicas: 3 } } } })
  assert.deepEqual([world.service()?.spec.replicas, world.service()?.spec.template.image], [5, 'web:2'])
})

test('changing replicas in the file after a scale by hand is a conflict that names both; force takes it', async () => {
  const world = setUp()
  await apply(world, documentOf(3))
  await scale(world, 5)
  await apply(world, documentOf(4, { api: { image: 'api' } }))
  assert.equal(world.service()?.spec.replicas, 5)
  assert.equal(world.service('shop_api'), undefined, 'nothing of a document in conflict is written')
  assert.deepEqual([world.applied()?.status, world.applied()?.reason], ['False', 'Conflict'])
  assert.equal(
    world.applied()?.message,
    'Service "shop_web": spec.replicas is 5, set by kit; the file of stack "shop" changes it from 3 to 4',
  )
  assert.deepEqual(world.store.view.get('Stack', 'shop')?.status.applied, documentOf(3), 'the base of the merge stays')
  await apply(world, documentOf(4, { api: { image: 'api' } }), true)
  assert.equal(world.service()?.spec.replicas, 4)
  assert.ok(world.service('shop_api'))
  assert.equal(world.applied()?.status, 'True')
})

test('a service that the document no longer has is deleted; a volume is not, for its data', async () => {
  const world = setUp()
  await apply(world, { ...documentOf(1, { api: { image: 'api', volumes: ['data:/d'] } }), volumes: { data: {} } })
  assert.ok(world.service('shop_api'))
  await apply(world, documentOf(1))
  assert.equal(world.service('shop_api'), undefined)
  assert.ok(world.store.view.get('Volume', 'shop_data'))
})

test('an object of that name that is not the stack’s is a conflict, and force adopts it', async () => {
  const world = setUp()
  const metadata = { name: 'shop_web', uid: 'other', resourceVersion: 0, generation: 1, createdAt: 0 }
  const other: KitObject = { kind: 'Service', metadata, spec: { template: { image: 'mine' } }, status: {} }
  await world.store.commit({ writes: [{ op: 'create', object: other }] })
  await apply(world, documentOf(2))
  assert.equal(world.applied()?.reason, 'Conflict')
  assert.equal(world.service()?.spec.template.image, 'mine')
  await apply(world, documentOf(2), true)
  assert.deepEqual([world.service()?.spec.template.image, world.service()?.metadata.ownerReferences?.[0]?.name], ['web', 'shop'])
})

test('a document that cannot be read changes nothing and says why', async () => {
  const world = setUp()
  await apply(world, documentOf(1))
  await apply(world, { services: { web: { imagee: 'web' } } })
  assert.equal(world.applied()?.reason, 'Invalid')
  assert.match(world.applied()?.message ?? '', /services\.web\.imagee: unknown key/)
  assert.equal(world.service()?.spec.replicas, 1)
})

test('the mode of a service that runs cannot change', async () => {
  const world = setUp()
  await apply(world, documentOf(1))
  await apply(world, { services: { web: { image: 'web', deploy: { mode: 'global' } } } })
  assert.deepEqual([world.applied()?.reason, world.service()?.spec.mode], ['Invalid', undefined])
})

test('what is left of an earlier stack of the name is waited for', async () => {
  const world = setUp()
  const owner = { apiVersion: 'kit/v1', kind: 'Stack', name: 'shop', uid: 'stack-0' }
  const metadata = { name: 'shop_web', uid: 'old', resourceVersion: 0, generation: 1, createdAt: 0, ownerReferences: [owner] }
  const old: KitObject = { kind: 'Service', metadata, spec: { template: {} }, status: {} }
  await world.store.commit({ writes: [{ op: 'create', object: old }] })
  await assert.rejects(apply(world, documentOf(1)), /did not settle/)
  assert.equal(world.applied()?.reason, 'Waiting')
  await world.store.commit({ writes: [{ op: 'delete', kind: 'Service', name: 'shop_web' }] })
  await world.reconcile()
  assert.equal(world.service()?.metadata.uid === 'old', false)
})

test('a stack of more objects than one commit takes is applied in pieces, its status with the last', async () => {
  const world = setUp()
  const services = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`s${index}`, { image: 'x' }]))
  await apply(world, { services })
  assert.equal(world.commits(), 2)
  assert.equal(world.store.view.count('Service'), 1500)
  assert.equal(world.store.view.get('Stack', 'shop')?.status.services, 1500)
})

test('a service that somebody deleted wakes its stack and is made again; a change of its status does not wake it', async () => {
  const world = setUp()
  await apply(world, documentOf(1))
  const woken: string[] = []
  world.store.subscribe((events) => {
    for (const { object, previous } of events) {
      if (object.kind === 'Service')
        woken.push(...(world.watches.Service?.(object, previous?.kind === 'Service' ? previous : undefined) ?? []))
    }
  })
  const service = world.service()
  assert.ok(service)
  await world.store.commit({ writes: [{ op: 'update', object: { ...service, status: { revision: 'x' } } }] })
  assert.deepEqual(woken, [])
  await world.store.commit({ writes: [{ op: 'delete', kind: 'Service', name: 'shop_web' }] })
  assert.deepEqual(woken, ['shop'])
  await world.reconcile()
  assert.notEqual(world.service()?.metadata.uid, service.metadata.uid)
})

test('a secret that the file no longer has stays while a revision refers to it, and then goes', async () => {
  const world = setUp()
  const withSecret = (pw: object, uses = ['pw']) => ({ services: { web: { image: 'web', secrets: uses } }, secrets: { pw } })
  await apply(world, withSecret({ content: 'hunter2' }))
  const template = world.service()?.spec.template
  assert.ok(template !== undefined && world.store.view.get('Secret', 'shop_pw') !== undefined)
  const revision: KitObject = {
    kind: 'Revision',
    metadata: { name: 'shop_web-1', uid: 'r', resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { service: 'shop_web', serviceUid: 'u', number: 1, template },
    status: {},
  }
  await world.store.commit({ writes: [{ op: 'create', object: revision }] })
  await apply(world, withSecret({ content: 'hunter3', name: 'shop_pw_2' }))
  assert.deepEqual(
    [...world.store.view.list('Secret')].map(({ metadata }) => metadata.name),
    ['shop_pw', 'shop_pw_2'],
  )
  const stored = world.store.view.get('Revision', 'shop_web-1')
  assert.ok(stored !== undefined)
  assert.deepEqual(world.watches.Revision?.(stored, undefined), [])
  await world.store.commit({ writes: [{ op: 'delete', kind: 'Revision', name: 'shop_web-1', expect: stored.metadata.resourceVersion }] })
  assert.deepEqual(world.watches.Revision?.(stored, stored), ['shop'])
  await world.reconcile()
  assert.deepEqual(
    [...world.store.view.list('Secret')].map(({ metadata }) => metadata.name),
    ['shop_pw_2'],
  )
})

test('a document with large files is merged in as many commits as it takes', async () => {
  const world = setUp()
  const content = 'x'.repeat(450_000)
  const configs = { a: { content }, b: { content }, c: { content }, d: { content } }
  await apply(world, { services: {}, configs })
  assert.equal(world.store.view.count('Config'), 4)
  assert.equal(world.applied()?.status, 'True')
})
