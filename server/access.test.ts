// Every endpoint and verb of the table, asked by every sort of caller.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiRequest, Identity, Method } from '../api/request.ts'
import { isJsonObject, type JsonObject } from '../api/wire.ts'
import { endpoints, type Verb } from './access.ts'
import { resources } from './resources.ts'
import { methods, requestFor, verbs } from './testdata/table-requests.ts'
import { createWorld, service, services } from './testdata/world.ts'

const nobody: Identity = { role: 'Nobody', from: '10.0.0.7', reason: 'Unauthorized', why: 'there is no certificate' }
const node: Identity = { role: 'Nobody', from: '10.0.0.7', reason: 'Forbidden', why: 'the certificate is that of a node' }
const user = (role: 'Admin' | 'Operator' | 'Viewer'): Identity => ({ role, name: role.toLowerCase(), from: '10.0.0.7' })
const callers: Readonly<Record<string, Identity>> = {
  nobody,
  node,
  viewer: user('Viewer'),
  operator: user('Operator'),
  admin: user('Admin'),
}

function reasonIn(answer: unknown): string {
  return isJsonObject(answer) && answer['kind'] === 'Status' ? String(answer['reason']) : ''
}

async function ask(
  world: ReturnType<typeof createWorld>,
  identity: Identity,
  method: Method,
  path: string,
  more: Partial<ApiRequest> = {},
) {
  const response = await world.router.handle(world.request(method, path, { identity, ...more }))
  if ('stream' in response) return { status: response.status, body: undefined }
  assert.ok('body' in response)
  return { status: response.status, body: response.body }
}

/** As a person would write it down: v viewers, o operators, a admins, * everybody; in the order of `verbs`. */
const expected = `
livez                    get:*
readyz                   get:*
healthz                  get:*
metrics                  get:voa
version                  get:voa
api                      get:voa
apis                     get:voa
apis/kit/v1              get:voa
apis/authentication.k8s.io/v1/selfsubjectreviews create:voa
clusters                 get:voa list:voa watch:voa create:a update:a patch:a delete:a
clusters/status          get:voa update:a patch:a
clusters/unlockkey       get:a
clusters/backup          get:a
users                    get:voa list:voa watch:voa create:a update:a patch:a delete:a
users/status             get:voa update:a patch:a
sources                  get:voa list:voa watch:voa create:a update:a patch:a delete:a
sources/status           get:voa update:a patch:a
nodes                    get:voa list:voa watch:voa create:a update:oa patch:oa delete:a
nodes/status             get:voa update:a patch:a
nodes/stats              get:voa
nodes/member             get:voa
nodes/forecast           get:voa
services                 get:voa list:voa watch:voa create:oa update:oa patch:oa delete:oa
services/status          get:voa update:a patch:a
services/scale           get:voa update:oa patch:oa
services/log             get:voa
stacks                   get:voa list:voa watch:voa create:oa update:oa patch:oa delete:oa
stacks/status            get:voa update:a patch:a
tasks                    get:voa list:voa watch:voa
tasks/status             get:voa
tasks/log                get:voa
tasks/explain            get:voa
tasks/exec               create:oa
tasks/attach             create:oa
tasks/portforward        create:oa
revisions                get:voa list:voa watch:voa
networks                 get:voa list:voa watch:voa create:oa update:oa patch:oa delete:oa
networks/status          get:voa update:a patch:a
volumes                  get:voa list:voa watch:voa create:oa update:oa patch:oa delete:oa
volumes/status           get:voa update:a patch:a
secrets                  get:voa list:voa watch:voa create:oa update:oa patch:oa delete:oa
configs                  get:voa list:voa watch:voa create:oa update:oa patch:oa delete:oa
events                   get:voa list:voa
`

test('the table is as it was written down', () => {
  const short = { Nobody: '*', Viewer: 'v', Operator: 'o', Admin: 'a' }
  const lines = Object.entries(endpoints).map(([endpoint, row]) => {
    const cells = verbs.flatMap((verb) => {
      const may = row[verb]
      if (may === undefined) return []
      return [`${verb}:${may.includes('Nobody') ? '*' : may.map((role) => short[role]).join('')}`]
    })
    return `${endpoint.padEnd(24)} ${cells.join(' ')}`
  })
  assert.equal(`\n${lines.join('\n')}\n`, expected)
})

