import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Task } from '../api/objects.ts'
import { taskStates } from '../api/task.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import { followTaskCounts, type TaskCounts } from './task-counts.ts'

const pause = () => Promise.resolve()
const names = ['a.1.x', 'a.2.x', 'b.1.x', 'b.2.x']
const change = fc.record({
  name: fc.constantFrom(...names),
  isDelete: fc.boolean(),
  state: fc.constantFrom(...taskStates),
  desired: fc.constantFrom('Running' as const, 'Shutdown' as const),
  health: fc.option(fc.constantFrom('Healthy' as const, 'Unhealthy' as const), { nil: undefined }),
  error: fc.option(fc.constantFrom('no suitable node', 'no suitable node (insufficient resources on 3 nodes)'), { nil: undefined }),
})

type Wanted = Omit<typeof change extends fc.Arbitrary<infer T> ? T : never, 'isDelete'>
function taskOf({ name, state, desired, health, error }: Wanted, resourceVersion: number): Task {
  const [service = '', slot] = name.split('.')
  return {
    kind: 'Task',
    metadata: { name, resourceVersion, createdAt: 0 },
    spec: { service, serviceUid: `uid-${service}`, slot: Number(slot), revision: 'r', attempt: 1, desired },
    status: { state, at: 0, ...(health === undefined ? {} : { health }), ...(error === undefined ? {} : { error }) },
  }
}

test('counts that are kept are those that counting anew would give, whatever changes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 30 }), fc.nat({ max: 30 }), async (changes, askedAt) => {
      const store = createMemoryStore()
      const counts = followTaskCounts(store, pause)
      for (const [at, { isDelete, ...wanted }] of changes.entries()) {
        if (at === askedAt) await counts()
        const present = store.view.get('Task', wanted.name)
        const object = taskOf(wanted, present?.metadata.resourceVersion ?? 0)
        if (isDelete && present !== undefined) await store.commit({ writes: [{ op: 'delete', kind: 'Task', name: wanted.name }] })
        else if (!isDelete) await store.commit({ writes: [{ op: present === undefined ? 'create' : 'update', object }] })
      }
      assert.deepEqual(plain(await counts()), plain(await followTaskCounts(store, pause)()))
    }),
  )
})

test('a large count is taken in parts, and what changes in between is counted', async () => {
  const store = createMemoryStore()
  const total = 25_000
  const wanted = (name: string): Wanted => ({ name, state: 'Running', desired: 'Running', health: undefined, error: undefined })
  const all = Array.from({ length: total }, (_, at) => taskOf(wanted(`a.${at}.x`), 0))
  for (let at = 0; at < total; at += 1000)
    await store.commit({ writes: all.slice(at, at + 1000).map((object) => ({ op: 'create', object })) })
  let pauses = 0
  const counts = followTaskCounts(store, async () => {
    // One that has been counted, one that has not, and a new one.
    const at = pauses++
    for (const number of [at, total - 1 - at]) {
      const present = store.view.get('Task', `a.${number}.x`)
      const object = taskOf({ ...wanted(`a.${number}.x`), state: 'Failed' }, present?.metadata.resourceVersion ?? 0)
      await store.commit({ writes: [{ op: 'update', object }] })
    }
    await store.commit({ writes: [{ op: 'create', object: taskOf(wanted(`b.${at}.x`), 0) }] })
  })
  const [first, second] = await Promise.all([counts(), counts()])
  assert.equal(pauses, 2)
  assert.equal(first, second)
  assert.deepEqual(plain(first), plain(await followTaskCounts(store, pause)()))
  assert.deepEqual(plain(first).states, [
    ['Failed', 4],
    ['Running', total - 2],
  ])
})

function plain({ states, pending, healthy }: TaskCounts) {
  const sorted = (counts: ReadonlyMap<string, number>) => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { states: sorted(states), pending: sorted(pending), healthy: sorted(healthy) }
}
