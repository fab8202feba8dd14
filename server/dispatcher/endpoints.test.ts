import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, Task } from '../../api/objects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { type EndpointChanges, EndpointTables, ingressPorts, longestHoldMs } from './endpoints.ts'

const http = { protocol: 'TCP', targetPort: 80, publishedPort: 8080, publishMode: 'Ingress' } as const

function service(name: string, ports: NonNullable<Service['status']['endpoint']>['ports'] = [http]): Service {
  return {
    kind: 'Service',
    metadata: { name, uid: `uid-${name}`, resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { template: { image: 'x' } },
    status: { endpoint: { ports: ports ?? [] } },
  }
}

function task(name: string, state: Task['status']['state'] = 'Running', of = 'web'): Task {
  return {
    kind: 'Task',
    metadata: { name, resourceVersion: 0, createdAt: 0 },
    spec: { service: of, serviceUid: `uid-${of}`, slot: 1, revision: 'r', attempt: 1, desired: 'Running', nodeName: 'n1' },
    status: { state, at: 1 },
  }
}

/** Tables that follow a store. `changes` collects what sessions would be told. */
function createTables() {
  const store = createMemoryStore()
  const tables = new EndpointTables(store)
  const changes: EndpointChanges = new Map()
  let nowMs = 1_000
  store.subscribe((events) => {
    for (const [uid, tasks] of tables.notice(events, nowMs)) changes.set(uid, (changes.get(uid) ?? new Set()).union(tasks))
  })
  const create = (object: Service | Task) => store.commit({ writes: [{ op: 'create', object }] })
  const remove = (kind: 'Service' | 'Task', name: string) => store.commit({ writes: [{ op: 'delete', kind, name }] })
  const editTask = async (name: string, change: (object: Task) => Task) => {
    const object = store.view.get('Task', name)
    assert.ok(object)
    await store.commit({ writes: [{ op: 'update', object: change(object) }] })
  }
  const report = (name: string, state: Task['status']['state']) => editTask(name, (old) => ({ ...old, status: { state, at: 2 } }))
  const stop = (name: string) => editTask(name, (old) => ({ ...old, spec: { ...old.spec, desired: 'Shutdown' } }))
  const publish = async (name: string, assigned: readonly (typeof http)[]) => {
    const object = store.view.get('Service', name)
    assert.ok(object)
    await store.commit({ writes: [{ op: 'update', object: { ...object, status: { endpoint: { ports: assigned } } } }] })
  }
  /** What a session is told now, without the version. */
  const take = () => {
    const [message, ...more] = tables.incremental(changes)
    changes.clear()
    assert.ok(message)
    assert.equal(more.length, 0)
    assert.equal(message.version, store.view.resourceVersion)
    return { update: message.update, remove: message.remove }
  }
  const at = (ms: number) => (nowMs = ms)
  return { store, tables, create, remove, report, stop, publish, take, at }
}

const ports = [{ protocol: 'TCP', publishedPort: 8080, targetPort: 80 }] as const
const told = (added: readonly string[], removed: readonly string[] = []) => ({
  update: [{ service: 'web', uid: 'uid-web', ports, added: added.map((name) => ({ task: name, node: 'n1' })), removed }],
  remove: [],
})

test('only running tasks that are healthy and are to go on are endpoints', async () => {
  const { create, report, take } = createTables()
  await create(service('web'))
  await create(task('a'))
  await create(task('b', 'Starting'))
  await create({ ...task('c'), status: { state: 'Running', at: 1, health: 'Unhealthy' } })
  await create(task('other', 'Running', 'no-ports'))
  assert.deepEqual(take(), told(['a']))

  await report('b', 'Running')
  await report('a', 'Failed')
  assert.deepEqual(take(), told(['b'], ['a']))
})

test('a service that gets ports brings its running tasks, and one that loses them or is deleted is removed', async () => {
  const { create, publish, remove, take } = createTables()
  await create(service('web', []))
  await create(task('a'))
  await publish('web', [http])
  assert.deepEqual(take(), told(['a']))
  await publish('web', [])
  assert.deepEqual(take(), { update: [], remove: ['uid-web'] })
  await publish('web', [http])
  await remove('Service', 'web')
  assert.deepEqual(take(), { update: [], remove: ['uid-web'] })
})

test('ports in host mode, SCTP, and those of a service that is being deleted are not listened on', () => {
  const sctp = { ...http, protocol: 'SCTP' } as const
  const host = { ...http, publishMode: 'Host' } as const
  const v2 = { ...http, publishedPort: 1, proxyProtocol: 'V2' } as const
  assert.deepEqual(ingressPorts(service('web', [sctp, host, http, v2])), [...ports, { ...ports[0], publishedPort: 1, proxyProtocol: 'V2' }])
  const web = service('web')
  assert.deepEqual(ingressPorts({ ...web, metadata: { ...web.metadata, deletedAt: 5 } }), [])
})

test('an endpoint that is to stop is held until all have served its removal, or too long', async () => {
  const { store, tables, create, stop, at } = createTables()
  await create(service('web'))
  for (const name of ['a', 'b', 'starting']) await create(task(name, name === 'starting' ? 'Starting' : 'Running'))

  await stop('a')
  const version = store.view.resourceVersion
  assert.ok(tables.isHeld('a'))
  assert.deepEqual(tables.release(version - 1, 1_000), [])
  assert.deepEqual(tables.release(version, 1_000), ['a'])
  assert.ok(!tables.isHeld('a'))

  at(2_000)
  await stop('b')
  assert.equal(tables.nextReleaseMs(), 2_000 + longestHoldMs)
  assert.deepEqual(tables.release(0, 2_000 + longestHoldMs), ['b'])

  await stop('starting')
  assert.ok(!tables.isHeld('starting'), 'nobody was sent to it')
})

test('a task of a service that is being deleted has left when its table has gone, and is held until all know', async () => {
  const { store, tables, create, stop, remove } = createTables()
  await create(service('web'))
  await create(task('a'))
  await remove('Service', 'web')
  const left = store.view.resourceVersion
  await create(service('other', []))
  await stop('a')
  assert.ok(tables.isHeld('a'))
  assert.deepEqual(tables.release(left - 1, 1_000), [])
  assert.deepEqual(tables.release(left, 1_000), ['a'])
})

test('whoever sleeps until the next release finds it due, whatever fraction of a millisecond it is', async () => {
  const { tables, create, stop, at } = createTables()
  await create(service('web'))
  for (const step of Array.from({ length: 20 }).keys()) {
    const sinceMs = 30_000.1 + step * 0.0371
    const name = `at-${step}`
    await create(task(name))
    at(sinceMs)
    await stop(name)
    assert.deepEqual(tables.release(0, tables.nextReleaseMs() ?? 0), [name])
  }
})

test('a held task that ends by itself or is deleted is held no longer', async () => {
  const { tables, create, stop, report, remove } = createTables()
  await create(service('web'))
  for (const name of ['a', 'b']) {
    await create(task(name))
    await stop(name)
    assert.ok(tables.isHeld(name))
  }
  await report('a', 'Shutdown')
  await remove('Task', 'b')
  assert.deepEqual([tables.isHeld('a'), tables.isHeld('b'), tables.nextReleaseMs()], [false, false, undefined])
})

test('a new leader holds what was leaving, since agents may not have heard of it', async () => {
  const { store, create } = createTables()
  await create(service('web'))
  await create(task('a'))
  await create({ ...task('b'), spec: { ...task('b').spec, desired: 'Shutdown' } })
  const tables = new EndpointTables(store)
  tables.restore(0)
  assert.deepEqual([tables.isHeld('a'), tables.isHeld('b')], [false, true])
  const [message] = tables.complete()
  assert.deepEqual(message, { type: 'endpoints', mode: 'complete', version: store.view.resourceVersion, ...told(['a']) })
})

test('a service with very many tasks is told in parts, and only the last one counts as the whole', async () => {
  const { store, create } = createTables()
  await create(service('web'))
  for (let from = 0; from < 12_000; from += 1_000)
    await store.commit({
      writes: Array.from({ length: 1_000 }, (_, at) => ({ op: 'create', object: task(`t-${from + at}`) }) as const),
    })
  const tables = new EndpointTables(store)
  tables.restore(0)
  const messages = tables.complete()
  assert.deepEqual(
    messages.map(({ mode, version }) => [mode, version]),
    [
      ['complete', 0],
      ['incremental', store.view.resourceVersion],
    ],
  )
  assert.equal(new Set(messages.flatMap(({ update }) => update.flatMap(({ added }) => added.map((each) => each.task)))).size, 12_000)
})
