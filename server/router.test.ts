import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf, StatusError } from '../api/errors.ts'
import { isForced } from '../api/force.ts'
import type { Node } from '../api/objects.ts'
import { validateObject } from '../api/schema/validate.ts'
import { isJsonObject, type JsonObject } from '../api/wire.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import { at, createWorld, service, services } from './testdata/world.ts'

function objectOf(value: unknown): JsonObject {
  assert.ok(isJsonObject(value))
  return value
}

test('discovery names every kind with its verbs, in both forms', async () => {
  const { ask } = createWorld()
  const list = (await ask('GET', '/apis/kit/v1')).body
  const resources = at(list, 'resources')
  assert.ok(Array.isArray(resources))
  const verbs = new Map(resources.map((resource) => [at(resource, 'name'), at(resource, 'verbs')]))
  assert.deepEqual(verbs.get('tasks'), ['get', 'list', 'watch'])
  assert.ok(verbs.has('services/scale') && verbs.has('services/status'))
  const aggregated = await ask('GET', '/apis', undefined, {
    accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
  })
  assert.equal(aggregated.headers['content-type'], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
  assert.equal(at(aggregated.body, 'items.0.metadata.name'), 'kit')
  assert.equal(at((await ask('GET', '/apis')).body, 'kind'), 'APIGroupList')
  assert.match(String(at((await ask('GET', '/version')).body, 'gitVersion')), /^v\d+\.\d+\.\d+\+kit\./)
  assert.equal((await ask('GET', '/livez')).body, 'ok')
})

test('readyz says why not', async () => {
  const { ask } = createWorld({ health: { livez: [], readyz: [{ name: 'leader', problem: () => 'no leader' }] } })
  assert.deepEqual([(await ask('GET', '/readyz')).status, at((await ask('GET', '/readyz')).body, 'message')], [503, 'no leader'])
})

const health = {
  livez: [],
  readyz: [
    { name: 'leader', problem: () => undefined },
    { name: 'tasks', problem: () => 'not yet' },
  ],
}

test('with verbose every check is named, whatever the value', async () => {
  const { ask } = createWorld({ health })
  for (const path of ['/readyz?verbose', '/readyz?verbose=true']) {
    const { status, body, headers } = await ask('GET', path)
    assert.equal(body, '[+]ping ok\n[+]leader ok\n[-]tasks failed: not yet\nreadyz check failed\n')
    assert.deepEqual([status, headers['content-type']], [503, 'text/plain; charset=utf-8'])
  }
  for (const path of ['/livez', '/healthz']) {
    const { status, body } = await ask('GET', `${path}?verbose`)
    assert.deepEqual([status, body], [200, '[+]ping ok\nlivez check passed\n'])
  }
})

test('a created object has what the server decides, and can be read', async () => {
  const { ask } = createWorld()
  const created = await ask('POST', `${services}?fieldManager=me`, service('web', {}, { uid: 'mine', generation: 9 }))
  assert.equal(created.status, 201)
  const { metadata } = objectOf(created.body)
  assert.match(String(at(metadata, 'uid')), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.equal(at(metadata, 'generation'), 1)
  assert.equal(at(metadata, 'creationTimestamp'), '2026-01-01T00:00:00Z')
  assert.deepEqual(at(metadata, 'finalizers'), ['kit/tasks'])
  assert.equal(at(metadata, 'managedFields.0.manager'), 'me')
  assert.deepEqual((await ask('GET', `${services}/web`)).body, created.body)
})

const refusals: readonly (readonly [
  name: string,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown,
  headers: Record<string, string>,
  status: number,
  message: RegExp,
])[] = [
  ['an unknown path', 'GET', '/apis/kit/v1/pods', undefined, {}, 404, /could not find/],
  ['an unknown object', 'GET', `${services}/none`, undefined, {}, 404, /services "none" not found/],
  ['a name that exists', 'POST', services, service('web'), {}, 409, /already exists/],
  ['another kind than the URL', 'POST', services, { ...service('x'), kind: 'Node' }, {}, 400, /must be kit\/v1 Service/],
  ['another name than the URL', 'PUT', `${services}/web`, service('other'), {}, 400, /must be 'web'/],
  ['a namespace', 'POST', services, service('x', {}, { namespace: 'default' }), {}, 400, /namespace/],
  ['no name', 'POST', services, service(''), {}, 422, /name or generateName/],
  ['an update without a version', 'PUT', `${services}/web`, service('web'), {}, 422, /resourceVersion/],
  [
    'a strategic merge patch',
    'PATCH',
    `${services}/web`,
    {},
    { 'content-type': 'application/strategic-merge-patch+json' },
    415,
    /not supported/,
  ],
  ['a task', 'POST', '/apis/kit/v1/tasks', {}, {}, 405, /written by controllers only/],
  ['a revision', 'DELETE', '/apis/kit/v1/revisions/r', undefined, {}, 405, /written by controllers only/],
  ['an event', 'POST', '/apis/kit/v1/events', {}, {}, 405, /controllers only/],
  ['a node', 'POST', '/apis/kit/v1/nodes', { apiVersion: 'kit/v1', kind: 'Node', metadata: { name: 'n' }, spec: {} }, {}, 405, /joining/],
  [
    'a second cluster',
    'POST',
    '/apis/kit/v1/clusters',
    { apiVersion: 'kit/v1', kind: 'Cluster', metadata: { name: 'two' }, spec: {} },
    {},
    422,
    /must be 'default'/,
  ],
  ['a job', 'POST', services, service('job', { mode: 'ReplicatedJob' }), {}, 422, /jobs are not available yet/],
  [
    'a missing network',
    'POST',
    services,
    service('x', { template: { image: 'x', networks: [{ target: 'front' }] } }),
    {},
    422,
    /there is no Network 'front'/,
  ],
  [
    'a missing secret',
    'POST',
    services,
    service('x', { template: { image: 'x', secrets: [{ source: 's' }] } }),
    {},
    422,
    /spec\.template\.secrets\[0\]\.source: there is no Secret/,
  ],
  [
    'a port that another service has',
    'POST',
    services,
    service('x', { endpoint: { ports: [{ targetPort: 1, publishedPort: 80 }] } }),
    {},
    422,
    /published by service 'web'/,
  ],
  [
    'an invalid value',
    'POST',
    services,
    service('x', { replicas: -1 }),
    {},
    422,
    /Service "x" is invalid: spec\.replicas: must be greater than or equal to 0/,
  ],
  [
    'an unknown field under Strict',
    'POST',
    `${services}?fieldValidation=Strict`,
    service('x', { replica: 1 }),
    {},
    400,
    /strict decoding error: unknown field "spec\.replica" \(did you mean "replicas"\?\)/,
  ],
  [
    'an apply without a manager',
    'PATCH',
    `${services}/web`,
    service('web'),
    { 'content-type': 'application/apply-patch+yaml' },
    400,
    /fieldManager is required/,
  ],
  ['a bad selector', 'GET', `${services}?labelSelector=a%20b`, undefined, {}, 400, /label selector/],
  ['a version of the future', 'GET', `${services}?resourceVersion=999`, undefined, {}, 504, /Too large/],
  ['a foreign continue token', 'GET', `${services}?continue=abc`, undefined, {}, 400, /continue token/],
  [
    'a key that pollutes prototypes',
    'POST',
    services,
    Buffer.from('{"apiVersion":"kit/v1","kind":"Service","metadata":{"name":"p"},"spec":{"__proto__":{"x":1}}}'),
    {},
    400,
    /__proto__/,
  ],
  ['deep nesting', 'POST', services, Buffer.from('['.repeat(50_000) + ']'.repeat(50_000)), {}, 400, /nested more than 100/],
  ['a huge body', 'POST', services, Buffer.alloc(4 * 1024 * 1024, 32), {}, 413, /at most/],
  ['no JSON', 'POST', services, Buffer.from('{"a":'), {}, 400, /not JSON/],
  ['no UTF-8', 'POST', services, Uint8Array.of(0x7b, 0xff, 0x7d), {}, 400, /not UTF-8/],
  ['no body', 'POST', services, undefined, {}, 400, /no body/],
  [
    'an alias bomb',
    'PATCH',
    `${services}/bomb?fieldManager=a`,
    Buffer.from(`a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]`),
    { 'content-type': 'application/apply-patch+yaml' },
    400,
    /not YAML/,
  ],
  ['an integer that JSON rounds', 'POST', services, Buffer.from('{"spec":{"replicas":9007199254740993}}'), {}, 400, /kept exactly/],
]

test('what cannot be done is refused with a Status that says why', async () => {
  const { ask } = createWorld()
  await ask('POST', services, service('web', { endpoint: { ports: [{ targetPort: 8080, publishedPort: 80 }] } }))
  for (const [name, method, path, body, headers, status, message] of refusals) {
    const answer = await ask(method, path, body, headers)
    assert.equal(answer.status, status, `${name}: ${JSON.stringify(answer.body)}`)
    assert.equal(at(answer.body, 'kind'), 'Status')
    assert.match(String(at(answer.body, 'message')), message, name)
  }
  assert.equal(Object.hasOwn(Object.prototype, 'x'), false)
})

test('a number that was chosen for another service counts as taken', async () => {
  const { ask, store } = createWorld()
  await ask('POST', services, service('web', { endpoint: { ports: [{ targetPort: 80 }] } }))
  const web = store.view.get('Service', 'web')
  assert.ok(web)
  const endpoint = { ports: [{ protocol: 'TCP', targetPort: 80, publishedPort: 30_000, publishMode: 'Ingress' }] } as const
  await store.commit({ writes: [{ op: 'update', object: { ...web, status: { endpoint } } }] })
  const answer = await ask('POST', services, service('x', { endpoint: { ports: [{ targetPort: 1, publishedPort: 30_000 }] } }))
  assert.equal(answer.status, 422)
  assert.match(String(at(answer.body, 'message')), /port 30000\/tcp is published by service 'web' already/)
})

test('unknown and duplicate fields are warnings by default, nothing under Ignore', async () => {
  const { ask } = createWorld()
  const body = Buffer.from(
    '{"apiVersion":"kit/v1","kind":"Service","metadata":{"name":"web"},"spec":{"replicas":1,"replicas":2,"imgae":"x","template":{"image":"x"}}}',
  )
  const warned = await ask('POST', `${services}?dryRun=All`, body)
  assert.deepEqual(warned.headers['warning'], ['299 - "duplicate field \\"spec.replicas\\""', '299 - "unknown field \\"spec.imgae\\""'])
  assert.equal(at(warned.body, 'spec.imgae'), undefined)
  assert.equal((await ask('POST', `${services}?fieldValidation=Ignore`, body)).headers['warning'], undefined)
})

test('generation counts changes of spec; a write that changes nothing keeps the version', async () => {
  const { ask } = createWorld()
  const merge = { 'content-type': 'application/merge-patch+json' }
  await ask('POST', services, service('web'))
  const labelled = await ask('PATCH', `${services}/web`, { metadata: { labels: { a: 'b' } } }, merge)
  assert.equal(at(labelled.body, 'metadata.generation'), 1)
  const scaled = await ask('PATCH', `${services}/web`, { spec: { replicas: 3 } }, merge)
  assert.equal(at(scaled.body, 'metadata.generation'), 2)
  const same = await ask('PATCH', `${services}/web`, { spec: { replicas: 3 } }, merge)
  assert.deepEqual(same.body, scaled.body)
  const ignored = await ask('PATCH', `${services}/web`, { status: { revision: 'r' } }, merge)
  assert.deepEqual(ignored.body, scaled.body)
  const status = await ask('PATCH', `${services}/web/status`, { spec: { replicas: 9 }, status: { revision: 'r' } }, merge)
  assert.deepEqual(
    [at(status.body, 'spec.replicas'), at(status.body, 'status.revision'), at(status.body, 'metadata.generation')],
    [3, 'r', 2],
  )
})

test('a stale update is a Conflict that says what changed since, and by whom', async () => {
  const { ask } = createWorld()
  const created = objectOf((await ask('POST', `${services}?fieldManager=me`, service('web'))).body)
  await ask('PATCH', `${services}/web?fieldManager=other`, { spec: { replicas: 4 } }, { 'content-type': 'application/merge-patch+json' })
  const stale = await ask('PUT', `${services}/web?fieldManager=me`, created)
  assert.equal(stale.status, 409)
  assert.match(String(at(stale.body, 'message')), /has changed since version 1 \(spec\.replicas by admin@socket with other\)/)
})

test('a patch that lost a race is computed again', async () => {
  const { store, client } = createWorld()
  await client.create('Service', service('web'))
  const commit = store.commit.bind(store)
  let raced = false
  Object.assign(store, {
    async commit(given: Parameters<typeof commit>[0]) {
      if (!raced) {
        raced = true
        await client.patch('Service', 'web', { type: 'merge', patch: { spec: { replicas: 2 } } })
      }
      return commit(given)
    },
  })
  const patched = await client.patch('Service', 'web', { type: 'merge', patch: { metadata: { labels: { a: 'b' } } } })
  assert.deepEqual([patched.spec.replicas, patched.metadata.labels], [2, { a: 'b' }])
})

test('two that make the same object at once: apply succeeds twice, create once', async () => {
  const store = createMemoryStore({ delay: () => new Promise((resolve) => setImmediate(resolve)) })
  const { client } = createWorld({ store })
  const applied = await Promise.all([client.apply('Service', service('web')), client.apply('Service', service('web'))])
  const [first, second] = applied.map(({ metadata }) => metadata.uid)
  assert.equal(first, second)
  const created = await Promise.allSettled([client.create('Service', service('api')), client.create('Service', service('api'))])
  assert.deepEqual(
    created.map((outcome) => (outcome.status === 'rejected' ? reasonOf(outcome.reason) : 'created')),
    ['created', 'AlreadyExists'],
  )
})

test('a dry run answers what would be and writes nothing', async () => {
  const { ask, store } = createWorld()
  const created = await ask('POST', `${services}?dryRun=All`, service('web'))
  assert.deepEqual([created.status, at(created.body, 'metadata.resourceVersion'), store.view.count('Service')], [201, undefined, 0])
  await ask('POST', services, service('web'))
  const version = store.view.resourceVersion
  const deleted = await ask('DELETE', `${services}/web`, { dryRun: ['All'] })
  assert.deepEqual([deleted.status, store.view.resourceVersion], [200, version])
})

test('server-side apply creates, changes, prunes, and names who owns what', async () => {
  const { client } = createWorld()
  const apply = (spec: JsonObject, fieldManager: string, force = false) =>
    client.apply('Service', service('web', spec), { fieldManager, force })
  await apply({ replicas: 2, template: { image: 'a', env: { A: '1' } } }, 'one')
  await assert.rejects(
    apply({ replicas: 3 }, 'two'),
    (error) => error instanceof StatusError && error.details.causes?.some(({ field }) => field === '.spec.replicas') === true,
  )
  const forced = await apply({ replicas: 3 }, 'two', true)
  assert.equal(forced.spec.replicas, 3)
  const pruned = await apply({ template: { image: 'nginx' } }, 'one', true)
  assert.deepEqual([pruned.spec.replicas, pruned.spec.template.env], [3, undefined])
})

test('scale reads and writes replicas', async () => {
  const { ask, client } = createWorld()
  await client.create('Service', service('web'))
  await client.scale('Service', 'web', 5)
  const scale = await ask('GET', `${services}/web/scale`)
  assert.deepEqual([at(scale.body, 'kind'), at(scale.body, 'spec.replicas')], ['Scale', 5])
  await assert.rejects(client.scale('Service', 'web', -1), (error) => reasonOf(error) === 'Invalid')
  assert.equal((await ask('GET', '/apis/kit/v1/nodes/x/scale')).status, 404)
})

test('pages of a list are one version, whatever is written meanwhile', async () => {
  const { client, ask } = createWorld()
  for (const name of ['a', 'b', 'c', 'd']) await client.create('Service', service(name))
  const first = await client.list('Service', { limit: 2 })
  assert.deepEqual([first.items.map(({ metadata }) => metadata.name), first.metadata.remainingItemCount], [['a', 'b'], 2])
  await client.create('Service', service('bb'))
  await client.patch('Service', 'd', { type: 'merge', patch: { spec: { replicas: 7 } } })
  await client.patch('Service', 'c', { type: 'merge', patch: { metadata: { finalizers: [] } } })
  await client.delete('Service', 'c')
  const second = await client.list('Service', { limit: 2, continue: first.metadata.continue ?? '' })
  assert.deepEqual(
    second.items.map(({ metadata, spec }) => [metadata.name, spec.replicas]),
    [
      ['c', undefined],
      ['d', undefined],
    ],
  )
  assert.deepEqual([second.metadata.resourceVersion, second.metadata.continue], [first.metadata.resourceVersion, undefined])
  const exact = await ask('GET', `${services}?resourceVersion=2&resourceVersionMatch=Exact`)
  assert.equal((at(exact.body, 'items') as readonly unknown[]).length, 2)
})

test('a list selects by labels and fields, and prints a table', async () => {
  const { client } = createWorld()
  await client.create('Service', service('web', {}, { labels: { tier: 'front' } }))
  await client.create('Service', service('db', {}, { labels: { tier: 'back' } }))
  assert.deepEqual(
    (await client.list('Service', { labelSelector: 'tier in (front)' })).items.map(({ metadata }) => metadata.name),
    ['web'],
  )
  assert.deepEqual(
    (await client.list('Service', { fieldSelector: 'metadata.name!=web' })).items.map(({ metadata }) => metadata.name),
    ['db'],
  )
  const table = await client.table('Service', { name: 'web' })
  assert.deepEqual([table.columnDefinitions[0]?.name, table.rows[0]?.cells[0]], ['Name', 'web'])
})

test('finalizers hold a deleted object until the last is dropped', async () => {
  const { client, store } = createWorld()
  const merge = (finalizers: readonly string[]) => client.patch('Service', 'web', { type: 'merge', patch: { metadata: { finalizers } } })
  await client.create('Service', service('web'))
  const marked = await client.delete('Service', 'web')
  assert.ok(marked.kind === 'Service' && marked.metadata.deletionTimestamp !== undefined && marked.metadata.generation === 2)
  await assert.rejects(merge(['kit/tasks', 'new/one']), (error) => reasonOf(error) === 'Invalid')
  await merge([])
  assert.equal(store.view.get('Service', 'web'), undefined)
})

test('preconditions of a deletion are checked', async () => {
  const { client } = createWorld()
  await client.create('Service', service('web'))
  await assert.rejects(client.delete('Service', 'web', { preconditions: { uid: 'other' } }), (error) => reasonOf(error) === 'Conflict')
  await assert.rejects(
    client.delete('Service', 'web', { preconditions: { resourceVersion: '99' } }),
    (error) => reasonOf(error) === 'Conflict',
  )
})

test('a node that answers or manages is not removed, and a lost one takes its tasks along', async () => {
  const { client, store } = createWorld()
  const node = (name: string, state: 'Ready' | 'Down', role: 'Worker' | 'Manager' = 'Worker') => ({
    op: 'create' as const,
    object: {
      kind: 'Node' as const,
      metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
      spec: { role },
      status: { state, role },
    },
  })
  await store.commit({ writes: [node('up', 'Ready'), node('gone', 'Down'), node('boss', 'Down', 'Manager')] })
  const task = {
    kind: 'Task' as const,
    metadata: { name: 'web.1.a', resourceVersion: 0, createdAt: 0 },
    spec: { service: 'web', serviceUid: 'u', slot: 1, revision: 'r', attempt: 1, desired: 'Running' as const, nodeName: 'gone' },
    status: { state: 'Running' as const, at: 0 },
  }
  await store.commit({ writes: [{ op: 'create', object: task }] })
  await assert.rejects(client.delete('Node', 'up'), /is Ready/)
  await assert.rejects(client.delete('Node', 'boss', { force: true }), /demote it/)
  await client.delete('Node', 'gone')
  await client.delete('Node', 'up', { force: true })
  assert.deepEqual([store.view.count('Node'), store.view.get('Task', 'web.1.a')?.status.state], [1, 'Orphaned'])
})

test('a manager is demoted by force where that is asked for, with a warning, and its controller is told', async () => {
  const asked: boolean[] = []
  const checkDemotion = (_: Node, force: boolean): string | undefined => {
    asked.push(force)
    if (!force) throw new StatusError('Conflict', 'too few would answer')
    return 'too few answer'
  }
  const { ask, store } = createWorld({ admission: { validate: validateObject, checkDemotion } })
  const metadata = { name: 'boss', uid: 'boss', resourceVersion: 0, generation: 1, createdAt: 0 }
  await store.commit({
    writes: [{ op: 'create', object: { kind: 'Node', metadata, spec: { role: 'Manager' }, status: { role: 'Manager' } } }],
  })
  const path = '/apis/kit/v1/nodes/boss'
  const isMarked = (): boolean => {
    const node = store.view.get('Node', 'boss')
    return node !== undefined && isForced(node)
  }
  const merge = { 'content-type': 'application/merge-patch+json' }
  const labels = { metadata: { labels: { a: 'b' } } }
  assert.equal((await ask('PATCH', `${path}?force=true`, labels, merge)).headers['warning'], undefined)
  assert.equal((await ask('PATCH', path, { spec: { role: 'Worker' } }, merge)).status, 409)
  const applied = { apiVersion: 'kit/v1', kind: 'Node', metadata: { name: 'boss' }, spec: { role: 'Worker' } }
  const apply = { 'content-type': 'application/apply-patch+yaml' }
  assert.equal((await ask('PATCH', `${path}?force=true&fieldManager=file`, applied, apply)).status, 409, 'a file takes fields by force')
  assert.deepEqual([asked, isMarked()], [[false, false], false])

  const forced = await ask('PATCH', `${path}?force=true`, { spec: { role: 'Worker' } }, merge)
  assert.equal(forced.status, 200)
  assert.match(String(forced.headers['warning']), /too few answer/)
  assert.deepEqual([asked, isMarked()], [[false, false, true], true])
  await ask('PATCH', path, { spec: { role: 'Manager' } }, merge)
  assert.equal(isMarked(), false, 'of another time')
})

test('a secret that a service uses cannot be deleted, and the service is named', async () => {
  const { client } = createWorld()
  await client.create('Secret', { apiVersion: 'kit/v1', kind: 'Secret', metadata: { name: 's' }, spec: { data: 'aGk=' } })
  await client.create('Service', service('web', { template: { image: 'x', secrets: [{ source: 's' }] } }))
  await assert.rejects(client.delete('Secret', 's'), /Secret "s" is used by service 'web'/)
  await client.delete('Service', 'web')
  await client.delete('Secret', 's')
})

test('equal events are counted on one object', async () => {
  const { client, events } = createWorld()
  const recorder = events.recorder('scheduler')
  const event = { object: { kind: 'Task' as const, name: 't' }, type: 'Warning' as const, reason: 'NoNode', message: 'no node fits' }
  recorder.record(event)
  recorder.record(event)
  recorder.record({ ...event, object: { kind: 'Task', name: 'u' } })
  const found = await client.events({ fieldSelector: 'involvedObject.name=t' })
  assert.deepEqual(
    found.items.map(({ count, source }) => [count, source.component]),
    [[2, 'scheduler']],
  )
})

test('commands in tasks, and connections to them and to their programs, are for operators, and need a connection of their own', async () => {
  const asked: string[] = []
  const frames = { send: async () => {}, async *frames() {}, close: () => {} }
  const { router, request, store } = createWorld({
    exec: async (name, wanted, who) => {
      asked.push(
        `${who} ${name} ${'port' in wanted ? wanted.port : 'command' in wanted ? wanted.command.join(' ') : JSON.stringify(wanted)}`,
      )
      return frames
    },
  })
  await store.commit({
    writes: [
      {
        op: 'create',
        object: {
          kind: 'Task',
          metadata: { name: 'web.1.a', resourceVersion: 0, createdAt: 0 },
          spec: { service: 'web', serviceUid: 'u', slot: 1, attempt: 1, revision: 'r', desired: 'Running' },
          status: { state: 'Running', at: 1 },
        },
      },
    ],
  })
  const path = '/apis/kit/v1/tasks/web.1.a/exec'
  const headers = { upgrade: 'kit-exec' }
  const ask = async (more: Partial<Parameters<typeof router.handle>[0]>, where = path) =>
    (await router.handle(request('POST', where, { headers, body: { command: ['ls'] }, ...more }))).status
  assert.equal(await ask({ identity: { role: 'Viewer', name: 'ann', from: '10.0.0.7' } }), 403)
  assert.equal(await ask({ headers: {} }), 400)
  assert.equal(await ask({ body: { command: [] } }), 400)
  assert.equal(await ask({ method: 'GET' }), 405)
  assert.equal(await ask({}, path.replace('web.1.a', 'web.2.a')), 404)
  assert.deepEqual(asked, [])
  assert.equal(await ask({}), 101)
  const port = path.replace('exec', 'portforward')
  assert.equal(await ask({ identity: { role: 'Viewer', name: 'ann', from: '10.0.0.7' }, body: { port: 80 } }, port), 403)
  for (const wrong of [{}, { port: 0 }, { port: 65_536 }, { port: '80' }, { command: ['ls'] }])
    assert.equal(await ask({ body: wrong }, port), 400)
  assert.equal(await ask({ body: { port: 80 } }, port), 101)
  const attach = path.replace('exec', 'attach')
  assert.equal(await ask({ identity: { role: 'Viewer', name: 'ann', from: '10.0.0.7' }, body: {} }, attach), 403)
  for (const wrong of [[], { stdin: 'yes' }, { tty: true }, { command: ['ls'] }]) assert.equal(await ask({ body: wrong }, attach), 400)
  assert.equal(await ask({ body: { stdin: true } }, attach), 101)
  assert.deepEqual(asked, ['admin@socket web.1.a ls', 'admin@socket web.1.a 80', 'admin@socket web.1.a {"stdin":true}'])
})
