import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KitObject } from '../../api/objects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import type { Fact } from '../runtime/controller.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { nodeLifecycleController } from './node-lifecycle.ts'

const hourMs = 3_600_000

function task(name: string, state: 'Running' | 'Pending' | 'Complete'): KitObject {
  const spec = { service: 'web', serviceUid: 'u', slot: 1, revision: 'r', attempt: 1, desired: 'Running' as const, nodeName: 'a' }
  return { kind: 'Task', metadata: { name, resourceVersion: 0, createdAt: 1 }, spec, status: { state, at: 1 } }
}

async function cluster() {
  const store = createMemoryStore()
  const time = { now: 0, stoodStill: 0 }
  const seen = new Map<string, number>()
  const clock = { monotonicMs: () => time.now, wallMs: () => time.now, sleep: () => Promise.resolve() }
  const facts: string[] = []
  const events = { record: ({ reason, message }: Fact) => void facts.push(`${reason}: ${message}`) }
  const told = { periodMs: undefined as number | undefined }
  const liveness = {
    listenedMs: () => time.now - time.stoodStill,
    lastSeenMs: (name: string) => seen.get(name),
    periodMs: () => told.periodMs,
    subscribe: () => () => {},
  }
  const make = () => {
    const { writes } = nodeLifecycleController({ store, clock, events, liveness })
    return nodeLifecycleController({ store: guardStore(store, 'node-lifecycle', writes), clock, events, liveness })
  }
  const metadata = { name: 'a', uid: 'a', resourceVersion: 0, generation: 1, createdAt: 1 }
  for (const object of [
    { kind: 'Node' as const, metadata, spec: {}, status: {} },
    task('t1', 'Running'),
    task('t2', 'Pending'),
    task('t3', 'Complete'),
  ]) {
    await store.commit({ writes: [{ op: 'create', object }] })
  }
  const look = (controller: ReturnType<typeof make>) => controller.reconcile('a', new AbortController().signal)
  return { store, time, seen, told, facts, make, look }
}

test('tasks of a node that is down are orphaned after a day, counted through a change of leader', async () => {
  const { store, time, seen, facts, make, look } = await cluster()
  const first = make()
  seen.set('a', 0)
  assert.deepEqual(await look(first), { requeueAfterMs: 15_000 })
  assert.equal(store.view.get('Node', 'a')?.status.state, 'Ready')
  time.now = 15_000
  assert.deepEqual(await look(first), { requeueAfterMs: 24 * hourMs })
  assert.equal(store.view.get('Node', 'a')?.status.state, 'Down')
  assert.deepEqual(facts, ['NodeReady: The node answers', 'NodeDown: The node is down: heartbeat failure'])
  seen.clear()
  time.now = 20 * hourMs
  const second = make()
  assert.deepEqual(await look(second), { requeueAfterMs: 4 * hourMs + 15_000 })
  time.now = 24 * hourMs + 15_000
  await look(second)
  assert.deepEqual(
    ['t1', 't2', 't3'].map((name) => store.view.get('Task', name)?.status.state),
    ['Orphaned', 'Pending', 'Complete'],
  )
})

test('tasks of a deleted node are orphaned at once', async () => {
  const { store, make, look } = await cluster()
  await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: 'a' }] })
  await look(make())
  assert.equal(store.view.get('Task', 't1')?.status.state, 'Orphaned')
})

for (const leader of ['the leader that it told', 'the next leader'])
  test(`a node that left is down, and its tasks are orphaned, at once: by ${leader}`, async () => {
    const { store, seen, facts, make, look } = await cluster()
    seen.set('a', 0)
    const first = make()
    await look(first)
    const node = store.view.get('Node', 'a')
    assert.ok(node)
    await store.commit({ writes: [{ op: 'update', object: { ...node, status: { ...node.status, leftAt: 1 } } }] })
    const isNext = leader === 'the next leader'
    if (isNext) seen.clear()
    assert.deepEqual(await look(isNext ? make() : first), {})
    assert.deepEqual(facts.at(-1), 'NodeDown: The node is down: it left the cluster')
    assert.equal(store.view.get('Task', 't1')?.status.error, 'its node left the cluster')
  })

test('a shorter period of heartbeats counts once the agent has been told of it', async () => {
  const { time, seen, told, make, look, store } = await cluster()
  told.periodMs = 60_000
  seen.set('a', 0)
  const controller = make()
  time.now = 100_000 // The cluster says 5 s by now.
  assert.deepEqual(await look(controller), { requeueAfterMs: 80_000 })
  assert.equal(store.view.get('Node', 'a')?.status.state, 'Ready')
  seen.set('a', time.now)
  told.periodMs = 5_000
  time.now += 15_000
  await look(controller)
  assert.equal(store.view.get('Node', 'a')?.status.state, 'Down')
})

test('time in which the manager itself stood still counts for no node', async () => {
  const { time, seen, facts, make, look } = await cluster()
  seen.set('a', 0)
  const controller = make()
  assert.deepEqual(await look(controller), { requeueAfterMs: 15_000 })
  time.now = 60_000
  time.stoodStill = 50_000
  assert.deepEqual(await look(controller), { requeueAfterMs: 5_000 })
  assert.deepEqual(facts, ['NodeReady: The node answers'])
  time.now = 65_000
  await look(controller)
  assert.deepEqual(facts.at(-1), 'NodeDown: The node is down: heartbeat failure')
})

test('a look again is at least a millisecond away, however little is left of the period', async () => {
  const { time, seen, make, look } = await cluster()
  seen.set('a', 0)
  time.now = 14_999.999_999_999
  assert.deepEqual(await look(make()), { requeueAfterMs: 1 })
})
