import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { linearize, type Operation } from './linearizable.ts'

/** As `2-5 w7` (wrote 7 between 2 and 5), `1-3 r7` (read 7), `1-4 c7>8` (replaced 7 by 8), `1- w7` (nobody knows). 0 is there at first. */
function operation(text: string): Operation<number> {
  const [, from = '', to = '', what = '', value = '', next = ''] = /^(\d+)-(\d*) ([wrc])(\d+)>?(\d*)$/.exec(text) ?? []
  const number = Number(value)
  const step = (before: number): number | undefined => {
    if (what === 'w') return number
    if (before !== number) return undefined
    return what === 'r' ? before : Number(next)
  }
  return { calledAt: Number(from), answeredAt: to === '' ? Number.POSITIVE_INFINITY : Number(to), step, text }
}

const cases: readonly (readonly [name: string, isPossible: boolean, operations: readonly string[]])[] = [
  ['nothing', true, []],
  ['a read of what was written before', true, ['1-2 w7', '3-4 r7']],
  ['a read of what was there before the last write', false, ['1-2 w7', '3-4 r0']],
  ['a read that overlaps a write and sees it not', true, ['1-4 w7', '2-3 r0']],
  ['a read that overlaps a write and sees it', true, ['1-4 w7', '2-3 r7']],
  ['two reads during a write, the later of which sees less', false, ['1-9 w7', '2-3 r7', '4-5 r0']],
  ['two that overlap, in either order', true, ['1-4 w7', '2-5 w8', '6-7 r7']],
  ['two writes and two readers that see them in different orders', false, ['1-9 w7', '1-9 w8', '2-3 r7', '4-5 r8', '6-7 r7']],
  ['a write nobody knows of that is seen', true, ['1- w7', '5-6 r7']],
  ['a write nobody knows of that is not seen', true, ['1- w7', '5-6 r0']],
  ['a write nobody knows of that is seen late', true, ['1- w7', '5-6 r0', '7-8 r7']],
  ['a write nobody knows of that is seen and then not', false, ['1- w7', '5-6 r7', '7-8 r0']],
  ['a write that is seen before it was asked for', false, ['5-6 w7', '1-2 r7']],
  ['two that replace the same value', false, ['1-4 c0>7', '2-5 c0>8']],
  ['two that replace one another', true, ['1-4 c7>8', '2-5 c0>7', '6-7 r8']],
  ['a moment that both have', true, ['1-3 w7', '3-5 r0']],
]
for (const [name, isPossible, texts] of cases)
  test(`${name}: ${isPossible ? 'possible' : 'not possible'}`, () => {
    assert.equal(Array.isArray(linearize(0, texts.map(operation))), isPossible)
  })

const anyOperations = fc.array(
  fc
    .record({
      from: fc.integer({ min: 0, max: 9 }),
      takes: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 4 }),
      what: fc.constantFrom('w', 'r', 'c'),
      value: fc.integer({ min: 0, max: 2 }),
      next: fc.integer({ min: 0, max: 2 }),
    })
    .map(
      ({ from, takes, what, value, next }) =>
        `${from}-${takes === null ? '' : from + takes} ${what}${value}${what === 'c' ? `>${next}` : ''}`,
    ),
  { maxLength: 6 },
)

/** Tries every order of every choice of those that nobody knows of. */
function isPossible(state: number, left: readonly Operation<number>[]): boolean {
  if (left.every(({ answeredAt }) => answeredAt === Number.POSITIVE_INFINITY)) return true
  return left.some((first) => {
    const rest = left.filter((each) => each !== first)
    const next = first.step(state)
    return next !== undefined && rest.every(({ answeredAt }) => answeredAt >= first.calledAt) && isPossible(next, rest)
  })
}

test('of any history the search says what trying everything says, and the order that it gives is one', () => {
  fc.assert(
    fc.property(anyOperations, (texts) => {
      const operations = texts.map(operation)
      const verdict = linearize(0, operations)
      assert.equal(Array.isArray(verdict), isPossible(0, operations), texts.join(', '))
      if (!Array.isArray(verdict)) return
      verdict.reduce((state: number, each: Operation<number>) => each.step(state) ?? assert.fail(`${each.text} is out of place`), 0)
      for (const [at, each] of verdict.entries())
        for (const later of verdict.slice(at + 1))
          assert(later.answeredAt >= each.calledAt, `${later.text} ended before ${each.text} began`)
    }),
    { numRuns: 3_000 },
  )
})
