// The authority of a cluster as it is stored: its root, and the root that takes its place. What follows from
// these and from the authorities outside that are named: who signs now, what nodes trust, and how the signer is called.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import type { Cluster } from '../api/objects.ts'
import { keyDigest } from './identity.ts'
import { isSameCertificate } from './pem.ts'
import type { Authority } from './root-ca.ts'

export type ClusterCa = NonNullable<Cluster['status']['ca']>

/** An authority outside of the cluster, as the operator names it. */
export type ExternalCa = NonNullable<NonNullable<Cluster['spec']['ca']>['externalCAs']>[number]

/** A root, with its key where the cluster has it. PEM. */
export interface Root {
  readonly certificate: string
  readonly key?: string
}

/** Who signs for the nodes and users of a cluster. */
export type Signer =
  | { readonly kind: 'Own'; readonly authority: Authority }
  | {
      readonly kind: 'External'
      readonly authorities: readonly ExternalCa[]
      /** PEM: what they sign with, and what goes along with what they sign. */
      readonly root: string
      readonly intermediates: string
    }

/**
 * The root that follows signs as soon as there is one. Where authorities outside are named for it they do, also when the cluster
 * has its key: whoever wants every certificate to be theirs gets no other. Throws Unavailable when there is nobody.
 */
export function signerOf(ca: ClusterCa, externalCAs: readonly ExternalCa[]): Signer {
  const { certificate, key, crossSigned: intermediates = '' } = { crossSigned: undefined, ...(ca.rotation ?? ca) }
  const authorities = externalCAs.filter(({ caCert }) => isSameCertificate(caCert, certificate))
  if (authorities.length > 0) return { kind: 'External', authorities, root: certificate, intermediates }
  if (key !== undefined) return { kind: 'Own', authority: { certificate, key: createPrivateKey(key), intermediates } }
  throw new StatusError(
    'Unavailable',
    'nobody can sign certificates: the cluster does not have the key of its root, and no external authority is named for it. `kit swarm update --external-ca` names one',
  )
}

/** Whether it can sign the root that follows it, or anything else. */
export function hasSigner({ certificate, key }: Root, externalCAs: readonly ExternalCa[]): boolean {
  return key !== undefined || externalCAs.some(({ caCert }) => isSameCertificate(caCert, certificate))
}

/** PEM: the root whose certificates every node shall have. */
export function signingRoot({ certificate, rotation }: ClusterCa): string {
  return rotation?.certificate ?? certificate
}

/** Names the authority that every node shall have a certificate of: the digest of its key. */
export function wantedIssuer(ca: ClusterCa): string {
  return keyDigest(new X509Certificate(signingRoot(ca)).publicKey)
}

/** PEM, one after the other: both roots as long as one takes the place of the other. */
export function trustedRoots({ certificate, rotation }: ClusterCa): string {
  return certificate + (rotation?.certificate ?? '')
}
