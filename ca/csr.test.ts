import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { reasonOf } from '../api/errors.ts'
import { makeCsr, readCsr } from './csr.ts'
import { fromPem, toPem } from './pem.ts'
import { issueDeps } from './testdata/authority.ts'
import { hasOpenssl, openssl } from './testdata/openssl.ts'

const withOpenssl = { skip: hasOpenssl() ? false : 'the openssl program is not installed' }

/** True when it was accepted; any other error than the documented one fails the test. */
function isAccepted(pem: string): boolean {
  try {
    readCsr(pem)
    return true
  } catch (error) {
    assert.equal(reasonOf(error), 'Invalid', String(error))
    return false
  }
}

test('a request carries its key', () => {
  const { keys } = issueDeps()
  for (let at = 0; at < 100; at += 1) {
    const key = keys.generate()
    assert.ok(readCsr(makeCsr(keys, key)).equals(createPublicKey(key)))
  }
})

test('OpenSSL reads ours, and we read OpenSSL’s', withOpenssl, () => {
  const { keys } = issueDeps()
  const key = keys.generate()
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  // OpenSSL says that the signature is right on standard error, and fails when it is not.
  assert.match(openssl(['req', '-in', 'a.csr', '-verify', '-noout', '-text'], { 'a.csr': makeCsr(keys, key) }), /prime256v1/)
  for (const digest of ['-sha256', '-sha384', '-sha512']) {
    const theirs = openssl(
      ['req', '-new', '-key', 'a.pem', digest, '-subj', '/O=other/OU=swarm-manager/CN=n1', '-addext', 'subjectAltName=DNS:swarm-ca'],
      { 'a.pem': pem },
    )
    assert.ok(readCsr(theirs).equals(createPublicKey(key)))
  }
})

test('requests that are not good are refused with their fault', withOpenssl, () => {
  const { keys } = issueDeps()
  const csr = makeCsr(keys, keys.generate())
  const [der = new Uint8Array()] = fromPem('CERTIFICATE REQUEST', csr)
  const forged = Buffer.from(der)
  forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1
  // The same request with a longer way to write its length, as BER allows.
  const start = (der[1] ?? 0) < 0x80 ? 2 : 3
  const loose = Buffer.concat([Buffer.of(0x30, 0x82, 0, der.length - start), der.subarray(start)])
  const made = (type: 'rsa' | 'P-384' | 'ed25519', ...more: readonly string[]): string => {
    const pair =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : type === 'ed25519'
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('ec', { namedCurve: type })
    const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    return openssl(['req', '-new', '-key', 'a.pem', '-subj', '/CN=a', ...more], { 'a.pem': pem })
  }
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /one block of PEM/],
    [csr + csr, /one block of PEM/],
    ['x'.repeat(10_000), /larger than 8192/],
    [toPem('CERTIFICATE REQUEST', forged), /own key|cannot be read/],
    [toPem('CERTIFICATE REQUEST', Buffer.concat([der, Buffer.of(0)])), /cannot be read/],
    [toPem('CERTIFICATE REQUEST', der.subarray(0, 100)), /cannot be read/],
    [toPem('CERTIFICATE REQUEST', loose), /not in DER/],
    [made('rsa'), /ECDSA/],
    [made('ed25519'), /ECDSA/],
    [made('P-384'), /P-256/],
  ]
  for (const [pem, why] of cases) assert.throws(() => readCsr(pem), why)
})

test('twenty thousand mutated requests: refused with Invalid, or the same key', () => {
  const { keys } = issueDeps()
  const key = keys.generate()
  const [der = new Uint8Array()] = fromPem('CERTIFICATE REQUEST', makeCsr(keys, key))
  const change = fc.record({ at: fc.nat(der.length - 1), remove: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes = Buffer.from(der)
      for (const { at, remove, insert } of changes)
        bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(Math.min(bytes.length, at + remove))])
      if (isAccepted(toPem('CERTIFICATE REQUEST', bytes))) assert.ok(bytes.equals(der), 'another request was accepted')
    }),
    { numRuns: 20_000 },
  )
})

test('five thousand made-up requests and texts are refused with Invalid', () => {
  const tlv: fc.Arbitrary<Buffer> = fc.letrec<{ node: Buffer }>((tie) => ({
    node: fc
      .tuple(
        fc.constantFrom(0x30, 0x31, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0xa0, 0x80, 0x24, 0x1f),
        fc.oneof(
          { maxDepth: 6 },
          fc.uint8Array({ maxLength: 12 }).map(Buffer.from),
          fc.array(tie('node'), { maxLength: 4 }).map((all) => Buffer.concat(all)),
        ),
      )
      .map(([tag, body]) =>
        Buffer.concat([Buffer.of(tag, ...(body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255])), body]),
      ),
  })).node
  fc.assert(
    fc.property(
      fc.oneof(
        tlv.map((der) => toPem('CERTIFICATE REQUEST', der)),
        fc.string(),
        fc.string({ unit: 'binary', maxLength: 9000 }),
      ),
      (pem) => {
        assert.ok(!isAccepted(pem))
      },
    ),
    { numRuns: 5_000 },
  )
})

test('deep nesting and lying lengths end at once', () => {
  const nested = (depth: number): Buffer => {
    let der = Buffer.alloc(0)
    for (let at = 0; at < depth; at += 1)
      der = Buffer.concat([der.length < 128 ? Buffer.of(0x30, der.length) : Buffer.of(0x30, 0x82, der.length >> 8, der.length & 255), der])
    return der
  }
  const lying = [
    Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff),
    Buffer.of(0x30, 0x80, 0, 0),
    Buffer.of(0x30, 0x88, ...new Array<number>(8).fill(0xff)),
  ]
  for (const der of [nested(10), nested(100), nested(1400), ...lying]) assert.ok(!isAccepted(toPem('CERTIFICATE REQUEST', der)))
})
