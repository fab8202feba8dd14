import assert from 'node:assert/strict'
import { test } from 'node:test'
import { editDistance, nearest } from './suggestion.ts'

const cases: readonly (readonly [word: string, candidates: readonly string[], expected: string | undefined])[] = [
  ['replica', ['replicas', 'image'], 'replicas'],
  ['imgae', ['image', 'name'], 'image'],
  ['SERVICE', ['service'], 'service'],
  ['x', ['y'], undefined],
  ['volumes', ['networks'], undefined],
  ['prot', ['port', 'ports'], 'port'],
]
for (const [word, candidates, expected] of cases) {
  test(`${word} suggests ${expected ?? 'nothing'} among ${candidates.join(', ')}`, () => assert.equal(nearest(word, candidates), expected))
}

test('a swap of neighbours counts as one edit', () => {
  assert.equal(editDistance('imgae', 'image'), 1)
})
