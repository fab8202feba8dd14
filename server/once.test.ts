import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiAnswer, ApiRequest, Identity, Method } from '../api/request.ts'
import { isJsonObject } from '../api/wire.ts'
import type { Log } from '../effects/effects.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import { createWorld, service, services, settle, silentLog } from './testdata/world.ts'

type World = ReturnType<typeof createWorld>
const key = '"8e03978e-40d5-43e8-bc93-6894a57f9324"'
const configs = '/apis/kit/v1/configs'
const merge = { 'content-type': 'application/merge-patch+json' }
const json = { 'content-type': 'application/json-patch+json' }
const ada: Identity = { role: 'Admin', name: 'ada', from: '10.0.0.7' }

function config(metadata: { readonly name: string } | { readonly generateName: string }) {
  return { apiVersion: 'kit/v1', kind: 'Config', metadata, spec: { data: 'YQ==' } }
}

function keyed(
  world: World,
  method: Method,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  id = key,
): Promise<ApiAnswer> {
  return world.ask(method, path, body, { 'idempotency-key': id, ...headers })
}

function named({ body }: ApiAnswer): unknown {
  return isJsonObject(body) && isJsonObject(body['metadata']) ? body['metadata']['name'] : undefined
}

function isRepeat({ headers }: ApiAnswer): boolean {
  return headers['idempotent-replayed'] === 'true'
}

function said({ status, body }: ApiAnswer): string {
  return `${status} ${isJsonObject(body) ? String(body['reason'] ?? body['status'] ?? '') : ''} ${isJsonObject(body) ? String(body['message'] ?? '') : ''}`
}

interface Case {
  readonly what: string
  readonly before?: (world: World) => Promise<unknown>
  readonly method: Method
  readonly path: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** Of the first answer, and of the second. */
  readonly status: number
  readonly again?: number
}

const web = service('web', {}, { finalizers: ['x.y/z'] })
const cases: readonly Case[] = [
  { what: 'a creation', method: 'POST', path: configs, body: config({ name: 'a' }), status: 201 },
  { what: 'a creation whose name the server makes up', method: 'POST', path: configs, body: config({ generateName: 'a-' }), status: 201 },
  {
    what: 'a patch that adds to a list',
    before: (world) => world.ask('POST', services, service('web', { template: { image: 'nginx', command: ['a'] } })),
    method: 'PATCH',
    path: `${services}/web`,
    body: [{ op: 'add', path: '/spec/template/command/-', value: 'b' }],
    headers: json,
    status: 200,
  },
  {
    what: 'a patch that tests what it replaces',
    before: (world) => world.ask('POST', services, service('web', { replicas: 2 })),
    method: 'PATCH',
    path: `${services}/web`,
    body: [
      { op: 'test', path: '/spec/replicas', value: 2 },
      { op: 'replace', path: '/spec/replicas', value: 3 },
    ],
    headers: json,
    status: 200,
  },
  {
    what: 'a scaling',
    before: (world) => world.ask('POST', services, service('web')),
    method: 'PATCH',
    path: `${services}/web/scale`,
    body: { spec: { replicas: 4 } },
    headers: merge,
    status: 200,
  },
  {
    what: 'an application that creates',
    method: 'PATCH',
    path: `${services}/web?fieldManager=me`,
    body: service('web'),
    headers: { 'content-type': 'application/apply-patch+yaml' },
    status: 201,
    again: 200,
  },
  {
    what: 'a replacement of the version that was read',
    before: (world) => world.ask('POST', configs, config({ name: 'a' })),
    method: 'PUT',
    path: `${configs}/a`,
    body: { ...config({ name: 'a' }), metadata: { name: 'a', resourceVersion: '1', labels: { x: 'y' } } },
    status: 200,
  },
  {
    what: 'a deletion',
    before: (world) => world.ask('POST', configs, config({ name: 'a' })),
    method: 'DELETE',
    path: `${configs}/a`,
    status: 200,
  },
  {
    what: 'a deletion that a finalizer holds',
    before: (world) => world.ask('POST', services, web),
    method: 'DELETE',
    path: `${services}/web`,
    status: 200,
  },
]
for (const { what, before, method, path, body, headers, status, again = status } of cases)
  test(`${what} that is asked for twice is done once, and answered twice`, async () => {
    const world = createWorld()
    await before?.(world)
    const first = await keyed(world, method, path, body, headers)
    assert.equal(first.status, status, said(first))
    assert.equal(isRepeat(first), false)
    const { resourceVersion } = world.store.view
    const second = await keyed(world, method, path, body, headers)
    assert.deepEqual([second.status, second.body], [again, first.body])
    assert.equal(isRepeat(second), true)
    assert.equal(world.store.view.resourceVersion, resourceVersion)
    assert.deepEqual((await keyed(world, method, path, body, headers)).body, first.body)
  })

