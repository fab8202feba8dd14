import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextRound } from 'node:timers/promises'
import { Turns } from './turns.ts'

test('so many at once, the others in their order, also after one that fails', async () => {
  const turns = new Turns(2)
  const [begun, inWork]: [number[], number[]] = [[], []]
  let now = 0
  const all = Array.from({ length: 7 }, (_, at) =>
    turns.take(async () => {
      begun.push(at)
      inWork.push(++now)
      await nextRound()
      now--
      if (at === 2) throw new Error('two fails')
      return at
    }),
  )
  const ends = await Promise.allSettled(all)
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6])
  assert.equal(Math.max(...inWork), 2)
  assert.deepEqual(
    ends.map((end) => (end.status === 'fulfilled' ? end.value : 'failed')),
    [0, 1, 'failed', 3, 4, 5, 6],
  )
  assert.equal(await turns.take(async () => 'free again'), 'free again')
})
