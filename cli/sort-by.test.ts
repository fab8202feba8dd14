import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareKeys } from './sort-by.ts'

test('numbers are compared by size, words by the numbers in them, and what is not there comes last', () => {
  for (const [given, wanted] of [
    [
      [10, 9, 100],
      [9, 10, 100],
    ],
    [
      ['web.10', 'web.9', 'db.1'],
      ['db.1', 'web.9', 'web.10'],
    ],
    [
      ['b', undefined, '', 'a', null],
      ['a', 'b'],
    ],
    [
      ['10/10', '2/10'],
      ['2/10', '10/10'],
    ],
    [
      [true, false],
      [false, true],
    ],
  ] as const)
    assert.deepEqual(
      [...given].sort(compareKeys).filter((key) => key !== undefined && key !== null && key !== ''),
      [...wanted],
    )
  assert.ok(compareKeys(undefined, 'a') > 0 && compareKeys('a', null) < 0)
})
