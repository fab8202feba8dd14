import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { now, service, task } from './testdata/notation.ts'
import { slotCommit, stopTask } from './write.ts'

/** Two tasks of slot 1, one of slot 2. */
async function begin() {
  const store = createMemoryStore()
  const tasks = [task('1:Running#ok'), task('2:New'), { ...task('1:Running#ok', 2) }]
  await store.commit({ writes: [service(), ...tasks].map((object) => ({ op: 'create', object })) })
  const [first, second, other] = tasks.map(({ metadata }) => {
    const found = store.view.get('Task', metadata.name)
    assert.ok(found !== undefined)
    return found
  })
  const owner = store.view.get('Service', 'web')
  assert.ok(first !== undefined && second !== undefined && other !== undefined && owner !== undefined)
  const stop = (of: typeof first, slot: string) => slotCommit(store.view, owner, slot, [stopTask(of, 'update', now)])
  return { store, first, second, other, owner, stop }
}

test('of two commits made from one look at a slot the second is refused, whatever task it writes', async () => {
  const { store, first, second, stop } = await begin()
  const late = stop(second, '1')
  await store.commit(stop(first, '1'))
  await assert.rejects(store.commit(late), { reason: 'Conflict' })
})

test('another slot of the service is not in the way', async () => {
  const { store, first, other, stop } = await begin()
  const late = stop(other, '2')
  await store.commit(stop(first, '1'))
  await store.commit(late)
})

test('a commit made before the service got a new generation is refused', async () => {
  const { store, first, owner, stop } = await begin()
  const late = stop(first, '1')
  await store.commit({ writes: [{ op: 'update', object: { ...owner, metadata: { ...owner.metadata, generation: 2 } } }] })
  await assert.rejects(store.commit(late), { reason: 'Conflict' })
})

test('what ended by itself was stopped by nobody', () => {
  const stopOf = (text: string) => {
    const write = stopTask(task(text), 'restart', now, { verdict: 'Replaced' })
    assert.ok(write.op === 'update' && write.object.kind === 'Task')
    return write.object.spec.stop
  }
  assert.equal(stopOf('1:Failed#ok'), undefined)
  assert.deepEqual(stopOf('1:Running#ok'), { by: 'restart', at: now })
})
