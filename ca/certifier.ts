// Who signs the certificates of nodes and users, and the root that follows another: a key of the cluster, or
// authorities outside of it. Those are asked over HTTPS one after the other, with the certificate of this manager, and what
// they answer is looked at before it is handed out (external-ca.ts).

import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { StatusError } from '../api/errors.ts'
import type { Clock, Https, HttpsAnswer } from '../effects/effects.ts'
import { messageOf } from '../effects/thrown.ts'
import { issuerOf } from './certificate.ts'
import { type ClusterCa, type ExternalCa, type Root, type Signer, signerOf, trustedRoots } from './cluster-ca.ts'
import { makeCsr } from './csr.ts'
import { certificateIn, crossSignRequest, faultOf, signRequest, type WantedCertificate } from './external-ca.ts'
import { certificateValidity, issueNodeCertificate, issueOperatorCertificate } from './issue.ts'
import { certificatesIn, isSameCertificate } from './pem.ts'
import { type Authority, crossSigned, type IssueDeps, readRootKey, validityOf } from './root-ca.ts'
import { verifyChain } from './verify-chain.ts'

export interface Certified {
  /** PEM: the certificate, then what leads from it to an older root. */
  readonly chain: string
  readonly notAfterMs: number
  /** When it was made, where the certificate does not tell: others date theirs back by as much as they like. */
  readonly madeMs?: number
}

/** What a cluster signs with: `status.ca` and `spec.ca.externalCAs`. */
export interface Signing {
  readonly ca: ClusterCa
  readonly externalCAs: readonly ExternalCa[]
}

export interface Certifier {
  /** Throws Unavailable when no authority has signed: another time one may. */
  certify(signing: Signing, wanted: WantedCertificate, signal: AbortSignal): Promise<Certified>
  /** How long that may take at most, ms. */
  patienceMs(signing: Signing): number
  /**
   * PEM: `next`, signed by `present`. One of the two keys must be here: with its own key the root that follows shows that it
   * wants to be signed.
   */
  crossSign(present: Root, next: Root, externalCAs: readonly ExternalCa[], signal: AbortSignal): Promise<string>
  /** Calls `listener` each time that no authority outside has signed. Returns what ends that. */
  subscribe(listener: () => void): () => void
  /** Why none of the authorities can be reached; undefined when one can. */
  unreachable(signing: Signing, signal: AbortSignal): Promise<string | undefined>
}

export interface CertifierDeps extends IssueDeps {
  readonly clock: Clock
  readonly https: Https
  /** PEM and its key: of this manager, as soon as it has one. */
  readonly own: () => { readonly certificate: string; readonly key: KeyObject } | undefined
}

/** For each authority. */
const answerLimitMs = 5_000
const maxAnswerBytes = 256 * 1024

export function createCertifier(deps: CertifierDeps): Certifier {
  const listeners = new Set<() => void>()
  const told = async <T>(signing: Promise<T>): Promise<T> => {
    try {
      return await signing
    } catch (error) {
      for (const listener of listeners) listener()
      throw error
    }
  }
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async certify({ ca, externalCAs }, wanted, signal) {
      const signer = signerOf(ca, externalCAs)
      if (signer.kind === 'External') return await told(certifyOutside(deps, signer, trustedRoots(ca), wanted, signal))
      const chain = sign(deps, signer.authority, wanted)
      return { chain, notAfterMs: validityOf(new X509Certificate(chain)).notAfterMs }
    },
    patienceMs({ ca, externalCAs }) {
      const signer = signerOf(ca, externalCAs)
      return signer.kind === 'External' ? signer.authorities.length * answerLimitMs : 0
    },
    async crossSign(present, next, externalCAs, signal) {
      if (present.key !== undefined) return crossSigned(deps, authorityOf(present.certificate, present.key), next.certificate)
      const authorities = externalCAs.filter(({ caCert }) => isSameCertificate(caCert, present.certificate))
      if (next.key === undefined || authorities.length === 0)
        throw new StatusError(
          'Invalid',
          'the root that follows must be signed by the present one, and the cluster has neither of their keys: give the key of the root that follows, or go over to a root that kit makes in between (`kit swarm ca --rotate`)',
        )
      return await told(crossSignOutside(deps, authorities, present.certificate, authorityOf(next.certificate, next.key), signal))
    },
    async unreachable({ ca, externalCAs }, signal) {
      try {
        // Whatever it answers: asked for nothing, it is there.
        await askAll(deps, externalCAs, trustedRoots(ca), { bodyFor: () => undefined, read: () => undefined }, signal)
        return undefined
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
        return error.message
      }
    },
  }
}

