import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonOf } from './errors.ts'
import { jsonPatch, mergePatch } from './patch.ts'
import type { Json } from './wire.ts'

// The table of RFC 7386, appendix A.
const merges: readonly (readonly [target: Json, patch: Json, result: Json])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
]

test('a merge patch merges as RFC 7386 says', () => {
  for (const [target, patch, result] of merges) assert.deepEqual(mergePatch(target, patch), result, JSON.stringify(patch))
})

const patches: readonly (readonly [target: Json, patch: readonly Json[], result: Json])[] = [
  [{ a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
  [{ a: 1, b: 2 }, [{ op: 'remove', path: '/b' }], { a: 1 }],
  [{ a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
  [{ a: 1 }, [{ op: 'replace', path: '/a', value: 2 }], { a: 2 }],
  [{ a: { b: 1 }, c: 2 }, [{ op: 'move', from: '/a/b', path: '/d' }], { a: {}, c: 2, d: 1 }],
  [{ a: [1, 2] }, [{ op: 'move', from: '/a/0', path: '/a/1' }], { a: [2, 1] }],
  [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
  [
    { 'a/b': 1, 'c~d': 2 },
    [
      { op: 'test', path: '/a~1b', value: 1 },
      { op: 'remove', path: '/c~0d' },
    ],
    { 'a/b': 1 },
  ],
  [{ a: 1 }, [{ op: 'replace', path: '', value: [] }], []],
  [{ a: { b: 1 } }, [{ op: 'test', path: '/a', value: { b: 1 } }], { a: { b: 1 } }],
]

test('a JSON patch changes what RFC 6902 says', () => {
  for (const [target, patch, result] of patches) assert.deepEqual(jsonPatch(target, patch), result, JSON.stringify(patch))
})

const refused: readonly (readonly [patch: unknown, reason: string])[] = [
  [{ op: 'add' }, 'BadRequest'],
  [[{ op: 'explode', path: '/a' }], 'BadRequest'],
  [[{ op: 'add', path: 'a', value: 1 }], 'BadRequest'],
  [[{ op: 'add', path: '/x' }], 'BadRequest'],
  [[{ op: 'test', path: '/a', value: 2 }], 'Invalid'],
  [[{ op: 'remove', path: '/x' }], 'Invalid'],
  [[{ op: 'replace', path: '/x', value: 1 }], 'Invalid'],
  [[{ op: 'add', path: '/x/y', value: 1 }], 'Invalid'],
  [[{ op: 'add', path: '/l/5', value: 1 }], 'Invalid'],
  [[{ op: 'add', path: '/l/01', value: 1 }], 'Invalid'],
  [[{ op: 'remove', path: '/l/-' }], 'Invalid'],
  [[{ op: 'add', path: '/__proto__/polluted', value: 1 }], 'Invalid'],
  [[{ op: 'remove', path: '/constructor' }], 'Invalid'],
  [[{ op: 'move', from: '/o', path: '/o/p' }], 'Invalid'],
]

test('a JSON patch that is malformed or does not fit changes nothing', () => {
  const target = { a: 1, l: [1], o: { p: 1 } }
  for (const [patch, reason] of refused) {
    assert.throws(
      () => jsonPatch(target, patch),
      (error) => reasonOf(error) === reason,
      JSON.stringify(patch),
    )
  }
  assert.deepEqual(target, { a: 1, l: [1], o: { p: 1 } })
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
})
