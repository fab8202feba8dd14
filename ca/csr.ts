// Requests for a certificate (PKCS#10). The sender proves that it has the key; everything else that a
// request says (a name, a role, extensions) is read by nobody.

import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import type { Keys } from '../effects/effects.ts'
import { signatureAlgorithm } from './certificate.ts'
import { type Asn1, bitString, bitsOf, decode, encode, integer, integerOf, membersOf, oidOf, sequence, tagged } from './der.ts'
import { fromPem, toPem } from './pem.ts'

/** One for P-256 has about 300 bytes. */
const longestPem = 8 * 1024
const digests: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}

/** Returns PEM. @param subject a name; that of nobody when left out. */
export function makeCsr(keys: Keys, key: KeyObject, subject: Asn1 = sequence()): string {
  const spki = decode(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const content = sequence(integer(Uint8Array.of(0)), subject, spki, tagged(0))
  const signature = keys.sign(key, encode(content))
  return toPem('CERTIFICATE REQUEST', encode(sequence(content, signatureAlgorithm(key), bitString(signature))))
}

/** The key of a request that was signed with it. Throws Invalid, and nothing else, whatever the text is. */
export function readCsr(pem: string): KeyObject {
  if (pem.length > longestPem) throw invalid(`is larger than ${longestPem} bytes`)
  const [der, ...others] = fromPem('CERTIFICATE REQUEST', pem)
  if (der === undefined || others.length > 0) throw invalid(`must be one block of PEM, CERTIFICATE REQUEST`)
  try {
    return readDer(der)
  } catch (error) {
    if (error instanceof StatusError) throw error
    throw invalid('cannot be read', error)
  }
}

function readDer(der: Uint8Array): KeyObject {
  const request = decode(der)
  // One encoding only: so the part that is verified, encoded again, is the bytes that were signed.
  if (!Buffer.from(encode(request)).equals(der)) throw invalid('is not in DER')
  const [content, algorithm, signature, ...more] = membersOf(request) ?? []
  const [version, subject, spki, ...rest] = membersOf(content) ?? []
  const signed = bitsOf(signature)
  if (content === undefined || spki === undefined || signed === undefined || more.length > 0 || rest.length > 1) throw invalid('is not one')
  if (integerOf(version)?.[0] !== 0 || membersOf(subject) === undefined) throw invalid('is of an unknown version')
  const digest = digests[oidOf(membersOf(algorithm)?.[0]) ?? '']
  if (digest === undefined) throw invalid('must be signed by ECDSA with SHA-256, SHA-384 or SHA-512')
  const key = createPublicKey({ key: Buffer.from(encode(spki)), format: 'der', type: 'spki' })
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw invalid('must have a key on P-256')
  if (!verify(digest, encode(content), key, signed)) throw invalid('is not signed with its own key')
  return key
}

function invalid(why: string, cause?: unknown): StatusError {
  return new StatusError('Invalid', `the certificate request ${why}`, {}, { cause })
}