test('the answer is what the object is now; of one that was deleted since, that it is', async () => {
  const world = createWorld()
  const create = () => keyed(world, 'POST', configs, config({ name: 'a' }))
  await create()
  await world.ask('PATCH', `${configs}/a`, { metadata: { labels: { x: 'y' } } }, merge)
  assert.deepEqual((await create()).body, (await world.ask('GET', `${configs}/a`)).body)
  await world.ask('DELETE', `${configs}/a`)
  const gone = /^404 NotFound configs "a" not found: this request was carried out at version 1, and the object was deleted since$/
  assert.match(said(await create()), gone)
  await world.ask('POST', configs, config({ name: 'a' }))
  assert.match(said(await create()), gone)
})

test('a deletion that was carried out does not delete what was made since', async () => {
  const world = createWorld()
  await world.ask('POST', configs, config({ name: 'a' }))
  const first = await keyed(world, 'DELETE', `${configs}/a`)
  await world.ask('POST', configs, config({ name: 'a' }))
  assert.deepEqual((await keyed(world, 'DELETE', `${configs}/a`)).body, first.body)
  assert.equal((await world.ask('GET', `${configs}/a`)).status, 200)
})

const others: readonly (readonly [what: string, method: Method, path: string, body: unknown])[] = [
  ['body', 'POST', configs, config({ name: 'b' })],
  ['path', 'POST', '/apis/kit/v1/secrets', config({ name: 'a' })],
  ['query', 'POST', `${configs}?fieldManager=me`, config({ name: 'a' })],
  ['method', 'PATCH', `${configs}/a`, config({ name: 'a' })],
]
for (const [what, method, path, body] of others)
  test(`the same key with another ${what} is refused, whether the first is done or under way`, async () => {
    const gates: (() => void)[] = []
    const store = createMemoryStore({ delay: () => new Promise((resolve) => gates.push(resolve)) })
    const world = createWorld({ store })
    const first = keyed(world, 'POST', configs, config({ name: 'a' }))
    await settle()
    const meanwhile: string[] = []
    void keyed(world, method, path, body).then((answer) => meanwhile.push(said(answer)))
    await settle()
    assert.match(meanwhile.join(), /^422 Invalid another request with this Idempotency-Key is under way/, 'it is refused at once')
    gates[0]?.()
    assert.equal((await first).status, 201)
    assert.match(
      said(await keyed(world, method, path, body)),
      /^422 Invalid this Idempotency-Key was used for another request, .* at version 1/,
    )
    assert.equal(store.view.resourceVersion, 1)
  })

test('a request that is under way is waited for, by everybody who asks for it', async () => {
  const gates: (() => void)[] = []
  const store = createMemoryStore({ delay: () => new Promise((resolve) => gates.push(resolve)) })
  const world = createWorld({ store })
  const answers = Array.from({ length: 3 }, () => keyed(world, 'POST', configs, config({ generateName: 'a-' })))
  await settle()
  assert.equal(gates.length, 1)
  gates[0]?.()
  await settle()
  assert.equal(gates.length, 1, 'no other is begun after it')
  const [first, ...rest] = await Promise.all(answers)
  for (const each of rest) assert.deepEqual([each.status, each.body, isRepeat(each)], [201, first?.body, true])
  assert.equal(store.view.count('Config'), 1)
})

