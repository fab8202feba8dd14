import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { reasonOf } from '../../api/errors.ts'
import type { StoreEvent } from '../../api/store.ts'
import { EventRing } from './event-ring.ts'
import { createMemoryStore } from './memory-store.ts'
import { node } from './testdata/builders.ts'
import { Watchers } from './watch.ts'

function events(index: number, count: number): readonly StoreEvent[] {
  return Array.from({ length: count }, (_, at): StoreEvent => ({ type: 'ADDED', resourceVersion: index, object: node(`${index}-${at}`) }))
}

test('from every index a reader gets exactly what came after, or Expired: as a naive model says', () => {
  const entry = fc.record({ gap: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 1, max: 4 }) })
  fc.assert(
    fc.property(
      fc.array(entry, { maxLength: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 5 }),
      (entries, max, floor) => {
        const ring = new EventRing(floor, max)
        const all: { index: number; events: readonly StoreEvent[] }[] = []
        let index = floor
        for (const { gap, count } of entries) {
          index += gap
          all.push({ index, events: events(index, count) })
          ring.append(index, all.at(-1)?.events ?? [])
        }
        // The model: whole entries are dropped from the oldest on until the rest fits.
        let [dropped, kept] = [floor, [...all]]
        while (kept.reduce((sum, each) => sum + each.events.length, 0) > max) {
          dropped = kept[0]?.index ?? dropped
          kept = kept.slice(1)
        }
        for (let since = 0; since <= index + 2; since += 1) {
          if (since < dropped) {
            assert.throws(
              () => ring.allAfter(since),
              (error) => reasonOf(error) === 'Expired',
            )
            assert.throws(
              () => ring.readAfter(since),
              (error) => reasonOf(error) === 'Expired',
            )
            continue
          }
          const expected = kept.filter((each) => each.index > since).flatMap((each) => each.events)
          assert.deepEqual(ring.allAfter(since), expected)
          const read: StoreEvent[] = []
          for (let next = ring.readAfter(since); next !== undefined; next = ring.readAfter(next.index)) read.push(...next.events)
          assert.deepEqual(read, expected)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('a watch that is stopped and resumed at any point sees each event once, in order', async () => {
  for (const stopAfter of [0, 1, 2, 5, 9]) {
    const store = createMemoryStore()
    const seen: number[] = []
    let since = 0
    const writing = (async () => {
      for (let at = 1; at <= 10; at += 1) await store.commit({ writes: [{ op: 'create', object: node(`n${at}`) }] })
    })()
    while (seen.length < 10) {
      const stop = new AbortController()
      let count = 0
      for await (const batch of store.watch(since, stop.signal)) {
        for (const { resourceVersion } of batch) seen.push(resourceVersion)
        since = seen.at(-1) ?? since
        count += 1
        if (count > stopAfter || seen.length >= 10) stop.abort()
      }
    }
    await writing
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  }
})

test('a reader that stalls gets Expired when it has fallen out of the ring', async () => {
  const store = createMemoryStore({ maxRingEvents: 3 })
  const reader = store.watch(0, new AbortController().signal)[Symbol.asyncIterator]()
  await store.commit({ writes: [{ op: 'create', object: node('a') }] })
  assert.equal((await reader.next()).value?.length, 1)
  for (let at = 0; at < 5; at += 1) await store.commit({ writes: [{ op: 'create', object: node(`b${at}`) }] })
  await assert.rejects(reader.next(), (error) => reasonOf(error) === 'Expired')
})

test('closing delivers what there is and then ends every watch with the reason', async () => {
  const [watchers, ring] = [new Watchers(), new EventRing(0)]
  ring.append(1, events(1, 1))
  const reader = watchers.watch(() => ring, 0, new AbortController().signal)
  watchers.close(new Error('closed'))
  assert.equal((await reader.next()).done, false)
  await assert.rejects(reader.next(), /closed/)
})