test('every endpoint and verb: who may is served, who may not is refused, and what is not in the table is nobody’s', async () => {
  const streams = {
    async *logs() {},
    stats: async () => ({ tasks: [] }),
    member: { name: 'x', status: () => ({ role: 'leader', term: 1, commitIndex: 1, appliedIndex: 1, snapshotIndex: 0, replayBytes: 0 }) },
    exec: () => assert.fail('nothing runs'),
    explainTask: () => ({}),
    forecastDrain: () => ({}),
    metrics: async () => '',
    async *backup() {},
  }
  let served = 0
  for (const [endpoint, row] of Object.entries(endpoints)) {
    for (const verb of verbs) {
      const { method, path } = requestFor(endpoint, verb)
      // Of what is no resource, the verb follows from the method, which others have as well.
      if (
        row[verb] === undefined &&
        Object.keys(row).some((other) => methods[other as Verb] === method && !path.startsWith('/apis/kit/v1/'))
      )
        continue
      for (const [name, identity] of Object.entries(callers)) {
        const { status, body } = await ask(createWorld({ ...streams, logs: streams.logs }), identity, method, path)
        const what = `${name}: ${verb} ${endpoint} → ${status} ${JSON.stringify(body)}`
        if (row[verb]?.includes(identity.role) === true) {
          assert.ok(![401, 403].includes(status), what)
          assert.doesNotMatch(JSON.stringify(body ?? ''), /could not find the requested resource|is not supported on/, what)
          served += 1
        } else if (identity.role === 'Nobody') {
          assert.equal(reasonIn(body), identity.reason, what)
          assert.match(JSON.stringify(body), /kit swarm user add/, what)
        } else if (row[verb] === undefined) assert.ok([403, 404, 405].includes(status), what)
        else assert.equal(reasonIn(body), 'Forbidden', what)
      }
    }
  }
  assert.ok(served > 200)
})

test('every kind is in the table, with every verb that discovery names', () => {
  for (const { plural, verbs: named } of resources) {
    const row = endpoints[plural]
    assert.ok(row !== undefined, `${plural} has no row`)
    for (const verb of named) assert.ok(verb in row, `${plural}: ${verb} has no entry`)
  }
})

test('paths that are written in another way lead nowhere else', async () => {
  const world = createWorld()
  for (const path of [
    '/apis/kit/v1/users%2Fx',
    '/apis/kit/v1/tasks/x/exec/',
    '/apis/kit/v1/tasks/x%2Fexec',
    '/apis/kit/v1/tasks/x/exec%2F..',
    '/apis/kit/v1/../v1/users',
    '/apis/kit/v1/./users',
    '/livez/../apis/kit/v1/users',
    '/livez%2f..%2fapis',
    '/apis/kit/v1/__proto__',
    '/apis/kit/v1/constructor/x',
    '/__proto__',
    '/%00',
    '/livez%00',
    `/apis/kit/v1/services/${'x'.repeat(5_000)}`,
  ]) {
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      const asNobody = await ask(world, nobody, method, path)
      assert.equal(reasonIn(asNobody.body), 'Unauthorized', `${method} ${path}`)
      const { status } = await ask(world, user('Viewer'), method, path)
      assert.ok([403, 404, 405].includes(status), `${method} ${path}: ${status}`)
    }
  }
})

const tokens = { worker: 'SWMTKN-1-w', manager: 'SWMTKN-1-m', workerRotation: 0, managerRotation: 0 }

async function withCluster() {
  const world = createWorld()
  const metadata = { name: 'default', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 }
  const status = { joinTokens: tokens, ca: { certificate: 'C', key: 'K' } }
  await world.store.commit({ writes: [{ op: 'create', object: { kind: 'Cluster', metadata, spec: {}, status } }] })
  return world
}

