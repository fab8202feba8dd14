import assert from 'node:assert/strict'
import { test } from 'node:test'
import { find } from './resource.ts'
import { createTown } from './ui/testdata/town.ts'

test('a slot is named for the task that fills it, and not for those that ended there', async () => {
  const town = createTown()
  await town.fill()
  const tenth = town.store.view.get('Task', 'shop_api.1.a1')
  assert.ok(tenth !== undefined)
  await town.commit([
    { op: 'create', object: { ...tenth, metadata: { ...tenth.metadata, name: 'shop_api.10.a1' }, spec: { ...tenth.spec, slot: 10 } } },
    {
      op: 'create',
      object: {
        ...tenth,
        metadata: { ...tenth.metadata, name: 'shop_api.4.a2' },
        spec: { ...tenth.spec, slot: 4 },
        status: { state: 'Starting', at: 0 },
      },
    },
  ])
  const found = async (name: string): Promise<string> => (await find(town.client, 'Task', name)).metadata.name
  for (const [name, task] of [
    ['shop_bad.1', 'shop_bad.1.a9'], // Four failed there before.
    ['shop_web.3', 'shop_web.3.a2'], // The one before still runs, and is told to stop.
    ['shop_api.1', 'shop_api.1.a1'], // And not slot 10.
    ['shop_api.4', 'shop_api.4.a1'], // Its successor is started before it stops.
    ['shop_api.2', 'shop_api.2.a1'], // The only one, which has ended.
    ['shop_bad.1.a6', 'shop_bad.1.a6'],
  ] as const)
    assert.equal(await found(name), task)
  await assert.rejects(found('shop_web'), /task "shop_web" could be any of: shop_web\.1\.a1, shop_web\.2\.a1, shop_web\.3\.a2$/)
})

test('of two nodes with one host name it is said which one is gone', async () => {
  const town = createTown()
  await town.fill()
  const gone = town.store.view.get('Node', 'id-w-3')
  assert.ok(gone !== undefined)
  const anew = { ...gone, metadata: { ...gone.metadata, name: 'id-w-3-anew' }, status: { ...gone.status, state: 'Ready' } } as const
  await town.commit([{ op: 'create', object: anew }])
  await assert.rejects(find(town.client, 'Node', 'w-3'), /node "w-3" could be any of: id-w-3 \(Down\), id-w-3-anew \(Ready\)$/)
})
