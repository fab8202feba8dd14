import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { farthestIn, filters } from './filters.ts'

const counts = fc.array(fc.tuple(fc.nat({ max: filters.length - 1 }), fc.integer({ min: 1, max: 9_999 })), { minLength: 1 })

test('of an explanation the last filter that it names is found, whatever the counts and their order', () => {
  fc.assert(
    fc.property(counts, (named) => {
      const explanation = named.map(([at, count]) => filters[at]?.explain(count)).join('; ')
      const last = Math.max(...named.map(([at]) => at))
      assert.equal(farthestIn(`no suitable node (${explanation})`), filters[last]?.name)
    }),
  )
})

test('an explanation that names no filter has none', () => {
  assert.equal(farthestIn('no suitable node'), undefined)
})
