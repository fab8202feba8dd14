import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Task } from '../../api/objects.ts'
import { createCluster, task } from './testdata/cluster.ts'

/** Tasks of this revision use the secret `pw` and the config `conf`. */
async function withPayloads({ store }: Pick<Awaited<ReturnType<typeof createCluster>>, 'store'>): Promise<void> {
  const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 })
  const template = { image: 'x', secrets: [{ source: 'pw' }], configs: [{ source: 'conf' }] }
  await store.commit({
    writes: [
      { op: 'create', object: { kind: 'Node', metadata: metadata('n2'), spec: {}, status: {} } },
      { op: 'create', object: { kind: 'Secret', metadata: metadata('pw'), spec: { data: 'aGk=' }, status: {} } },
      {
        op: 'create',
        object: {
          kind: 'Revision',
          metadata: metadata('files-r'),
          spec: { service: 'web', serviceUid: 'u', number: 2, template },
          status: {},
        },
      },
    ],
  })
}
const withRevision = (given: Task, revision: string): Task => ({ ...given, spec: { ...given.spec, revision } })

test('a node is told what its tasks use before it is told of them, and each payload once', async () => {
  const cluster = await createCluster()
  await withPayloads(cluster)
  await cluster.create(withRevision(task('web.1.a'), 'files-r'))
  await cluster.create(task('web.2.b', 'Assigned', 'n2'))
  const [first, second] = [await cluster.join(), await cluster.join('n2')]
  const told = first.heard.slice(2)
  assert.deepEqual(told.slice(0, 2), [
    { type: 'payload', payload: { kind: 'Secret', name: 'pw', data: 'aGk=' } },
    { type: 'payload', payload: { kind: 'Config', name: 'conf', missing: 'config "conf" does not exist' } },
  ])
  assert.deepEqual(
    told.map(({ type }) => type),
    ['payload', 'payload', 'assignments', 'endpoints'],
  )
  assert.doesNotMatch(JSON.stringify(told[2]), /aGk=/)

  await cluster.create(withRevision(task('web.3.c'), 'files-r'))
  await cluster.clock.advance(200)
  assert.deepEqual(
    first.heard.slice(6).map(({ type }) => type),
    ['assignments'],
  )
  await cluster.store.commit({
    writes: [
      {
        op: 'create',
        object: {
          kind: 'Config',
          metadata: { name: 'conf', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 },
          spec: { data: 'eA==', template: 'golang' },
          status: {},
        },
      },
    ],
  })
  await cluster.create(withRevision(task('web.4.d'), 'files-r'))
  await cluster.clock.advance(200)
  assert.deepEqual(
    first.heard.slice(7, -1),
    [{ type: 'payload', payload: { kind: 'Config', name: 'conf', data: 'eA==', template: 'golang' } }],
    'what was missing is looked for again, and only that',
  )
  assert.doesNotMatch(JSON.stringify(second.heard), /payload|aGk=/)
})

test('when the last task that uses it has ended, a node is told to forget; a removed and remade secret is told anew', async () => {
  const cluster = await createCluster()
  await withPayloads(cluster)
  await cluster.create(withRevision(task('web.1.a', 'Running'), 'files-r'))
  await cluster.create(withRevision(task('web.2.b', 'Running'), 'files-r'))
  const { heard } = await cluster.join()
  const before = heard.length
  await cluster.edit('web.1.a', (stored) => ({ ...stored, status: { state: 'Failed', at: 2 } }))
  await cluster.clock.advance(200)
  assert.equal(heard.length, before)
  await cluster.edit('web.2.b', (stored) => ({ ...stored, status: { state: 'Complete', at: 2 } }))
  await cluster.clock.advance(200)
  assert.deepEqual(heard.slice(before), [
    {
      type: 'forget',
      payloads: [
        { kind: 'Secret', name: 'pw' },
        { kind: 'Config', name: 'conf' },
      ],
    },
  ])

  await cluster.create(withRevision(task('web.3.c'), 'files-r'))
  await cluster.clock.advance(200)
  const secret = cluster.store.view.get('Secret', 'pw')
  assert.ok(secret !== undefined)
  await cluster.store.commit({ writes: [{ op: 'delete', kind: 'Secret', name: 'pw', expect: secret.metadata.resourceVersion }] })
  await cluster.store.commit({
    writes: [{ op: 'create', object: { ...secret, metadata: { ...secret.metadata, uid: 'another' }, spec: { data: 'eW8=' } } }],
  })
  const again = heard.length
  await cluster.create(withRevision(task('web.4.d'), 'files-r'))
  await cluster.clock.advance(200)
  assert.deepEqual(heard[again], { type: 'payload', payload: { kind: 'Secret', name: 'pw', data: 'eW8=' } })
})
