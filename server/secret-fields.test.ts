import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from './testdata/world.ts'

const jsonPatch = { 'content-type': 'application/json-patch+json' }

test('a secret is never read back, and an update that leaves it out keeps it', async () => {
  const { client, store } = createWorld()
  const secret = { apiVersion: 'kit/v1', kind: 'Secret', metadata: { name: 's' }, spec: { data: 'aGk=' } }
  const created = await client.create('Secret', secret)
  assert.equal(created.spec.data, undefined)
  await client.patch('Secret', 's', { type: 'merge', patch: { metadata: { labels: { a: 'b' } } } })
  assert.equal((await client.get('Secret', 's')).spec.data, undefined)
  assert.equal(store.view.get('Secret', 's')?.spec.data, 'aGk=')
})

const documentWithSecret = (more: object = {}) => ({
  services: { web: { image: 'nginx', secrets: ['pw'] } },
  secrets: { pw: { content: 'hunter2' } },
  configs: { c: { content: 'shown' } },
  ...more,
})

test('secrets in the document of a stack are never read back, however one asks; configs are', async () => {
  const { client, store, ask, request, router } = createWorld()
  const stack = { apiVersion: 'kit/v1', kind: 'Stack', metadata: { name: 's' }, spec: documentWithSecret() }
  const answers: unknown[] = [await client.apply('Stack', stack, { fieldManager: 'a', dryRun: true }), await client.create('Stack', stack)]
  const stored = store.view.get('Stack', 's')
  assert.ok(stored?.kind === 'Stack')
  await store.commit({ writes: [{ op: 'update', object: { ...stored, status: { applied: stored.spec } } }] })
  const path = '/apis/kit/v1/stacks/s'
  answers.push(await client.get('Stack', 's'), await client.list('Stack'), await client.table('Stack', { name: 's' }))
  answers.push(await client.patch('Stack', 's', { type: 'merge', patch: { metadata: { labels: { a: 'b' } } } }))
  answers.push(await client.patch('Stack', 's', { type: 'merge', patch: { status: { services: 1 } } }, { subresource: 'status' }))
  answers.push(await ask('PATCH', path, [{ op: 'copy', from: '/spec/secrets/pw/content', path: '/metadata/annotations' }], jsonPatch))
  answers.push(await ask('PATCH', path, [{ op: 'test', path: '/spec/secrets/pw/content', value: 'hunter2' }], jsonPatch))
  const watch = await router.handle(request('GET', '/apis/kit/v1/stacks?watch=true&timeoutSeconds=0'))
  assert.ok('stream' in watch)
  for await (const event of watch.stream) {
    answers.push(event)
    break
  }
  assert.equal(answers.length, 10)
  assert.doesNotMatch(JSON.stringify(answers), /hunter2/)
  assert.match(JSON.stringify(answers), /shown/)
  const kept = store.view.get('Stack', 's')
  assert.deepEqual(kept?.spec, documentWithSecret())
  assert.deepEqual(kept?.kind === 'Stack' && kept.status.applied, documentWithSecret())
})

test('a stack that is written back as it was read keeps its secrets; an entry that was changed says itself what is in it', async () => {
  const { client, store } = createWorld()
  await client.create('Stack', { apiVersion: 'kit/v1', kind: 'Stack', metadata: { name: 's' }, spec: documentWithSecret() })
  const read = await client.get('Stack', 's')
  const spec = { ...JSON.parse(JSON.stringify(read.spec)), volumes: { v: {} } }
  const { name, resourceVersion } = read.metadata
  const written = await client.update('Stack', { apiVersion: 'kit/v1', kind: 'Stack', metadata: { name, resourceVersion }, spec })
  assert.deepEqual(store.view.get('Stack', 's')?.spec, documentWithSecret({ volumes: { v: {} } }))
  await client.update('Stack', {
    apiVersion: 'kit/v1',
    kind: 'Stack',
    metadata: { name, resourceVersion: written.metadata.resourceVersion },
    spec: documentWithSecret({ secrets: { pw: { external: true } } }),
  })
  assert.deepEqual(store.view.get('Stack', 's')?.spec, documentWithSecret({ secrets: { pw: { external: true } } }))
})

test('a patch can neither copy nor test the data of a secret, and a mistake in it is told without it', async () => {
  const { client, store, ask } = createWorld()
  await client.create('Secret', { apiVersion: 'kit/v1', kind: 'Secret', metadata: { name: 's' }, spec: { data: 'aGk=' } })
  const patch = (body: readonly object[]) => ask('PATCH', '/apis/kit/v1/secrets/s', body, jsonPatch)
  const tried = [
    await patch([{ op: 'copy', from: '/spec/data', path: '/metadata/annotations/x' }]),
    await patch([{ op: 'move', from: '/spec/data', path: '/spec/labels' }]),
    await patch([{ op: 'test', path: '/spec/data', value: 'aGk=' }]),
    await patch([{ op: 'add', path: '/spec/data', value: 'eW8=' }]),
  ]
  assert.deepEqual(
    tried.map(({ status }) => status),
    [422, 422, 422, 422],
  )
  assert.doesNotMatch(JSON.stringify(tried), /aGk|eW8/)
  assert.equal(store.view.get('Secret', 's')?.spec.data, 'aGk=')
  for (const data of ['hunter2!', 1234567]) {
    const refused = await ask('POST', '/apis/kit/v1/secrets', {
      apiVersion: 'kit/v1',
      kind: 'Secret',
      metadata: { name: 't' },
      spec: { data },
    })
    assert.equal(refused.status, 422)
    assert.match(JSON.stringify(refused.body), /spec\.data: must be/)
    assert.doesNotMatch(JSON.stringify(refused.body), /hunter2|1234567/)
  }
})