test('one that was waited for and came to nothing is begun by one of those who waited', async () => {
  let isFirst = true
  const gates: (() => void)[] = []
  const store = createMemoryStore()
  const failing = {
    ...store,
    async commit(...args: Parameters<typeof store.commit>) {
      await new Promise<void>((resolve) => gates.push(resolve))
      if (isFirst) {
        isFirst = false
        throw new Error('the disk is on fire')
      }
      return store.commit(...args)
    },
  }
  const world = createWorld({ store: failing })
  const answers = Array.from({ length: 3 }, () => keyed(world, 'POST', configs, config({ generateName: 'a-' })))
  await settle()
  gates.shift()?.()
  await settle()
  assert.equal(gates.length, 1)
  gates.shift()?.()
  assert.deepEqual(
    (await Promise.all(answers)).map(({ status }) => status),
    [500, 201, 201],
  )
  assert.equal(store.view.count('Config'), 1)
})

for (const becomes of ['done', 'nothing'])
  test(`one that is given up while it waits begins nothing, and says what is known: the first comes to be ${becomes}`, async () => {
    const gates: (() => void)[] = []
    const store = createMemoryStore()
    const world = createWorld({
      store: {
        ...store,
        async commit(...args: Parameters<typeof store.commit>) {
          await new Promise<void>((resolve) => gates.push(resolve))
          if (becomes === 'nothing') throw new Error('the disk is on fire')
          return store.commit(...args)
        },
      },
    })
    const first = keyed(world, 'POST', configs, config({ name: 'a' }))
    const stop = new AbortController()
    const request = world.request('POST', configs, { body: config({ name: 'a' }), headers: { 'idempotency-key': key } })
    const second = world.router.handle({ ...request, signal: stop.signal })
    await settle()
    assert.equal(gates.length, 1, 'the second has begun nothing')
    stop.abort()
    gates.shift()?.()
    const answered = await second
    assert.ok('body' in answered)
    if (becomes === 'done') assert.deepEqual([answered.status, isRepeat(answered)], [201, true])
    else assert.match(said(answered), /^500 Unknown .*look whether the change was made$/)
    await first
    assert.equal(gates.length, 0)
  })

test('a request that was put into the log before by another leader is answered with what that one did', async () => {
  const store = createMemoryStore()
  const renamed = <W extends { readonly object: { readonly metadata: { readonly name: string } } }>(write: W): W => ({
    ...write,
    object: { ...write.object, metadata: { ...write.object.metadata, name: 'theirs' } },
  })
  const world = createWorld({
    store: {
      ...store,
      // The entry of the former leader is applied between our look at the state and our own entry.
      async commit(commit, whenFull) {
        await store.commit({ ...commit, writes: commit.writes.map((write) => (write.op === 'create' ? renamed(write) : write)) })
        return store.commit(commit, whenFull)
      },
    },
  })
  const answered = await keyed(world, 'POST', configs, config({ generateName: 'a-' }))
  assert.deepEqual([answered.status, named(answered), isRepeat(answered)], [201, 'theirs', true])
  assert.equal(store.view.count('Config'), 1)
})

test('a key is one user’s own: what it was used for by others is neither told nor in the way', async () => {
  const world = createWorld()
  await keyed(world, 'POST', configs, config({ name: 'a' }))
  const request: ApiRequest = world.request('POST', configs, {
    body: config({ name: 'b' }),
    headers: { 'idempotency-key': key },
    identity: ada,
  })
  const theirs = await world.router.handle(request)
  assert.equal(theirs.status, 201)
  assert.equal('body' in theirs && isRepeat(theirs), false)
})

