// What every Client promises, whatever carries its requests. Run in one process and over a socket.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../api/errors.ts'
import type { Client } from './client.ts'

export function clientSuite(name: string, open: () => Promise<{ readonly client: Client; readonly close: () => Promise<void> }>): void {
  const withClient = async (body: (client: Client) => Promise<void>): Promise<void> => {
    const { client, close } = await open()
    try {
      await body(client)
    } finally {
      await close()
    }
  }
  const config = (objectName: string, data = 'YQ==') => ({
    apiVersion: 'kit/v1',
    kind: 'Config',
    metadata: { name: objectName },
    spec: { data },
  })

  test(`${name}: what is created can be read, changed and deleted`, () =>
    withClient(async (client) => {
      const created = await client.create('Config', config('a'))
      assert.deepEqual(await client.get('Config', 'a'), created)
      const patched = await client.patch('Config', 'a', {
        type: 'json',
        patch: [{ op: 'add', path: '/metadata/labels', value: { x: 'y' } }],
      })
      assert.deepEqual(patched.metadata.labels, { x: 'y' })
      const removed = await client.delete('Config', 'a')
      assert.ok(removed.kind === 'Status' && removed.details?.uid === created.metadata.uid)
      await assert.rejects(client.get('Config', 'a'), (error) => reasonOf(error) === 'NotFound')
    }))

  test(`${name}: names are carried whole`, () =>
    withClient(async (client) => {
      await assert.rejects(client.get('Config', 'a/b?c=d%'), /configs "a\/b\?c=d%" not found/)
    }))

  test(`${name}: a list is read in pages`, () =>
    withClient(async (client) => {
      for (const each of ['a', 'b', 'c']) await client.create('Config', config(each))
      const first = await client.list('Config', { limit: 2 })
      const second = await client.list('Config', { limit: 2, continue: first.metadata.continue ?? '' })
      assert.deepEqual(
        [...first.items, ...second.items].map(({ metadata }) => metadata.name),
        ['a', 'b', 'c'],
      )
    }))

  test(`${name}: a watch sees every change in order`, () =>
    withClient(async (client) => {
      const stop = new AbortController()
      const events = client.watch('Config', { sendInitialEvents: true }, stop.signal)[Symbol.asyncIterator]()
      const first = await events.next()
      assert.equal(first.value?.type, 'BOOKMARK')
      await client.create('Config', config('a'))
      await client.patch('Config', 'a', { type: 'merge', patch: { metadata: { labels: { x: 'y' } } } })
      await client.delete('Config', 'a')
      const seen = [await events.next(), await events.next(), await events.next()].map(({ value }) => value?.type)
      assert.deepEqual(seen, ['ADDED', 'MODIFIED', 'DELETED'])
      stop.abort()
      assert.equal((await events.next()).done, true)
    }))

  test(`${name}: errors keep their reason and their causes`, () =>
    withClient(async (client) => {
      await client.apply('Config', config('a'), { fieldManager: 'one' })
      await assert.rejects(client.apply('Config', config('a', 'Yg=='), { fieldManager: 'two' }), (error) => {
        assert.equal(reasonOf(error), 'Conflict')
        assert.match(String(error), /conflict with "one": \.spec\.data/)
        return true
      })
    }))

  test(`${name}: text is answered as text`, () =>
    withClient(async (client) => {
      assert.equal(await client.raw({ method: 'GET', path: '/livez' }), 'ok')
    }))
}
