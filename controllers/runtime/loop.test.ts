import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../../api/objects.ts'
import type { Store, StoreEvent } from '../../api/store.ts'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { EventQueue } from '../../sim/effects/event-queue.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import type { Controller, Result } from './controller.ts'
import { runControllers } from './loop.ts'

function node(name: string): Node {
  return {
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 },
    spec: { availability: 'Active' },
    status: { state: 'Ready', message: 'answers' },
  }
}

/** A controller of nodes on a store with two of them, and the terms for which it runs. */
async function setUp(reconcile: (key: string, signal: AbortSignal) => Promise<Result> = async () => ({})) {
  const queue = new EventQueue()
  const store = createMemoryStore()
  const begun: string[] = []
  const warnings: string[] = []
  const controller: Controller = {
    name: 'tested',
    watches: { Node: ({ metadata }) => [metadata.name] },
    writes: {},
    reconcile(key, signal) {
      begun.push(key)
      return reconcile(key, signal)
    },
  }
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} }
  const add = (name: string): Promise<unknown> => store.commit({ writes: [{ op: 'create', object: node(name) }] })
  /** All that can happen until then has happened. */
  const pass = (ms: number): Promise<void> => queue.run(queue.nowMs() + ms)
  function lead(on: Store = store) {
    const term = new AbortController()
    const state = { hasEnded: false }
    const ended = runControllers([controller], { store: on, clock: createSimulatedClock(queue), log }, term.signal).then(() => {
      state.hasEnded = true
    })
    return { lose: () => term.abort(new Error('leadership was lost')), ended, hasEnded: () => state.hasEnded }
  }
  await add('a')
  await add('b')
  return { store, begun, warnings, add, pass, lead }
}

/** A reconcile that goes on until it is let go. */
function held() {
  const { promise, resolve } = Promise.withResolvers<Result>()
  return { reconcile: () => promise, letGo: () => resolve({}) }
}

test('leading begins with a look at everything there is, each time anew', async () => {
  const { begun, pass, lead } = await setUp()
  for (const _ of ['the first term', 'the second']) {
    const { lose, ended } = lead()
    await pass(1)
    assert.deepEqual(begun.splice(0), ['a', 'b'])
    lose()
    await ended
  }
})

test('what changes while another one leads is seen with the next term, and not before', async () => {
  const { begun, add, pass, lead } = await setUp()
  const first = lead()
  await pass(1)
  first.lose()
  await first.ended
  begun.length = 0
  await add('c')
  await pass(1000)
  assert.deepEqual(begun, [])
  const second = lead()
  await pass(1)
  assert.deepEqual(begun, ['a', 'b', 'c'])
  second.lose()
  await second.ended
})

test('when leadership goes, no reconcile begins any more, whatever waits or was asked for later', async () => {
  const { reconcile, letGo } = held()
  const { begun, add, pass, lead } = await setUp((key) => (key === 'a' ? reconcile() : Promise.resolve({ requeueAfterMs: 100 })))
  for (const name of ['c', 'd']) await add(name)
  const { lose, ended } = lead()
  await pass(1)
  await add('a2')
  lose()
  begun.length = 0
  await add('e')
  letGo()
  await ended
  await pass(10_000)
  assert.deepEqual(begun, [])
})

test('a term has ended only when every reconcile that was under way has returned, so none is left in the next', async () => {
  const { reconcile, letGo } = held()
  const { pass, lead } = await setUp(reconcile)
  const { lose, ended, hasEnded } = lead()
  await pass(1)
  lose()
  await pass(10_000)
  assert.equal(hasEnded(), false)
  letGo()
  await ended
})

test('a reconcile that is under way hears with its signal that leadership has gone', async () => {
  const { begun, warnings, pass, lead } = await setUp(
    (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  )
  const { lose, ended } = lead()
  await pass(1)
  lose()
  await ended
  await pass(10_000)
  assert.deepEqual(begun, ['a', 'b'], 'and is not tried again')
  assert.deepEqual(warnings, [], 'nor is that a failure')
})

test('a reconcile that fails is tried again while this node leads', async () => {
  const { begun, warnings, pass, lead } = await setUp(async () => {
    if (begun.length <= 2) throw new Error('not yet')
    return {}
  })
  const { lose, ended } = lead()
  await pass(1000)
  assert.deepEqual(begun, ['a', 'b', 'a', 'b'])
  assert.equal(warnings.length, 2)
  lose()
  await ended
})

test('when the state comes as a whole, everything is looked at again', async () => {
  const { store, begun, pass, lead } = await setUp()
  const listeners = new Set<(events: readonly StoreEvent[]) => void>()
  const { lose, ended } = lead({
    ...store,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  })
  await pass(1)
  begun.length = 0
  for (const listener of listeners) listener([])
  await pass(1)
  assert.deepEqual(begun, ['a', 'b'])
  lose()
  await ended
  assert.equal(listeners.size, 0, 'nobody listens after the term')
})
