import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson, contentHash, placementHash } from './content-name.ts'

test('the order of keys and undefined members do not change the canonical text', () => {
  assert.equal(canonicalJson({ b: 1, a: [true, null, 'x'], c: undefined }), '{"a":[true,null,"x"],"b":1}')
})

test('canonical text reads back as the same value, and rewriting it changes nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      assert.equal(canonicalJson(JSON.parse(text)), text)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('a content hash is the start of the base32 form of SHA-256', () => {
  const digest = createHash('sha256').update('{}').digest()
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const expected = Array.from(
    { length: 10 },
    (_, i) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)],
  )
  assert.equal(contentHash({}), expected.join(''))
})

test('placements that ask for the same hash alike', () => {
  const none = placementHash(undefined)
  assert.equal(placementHash({}), none)
  assert.equal(placementHash({ constraints: [], preferences: [], maxReplicasPerNode: 0 }), none)
  assert.notEqual(placementHash({ constraints: ['node.role == worker'] }), none)
  assert.equal(
    placementHash({ constraints: ['node.role == worker'], maxReplicasPerNode: 1 }),
    placementHash({ maxReplicasPerNode: 1, constraints: ['node.role == worker'] }),
  )
})
