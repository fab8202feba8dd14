// Whether to believe a certificate, and if not, why, in words that help. TLS asks OpenSSL the same; it answers
// with a code, so the transport asks both: OpenSSL decides, and this explains and says who it is.

import type { X509Certificate } from 'node:crypto'
import { type Identity, identityOf } from './identity.ts'
import { validityOf } from './root-ca.ts'

export interface Trust {
  /** Several while one root takes the place of another. */
  readonly roots: readonly X509Certificate[]
  readonly clusterId: string
  readonly nowMs: number
  /** OpenSSL has found the way to a root already: a server over TLS is not always shown what the client sent beside its certificate. */
  readonly isVerified?: boolean
}

export type ChainProblem = 'NotTrusted' | 'WrongCluster' | 'Expired' | 'NotYetValid'

/** `why` is a clause: "the certificate …". */
export type Verdict = { readonly identity: Identity } | { readonly problem: ChainProblem; readonly why: string }

/** Root, next root signed by it, node: and one more for authorities that operators bring. */
const longestPath = 4

/** @param chain as it was sent: the holder's certificate, then what leads to a root. */
export function verifyChain(chain: readonly X509Certificate[], { roots, clusterId, nowMs, isVerified = false }: Trust): Verdict {
  const [certificate, ...others] = chain
  if (certificate === undefined) return { problem: 'NotTrusted', why: 'there is no certificate' }
  const identity = identityOf(certificate)
  const path = isVerified ? [certificate] : pathTo(roots, certificate, others.slice(0, longestPath))
  if (path === undefined) {
    if (identity !== undefined && identity.clusterId !== clusterId)
      return { problem: 'WrongCluster', why: `the certificate is of another cluster (${identity.clusterId}, not ${clusterId})` }
    const isOwn = certificate.checkIssued(certificate)
    return { problem: 'NotTrusted', why: `the certificate is ${isOwn ? 'signed by itself' : 'not signed by the root of this cluster'}` }
  }
  for (const member of path) {
    const { notBeforeMs, notAfterMs } = validityOf(member)
    const what = member === certificate ? 'the certificate' : 'what signed the certificate'
    if (nowMs >= notAfterMs) return { problem: 'Expired', why: `${what} expired on ${instant(notAfterMs)}` }
    if (nowMs < notBeforeMs) return { problem: 'NotYetValid', why: `${what} is not valid before ${instant(notBeforeMs)}` }
  }
  if (certificate.ca || identity === undefined) return { problem: 'NotTrusted', why: 'the certificate names no node and no user' }
  if (identity.clusterId !== clusterId)
    return { problem: 'WrongCluster', why: `the certificate is of another cluster (${identity.clusterId}, not ${clusterId})` }
  return { identity }
}

/** From the certificate to a root, both included. The signatures are checked, the times not yet. */
function pathTo(
  roots: readonly X509Certificate[],
  certificate: X509Certificate,
  others: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const root = roots.find((candidate) => isSignedBy(certificate, candidate))
  if (root !== undefined) return [certificate, root]
  for (const next of others) {
    if (!isSignedBy(certificate, next)) continue
    const rest = pathTo(
      roots,
      next,
      others.filter((other) => other !== next),
    )
    if (rest !== undefined) return [certificate, ...rest]
  }
  return undefined
}

export function isSignedBy(certificate: X509Certificate, authority: X509Certificate): boolean {
  try {
    return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  } catch {
    return false // A key of a kind that OpenSSL does not know.
  }
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z')
}
