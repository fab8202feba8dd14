import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { reasonOf } from '../api/errors.ts'
import { makeToken, parseToken, roleOfToken, rotateToken, verifyRootAgainstToken } from './join-token.ts'
import { makeRootCa } from './root-ca.ts'
import { issueDeps } from './testdata/authority.ts'

const deps = issueDeps()
const root = makeRootCa(deps, 0).certificate
const token = makeToken(root, deps.random)

test('a token is SwarmKit’s: 85 characters, the digest of the root, and a secret', () => {
  assert.match(token, /^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/)
  const parsed = parseToken(token)
  assert.deepEqual(Buffer.from(parsed.rootDigest), createHash('sha256').update(root).digest())
  assert.equal(parsed.secret.length, 16)
  verifyRootAgainstToken(root, parsed)
})

test('a token as a real swarm prints it is read', () => {
  const parsed = parseToken('SWMTKN-1-3pu6hszjas19xyp7ghgosyx9k8atbfcr8p2is99znpy26u2lkl-1awxwuwd3z9j1z3puu7rcgdbx')
  assert.equal(parsed.rootDigest.length, 32)
})

test('small digests and secrets keep their length', () => {
  const zero = makeToken(root, { bytes: (length) => new Uint8Array(length) })
  assert.equal(zero.length, 85)
  assert.deepEqual(Buffer.from(parseToken(zero).secret), Buffer.alloc(16))
})

test('whatever the secret, it is read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (secret) => {
      assert.deepEqual(Buffer.from(parseToken(makeToken(root, { bytes: () => secret })).secret), Buffer.from(secret))
    }),
  )
})

test('a rotated token has the same root and another secret', () => {
  const rotated = rotateToken(token, deps.random)
  assert.deepEqual(parseToken(rotated).rootDigest, parseToken(token).rootDigest)
  assert.notDeepEqual(parseToken(rotated).secret, parseToken(token).secret)
})

test('a token gives the role that it was made for', () => {
  const tokens = { Worker: token, Manager: rotateToken(token, deps.random) }
  assert.equal(roleOfToken(tokens.Worker, tokens), 'Worker')
  assert.equal(roleOfToken(tokens.Manager, tokens), 'Manager')
  for (const wrong of ['', 'x', rotateToken(token, deps.random), `${token} `, token.slice(0, -1), token.toUpperCase()])
    assert.equal(roleOfToken(wrong, tokens), undefined)
})

test('the root of somebody else is refused', () => {
  const other = makeRootCa(deps, 0).certificate
  for (const pem of [other, '', `${root}\n`, root + other])
    assert.throws(() => verifyRootAgainstToken(pem, parseToken(token)), /another cluster/)
})

test('what is wrong with a token is said, with the way out, and without the token', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['', /empty/],
    ['   ', /empty/],
    ['hunter2hunter2', /does not begin with SWMTKN/],
    [`SWMKEY-1-${'a'.repeat(43)}`, /unlocks a manager/],
    [token.replace('-1-', '-2-1-'), /FIPS/],
    [token.replace('-1-', '-3-'), /unknown version/],
    [token.slice(0, -1), /has 84 characters instead of 85: a part is missing/],
    [`${token}x`, /has 86 characters instead of 85: there is more/],
    [token.slice(0, 59), /59 characters/],
    [token.replace(/.$/, '!'), /has signs in it/],
    [token.toUpperCase(), /has signs in it/],
    [`SWMTKN-1-${'z'.repeat(50)}-${'z'.repeat(25)}`, /was changed/],
    ['a'.repeat(100_000), /far too long/],
  ]
  for (const [text, why] of cases)
    assert.throws(
      () => parseToken(text),
      (error: Error) => {
        assert.match(error.message, why)
        assert.match(error.message, /kit swarm join-token/)
        for (const part of text.split('-').filter((each) => each.length > 12)) assert.ok(!error.message.includes(part), 'the token shows')
        return true
      },
    )
  parseToken(` ${token}\n`) // As copying leaves it.
})

test('twenty thousand mutated tokens: refused with Invalid, or well-formed', () => {
  const change = fc.record({ at: fc.nat(84), remove: fc.nat(3), insert: fc.string({ unit: 'binary', maxLength: 3 }) })
  fc.assert(
    fc.property(fc.oneof(fc.array(change, { maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 400 })), (changes) => {
      let text = typeof changes === 'string' ? changes : token
      if (typeof changes !== 'string')
        for (const { at, remove, insert } of changes) text = text.slice(0, at) + insert + text.slice(at + remove)
      try {
        assert.equal(parseToken(text).rootDigest.length, 32)
        assert.equal(text.trim().length, 85)
      } catch (error) {
        assert.equal(reasonOf(error), 'Invalid', String(error))
      }
    }),
    { numRuns: 20_000 },
  )
})
