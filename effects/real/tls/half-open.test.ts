import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HalfOpen } from './half-open.ts'

test('who comes is let in, and the oldest goes: of the same address when that has too many, of all otherwise', () => {
  const dropped: string[] = []
  const halfOpen = new HalfOpen<string>({ total: 4, perAddress: 2 }, (name) => dropped.push(name))
  for (const name of ['a1', 'a2', 'b1', 'a3']) halfOpen.add(name, name.slice(0, 1))
  assert.deepEqual(dropped, ['a1'])
  halfOpen.add('c1', 'c')
  halfOpen.add('d1', 'd')
  assert.deepEqual(dropped, ['a1', 'a2'])
  halfOpen.remove('d1')
  halfOpen.remove('d1')
  halfOpen.remove('a1')
  assert.equal(halfOpen.size, 3)
})

test('whatever comes and goes, the bounds hold and the newest is there', () => {
  const step = fc.record({ address: fc.constantFrom('a', 'b', 'c', 'd'), removes: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5 }),
      (steps, total, perAddress) => {
        const open = new Map<number, string>()
        const halfOpen = new HalfOpen<number>({ total, perAddress }, (name) => open.delete(name))
        for (const [name, { address, removes }] of steps.entries()) {
          const [first] = open.keys()
          if (removes && first !== undefined) {
            halfOpen.remove(first)
            open.delete(first)
          }
          halfOpen.add(name, address)
          open.set(name, address)
          assert.equal(halfOpen.size, open.size)
          assert.ok(open.size <= total && [...open.values()].filter((each) => each === address).length <= perAddress)
        }
      },
    ),
  )
})
