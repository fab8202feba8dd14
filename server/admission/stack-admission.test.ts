import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import { createWorld } from '../testdata/world.ts'
import { checkStack } from './stack-admission.ts'

const stack = (document: Record<string, string | object>) => ({
  apiVersion: 'kit/v1',
  kind: 'Stack',
  metadata: { name: 'shop' },
  spec: JSON.parse(JSON.stringify(document)),
})

test('a stack whose document is wrong is refused with every mistake and its path', async () => {
  const { client } = createWorld({ admission: { validate: () => [], checkStack } })
  await assert.rejects(client.create('Stack', stack({ services: { web: { imgae: 'x', deploy: { replicas: 'many' } } } })), (error) => {
    assert.ok(error instanceof StatusError && error.reason === 'Invalid')
    assert.ok((error.details.causes?.length ?? 0) >= 2, error.message)
    assert.ok(error.details.causes?.every(({ field }) => field?.startsWith('spec.services.web')))
    return true
  })
})

test('a document that could never be merged for its size is refused, with the way out', async () => {
  const { client } = createWorld({ admission: { validate: () => [], checkStack } })
  const config = { content: 'x'.repeat(1_000_000) }
  const sent = stack({ services: {}, configs: { a: config, b: config, c: config } })
  await assert.rejects(
    client.create('Stack', sent),
    /spec: has 30\d{5} bytes with its files, and may have \d+: make large .* "external: true"/,
  )
})

test('changed content of a secret is refused with a name to give it, and told to nobody', async () => {
  const { client, store } = createWorld({ admission: { validate: () => [], checkStack } })
  const document = (content: string) => ({ services: {}, secrets: { pw: { content } } })
  await client.create('Stack', stack(document('hunter2')))
  const metadata = { name: 'shop_pw', uid: 'u', resourceVersion: 0, generation: 1, createdAt: 0, labels: { 'kit/stack': 'shop' } }
  const stored = store.view.get('Stack', 'shop')
  assert.ok(stored?.kind === 'Stack')
  const owner = { apiVersion: 'kit/v1', kind: 'Stack', name: 'shop', uid: stored.metadata.uid, controller: true } as const
  const data = Buffer.from('hunter2').toString('base64')
  await store.commit({
    writes: [
      { op: 'create', object: { kind: 'Secret', metadata: { ...metadata, ownerReferences: [owner] }, spec: { data }, status: {} } },
      { op: 'update', object: { ...stored, status: { applied: stored.spec } } },
    ],
  })
  await assert.rejects(client.apply('Stack', stack(document('hunter3')), { fieldManager: 'a', force: true }), (error) => {
    assert.ok(error instanceof StatusError && error.reason === 'Invalid')
    assert.match(error.message, /Secret "shop_pw" exists with other content, and content cannot be changed: write "name: shop_pw_2" here/)
    assert.doesNotMatch(JSON.stringify([error.message, error.details]), /hunter|aHVudGVy/)
    return true
  })
})

test('a conflict about a secret does not say what is in either', async () => {
  const { client } = createWorld({ admission: { validate: () => [], checkStack } })
  await client.create('Secret', { apiVersion: 'kit/v1', kind: 'Secret', metadata: { name: 'shop_pw' }, spec: { data: 'aHVudGVyMg==' } })
  const sent = stack({ services: {}, secrets: { pw: { content: 'hunter3' } } })
  await assert.rejects(client.create('Stack', sent), (error) => {
    assert.ok(error instanceof StatusError && error.reason === 'Conflict')
    assert.match(error.message, /Secret "shop_pw"/)
    assert.doesNotMatch(JSON.stringify([error.message, error.details]), /hunter|aHVudGVy/)
    return true
  })
})

test('a stack whose document is right is stored as it was sent', async () => {
  const { client } = createWorld({ admission: { validate: () => [], checkStack } })
  const sent = stack({ services: { web: { image: 'nginx' } } })
  assert.deepEqual((await client.create('Stack', sent)).spec, sent.spec)
})
