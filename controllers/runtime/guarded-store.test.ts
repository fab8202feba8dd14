import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from '../../api/errors.ts'
import type { Node } from '../../api/objects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { ForbiddenWrite, guardStore } from './guarded-store.ts'

const node: Node = {
  kind: 'Node',
  metadata: { name: 'n1', uid: 'u1', resourceVersion: 0, generation: 1, createdAt: 0 },
  spec: { availability: 'Active' },
  status: { state: 'Ready', message: 'answers' },
}

async function setUp(
  list: readonly string[],
): Promise<{ readonly commit: (change: (stored: Node) => Node) => Promise<unknown>; readonly remove: () => Promise<unknown> }> {
  const store = createMemoryStore()
  await store.commit({ writes: [{ op: 'create', object: node }] })
  const guarded = guardStore(store, 'tested', { Node: list })
  return {
    commit(change) {
      const stored = store.view.get('Node', 'n1')
      assert.ok(stored)
      return guarded.commit({ writes: [{ op: 'update', object: change(stored) }] })
    },
    remove: () => guarded.commit({ writes: [{ op: 'delete', kind: 'Node', name: 'n1' }] }),
  }
}

test('a controller may change the fields on its list', async () => {
  const { commit } = await setUp(['status.state'])
  await commit((stored) => ({ ...stored, status: { ...stored.status, state: 'Down' } }))
})

test('a write outside the list is refused and names controller, kind and field', async () => {
  const { commit } = await setUp(['status.state'])
  await assert.rejects(
    commit((stored) => ({ ...stored, spec: { availability: 'Drain' } })),
    (error: unknown) => error instanceof ForbiddenWrite && /tested.*Node spec\.availability/.test(error.message),
  )
})

test('taking a field away counts as changing it', async () => {
  const { commit } = await setUp(['status.state'])
  await assert.rejects(
    commit((stored) => ({ ...stored, status: { state: 'Ready' } })),
    /status\.message/,
  )
})

test('a whole part on the list covers its fields', async () => {
  const { commit } = await setUp(['status'])
  await commit((stored) => ({ ...stored, status: { state: 'Down', message: 'silent' } }))
})

test('creating and deleting need their own words', async () => {
  const { remove } = await setUp(['status', 'create'])
  await assert.rejects(remove(), /may not write Node delete/)
})

test('a stale write is a Conflict, although what others wrote meanwhile is not on the list', async () => {
  const store = createMemoryStore()
  await store.commit({ writes: [{ op: 'create', object: node }] })
  const stale = store.view.get('Node', 'n1')
  assert.ok(stale)
  await store.commit({ writes: [{ op: 'update', object: { ...stale, spec: { availability: 'Drain' } } }] })
  const guarded = guardStore(store, 'tested', { Node: ['status.state'] })
  const write = guarded.commit({ writes: [{ op: 'update', object: { ...stale, status: { ...stale.status, state: 'Down' } } }] })
  await assert.rejects(write, (error) => reasonOf(error) === 'Conflict')
})

test('of the conditions each type is a field of its own', async () => {
  const { commit } = await setUp(['status.conditions.Ready'])
  const add = (type: string) => (stored: Node) => ({
    ...stored,
    status: { ...stored.status, conditions: [...(stored.status.conditions ?? []), { type, status: 'True' as const }] },
  })
  await commit(add('Ready'))
  await assert.rejects(commit(add('Other')), /may not write Node status\.conditions\.Other/)
  await commit((stored) => ({ ...stored, status: { ...stored.status, conditions: [] } }))
})
