// Keys from a seed, and signatures without chance: ECDSA on P-256 that everybody can verify, with the
// nonce made of key and message (after RFC 6979). Not for the world: it takes longer for some keys than for others.

import { createECDH, createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import type { Keys, Random } from '../../effects/effects.ts'

/** The number of points on the curve. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const scalarBytes = 32

export function createSimulatedKeys(random: Pick<Random, 'bytes'>): Keys {
  return { generate: () => privateKey(scalar(random.bytes(scalarBytes))), sign }
}

function sign(key: KeyObject, bytes: Uint8Array): Uint8Array {
  const secret = Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url')
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('simulated keys are on P-256 only')
  const digest = createHash('sha256').update(bytes).digest()
  const nonce = scalar(createHash('sha256').update(secret).update(digest).digest())
  const r = number(point(nonce).x) % order
  const s = (inverse(nonce) * (number(digest) + r * number(secret))) % order
  const [left, right] = [derInteger(r), derInteger(s)]
  return Buffer.concat([Buffer.of(0x30, left.length + right.length), left, right])
}

function privateKey(secret: bigint): KeyObject {
  const { x, y } = point(secret)
  const key = { kty: 'EC', crv: 'P-256', d: bytesOf(secret).toString('base64url'), x: x.toString('base64url'), y: y.toString('base64url') }
  return createPrivateKey({ key, format: 'jwk' })
}

function point(times: bigint): { readonly x: Buffer; readonly y: Buffer } {
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(bytesOf(times))
  const bytes = curve.getPublicKey()
  return { x: bytes.subarray(1, 1 + scalarBytes), y: bytes.subarray(1 + scalarBytes) }
}

/** 1 ≤ scalar < order */
function scalar(bytes: Uint8Array): bigint {
  return (number(bytes) % (order - 1n)) + 1n
}

function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * scalarBytes, '0'), 'hex')
}

function inverse(value: bigint): bigint {
  let [low, high, x, y] = [value, order, 1n, 0n]
  while (low > 1n) {
    const ratio = high / low
    ;[high, low] = [low, high - ratio * low]
    ;[y, x] = [x, y - ratio * x]
  }
  return ((x % order) + order) % order
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  const padded = (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes])
  return Buffer.concat([Buffer.of(0x02, padded.length), padded])
}
