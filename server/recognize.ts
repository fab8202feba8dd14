// Who somebody is that shows a certificate at the API. It says a name; whether there is such a user, which of the certificates
// that were made for it is the good one, and what the user may do, the store says: so what an admin changes counts at once.

import type { X509Certificate } from 'node:crypto'
import type { Identity } from '../api/request.ts'
import type { StoreView } from '../api/store.ts'
import { keyDigest, type OperatorIdentity } from '../ca/identity.ts'
import { validityOf } from '../ca/root-ca.ts'
import { verifyChain } from '../ca/verify-chain.ts'
import type { Clock } from '../effects/effects.ts'

export interface Visitor {
  readonly identity: Identity
  /** From then on it is somebody else, or nobody: ms since 1970. */
  readonly untilMs: number
}

export interface Shown {
  /** As it was sent, the holder's own first; maybe that one only. */
  readonly chain: readonly X509Certificate[]
  readonly roots: readonly X509Certificate[]
  readonly clusterId: string
  /** OpenSSL has found the way from it to one of the roots. */
  readonly isVerified: boolean
  /** Address, for the record. */
  readonly from: string
}

export type Recognize = (shown: Shown) => Visitor

export function createRecognize(deps: { readonly clock: Pick<Clock, 'wallMs'>; readonly view: StoreView }): Recognize {
  return (shown) => {
    const nowMs = deps.clock.wallMs()
    const nobody = (why: string, reason: 'Unauthorized' | 'Forbidden' = 'Unauthorized'): Visitor => ({
      identity: { role: 'Nobody', from: shown.from, reason, why },
      untilMs: Number.POSITIVE_INFINITY,
    })
    const [certificate] = shown.chain
    if (certificate === undefined) return nobody('this needs a certificate of a user, and there is none')
    const verdict = verifyChain(shown.chain, { ...shown, nowMs })
    if ('problem' in verdict) return nobody(verdict.why)
    if (!shown.isVerified) return nobody('the certificate is not good')
    const { identity } = verdict
    if (identity.kind === 'Node') return nobody(`the certificate is that of node ${identity.nodeId}, not a user's`, 'Forbidden')
    const found = userOf(deps.view, identity, certificate, nowMs)
    if ('why' in found) return nobody(found.why)
    const untilMs = Math.min(found.expiresMs, validityOf(certificate).notAfterMs)
    return { identity: { role: found.role, name: identity.user, from: shown.from }, untilMs }
  }
}

function userOf(view: StoreView, { user: name }: OperatorIdentity, certificate: X509Certificate, nowMs: number) {
  const user = view.get('User', name)
  if (user === undefined || user.metadata.deletedAt !== undefined) return { why: `user "${name}" was removed from the cluster` }
  const { certificate: good } = user.status
  if (good?.publicKey !== keyDigest(certificate.publicKey))
    return { why: `the certificate is not the one that user "${name}" was given last` }
  const expiresMs = Date.parse(good.expires)
  return nowMs < expiresMs ? { role: user.spec.role, expiresMs } : { why: `the certificate expired on ${good.expires}` }
}
