import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Task } from '../api/objects.ts'
import { taskStates } from '../api/task.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import { followTaskCounts } from './task-counts.ts'

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
      const counts = followTaskCounts(store)
      for (const [at, { isDelete, ...wanted }] of changes.entries()) {
        if (at === askedAt) counts()
        const present = store.view.get('Task', wanted.name)
        const object = taskOf(wanted, present?.metadata.resourceVersion ?? 0)
        if (isDelete && present !== undefined) await store.commit({ writes: [{ op: 'delete', kind: 'Task', name: wanted.name }] })
        else if (!isDelete) await store.commit({ writes: [{ op: present === undefined ? 'create' : 'update', object }] })
      }
      assert.deepEqual(plain(counts()), plain(followTaskCounts(store)()))
    }),
  )
})

function plain({ states, pending, healthy }: ReturnType<ReturnType<typeof followTaskCounts>>) {
  const sorted = (counts: ReadonlyMap<string, number>) => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { states: sorted(states), pending: sorted(pending), healthy: sorted(healthy) }
}
