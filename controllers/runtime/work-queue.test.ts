import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSimulatedClock } from '../../sim/effects/clock.ts'
import { EventQueue } from '../../sim/effects/event-queue.ts'
import { WorkQueue } from './work-queue.ts'

function setUp(): { readonly events: EventQueue; readonly queue: WorkQueue; readonly stop: AbortController } {
  const events = new EventQueue()
  const stop = new AbortController()
  return { events, stop, queue: new WorkQueue(createSimulatedClock(events), stop.signal) }
}

test('a key that waits already is not queued twice', async () => {
  const { queue } = setUp()
  queue.add('a')
  queue.add('b')
  queue.add('a')
  assert.equal(queue.length, 2)
  assert.equal(await queue.take(), 'a')
  assert.equal(await queue.take(), 'b')
})

test('a key added while it is worked on comes once more, after it is done', async () => {
  const { queue } = setUp()
  queue.add('a')
  assert.equal(await queue.take(), 'a')
  queue.add('a')
  queue.add('a')
  assert.equal(queue.length, 0)
  queue.done('a')
  assert.equal(await queue.take(), 'a')
  queue.done('a')
  assert.equal(queue.length, 0)
})

test('of two delays for one key the earlier time counts', async () => {
  const { events, queue } = setUp()
  queue.addAfter('a', 500)
  queue.addAfter('a', 100)
  queue.addAfter('a', 900)
  await events.run(99)
  assert.equal(queue.length, 0)
  await events.run(100)
  assert.equal(queue.length, 1)
  await queue.take()
  await events.run(2000)
  assert.equal(queue.length, 0)
})

test('failures wait longer each time, five minutes at most, until they are forgotten', async () => {
  const { events, queue } = setUp()
  const waits: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const since = events.nowMs()
    queue.addRateLimited('a')
    await events.run(
      since + 400_000,
      () => {},
      () => queue.length > 0,
    )
    waits.push(events.nowMs() - since)
    queue.done((await queue.take()) ?? '')
  }
  assert.deepEqual(waits.slice(0, 4), [5, 10, 20, 40])
  assert.equal(waits.at(-1), 300_000)
  queue.forget('a')
  const since = events.nowMs()
  queue.addRateLimited('a')
  await events.run(
    since + 1000,
    () => {},
    () => queue.length > 0,
  )
  assert.equal(events.nowMs() - since, 5)
})

test('takers are released with nothing when the queue ends', async () => {
  const { queue, stop } = setUp()
  const takers = [queue.take(), queue.take()]
  stop.abort()
  assert.deepEqual(await Promise.all(takers), [undefined, undefined])
})
