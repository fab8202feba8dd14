import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Revision, Service } from '../../api/objects.ts'
import type { Write } from '../../api/store.ts'
import type { Clock } from '../../effects/effects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { maxUnusedRevisions, revisionController, revisionName } from './revision.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const clock: Clock = { monotonicMs: () => 0, wallMs: () => 5, sleep: async () => undefined }
const signal = new AbortController().signal

async function setUp(spec: Service['spec'] = { template: { image: 'a' } }, uid = 'web-1') {
  const store = createMemoryStore()
  const deps = { clock, log: silent, events: { record() {} } }
  const { writes } = revisionController({ ...deps, store })
  const controller = revisionController({ ...deps, store: guardStore(store, 'revision', writes) })
  const write = (one: Write) => store.commit({ writes: [one] })
  const metadata = { name: 'web', uid, resourceVersion: 0, generation: 1, createdAt: 0 }
  await write({ op: 'create', object: { kind: 'Service', metadata, spec, status: {} } })
  const service = (): Service => {
    const found = store.view.get('Service', 'web')
    assert.ok(found)
    return found
  }
  return {
    store,
    write,
    service,
    reconcile: () => controller.reconcile('web', signal),
    revisions: () => [...store.view.list('Revision')].toSorted((a, b) => a.spec.number - b.spec.number),
    async change(next: Service['spec'], status: Partial<Service['status']> = {}) {
      const now = service()
      const generation = now.metadata.generation + 1
      await write({
        op: 'update',
        object: { ...now, metadata: { ...now.metadata, generation }, spec: next, status: { ...now.status, ...status } },
      })
      await controller.reconcile('web', signal)
    },
  }
}

test('a service gets the revision of its template, and says of which generation', async () => {
  const world = await setUp({ template: { image: 'a', registryAuth: 'secret', placement: { constraints: ['node.role == worker'] } } })
  await world.reconcile()
  const [revision] = world.revisions()
  assert.match(revision?.metadata.name ?? '', /^web-[a-z2-7]{10}$/)
  assert.deepEqual(revision?.spec, { service: 'web', serviceUid: 'web-1', number: 1, template: { image: 'a' } })
  assert.deepEqual(world.service().status, { revision: revision?.metadata.name, revisionGeneration: 1 })
})

const sameRevision: readonly (readonly [name: string, spec: Service['spec'], same: boolean])[] = [
  ['another scale', { replicas: 5, template: { image: 'a' } }, true],
  ['another placement', { template: { image: 'a', placement: { maxReplicasPerNode: 1 } } }, true],
  ['fresh registry credentials', { template: { image: 'a', registryAuth: 'x' } }, true],
  ['a port that every node answers', { template: { image: 'a' }, endpoint: { ports: [{ targetPort: 80 }] } }, true],
  ['a port of the task’s own node', { template: { image: 'a' }, endpoint: { ports: [{ targetPort: 80, publishMode: 'Host' }] } }, false],
  ['another image', { template: { image: 'b' } }, false],
  ['a forced update', { template: { image: 'a', forceUpdate: 1 } }, false],
]
for (const [name, spec, same] of sameRevision) {
  test(`${name} ${same ? 'keeps the revision' : 'makes another revision'}`, async () => {
    const world = await setUp()
    await world.reconcile()
    const before = world.service().status.revision
    await world.change(spec)
    assert.equal(world.service().status.revision === before, same)
    assert.deepEqual([world.revisions().length, world.service().status.revisionGeneration], [same ? 1 : 2, 2])
  })
}

test('going back to an earlier template takes up its revision with its number', async () => {
  const world = await setUp()
  await world.reconcile()
  const first = world.service().status.revision
  await world.change({ template: { image: 'b' } })
  await world.change({ template: { image: 'a' } })
  assert.equal(world.service().status.revision, first)
  assert.deepEqual(
    world.revisions().map((each) => [each.spec.number, each.spec.template.image]),
    [
      [1, 'a'],
      [2, 'b'],
    ],
  )
})

test('a settled service commits nothing; a revision that somebody deleted comes back', async () => {
  const world = await setUp()
  await world.reconcile()
  const before = world.store.view.resourceVersion
  await world.reconcile()
  assert.equal(world.store.view.resourceVersion, before)
  const name = world.service().status.revision ?? ''
  await world.write({ op: 'delete', kind: 'Revision', name })
  await world.reconcile()
  assert.ok(world.store.view.get('Revision', name))
})

test('ten revisions are kept besides those that a task, a rollout or the last good state refers to', async () => {
  const world = await setUp({ template: { image: 'v1' } })
  await world.reconcile()
  const nameOf = (image: string) => revisionName({ ...world.service(), spec: { template: { image } } })
  await world.write({
    op: 'create',
    object: {
      kind: 'Task',
      metadata: { name: 'web.1.x', resourceVersion: 0, createdAt: 0 },
      spec: { service: 'web', serviceUid: 'web-1', slot: 1, revision: nameOf('v1'), attempt: 1, desired: 'Running' },
      status: { state: 'Running', at: 0 },
    },
  })
  await world.change({ template: { image: 'v2' } })
  await world.change({ template: { image: 'v3' } }, { lastGood: nameOf('v2') })
  for (let version = 4; version <= 20; version++) await world.change({ template: { image: `v${version}` } })
  const images = world.revisions().map((each: Revision) => each.spec.template.image)
  const unused = Array.from({ length: maxUnusedRevisions }, (_, index) => `v${index + 10}`)
  assert.deepEqual(images, ['v1', 'v2', ...unused, 'v20'])
})

test('a new service of an old name inherits an equal revision that was not collected yet', async () => {
  const world = await setUp()
  await world.reconcile()
  const old = world.service()
  await world.write({ op: 'delete', kind: 'Service', name: 'web' })
  const metadata = { ...old.metadata, uid: 'web-2', resourceVersion: 0 }
  await world.write({ op: 'create', object: { ...old, metadata, status: {} } })
  await world.reconcile()
  const [revision] = world.revisions()
  assert.deepEqual(
    [revision?.spec.serviceUid, revision?.metadata.ownerReferences?.[0]?.uid, world.revisions().length],
    ['web-2', 'web-2', 1],
  )
})
