import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../../api/errors.ts'
import type { StoreEvent } from '../../api/store.ts'
import { createMemoryStore } from './memory-store.ts'
import { edit, node, task } from './testdata/builders.ts'

test('a commit is not seen before it resolves, and then has its index', async () => {
  const { view, commit } = createMemoryStore()
  const committed = commit({ writes: [{ op: 'create', object: task('web.1.a') }] })
  assert.equal(view.count('Task'), 0)
  assert.deepEqual(await committed, { resourceVersion: 1 })
  assert.equal(view.get('Task', 'web.1.a')?.metadata.resourceVersion, 1)
})

test('commits are applied in the order in which they were made, each on its own', async () => {
  let waits = 0
  const { view, commit } = createMemoryStore({
    delay: async () => {
      waits += 1
    },
  })
  const first = commit({ writes: [{ op: 'create', object: node('a') }] })
  const second = commit({ writes: [{ op: 'create', object: node('a') }] })
  const third = commit({ writes: [{ op: 'create', object: node('b') }] })
  assert.deepEqual(await first, { resourceVersion: 1 })
  await assert.rejects(second, (error) => reasonOf(error) === 'AlreadyExists')
  assert.deepEqual(await third, { resourceVersion: 3 })
  assert.equal(view.count('Node'), 2)
  assert.equal(waits, 3)
})

test('subscribers hear every entry that changed something, with all of its events', async () => {
  const { view, commit, subscribe } = createMemoryStore()
  const heard: (readonly StoreEvent[])[] = []
  const stop = subscribe((events) => heard.push(events))
  await commit({
    writes: [
      { op: 'create', object: node('a') },
      { op: 'create', object: node('b') },
    ],
  })
  await commit({ writes: [{ op: 'update', object: edit(view.get('Node', 'a'), {}) }] })
  stop()
  await commit({ writes: [{ op: 'delete', kind: 'Node', name: 'a' }] })
  assert.deepEqual(
    heard.map((events) => events.map(({ type, object }) => `${type} ${object.metadata.name}`)),
    [['ADDED a', 'ADDED b']],
  )
})

test('what a caller does to its own object afterwards does not reach the store', async () => {
  const { view, commit } = createMemoryStore()
  const labels = { zone: 'a' }
  const object = { ...node('a'), metadata: { ...node('a').metadata, labels } }
  const committed = commit({ writes: [{ op: 'create', object }] })
  labels.zone = 'b'
  await committed
  assert.equal(view.get('Node', 'a')?.metadata.labels?.['zone'], 'a')
})
