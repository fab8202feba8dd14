import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testKeys } from '../../effects/keys.suite.ts'
import { createSimulatedKeys } from './keys.ts'
import { SeededRandom } from './random.ts'

testKeys('simulated keys', () => createSimulatedKeys(new SeededRandom(1)))

test('one seed gives the same keys and the same signatures', () => {
  const make = (seed: number): string => {
    const keys = createSimulatedKeys(new SeededRandom(seed))
    const key = keys.generate()
    return JSON.stringify([key.export({ format: 'jwk' }), Buffer.from(keys.sign(key, Buffer.from('text'))).toString('hex')])
  }
  assert.equal(make(1), make(1))
  assert.notEqual(make(1), make(2))
})
