// The root of a cluster's trust: made here or brought by an operator, and what signs certificates.

import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import type { Keys, Random } from '../effects/effects.ts'
import {
  authorityExtensions,
  hasGoodDigest,
  intermediatesBelow,
  issuerOf,
  keyIdOf,
  nameOf,
  type Validity,
  writeCertificate,
} from './certificate.ts'

/** What signs: `certificate` is of `key`. `intermediates` go along with everything it issues. */
export interface Authority {
  /** PEM. */
  readonly certificate: string
  readonly key: KeyObject
  /** PEM, none or more: the same authority signed by the root that it follows, while one takes the other's place. */
  readonly intermediates: string
}

export interface IssueDeps {
  readonly keys: Keys
  readonly random: Pick<Random, 'bytes'>
}

/** Clocks of machines differ: everything is valid from that long before it was made. */
export const backdateMs = 60 * 60 * 1000
const rootName = 'swarm-ca'
const rootLifeMs = 630_720_000 * 1000
const yearMs = 365 * 24 * 60 * 60 * 1000
const longestPem = 64 * 1024
/** Between the root and a node there may be the next root, signed by this one. */
const intermediatesBelowRoot = 1

export function makeRootCa(deps: IssueDeps, nowMs: number): Authority {
  const key = deps.keys.generate()
  const publicKey = createPublicKey(key)
  const name = nameOf([['CN', rootName]])
  const content = {
    subject: name,
    publicKey,
    validity: { notBeforeMs: nowMs - backdateMs, notAfterMs: nowMs + rootLifeMs },
    extensions: authorityExtensions(intermediatesBelowRoot),
  }
  return { certificate: writeCertificate(deps, content, { name, keyId: keyIdOf(publicKey) }, key), key, intermediates: '' }
}

/**
 * `next` signed by `present`: nodes that trust only the present root then trust what the next one signs,
 * when it is sent along. As long as both last.
 */
export function crossSign(deps: IssueDeps, present: Authority, next: Authority): Authority {
  return { certificate: next.certificate, key: next.key, intermediates: crossSigned(deps, present, next.certificate) }
}

/** @param next PEM: the root that follows, whose key may be elsewhere. */
export function crossSigned(deps: IssueDeps, present: Authority, next: string): string {
  const issuer = issuerOf(next)
  const certificate = new X509Certificate(next)
  const content = {
    subject: issuer.name,
    publicKey: certificate.publicKey,
    validity: overlap(validityOf(new X509Certificate(present.certificate)), validityOf(certificate)),
    extensions: authorityExtensions(0),
    keyId: issuer.keyId, // Roots of others name their keys in another way.
  }
  return writeCertificate(deps, content, issuerOf(present.certificate), present.key)
}

/** A root that an operator brings, with its key. Throws Invalid with what is wrong with it. */
export function readRootCa(certificatePem: string, key: KeyObject, nowMs: number): Authority {
  const certificate = readUsableRoot(certificatePem, nowMs)
  if (!certificate.checkPrivateKey(key)) throw invalid('does not belong to the key')
  return { certificate: certificate.toString(), key, intermediates: '' }
}

/** One whose key may be elsewhere. */
export function readUsableRoot(certificatePem: string, nowMs: number): X509Certificate {
  const certificate = readRootCertificate(certificatePem)
  const validity = validityOf(certificate)
  if (validity.notBeforeMs > nowMs) throw invalid(`is not valid before ${certificate.validFrom}`)
  if (validity.notAfterMs < nowMs + yearMs) throw invalid(`expires on ${certificate.validTo}; it must last one year from now at least`)
  const shortcoming = shortcomingOf(certificate.toString())
  if (shortcoming !== undefined) throw invalid(shortcoming)
  return certificate
}

/** The private key of a root. Throws Invalid, and says nothing of what is in it. */
export function readRootKey(pem: string): KeyObject {
  if (pem.length > longestPem) throw invalidKey(`is larger than ${longestPem} bytes`)
  if (/^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(pem))
    throw invalidKey('is encrypted; take off its passphrase first (openssl pkey -in FILE -out KEY), and keep the result to yourself')
  try {
    return createPrivateKey(pem)
  } catch {
    throw invalidKey('cannot be read: it should be one private key in PEM') // What OpenSSL says of it helps nobody.
  }
}

/** One certificate of an authority that signed itself, with a key and a digest that are good enough. */
export function readRootCertificate(pem: string): X509Certificate {
  if (pem.length > longestPem) throw invalid(`is larger than ${longestPem} bytes`)
  const blocks = pem.split('-----BEGIN CERTIFICATE-----').length - 1
  if (blocks !== 1) throw invalid(`file must hold one certificate, and holds ${blocks}`)
  const certificate = parsed(pem)
  if (!certificate.ca) throw invalid('is not one of an authority (basicConstraints: CA)')
  if (!certificate.checkIssued(certificate) || !certificate.verify(certificate.publicKey)) throw invalid('is not signed by itself')
  const weakness = weaknessOf(certificate.publicKey)
  if (weakness !== undefined) throw invalid(weakness)
  return certificate
}

export function validityOf(certificate: X509Certificate): Validity {
  return { notBeforeMs: certificate.validFromDate.getTime(), notAfterMs: certificate.validToDate.getTime() }
}

export function overlap(left: Validity, right: Validity): Validity {
  return { notBeforeMs: Math.max(left.notBeforeMs, right.notBeforeMs), notAfterMs: Math.min(left.notAfterMs, right.notAfterMs) }
}

function parsed(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (error) {
    throw invalid('cannot be read', error)
  }
}

/** Why a root that is good in itself could not be used as ours. */
function shortcomingOf(pem: string): string | undefined {
  try {
    issuerOf(pem) // What it says of itself is repeated in what it signs.
  } catch {
    return 'has no subject key identifier, which what it signs must refer to'
  }
  if (!hasGoodDigest(pem)) return 'is signed over a digest that is not accepted; take SHA-256, SHA-384 or SHA-512'
  // The root that follows it one day is signed by it, too, and stands between it and the nodes.
  if ((intermediatesBelow(pem) ?? intermediatesBelowRoot) < intermediatesBelowRoot)
    return 'allows no authority below it (pathlen:0), which its own rotation will need'
  return undefined
}

function weaknessOf(key: KeyObject): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  if (type === 'rsa') return (details?.modulusLength ?? 0) >= 2048 ? undefined : 'has an RSA key of less than 2048 bits'
  if (type === 'ec' && ['prime256v1', 'secp384r1', 'secp521r1'].includes(details?.namedCurve ?? '')) return undefined
  return `has a key of a kind that is not accepted (${details?.namedCurve ?? type}); take P-256, P-384, P-521 or RSA`
}

function invalidKey(why: string): StatusError {
  return new StatusError('Invalid', `the key of the root ${why}`)
}

function invalid(why: string, cause?: unknown): StatusError {
  return new StatusError('Invalid', `the certificate of the root ${why}`, {}, { cause })
}
