// Writes X.509 certificates (RFC 5280): node-forge encodes, the key signs. What a certificate of each sort
// contains is decided in root-ca.ts and issue.ts.

import { createHash, type KeyObject, type X509Certificate } from 'node:crypto'
import type { Keys, Random } from '../effects/effects.ts'
import {
  type Asn1,
  bitString,
  boolean,
  decode,
  encode,
  integer,
  integerOf,
  membersOf,
  nothing,
  octetString,
  octetsOf,
  oid,
  oidOf,
  sequence,
  set,
  tagged,
  taggedBytes,
  taggedMembersOf,
  time,
  utf8,
} from './der.ts'
import { fromPem, toPem } from './pem.ts'

/** Oldest first, as they stand in the name. */
export type Subject = readonly (readonly [attribute: 'O' | 'OU' | 'CN', value: string])[]

export interface Validity {
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** What a certificate says of who signed it. */
export interface Issuer {
  readonly name: Asn1
  readonly keyId: Uint8Array
}

export interface CertificateContent {
  readonly subject: Asn1
  readonly publicKey: KeyObject
  readonly validity: Validity
  readonly extensions: readonly Asn1[]
  /** How what it signs names its key; `keyIdOf` when left out. */
  readonly keyId?: Uint8Array
}

/** What a certificate may be used for. */
export type Purpose = 'serverAuth' | 'clientAuth'

const attributes = { O: '2.5.4.10', OU: '2.5.4.11', CN: '2.5.4.3' } as const
const ids = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const
const signatureIds = { ec: '1.2.840.10045.4.3.2', rsa: '1.2.840.113549.1.1.11' } as const
/** ECDSA and RSA (PKCS#1 v1.5), each with SHA-256, SHA-384 and SHA-512. */
const goodSignatureIds: readonly string[] = [
  ...[2, 3, 4].map((digest) => `1.2.840.10045.4.3.${digest}`),
  ...[11, 12, 13].map((digest) => `1.2.840.113549.1.1.${digest}`),
]
const serialBytes = 16
const versionThree = Uint8Array.of(2)

/** With SHA-256, whatever the key is. */
export function signatureAlgorithm(key: KeyObject): Asn1 {
  return key.asymmetricKeyType === 'rsa' ? sequence(oid(signatureIds.rsa), nothing()) : sequence(oid(signatureIds.ec))
}

export function nameOf(subject: Subject): Asn1 {
  return sequence(...subject.map(([attribute, value]) => set(sequence(oid(attributes[attribute]), utf8(value)))))
}

/** Of a certificate that was read with `X509Certificate`. */
export function hasPurpose({ keyUsage }: X509Certificate, purpose: Purpose): boolean {
  return keyUsage?.includes(ids[purpose]) === true
}

/**
 * RFC 5280 §4.2.1.2, method 1: SHA-1, of which nothing but a name is wanted. As every other authority has it, so that one
 * outside of the cluster that signs a root of ours calls its key what we call it.
 */
export function keyIdOf(publicKey: KeyObject): Uint8Array {
  const [, bits] = membersOf(decode(publicKey.export({ type: 'spki', format: 'der' }))) ?? []
  const bytes = Buffer.from(typeof bits?.value === 'string' ? bits.value.slice(1) : '', 'latin1')
  return createHash('sha1').update(bytes).digest()
}

function extension(id: string, isCritical: boolean, value: Asn1): Asn1 {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octetString(encode(value)))
}

/** @param intermediates how many more authorities may stand between this one and a node. */
export function authorityExtensions(intermediates: number): readonly Asn1[] {
  return [
    extension(ids.basicConstraints, true, sequence(boolean(true), integer(Uint8Array.of(intermediates)))),
    extension(ids.keyUsage, true, bitString(Uint8Array.of(0b0000_0110), 1)), // keyCertSign, cRLSign
  ]
}