test('what changes nothing is not remembered: a dry run, a patch without a difference, a refusal', async () => {
  const world = createWorld()
  const body = config({ name: 'a' })
  assert.equal((await keyed(world, 'POST', `${configs}?dryRun=All`, body)).status, 201)
  assert.equal(world.store.view.count('Config'), 0)
  assert.equal((await keyed(world, 'POST', configs, body)).status, 201)
  const patch = { metadata: { labels: { x: 'y' } } }
  await world.ask('PATCH', `${configs}/a`, patch, merge)
  const same = () => keyed(world, 'PATCH', `${configs}/a`, patch, merge, 'same')
  assert.equal(isRepeat(await same()), false)
  await world.ask('PATCH', `${configs}/a`, { metadata: { labels: { x: 'z' } } }, merge)
  assert.equal(isRepeat(await same()), false)
  const refused = () => keyed(world, 'POST', configs, body, {}, 'refused')
  assert.match(said(await refused()), /^409 AlreadyExists/)
  await world.ask('DELETE', `${configs}/a`)
  assert.equal((await refused()).status, 201)
})

for (const bad of ['', 'a b', 'x'.repeat(65), 'é'])
  test(`'${bad.slice(0, 8)}' is no key`, async () => {
    assert.match(
      said(await keyed(createWorld(), 'POST', configs, config({ name: 'a' }), {}, bad)),
      /^400 BadRequest Idempotency-Key must be/,
    )
  })

test('whoever asks again for what nobody remembers is told so, instead of having it carried out twice', async () => {
  const store = createMemoryStore({ mostRequests: 2 })
  const world = createWorld({ store })
  const create = (id: string, ago?: number) =>
    keyed(world, 'POST', configs, config({ generateName: 'a-' }), ago === undefined ? {} : { 'kit-asked-ms-ago': String(ago) }, id)
  await create('first')
  await world.clock.advance(10_000)
  assert.equal((await create('second', 20_000)).status, 201) // Nothing was forgotten yet.
  await world.clock.advance(10_000)
  await create('third')
  assert.match(said(await create('first', 20_000)), /^410 Expired .*look whether the change was made/)
  assert.match(said(await create('fourth', 20_400)), /^410 Expired/)
  assert.equal((await create('fourth', 19_000)).status, 201)
  assert.equal(isRepeat(await create('third', 30_000)), true)
  assert.equal(store.view.count('Config'), 4)
  assert.match(said(await create('fifth', -1)), /^400 BadRequest/)
})

test('what one user asks for is remembered through the flood of another', async () => {
  const world = createWorld({ store: createMemoryStore({ mostRequests: 6 }) })
  const asAda = async (id: string, agoMs: number): Promise<ApiAnswer> => {
    const headers = { 'idempotency-key': id, 'kit-asked-ms-ago': String(agoMs) }
    const request = world.request('POST', configs, { body: config({ generateName: 'ada-' }), headers, identity: ada })
    const answered = await world.router.handle(request)
    assert.ok('body' in answered)
    return answered
  }
  for (let at = 0; at < 3; at += 1) assert.equal(isRepeat(await asAda(`${at}`, 0)), false)
  for (let at = 0; at < 20; at += 1) {
    await world.clock.advance(1_000)
    await keyed(world, 'POST', configs, config({ generateName: 'flood-' }), {}, `flood-${at}`)
  }
  for (let at = 0; at < 3; at += 1) assert.equal(isRepeat(await asAda(`${at}`, 20_000)), true)
  assert.equal((await asAda('it-never-arrived', 20_000)).status, 201)
  assert.match(
    said(await keyed(world, 'POST', configs, config({ name: 'a' }), { 'kit-asked-ms-ago': '20000' }, 'nor-did-this')),
    /^410 Expired/,
  )
})

test('the record of who did what has a line of the repetition: the one of the change may be gone with its leader', async () => {
  const lines: Record<string, unknown>[] = []
  const log: Log = { ...silentLog, info: (message, fields) => lines.push({ message, ...fields }) }
  const world = createWorld({ log })
  for (let times = 0; times < 2; times += 1) await keyed(world, 'POST', configs, config({ name: 'a' }))
  assert.deepEqual(
    lines.map(({ message, audit, user, object, verb }) => [message, audit, user, object, verb]),
    ['Changed an object', 'Answered a change that was made before'].map((message) => [message, true, 'admin@socket', 'Config/a', 'create']),
  )
})
