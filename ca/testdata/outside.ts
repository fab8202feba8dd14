// An authority outside of a cluster that speaks CFSSL, in memory: honest, or as a test wants it to lie.

import { type KeyObject, X509Certificate } from 'node:crypto'
import type { Https, HttpsAnswer, HttpsRequest } from '../../effects/effects.ts'
import { authorityExtensions, endExtensions, issuerOf, keyIdOf, nameOf, type Purpose, type Subject, type Validity, writeCertificate } from '../certificate.ts'
import { readCsr } from '../csr.ts'
import { decode, membersOf } from '../der.ts'
import { fromPem } from '../pem.ts'
import type { Authority, IssueDeps } from '../root-ca.ts'

/** What it is about to sign. */
export interface Draft {
  readonly authority: Authority
  readonly subject: Subject
  readonly publicKey: KeyObject
  readonly validity: Validity
  readonly names: readonly string[]
  readonly purposes: readonly Purpose[]
  readonly isAuthority: boolean
}

interface SignBody {
  readonly certificate_request: string
  readonly hosts: readonly string[]
  readonly subject?: { readonly CN: string; readonly names: readonly { readonly O: string; readonly OU: string }[] }
  readonly profile: string
  readonly not_before?: string
  readonly not_after?: string
}

export function answerOf(deps: IssueDeps, authority: Authority, request: HttpsRequest, lie: (draft: Draft) => Draft = (draft) => draft): HttpsAnswer {
  const { certificate_request: csr, hosts, subject, profile, not_before: from, not_after: to }: SignBody = JSON.parse(request.body ?? '')
  if (profile === 'CA') return success(crossSigned(deps, authority, csr))
  const [names] = subject?.names ?? []
  const draft = lie({
    authority,
    subject: [['O', names?.O ?? ''], ['OU', names?.OU ?? ''], ['CN', subject?.CN ?? '']],
    publicKey: readCsr(csr),
    validity: { notBeforeMs: Date.parse(from ?? ''), notAfterMs: Date.parse(to ?? '') },
    names: hosts,
    purposes: ['serverAuth', 'clientAuth'],
    isAuthority: false,
  })
  const extensions = draft.isAuthority ? authorityExtensions(0) : endExtensions(draft.purposes, draft.names)
  const content = { subject: nameOf(draft.subject), publicKey: draft.publicKey, validity: draft.validity, extensions }
  return success(writeCertificate(deps, content, issuerOf(draft.authority.certificate), draft.authority.key))
}

/** As cfssl does: the name is that of the request, and the key is called as every key is. */
function crossSigned(deps: IssueDeps, authority: Authority, csr: string): string {
  const [der] = fromPem('CERTIFICATE REQUEST', csr)
  const [content] = membersOf(decode(der ?? Uint8Array.of())) ?? []
  const [, subject] = membersOf(content) ?? []
  if (subject === undefined) throw new Error('that is no request')
  const publicKey = readCsr(csr)
  const { validFromDate, validToDate } = new X509Certificate(authority.certificate)
  const validity = { notBeforeMs: validFromDate.getTime(), notAfterMs: validToDate.getTime() }
  const extensions = authorityExtensions(0)
  return writeCertificate(deps, { subject, publicKey, validity, extensions, keyId: keyIdOf(publicKey) }, issuerOf(authority.certificate), authority.key)
}

export function success(certificate: string): HttpsAnswer {
  return { status: 200, body: JSON.stringify({ success: true, result: { certificate }, errors: [], messages: [] }) }
}

/** By URL. Who is not there refuses the connection; `asked` gets each request. */
export function outside(answers: Readonly<Record<string, (request: HttpsRequest, signal: AbortSignal) => HttpsAnswer | Promise<HttpsAnswer>>>, asked: HttpsRequest[] = []): Https {
  return {
    async request(request, signal) {
      asked.push(request)
      const answer = answers[request.url]
      if (answer === undefined) throw new Error('connect ECONNREFUSED')
      return await answer(request, signal)
    },
  }
}
