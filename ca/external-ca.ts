// Authorities outside of the cluster that speak CFSSL: what they are asked, and whether what they answer is what
// was asked for. They have the key of the root, and are believed nothing else.

import { type KeyObject, X509Certificate } from 'node:crypto'
import { isJsonObject, type Json } from '../api/wire.ts'
import type { HttpsAnswer } from '../effects/effects.ts'
import { hasPurpose, type Validity } from './certificate.ts'
import { type Identity, identityOf, keyDigest, subjectOf } from './identity.ts'
import { dnsNamesOf, purposesOf, shortestCertificateLifeMs } from './issue.ts'
import { certificatesIn } from './pem.ts'
import { backdateMs, validityOf } from './root-ca.ts'
import { isSignedBy } from './verify-chain.ts'

/** What somebody asks for who has shown that the key is theirs. */
export interface WantedCertificate {
  /** PEM, signed with that key. */
  readonly csr: string
  readonly publicKey: KeyObject
  readonly identity: Identity
  readonly validity: Validity
}

const longestComplaint = 200
/** As OpenSSL calls what signs. */
const goodDigests = /sha(256|384|512)/i

/** The body of a request for the certificate of a node or user. */
export function signRequest({ csr, identity, validity }: WantedCertificate, profile = ''): string {
  const { CN, ...names } = Object.fromEntries(subjectOf(identity))
  return JSON.stringify({
    certificate_request: csr,
    hosts: dnsNamesOf(identity),
    subject: { CN, names: [names] },
    profile,
    // Authorities that do not know these go by their profile alone.
    not_before: instant(validity.notBeforeMs),
    not_after: instant(validity.notAfterMs),
  })
}

/** The body of a request to sign the root that follows. @param csr PEM, with its name and key. */
export function crossSignRequest(csr: string): string {
  return JSON.stringify({ certificate_request: csr, hosts: [], profile: 'CA' })
}

/** The certificate in an answer, whatever it is. Throws what else the answer is, as a clause. */
export function certificateIn({ status, body }: HttpsAnswer): X509Certificate {
  const value = jsonOf(body)
  if (!isJsonObject(value))
    throw new Error(`it answered ${status} ${redirects(status) ? 'and redirects are not followed' : 'without JSON'}`)
  const { success, result, errors } = value
  const certificate = isJsonObject(result ?? null) && isJsonObject(result) ? result['certificate'] : undefined
  if (success !== true) throw new Error(`it refused: ${complaintsOf(errors) ?? `status ${status}`}`)
  if (typeof certificate !== 'string') throw new Error('its answer holds no certificate')
  return firstOf(certificate)
}

function redirects(status: number): boolean {
  return status >= 300 && status < 400
}

function jsonOf(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return undefined
  }
}

function complaintsOf(errors: Json | undefined): string | undefined {
  const messages = Array.isArray(errors) ? errors.flatMap((error: Json) => (isJsonObject(error) ? [String(error['message'])] : [])) : []
  const [first] = messages
  return first === undefined || first.length <= longestComplaint ? first : `${first.slice(0, longestComplaint)}…`
}

/** What comes after it nobody needs: it must be of the root itself. */
function firstOf(pem: string): X509Certificate {
  try {
    const [certificate] = certificatesIn(pem)
    if (certificate !== undefined) return certificate
  } catch {
    // Below.
  }
  throw new Error('the certificate in its answer cannot be read')
}

/**
 * What is wrong with a certificate that an authority answered with, as a clause; undefined when it is what was asked for.
 * @param root PEM: the root that it shall be of.
 */
export function faultOf(certificate: X509Certificate, wanted: WantedCertificate, root: string, nowMs: number): string | undefined {
  const { publicKey, identity } = wanted
  if (!isSignedBy(certificate, new X509Certificate(root))) return 'its certificate is not signed by the root that it was given for'
  if (keyDigest(certificate.publicKey) !== keyDigest(publicKey)) return 'its certificate is for another key than the request'
  if (!goodDigests.test(certificate.signatureAlgorithm ?? ''))
    return 'its certificate is signed over a digest that is not accepted; take SHA-256, SHA-384 or SHA-512'
  if (certificate.ca) return 'its certificate is one of an authority'
  const named = identityOf(certificate)
  if (named === undefined || nameOf(named) !== nameOf(identity))
    return `its certificate is for ${named === undefined ? 'nobody of the cluster' : nameOf(named)}, and not for ${nameOf(identity)}`
  const missing = purposesOf(identity).find((purpose) => !hasPurpose(certificate, purpose))
  if (missing !== undefined) return `its certificate is not for ${missing}, which its profile must allow`
  const names = (certificate.subjectAltName ?? '').split(', ')
  const absent = dnsNamesOf(identity).find((name) => !names.includes(`DNS:${name}`))
  if (absent !== undefined) return `its certificate is not for the host name ${absent}, which was asked for`
  return faultOfLife(validityOf(certificate), wanted.validity, nowMs)
}

function faultOfLife({ notBeforeMs, notAfterMs }: Validity, wanted: Validity, nowMs: number): string | undefined {
  if (notBeforeMs > nowMs) return `its certificate is not valid before ${instant(notBeforeMs)}, and the clock here says ${instant(nowMs)}`
  // Somebody may round, or begin a few minutes ago.
  if (notAfterMs > wanted.notAfterMs + backdateMs)
    return `its certificate lasts until ${instant(notAfterMs)}, longer than the ${hours(wanted.notAfterMs - nowMs)} that were asked for: give its profile a shorter expiry, or certificates of the cluster a longer one`
  const leastMs = Math.min(shortestCertificateLifeMs, wanted.notAfterMs - nowMs) / 2
  if (notAfterMs < nowMs + leastMs) return `its certificate lasts until ${instant(notAfterMs)} only, which leaves no time to renew it`
  return undefined
}

function nameOf(identity: Identity): string {
  const { clusterId, role } = identity
  return `${role.toLowerCase()} ${identity.kind === 'Node' ? identity.nodeId : identity.user} of cluster ${clusterId}`
}

function hours(ms: number): string {
  return `${Math.round(ms / 360_000) / 10} h`
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
