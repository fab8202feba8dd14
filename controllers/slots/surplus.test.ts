import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, Task } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { ServiceSlots, SlotIndex } from './slot-index.ts'
import { nodes, now, service, task } from './testdata/notation.ts'

const states = ['Pending', 'Assigned', 'Running#ok', 'Running#ok2', 'Failed#ok']

async function serviceOf(tasks: readonly Task[], replicas: number): Promise<{ readonly store: Store; readonly index: SlotIndex }> {
  const store = createMemoryStore()
  await store.commit({ writes: [{ op: 'create', object: scaled(service(), replicas) }] })
  await store.commit({ writes: tasks.map((object) => ({ op: 'create', object })) })
  const index = new SlotIndex(store.view, nodes)
  store.subscribe((events) => index.apply(events))
  return { store, index }
}

function scaled(before: Service, replicas: number): Service {
  return { ...before, spec: { ...before.spec, replicas } }
}

function surplusOf(index: SlotIndex): readonly string[] {
  return index.of('web')?.surplus(Number.POSITIVE_INFINITY, now) ?? []
}

/** As an index that has just been made has it. */
function foundAnew({ view }: Store): readonly string[] {
  const web = view.get('Service', 'web')
  return web === undefined ? [] : new ServiceSlots(web, view, nodes).surplus(Number.POSITIVE_INFINITY, now)
}

async function change(store: Store, name: string, spec: Partial<Task['spec']>, status: Partial<Task['status']> = {}): Promise<void> {
  const found = store.view.get('Task', name)
  if (found === undefined) return
  const object = { ...found, spec: { ...found.spec, ...spec }, status: { ...found.status, ...status } }
  await store.commit({ writes: [{ op: 'update', object }] })
}

test('whatever happens, surplus are the slots that an index made anew finds', async () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = new SeededRandom(seed)
    const tasks = Array.from({ length: 12 }, (_, at) => task(`1:${random.pick(states)}`, at + 1))
    const { store, index } = await serviceOf(tasks, random.below(8))
    for (let step = 0; step < 20; step += 1) {
      const [first = ''] = surplusOf(index)
      const name = `web.${1 + random.below(12)}.1`
      const act = random.below(5)
      if (act < 2) await change(store, `web.${first}.1`, { desired: 'Remove' })
      else if (act === 2) await change(store, name, { desired: 'Remove' })
      else if (act === 3) await change(store, name, {}, { state: 'Running' })
      else if (store.view.get('Task', name)?.spec.desired === 'Remove')
        await store.commit({ writes: [{ op: 'delete', kind: 'Task', name }] })
      const message = `seed ${seed}, step ${step}`
      assert.deepEqual(surplusOf(index).toSorted(), foundAnew(store).toSorted(), message)
    }
  }
})

test('taking many slots away, some at a time, ranks them once', async () => {
  const count = 1_000
  const { store, index } = await serviceOf(
    Array.from({ length: count }, (_, at) => task('1:Running#ok', at + 1)),
    10,
  )
  const slots = index.of('web')
  for (let left = count - 10; left > 0; left -= 10) {
    assert.equal(slots?.count('surplus', now), left)
    const writes = (slots?.surplus(10, now) ?? []).flatMap((slot) => {
      const [found] = store.view.tasksOfSlot('uid-web', slot)
      return found === undefined ? [] : [{ op: 'update', object: { ...found, spec: { ...found.spec, desired: 'Remove' } } } as const]
    })
    await store.commit({ writes })
  }
  assert.deepEqual(surplusOf(index), [])
  assert.equal(slots?.rankings, 1)
  assert.equal(slots?.classifications, count + (count - 10))
})
