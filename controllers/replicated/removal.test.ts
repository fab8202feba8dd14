import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { SlotIndex } from '../slots/slot-index.ts'
import { nodes, now, service, task } from '../slots/testdata/notation.ts'
import { replicatedController } from './replicated.ts'

test('slots with a long history go, in more than one commit where one would be too large', async () => {
  const store = createMemoryStore()
  const web = service()
  await store.commit({ writes: [{ op: 'create', object: { ...web, spec: { ...web.spec, replicas: 0 } } }] })
  const history = ['1:Failed#ok/S=', '2:Failed#ok/S=', '3:Failed#ok/S=', '4:Failed#ok/S=', '5:Running#ok']
  for (let slot = 1; slot <= 260; slot += 1)
    await store.commit({ writes: history.map((text) => ({ op: 'create', object: task(text, slot) })) })
  const slots = new SlotIndex(store.view, nodes)
  store.subscribe((events) => slots.apply(events))
  const clock = { wallMs: () => now, monotonicMs: () => 0, sleep: () => Promise.resolve() }
  const deps = { clock, events: { record() {} }, slots, nodes }
  const { writes } = replicatedController({ ...deps, store })
  const controller = replicatedController({ ...deps, store: guardStore(store, 'replicated', writes) })
  for (let round = 0; round < 3; round += 1) await controller.reconcile('web', AbortSignal.timeout(60_000))
  const kept = [...store.view.list('Task')].filter(({ spec }) => spec.desired !== 'Remove')
  assert.deepEqual(kept, [])
})
