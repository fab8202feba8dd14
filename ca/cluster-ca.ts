// The authority of a cluster as it is stored: its root, and the root that takes its place. What follows from
// these: who signs now, what nodes trust, and how the signer is called.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Cluster } from '../api/objects.ts'
import { keyDigest } from './identity.ts'
import type { Authority } from './root-ca.ts'

export type ClusterCa = NonNullable<Cluster['status']['ca']>

/** Signs the certificates that are made now: the root that follows, as soon as there is one. */
export function signingAuthority({ certificate, key, rotation }: ClusterCa): Authority {
  return rotation === undefined
    ? { certificate, key: createPrivateKey(key), intermediates: '' }
    : { certificate: rotation.certificate, key: createPrivateKey(rotation.key), intermediates: rotation.crossSigned }
}

/** Names the authority that every node shall have a certificate of: the digest of its key. */
export function wantedIssuer({ certificate, rotation }: ClusterCa): string {
  return keyDigest(new X509Certificate(rotation?.certificate ?? certificate).publicKey)
}

/** PEM, one after the other: both roots as long as one takes the place of the other. */
export function trustedRoots({ certificate, rotation }: ClusterCa): string {
  return certificate + (rotation?.certificate ?? '')
}
