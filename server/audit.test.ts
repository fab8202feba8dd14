import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiRequest, Identity, Method } from '../api/request.ts'
import { makeCsr } from '../ca/csr.ts'
import { createSimulatedKeys } from '../sim/effects/keys.ts'
import { SeededRandom } from '../sim/effects/random.ts'
import { createWorld, service, services } from './testdata/world.ts'

interface Line {
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

const ada: Identity = { role: 'Admin', name: 'ada', from: '10.0.0.7' }
const vera: Identity = { role: 'Viewer', name: 'vera', from: '10.0.0.8' }
const merge = { 'content-type': 'application/merge-patch+json' }
const keys = createSimulatedKeys(new SeededRandom(1))
const request = (): string => makeCsr(keys, keys.generate())

function createRecorded() {
  const lines: Line[] = []
  const write =
    (level: string) =>
    (message: string, fields: object = {}): void =>
      void lines.push({ ...fields, level, message })
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  const frames = { send: async () => {}, async *frames() {}, close: () => {} }
  const world = createWorld({ log, async *logs() {}, exec: async () => frames })
  const ask = async (identity: Identity, method: Method, path: string, body?: unknown, headers: ApiRequest['headers'] = {}) => {
    const response = await world.router.handle(world.request(method, path, { identity, body, headers }))
    return response.status
  }
  /** The lines since the last call. */
  const taken = (): readonly Line[] => lines.splice(0)
  return { ...world, ask, taken }
}

const adas = { level: 'info', audit: true, user: 'ada', role: 'Admin', from: '10.0.0.7' }

test('each change is one line: who, from where, what was done to what', async () => {
  const { ask, taken } = createRecorded()
  const cases: readonly (readonly [Method, string, unknown, ApiRequest['headers'], object | undefined])[] = [
    ['POST', `${services}?fieldManager=ci`, service('web'), {}, { verb: 'create', object: 'Service/web', manager: 'ci' }],
    ['PATCH', `${services}/web`, { spec: { replicas: 2 } }, merge, { verb: 'patch', object: 'Service/web', manager: 'unknown' }],
    ['PATCH', `${services}/web`, { spec: { replicas: 2 } }, merge, undefined],
    ['PATCH', `${services}/web?dryRun=All`, { spec: { replicas: 5 } }, merge, undefined],
    ['PATCH', `${services}/web`, { spec: { replicas: -2 } }, merge, undefined],
    ['PATCH', `${services}/web/scale`, { spec: { replicas: 3 } }, merge, { verb: 'patch', object: 'Service/web', subresource: 'scale' }],
    ['GET', `${services}/web`, undefined, {}, undefined],
    ['DELETE', `${services}/web`, { kind: 'DeleteOptions', dryRun: ['All'] }, {}, undefined],
    ['DELETE', `${services}/web`, undefined, {}, { verb: 'delete', object: 'Service/web' }],
    ['DELETE', `${services}/absent`, undefined, {}, undefined],
  ]
  for (const [method, path, body, headers, expected] of cases) {
    await ask(ada, method, path, body, headers)
    const lines = taken()
    assert.equal(lines.length, expected === undefined ? 0 : 1, `${method} ${path}: ${JSON.stringify(lines)}`)
    if (expected !== undefined) assert.partialDeepStrictEqual(lines[0], { ...adas, message: 'Changed an object', ...expected })
  }
})

test('what is in a secret, in a document or behind a command is in no line and no event', async () => {
  const { ask, taken, events, store } = createRecorded()
  const hidden = Buffer.from('hunter2').toString('base64')
  await ask(ada, 'POST', '/apis/kit/v1/secrets', { apiVersion: 'kit/v1', kind: 'Secret', metadata: { name: 's' }, spec: { data: hidden } })
  await ask(ada, 'POST', services, service('web', { template: { image: 'x', env: { PASSWORD: 'hunter2' } } }))
  const metadata = { name: 't', resourceVersion: 0, createdAt: 0 }
  const spec = { service: 'web', serviceUid: 'u', slot: 1, attempt: 1, revision: 'r', desired: 'Running' } as const
  await store.commit({ writes: [{ op: 'create', object: { kind: 'Task', metadata, spec, status: { state: 'Running', at: 1 } } }] })
  const command = { command: ['mysql', '--password=hunter2'] }
  assert.equal(await ask(ada, 'POST', '/apis/kit/v1/tasks/t/exec', command, { upgrade: 'kit-exec' }), 101)
  await ask(vera, 'POST', '/apis/kit/v1/secrets', { spec: { data: hidden } })
  const lines = taken()
  assert.equal(lines.length, 4)
  assert.partialDeepStrictEqual(lines[2], { ...adas, message: 'Ran a command', object: 'Task/t', subresource: 'exec', program: 'mysql' })
  assert.doesNotMatch(JSON.stringify([lines, events.list()]), new RegExp(`hunter2|${hidden}`))
})

test('a connection to a port of a task, or to its program, is no command', async () => {
  const { ask, taken, store } = createRecorded()
  const spec = { service: 'web', serviceUid: 'u', slot: 1, attempt: 1, revision: 'r', desired: 'Running' } as const
  const metadata = { name: 't', resourceVersion: 0, createdAt: 0 }
  await store.commit({ writes: [{ op: 'create', object: { kind: 'Task', metadata, spec, status: { state: 'Running', at: 1 } } }] })
  assert.equal(await ask(ada, 'POST', '/apis/kit/v1/tasks/t/portforward', { port: 8080 }, { upgrade: 'kit-exec' }), 101)
  assert.deepEqual(
    taken().map(({ message, subresource, port }) => [message, subresource, port]),
    [['Forwarded a port', 'portforward', 8080]],
  )
  for (const body of [{}, { stdin: true }])
    assert.equal(await ask(ada, 'POST', '/apis/kit/v1/tasks/t/attach', body, { upgrade: 'kit-exec' }), 101)
  assert.deepEqual(
    taken().map(({ message, subresource, input }) => [message, subresource, input]),
    [
      ['Attached to a task', 'attach', false],
      ['Attached to a task', 'attach', true],
    ],
  )
})

test('logs and join tokens leave a line when they are read, other reads do not', async () => {
  const { ask, taken, store } = createRecorded()
  const metadata = { name: 'default', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 }
  await store.commit({ writes: [{ op: 'create', object: { kind: 'Cluster', metadata, spec: {}, status: {} } }] })
  await ask(ada, 'POST', services, service('web'))
  taken()
  for (const path of ['/apis/kit/v1/secrets', '/apis/kit/v1/nodes', services, '/livez', '/version']) await ask(ada, 'GET', path)
  await ask(vera, 'GET', '/apis/kit/v1/clusters/default')
  assert.deepEqual(taken(), [])
  await ask(ada, 'GET', '/apis/kit/v1/clusters/default')
  await ask(ada, 'GET', '/apis/kit/v1/clusters')
  await ask(vera, 'GET', `${services}/web/log`)
  assert.deepEqual(
    taken().map(({ user, message, object }) => [user, message, object]),
    [
      ['ada', 'Read join tokens', 'Cluster/default'],
      ['ada', 'Read join tokens', 'clusters'],
      ['vera', 'Read logs of a service', 'Service/web'],
    ],
  )
})

test('refusals are warnings, of one sort once in ten seconds, however many there are', async () => {
  const { ask, taken, clock } = createRecorded()
  const nobody: Identity = { role: 'Nobody', from: '10.9.9.9', reason: 'Unauthorized', why: 'the certificate expired' }
  for (let n = 0; n < 500; n++) {
    await ask(nobody, 'GET', `/apis/kit/v1/services/x${n}`)
    await ask(vera, 'DELETE', `${services}/x${n}`)
  }
  const [first, second, ...more] = taken()
  assert.deepEqual(more, [])
  assert.partialDeepStrictEqual(first, {
    level: 'warn',
    audit: true,
    user: 'nobody',
    from: '10.9.9.9',
    reason: 'Unauthorized',
    method: 'GET',
  })
  assert.partialDeepStrictEqual(second, { level: 'warn', audit: true, user: 'vera', reason: 'Forbidden', path: `${services}/x0` })
  await clock.advance(10_000)
  await ask(vera, 'DELETE', `${services}/${'x'.repeat(100_000)}`)
  const [counted, last] = taken()
  assert.partialDeepStrictEqual(counted, { message: 'Refused more of the same', times: 998 })
  assert.ok(JSON.stringify(last).length < 1_000)
})

test('who may do what is also told by events: users, tokens, nodes', async () => {
  const { ask, store, events } = createRecorded()
  const metadata = (name: string) => ({ name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 })
  await store.commit({
    writes: [
      { op: 'create', object: { kind: 'Cluster', metadata: metadata('default'), spec: {}, status: {} } },
      { op: 'create', object: { kind: 'Node', metadata: metadata('n'), spec: { role: 'Worker' }, status: { state: 'Down' } } },
    ],
  })
  const users = '/apis/kit/v1/users'
  const user = { apiVersion: 'kit/v1', kind: 'User', metadata: { name: 'bob' }, spec: { role: 'Viewer', request: request() } }
  const steps: readonly (readonly [number, Method, string, unknown?])[] = [
    [201, 'POST', users, user],
    [200, 'PATCH', `${users}/bob`, { spec: { role: 'Operator' } }],
    [200, 'PATCH', `${users}/bob`, { spec: { request: request() } }],
    [200, 'PATCH', `${users}/bob`, { metadata: { labels: { a: 'b' } } }],
    [200, 'DELETE', `${users}/bob`],
    [200, 'PATCH', '/apis/kit/v1/clusters/default', { spec: { ca: { rotateWorkerToken: 1 } } }],
    [200, 'PATCH', '/apis/kit/v1/clusters/default', { spec: { taskHistoryLimit: 3 } }],
    [200, 'DELETE', '/apis/kit/v1/nodes/n'],
    [422, 'POST', users, { ...user, spec: { role: 'Viewer', request: 'nonsense' } }],
  ]
  for (const [status, method, path, body] of steps)
    assert.equal(await ask(ada, method, path, body, method === 'PATCH' ? merge : {}), status, `${method} ${path}`)
  assert.deepEqual(
    events.list().map(({ reason, message }) => `${String(reason)}: ${String(message)}`),
    [
      'UserAdded: ada added the user, with role viewer',
      'RoleChanged: ada changed the role from viewer to operator',
      'CertificateRenewed: ada asked for another certificate',
      'UserRemoved: ada removed the user',
      'TokenRotated: ada asked for a new join token of workers',
      'Removed: ada removed the node',
    ],
  )
})