export function endExtensions(purposes: readonly Purpose[], dnsNames: readonly string[]): readonly Asn1[] {
  const names = dnsNames.map((name) => taggedBytes(2, Buffer.from(name)))
  return [
    extension(ids.basicConstraints, true, sequence()),
    extension(ids.keyUsage, true, bitString(Uint8Array.of(0b1010_0000), 5)), // digitalSignature, keyEncipherment
    extension(ids.extKeyUsage, false, sequence(...purposes.map((purpose) => oid(ids[purpose])))),
    ...(names.length > 0 ? [extension(ids.subjectAltName, false, sequence(...names))] : []),
  ]
}

/** Returns PEM. */
export function writeCertificate(
  deps: { readonly keys: Keys; readonly random: Pick<Random, 'bytes'> },
  content: CertificateContent,
  issuer: Issuer,
  signingKey: KeyObject,
): string {
  const serial = Uint8Array.from(deps.random.bytes(serialBytes))
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40 // Positive, and of constant length.
  const algorithm = signatureAlgorithm(signingKey)
  const tbs = sequence(
    tagged(0, integer(versionThree)),
    integer(serial),
    algorithm,
    issuer.name,
    sequence(time(content.validity.notBeforeMs), time(content.validity.notAfterMs)),
    content.subject,
    decode(content.publicKey.export({ type: 'spki', format: 'der' })),
    tagged(
      3,
      sequence(
        ...content.extensions,
        extension(ids.subjectKeyIdentifier, false, octetString(content.keyId ?? keyIdOf(content.publicKey))),
        extension(ids.authorityKeyIdentifier, false, sequence(taggedBytes(0, issuer.keyId))),
      ),
    ),
  )
  const signature = deps.keys.sign(signingKey, encode(tbs))
  return toPem('CERTIFICATE', encode(sequence(tbs, algorithm, bitString(signature))))
}

/** How the certificate of an authority that we trust wants to be named by what it signs. */
export function issuerOf(authorityPem: string): Issuer {
  const { name, extensions } = partsOf(authorityPem)
  const keyId = octetsOf(extensions.get(ids.subjectKeyIdentifier))
  if (keyId === undefined) throw new Error('the certificate of the authority has no subject key identifier')
  return { name, keyId }
}

/** How many more authorities may stand between this one and a node; undefined where there is no limit. */
export function intermediatesBelow(authorityPem: string): number | undefined {
  const [, limit] = membersOf(partsOf(authorityPem).extensions.get(ids.basicConstraints)) ?? []
  const bytes = integerOf(limit)
  return bytes === undefined ? undefined : Number.parseInt(Buffer.from(bytes).toString('hex'), 16)
}

/** Whether it is signed over SHA-256, SHA-384 or SHA-512. */
export function hasGoodDigest(authorityPem: string): boolean {
  const algorithm = membersOf(partsOf(authorityPem).algorithm)?.[0]
  return goodSignatureIds.includes(oidOf(algorithm) ?? '')
}

function partsOf(authorityPem: string): {
  readonly name: Asn1
  readonly algorithm: Asn1 | undefined
  /** Id → what is in it. */
  readonly extensions: ReadonlyMap<string, Asn1>
} {
  const [der] = fromPem('CERTIFICATE', authorityPem)
  const [tbs, algorithm] = membersOf(der === undefined ? undefined : decode(der)) ?? []
  const fields = membersOf(tbs) ?? []
  // The places below are those of version 3 with extensions: everything that can be an authority has these.
  const [list] = taggedMembersOf(fields[fields.length - 1], 3) ?? []
  const name = fields[5]
  if (taggedMembersOf(fields[0], 0) === undefined || name === undefined)
    throw new Error('the certificate of the authority is not of version 3')
  const extensions = (membersOf(list) ?? []).map(membersOf).flatMap((members): readonly (readonly [string, Asn1])[] => {
    const [id, value] = [oidOf(members?.[0]), octetsOf(members?.[members.length - 1])]
    return id === undefined || value === undefined ? [] : [[id, decode(value)]]
  })
  return { name, algorithm, extensions: new Map(extensions) }
}