function authorityOf(certificate: string, key: string): Authority {
  return { certificate, key: readRootKey(key), intermediates: '' }
}

function sign(deps: IssueDeps, authority: Authority, { publicKey, identity, validity }: WantedCertificate): string {
  return identity.kind === 'Node'
    ? issueNodeCertificate(deps, authority, publicKey, identity, validity)
    : issueOperatorCertificate(deps, authority, publicKey, identity, validity)
}

async function certifyOutside(
  deps: CertifierDeps,
  { authorities, root, intermediates }: Extract<Signer, { kind: 'External' }>,
  roots: string,
  wanted: WantedCertificate,
  signal: AbortSignal,
): Promise<Certified> {
  const bodyFor = ({ profile }: ExternalCa): string => signRequest(wanted, profile)
  const read = (answer: HttpsAnswer): X509Certificate => {
    const found = certificateIn(answer)
    const fault = faultOf(found, wanted, root, deps.clock.wallMs())
    if (fault !== undefined) throw new Error(fault)
    return found
  }
  const certificate = await askAll(deps, authorities, roots, { bodyFor, read }, signal)
  return { chain: certificate.toString() + intermediates, notAfterMs: validityOf(certificate).notAfterMs, madeMs: deps.clock.wallMs() }
}

async function crossSignOutside(
  deps: CertifierDeps,
  authorities: readonly ExternalCa[],
  root: string,
  next: Authority,
  signal: AbortSignal,
): Promise<string> {
  const body = crossSignRequest(makeCsr(deps.keys, next.key, issuerOf(next.certificate).name))
  const read = (answer: HttpsAnswer): string => {
    const intermediates = certificateIn(answer).toString()
    if (leadsTo(deps, root, { ...next, intermediates })) return intermediates
    throw new Error(
      'its certificate does not make the root that follows one that the present root vouches for: its profile CA must allow it',
    )
  }
  return await askAll(deps, authorities, root, { bodyFor: () => body, read }, signal)
}

/** Whether who trusts the root believes a certificate of the authority, which sends its intermediates along. */
function leadsTo(deps: CertifierDeps, root: string, authority: Authority): boolean {
  const nowMs = deps.clock.wallMs()
  const [clusterId, nodeId] = ['c', 'n']
  const publicKey = createPublicKey(deps.keys.generate())
  const identity = { kind: 'Node', nodeId, role: 'Worker', clusterId } as const
  const chain = issueNodeCertificate(deps, authority, publicKey, identity, certificateValidity(nowMs))
  return !('problem' in verifyChain(certificatesIn(chain), { roots: certificatesIn(root), clusterId, nowMs }))
}

interface Question<T> {
  readonly bodyFor: (authority: ExternalCa) => string | undefined
  /** Throws what is wrong with the answer, as a clause. */
  readonly read: (answer: HttpsAnswer) => T
}

/** The first answer that is good; throws Unavailable with what was wrong with each. */
async function askAll<T>(
  deps: CertifierDeps,
  authorities: readonly ExternalCa[],
  roots: string,
  { bodyFor, read }: Question<T>,
  signal: AbortSignal,
): Promise<T> {
  const failures: string[] = []
  for (const authority of authorities) {
    try {
      return read(await ask(deps, authority.url, bodyFor(authority), roots, signal))
    } catch (error) {
      signal.throwIfAborted()
      failures.push(`${authority.url}: ${messageOf(error)}`)
    }
  }
  throw new StatusError('Unavailable', failures.join('; '))
}

async function ask(
  { clock, https, own }: CertifierDeps,
  url: string,
  body: string | undefined,
  roots: string,
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  const enough = new AbortController()
  const late = new AbortController()
  const slow = new Error(`there was no answer within ${answerLimitMs / 1000} s`)
  void clock.sleep(answerLimitMs, enough.signal).then(() => late.abort(slow), () => undefined) // biome-ignore format: one idea
  const request = { ...(body === undefined ? { method: 'GET' } as const : { method: 'POST', body } as const), url, roots, own: own(), maxBytes: maxAnswerBytes } // biome-ignore format: one idea
  try {
    return await https.request(request, AbortSignal.any([signal, late.signal]))
  } finally {
    enough.abort()
  }
}
