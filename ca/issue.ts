// Certificates for nodes and operators. Of the request only the key is taken: who somebody is, whoever
// calls this has found out.

import { type KeyObject, X509Certificate } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import { endExtensions, issuerOf, nameOf, type Purpose, type Validity, writeCertificate } from './certificate.ts'
import { type Identity, type NodeIdentity, nodeUnits, type OperatorIdentity, subjectOf } from './identity.ts'
import { type Authority, backdateMs, type IssueDeps, overlap, validityOf } from './root-ca.ts'

export const defaultCertificateLifeMs = 90 * 24 * 60 * 60 * 1000
export const shortestCertificateLifeMs = 30 * 60 * 1000

/** From an hour ago until `lifeMs` from now. Throws Invalid when that is too short to renew in peace. */
export function certificateValidity(nowMs: number, lifeMs = defaultCertificateLifeMs, shortestMs = shortestCertificateLifeMs): Validity {
  if (!(lifeMs >= shortestMs)) throw new StatusError('Invalid', `certificates must be valid for ${shortestMs / 60_000} minutes at least`)
  return { notBeforeMs: nowMs - backdateMs, notAfterMs: nowMs + lifeMs }
}

/** Host names that its certificate is for. Operators only ask, they never serve. */
export function dnsNamesOf(identity: Identity): readonly string[] {
  if (identity.kind === 'Operator') return []
  return [nodeUnits[identity.role], identity.nodeId, ...(identity.role === 'Manager' ? ['swarm-ca'] : [])]
}

export function purposesOf({ kind }: Identity): readonly Purpose[] {
  return kind === 'Node' ? ['serverAuth', 'clientAuth'] : ['clientAuth']
}

/**
 * @param publicKey that of a request, as `readCsr` found it.
 * @returns PEM: the node's certificate, then what leads from it to an older root.
 */
export function issueNodeCertificate(
  deps: IssueDeps,
  authority: Authority,
  publicKey: KeyObject,
  identity: NodeIdentity,
  validity: Validity,
): string {
  return issue(deps, authority, publicKey, identity, validity)
}

export function issueOperatorCertificate(
  deps: IssueDeps,
  authority: Authority,
  publicKey: KeyObject,
  identity: OperatorIdentity,
  validity: Validity,
): string {
  return issue(deps, authority, publicKey, identity, validity)
}

function issue(deps: IssueDeps, authority: Authority, publicKey: KeyObject, identity: Identity, validity: Validity): string {
  const content = {
    subject: nameOf(subjectOf(identity)),
    publicKey,
    // Nobody would believe it for longer than the authority.
    validity: overlap(validity, validityOf(new X509Certificate(authority.certificate))),
    extensions: endExtensions(purposesOf(identity), dnsNamesOf(identity)),
  }
  return writeCertificate(deps, content, issuerOf(authority.certificate), authority.key) + authority.intermediates
}
