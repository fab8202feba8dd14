import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClock } from './clock.ts'

test('after no delay, all that had arrived is taken', async () => {
  const order: string[] = []
  setImmediate(() => order.push('arrived'))
  void Promise.resolve().then(() => order.push('asked for in the same turn'))
  await createClock().sleep(0, new AbortController().signal)
  assert.deepEqual(order, ['asked for in the same turn', 'arrived'])
})

for (const delayMs of [0, 60_000])
  test(`who gives up a sleep of ${delayMs} ms is told why`, async () => {
    const giveUp = new AbortController()
    const slept = createClock().sleep(delayMs, giveUp.signal)
    giveUp.abort(new Error('enough'))
    await assert.rejects(slept, { message: 'enough' })
  })
