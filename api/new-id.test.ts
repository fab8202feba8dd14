import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatUuid } from './new-id.ts'

for (const [bytes, uuid] of [
  ['00112233445566778899aabbccddeeff', '00112233-4455-4677-8899-aabbccddeeff'],
  ['ffffffffffffffffffffffffffffffff', 'ffffffff-ffff-4fff-bfff-ffffffffffff'],
  ['00000000000000000000000000000000ff', '00000000-0000-4000-8000-000000000000'],
] as const)
  test(`${bytes} is the uid ${uuid}`, () => {
    assert.equal(formatUuid(Buffer.from(bytes, 'hex')), uuid)
  })
