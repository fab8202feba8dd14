import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Rotation } from './rotation.ts'

function turns(rotation: Rotation, candidates: readonly string[], count: number, nowMs = 0): string {
  return Array.from({ length: count }, () => rotation.next(candidates, [], nowMs) ?? '-').join('')
}

function fail(rotation: Rotation, task: string, times: number, nowMs = 0): void {
  for (let time = 0; time < times; time++) rotation.failed(task, nowMs)
}

test('all take turns', () => assert.equal(turns(new Rotation(), ['a', 'b', 'c'], 7), 'abcabca'))

test('nobody is chosen from nobody', () => assert.equal(new Rotation().next([], [], 0), undefined))

test('who comes and goes does not disturb the order', () => {
  const rotation = new Rotation()
  assert.equal(turns(rotation, ['a', 'c', 'e'], 2), 'ac')
  assert.equal(turns(rotation, ['a', 'b', 'd', 'e'], 3), 'dea')
  assert.equal(turns(rotation, ['b'], 2), 'bb')
})

test('a client is never given a task that it was tried with', () => {
  const rotation = new Rotation()
  const candidates = ['a', 'b', 'c']
  const first = rotation.next(candidates, [], 0) ?? ''
  const second = rotation.next(candidates, [first], 0) ?? ''
  const third = rotation.next(candidates, [first, second], 0) ?? ''
  assert.deepEqual([first, second, third].toSorted(), candidates)
  assert.equal(rotation.next(candidates, candidates, 0), undefined)
})

test('three failures in a row put a task out for five seconds; a success in between starts the count anew', () => {
  const rotation = new Rotation()
  fail(rotation, 'b', 2)
  assert.equal(turns(rotation, ['a', 'b', 'c'], 3), 'abc')
  rotation.succeeded('b')
  fail(rotation, 'b', 2)
  assert.equal(turns(rotation, ['a', 'b', 'c'], 3), 'abc')
  fail(rotation, 'b', 1, 1_000)
  assert.equal(turns(rotation, ['a', 'b', 'c'], 4, 5_999), 'acac')
  assert.equal(turns(rotation, ['a', 'b', 'c'], 3, 6_000), 'abc')
  fail(rotation, 'b', 1, 6_000)
  assert.equal(turns(rotation, ['a', 'b', 'c'], 2, 6_001), 'ac')
})

test('the only task is never put out, and of two at most one', () => {
  const rotation = new Rotation()
  fail(rotation, 'a', 9)
  assert.equal(turns(rotation, ['a'], 2), 'aa')
  assert.equal(turns(rotation, ['a', 'b'], 2), 'bb')
  fail(rotation, 'b', 9, 100)
  assert.equal(turns(rotation, ['a', 'b'], 2, 100), 'aa')
})

test('a task that was put out is still better than none', () => {
  const rotation = new Rotation()
  fail(rotation, 'a', 3)
  assert.equal(rotation.next(['a', 'b'], ['b'], 0), 'a')
})

test('failures of tasks that are gone are forgotten', () => {
  const rotation = new Rotation()
  fail(rotation, 'a', 3)
  rotation.keep((task) => task === 'b')
  assert.equal(turns(rotation, ['a', 'b'], 2), 'ab')
})

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { minLength: 1 }).map((all) => all.toSorted())

test('whoever failed when, everybody who is not put out gets the same share, and at least half are not', () => {
  fc.assert(
    fc.property(
      names,
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), fc.nat(4_000)), { maxLength: 30 }),
      (all, failures) => {
        const rotation = new Rotation()
        for (const [task, atMs] of failures.toSorted((a, b) => a[1] - b[1])) rotation.failed(task, atMs)
        const chosen = turns(rotation, all, 420, 4_000)
        const shares = new Map<string, number>()
        for (const task of chosen) shares.set(task, (shares.get(task) ?? 0) + 1)
        assert.ok(shares.size >= Math.ceil(all.length / 2), `${shares.size} of ${all.length}`)
        const counts = [...shares.values()]
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1)
      },
    ),
  )
})
