// What every Keys promises: run against node:crypto and the simulated keys.

import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Keys } from './effects.ts'

export function testKeys(name: string, make: () => Keys): void {
  test(`${name}: keys are on P-256, and each is another`, () => {
    const keys = make()
    const [one, two] = [keys.generate(), keys.generate()]
    for (const key of [one, two]) {
      assert.equal(key.type, 'private')
      assert.equal(key.asymmetricKeyDetails?.namedCurve, 'prime256v1')
    }
    assert.ok(!one.equals(two))
  })

  test(`${name}: a signature is good for its bytes and its key only`, () => {
    const keys = make()
    const [key, other] = [keys.generate(), keys.generate()]
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (bytes, others) => {
        const signature = keys.sign(key, bytes)
        assert.ok(verify('sha256', bytes, createPublicKey(key), signature))
        assert.ok(!verify('sha256', bytes, createPublicKey(other), signature))
        assert.equal(verify('sha256', others, createPublicKey(key), signature), Buffer.from(bytes).equals(others))
      }),
    )
  })

  test(`${name}: a private key does not show`, () => {
    const key = make().generate()
    const secret = key.export({ format: 'jwk' }).d ?? ''
    const shown = `${JSON.stringify({ key })} ${String(key)}`
    assert.ok(secret.length > 40 && !shown.includes(secret))
  })
}
