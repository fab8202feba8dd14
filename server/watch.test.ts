import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../api/errors.ts'
import { at, createWorld, service, services, settle } from './testdata/world.ts'

test('a watch replays, then follows, and selectors turn changes into additions and deletions', async () => {
  const { client } = createWorld()
  await client.create('Service', service('a', {}, { labels: { on: 'yes' } }))
  const stop = new AbortController()
  const seen: string[] = []
  const watching = (async () => {
    for await (const event of client.watch('Service', { labelSelector: 'on=yes', sendInitialEvents: true }, stop.signal)) {
      seen.push(event.type === 'BOOKMARK' ? 'END' : `${event.type} ${event.object.metadata.name}`)
    }
  })()
  await settle()
  const label = (name: string, on: string | null) =>
    client.patch('Service', name, { type: 'merge', patch: { metadata: { labels: { on } } } })
  await client.create('Service', service('b'))
  await label('b', 'yes')
  await client.scale('Service', 'b', 2)
  await label('b', null)
  await settle()
  stop.abort()
  await watching
  assert.deepEqual(seen, ['ADDED a', 'END', 'ADDED b', 'MODIFIED b', 'DELETED b'])
})

test('a watch resumes after a version, and one whose history is gone is Expired', async () => {
  const { router, request, client, store } = createWorld()
  await client.create('Service', service('a'))
  const since = store.view.resourceVersion
  await client.create('Service', service('b'))
  const stop = new AbortController()
  const response = await router.handle(request('GET', `${services}?watch=true&resourceVersion=${since}`, { signal: stop.signal }))
  assert.ok('stream' in response)
  const first = await response.stream[Symbol.asyncIterator]().next()
  assert.deepEqual([at(first.value, 'type'), at(first.value, 'object.metadata.name')], ['ADDED', 'b'])
  stop.abort()
  Object.assign(store, {
    history() {
      throw new StatusError('Expired', 'too old')
    },
  })
  const expired = await router.handle(request('GET', `${services}?watch=true&resourceVersion=${since}`))
  assert.equal(expired.status, 410)
})

test('a watch that goes on from a version is told all of it again where it may have been cut off among several changes', async () => {
  const { router, request, store, client } = createWorld()
  const config = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
    op: 'create' as const,
    object: {
      kind: 'Config' as const,
      metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0, labels },
      spec: {},
      status: {},
    },
  })
  const configs = '/apis/kit/v1/configs'
  const told = async (query: string): Promise<readonly string[]> => {
    const stop = new AbortController()
    const response = await router.handle(request('GET', `${configs}?watch=true&${query}`, { signal: stop.signal }))
    assert.ok('stream' in response)
    const { stream } = response
    const found: string[] = []
    const reading = (async () => {
      for await (const event of stream)
        found.push(`${at(event, 'type')} ${at(event, 'object.metadata.name')} ${at(event, 'object.metadata.resourceVersion')}`)
    })()
    await settle()
    stop.abort()
    await reading
    return found
  }
  await store.commit({ writes: [config('before')] })
  const before = store.view.resourceVersion
  await store.commit({ writes: [config('a', { on: 'yes' }), config('b'), config('c')] })
  const shared = store.view.resourceVersion
  await store.commit({ writes: [config('after', { on: 'yes' })] })
  const last = `ADDED after ${store.view.resourceVersion}`
  const all = ['a', 'b', 'c'].map((name) => `ADDED ${name} ${shared}`)
  assert.deepEqual(await told(`resourceVersion=${shared}`), [...all, last])
  assert.deepEqual(await told(`resourceVersion=${shared}&labelSelector=on%3Dyes`), [last], 'of one change nothing is left to tell')
  assert.deepEqual(await told(`resourceVersion=${before}`), [...all, last])

  // kit's own client knows what it has been told, and what a list has.
  const stop = new AbortController()
  const names: string[] = []
  const watching = (async () => {
    for await (const event of client.watch('Config', { resourceVersion: String(shared) }, stop.signal))
      if (event.type !== 'BOOKMARK') names.push(event.object.metadata.name)
  })()
  await settle()
  stop.abort()
  await watching
  assert.deepEqual(names, ['after'])

  const { history } = store
  Object.assign(store, {
    history(since: number) {
      if (since < shared) throw new StatusError('Expired', 'too old')
      return history(since)
    },
  })
  assert.deepEqual(await told(`resourceVersion=${shared}`), [last], 'history that begins right behind it is enough')
})

test('a watch sends bookmarks while idle and ends after timeoutSeconds', async () => {
  const { router, request, clock } = createWorld()
  const response = await router.handle(request('GET', `${services}?watch=true&allowWatchBookmarks=true&timeoutSeconds=70`))
  assert.ok('stream' in response)
  const types: unknown[] = []
  const { stream } = response
  const reading = (async () => {
    for await (const event of stream) types.push(at(event, 'type'))
  })()
  await clock.advance(80_000)
  await reading
  assert.deepEqual(types, ['BOOKMARK', 'BOOKMARK'])
})