test('join tokens are shown to admins and to nobody else, however they are asked for; keys to nobody', async () => {
  const world = await withCluster()
  const tables = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }
  for (const role of ['Viewer', 'Operator', 'Admin'] as const) {
    const texts: string[] = []
    for (const path of ['/apis/kit/v1/clusters/default', '/apis/kit/v1/clusters', '/apis/kit/v1/clusters/default/status']) {
      texts.push(JSON.stringify((await ask(world, user(role), 'GET', path)).body))
      texts.push(JSON.stringify((await ask(world, user(role), 'GET', `${path}?includeObject=Object`, { headers: tables })).body))
    }
    const gone = new AbortController()
    for (const path of ['/apis/kit/v1/clusters?watch=true', '/apis/kit/v1/clusters?watch=true&includeObject=Object']) {
      const headers = path.includes('Object') ? tables : {}
      const response = await world.router.handle(world.request('GET', path, { identity: user(role), headers, signal: gone.signal }))
      assert.ok('stream' in response)
      for await (const event of response.stream) {
        texts.push(JSON.stringify(event))
        break
      }
    }
    gone.abort()
    assert.equal(texts.length, 8)
    for (const text of texts) {
      assert.match(text, /default/)
      assert.equal(text.includes('SWMTKN'), role === 'Admin', `${role}: ${text}`)
      assert.ok(!text.includes('"key"'))
    }
  }
})

test('an operator changes availability and labels of a node, and nothing else of it', async () => {
  const world = createWorld()
  const metadata = { name: 'n1', uid: 'n', resourceVersion: 0, generation: 1, createdAt: 0, finalizers: ['a/b'] }
  await world.store.commit({
    writes: [{ op: 'create', object: { kind: 'Node', metadata, spec: { role: 'Worker', availability: 'Active' }, status: {} } }],
  })
  const patch = (body: JsonObject, role: 'Admin' | 'Operator' = 'Operator', path = '/apis/kit/v1/nodes/n1') =>
    ask(world, user(role), 'PATCH', path, { body, headers: { 'content-type': 'application/merge-patch+json' } })
  for (const body of [{ spec: { availability: 'Drain' } }, { metadata: { labels: { disk: 'ssd' }, annotations: { a: 'b' } } }, {}])
    assert.equal((await patch(body)).status, 200)
  for (const body of [
    { spec: { role: 'Manager' } },
    { spec: { role: 'Manager', availability: 'Active' } },
    { metadata: { finalizers: null } },
    { metadata: { ownerReferences: [{ apiVersion: 'kit/v1', kind: 'Service', name: 's', uid: 'u' }] } },
  ]) {
    const refused = await patch(body)
    assert.equal(refused.status, 403, JSON.stringify(refused.body))
    assert.match(JSON.stringify(refused.body), /beyond metadata.labels, metadata.annotations, spec.availability.*takes role admin/)
  }
  assert.equal((await patch({ status: { state: 'Down' } }, 'Operator', '/apis/kit/v1/nodes/n1/status')).status, 403)
  assert.equal((await patch({ spec: { role: 'Manager' } }, 'Admin')).status, 200)
  assert.equal(world.store.view.get('Node', 'n1')?.spec.role, 'Manager')
})

test('a refusal says who wanted what, which role it takes and which there is', async () => {
  const world = createWorld()
  await world.ask('POST', services, service('web'))
  const { body, status } = await ask(world, { role: 'Viewer', name: 'ann', from: 'x' }, 'DELETE', `${services}/web`)
  assert.equal(status, 403)
  assert.partialDeepStrictEqual(body, {
    kind: 'Status',
    reason: 'Forbidden',
    code: 403,
    message:
      'services.kit "web" is forbidden: User "ann" cannot delete resource "services" in API group "kit": that takes role operator or admin, and ann has role viewer',
    details: { kind: 'services', name: 'web', group: 'kit' },
  })
  assert.ok(world.store.view.get('Service', 'web'))
})

test('whoever asks who they are hears it', async () => {
  const { body, status } = await ask(createWorld(), user('Operator'), 'POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews')
  assert.equal(status, 201)
  assert.partialDeepStrictEqual(body, {
    kind: 'SelfSubjectReview',
    status: { userInfo: { username: 'operator', groups: ['kit:operators', 'system:authenticated'] } },
  })
})
