import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../api/errors.ts'
import { checkStack } from './stack-admission.ts'
import { createWorld } from './testdata/world.ts'

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

test('a stack whose document is right is stored as it was sent', async () => {
  const { client } = createWorld({ admission: { validate: () => [], checkStack } })
  const sent = stack({ services: { web: { image: 'nginx' } } })
  assert.deepEqual((await client.create('Stack', sent)).spec, sent.spec)
})
