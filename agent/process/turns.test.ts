import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextRound } from 'node:timers/promises'
import { Turns } from './turns.ts'

test('so many at once, the others in their order, also after one that fails', async () => {
  const turns = new Turns(2)
  const [begun, inWork]: [number[], number[]] = [[], []]
  let now = 0
  const all = Array.from({ length: 7 }, (_, at) =>
    turns.take('web', async () => {
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
  assert.equal(await turns.take('web', async () => 'free again'), 'free again')
})

test('one with a thousand that wait holds up nobody else', async () => {
  const turns = new Turns(1)
  const begun: string[] = []
  const wait = (owner: string, count: number): Promise<void>[] =>
    Array.from({ length: count }, (_, at) =>
      turns.take(owner, async () => {
        begun.push(`${owner}${at}`)
        await nextRound()
      }),
    )
  await Promise.all([...wait('crowd', 1000), ...wait('a', 2), ...wait('b', 1)])
  assert.equal(begun.length, 1003)
  assert.deepEqual(begun.slice(0, 6), ['crowd0', 'crowd1', 'a0', 'b0', 'crowd2', 'a1'])
})
