import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ApiRequest, localAdmin } from '../api/request.ts'
import { formatRequest } from './show-request.ts'

function request(more: Partial<ApiRequest>): ApiRequest {
  const { signal } = new AbortController()
  return { method: 'PATCH', path: '/', query: {}, headers: {}, body: undefined, identity: localAdmin, signal, ...more }
}

test('a request is shown as one would send it', () => {
  const lines = formatRequest(
    request({
      path: '/apis/kit/v1/services/web',
      query: { fieldManager: 'kit' },
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { replicas: 3 } },
    }),
  )
  assert.deepEqual(lines, [
    '> PATCH /apis/kit/v1/services/web?fieldManager=kit',
    '> content-type: application/merge-patch+json',
    '> {"spec":{"replicas":3}}',
  ])
})

const secrets: readonly (readonly [what: string, path: string, body: unknown])[] = [
  ['the content of a secret', '/apis/kit/v1/secrets', { kind: 'Secret', spec: { data: 'hunter2' } }],
  ['that in a stack', '/apis/kit/v1/stacks/run', { spec: { secrets: { password: { content: 'hunter2' } } } }],
  ['the key of a root', '/apis/kit/v1/clusters/default', { spec: { ca: { root: { key: 'hunter2' } } } }],
  ['a JSON patch of it', '/apis/kit/v1/clusters/default', [{ op: 'replace', path: '/spec/ca', value: { root: { key: 'hunter2' } } }]],
  ['one that is the value itself', '/apis/kit/v1/secrets/a', [{ op: 'replace', path: '/spec/data', value: 'hunter2' }]],
  ['a variable of a command', '/apis/kit/v1/tasks/web.1/exec', { command: ['env'], env: { PASSWORD: 'hunter2' } }],
  ['a body that nobody knows', '/v1/else', { any: 'hunter2' }],
]
for (const [what, path, body] of secrets) {
  test(`${what} is not shown`, () => assert.doesNotMatch(formatRequest(request({ path, body })).join('\n'), /hunter2/))
}
