// ASN.1 in DER, as certificates and requests are written: a few words over node-forge, which is used for
// nothing else. It reads what we made, what an operator gave us, and requests within a limit of size;
// certificates of strangers are read by `X509Certificate` only.

import asn1, { type Asn1 } from 'node-forge/lib/asn1.js'

export type { Asn1 }

const universal = 0x00
const contextSpecific = 0x80
const types = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  utf8: 12,
  sequence: 16,
  set: 17,
  utcTime: 23,
  generalizedTime: 24,
} as const
const maxDepth = 16
/** From this year on times are written with four digits of year (RFC 5280 §4.1.2.5). */
const firstLongYear = 2050

function characters(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

function primitive(type: number, value: string): Asn1 {
  return asn1.create(universal, type, false, value)
}

export function sequence(...members: readonly Asn1[]): Asn1 {
  return asn1.create(universal, types.sequence, true, members)
}

export function set(...members: readonly Asn1[]): Asn1 {
  return asn1.create(universal, types.set, true, members)
}

export function oid(dotted: string): Asn1 {
  return primitive(types.oid, asn1.oidToDer(dotted).getBytes())
}

/** @param bytes big-endian two's complement, without needless leading zeros. */
export function integer(bytes: Uint8Array): Asn1 {
  return primitive(types.integer, characters(bytes))
}

export function boolean(value: boolean): Asn1 {
  return primitive(types.boolean, value ? '\xff' : '\0')
}

export function nothing(): Asn1 {
  return primitive(types.null, '')
}

export function utf8(text: string): Asn1 {
  return primitive(types.utf8, characters(Buffer.from(text)))
}

export function octetString(bytes: Uint8Array): Asn1 {
  return primitive(types.octetString, characters(bytes))
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Asn1 {
  return primitive(types.bitString, String.fromCharCode(unusedBits) + characters(bytes))
}

/** In whole seconds, as certificates have it. */
export function time(atMs: number): Asn1 {
  const date = new Date(atMs)
  const digits = `${date.toISOString().replaceAll(/\.\d+|[-:T]/g, '')}`
  return date.getUTCFullYear() < firstLongYear ? primitive(types.utcTime, digits.slice(2)) : primitive(types.generalizedTime, digits)
}

/** `[tag]` around the members: EXPLICIT with one, or an IMPLICIT constructed type. */
export function tagged(tag: number, ...members: readonly Asn1[]): Asn1 {
  return asn1.create(contextSpecific, tag, true, members)
}

/** `[tag] IMPLICIT` of a primitive type. */
export function taggedBytes(tag: number, bytes: Uint8Array): Asn1 {
  return asn1.create(contextSpecific, tag, false, characters(bytes))
}

export function encode(value: Asn1): Uint8Array {
  return Buffer.from(asn1.toDer(value).getBytes(), 'latin1')
}

/** Throws on anything that is not DER of one value. The caller has limited the size. */
export function decode(bytes: Uint8Array): Asn1 {
  return asn1.fromDer(characters(bytes), { strict: true, parseAllBytes: true, decodeBitStrings: false, maxDepth })
}

/** The members of a sequence; undefined when it is none. */
export function membersOf(value: Asn1 | undefined): readonly Asn1[] | undefined {
  return value?.tagClass === universal && value.type === types.sequence && typeof value.value !== 'string' ? value.value : undefined
}

export function taggedMembersOf(value: Asn1 | undefined, tag: number): readonly Asn1[] | undefined {
  return value?.tagClass === contextSpecific && value.type === tag && typeof value.value !== 'string' ? value.value : undefined
}

export function oidOf(value: Asn1 | undefined): string | undefined {
  const bytes = primitiveOf(value, types.oid)
  return bytes === undefined || bytes.length === 0 ? undefined : asn1.derToOid(bytes)
}

export function octetsOf(value: Asn1 | undefined): Uint8Array | undefined {
  const bytes = primitiveOf(value, types.octetString)
  return bytes === undefined ? undefined : Buffer.from(bytes, 'latin1')
}

/** Of a bit string that is whole bytes. */
export function bitsOf(value: Asn1 | undefined): Uint8Array | undefined {
  const bytes = primitiveOf(value, types.bitString)
  return bytes?.startsWith('\0') === true ? Buffer.from(bytes.slice(1), 'latin1') : undefined
}

export function integerOf(value: Asn1 | undefined): Uint8Array | undefined {
  const bytes = primitiveOf(value, types.integer)
  return bytes === undefined ? undefined : Buffer.from(bytes, 'latin1')
}

function primitiveOf(value: Asn1 | undefined, type: number): string | undefined {
  return value?.tagClass === universal && value.type === type && typeof value.value === 'string' ? value.value : undefined
}
