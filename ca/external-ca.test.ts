// What authorities outside are asked, and which of their answers are handed out.

import assert from 'node:assert/strict'
import { createPublicKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { reasonOf } from '../api/errors.ts'
import type { HttpsAnswer, HttpsRequest } from '../effects/effects.ts'
import { TestClock } from '../server/testdata/world.ts'
import { createCertifier } from './certifier.ts'
import type { ClusterCa, ExternalCa } from './cluster-ca.ts'
import { makeCsr } from './csr.ts'
import type { WantedCertificate } from './external-ca.ts'
import { type Identity, identityOf } from './identity.ts'
import { certificatesIn } from './pem.ts'
import { type Authority, makeRootCa } from './root-ca.ts'
import { clusterId, issueDeps } from './testdata/authority.ts'
import { answerOf, type Draft, outside, success } from './testdata/outside.ts'
import { verifyChain } from './verify-chain.ts'

const never = new AbortController().signal
const clock = new TestClock()
const nowMs = clock.wallMs()
const hour = 3_600_000
const deps = issueDeps()
const [root, other] = [makeRootCa(deps, nowMs), makeRootCa(deps, nowMs)]
const key = deps.keys.generate()
const manager: Identity = { kind: 'Node', nodeId: 'n1', role: 'Manager', clusterId }
const validity = { notBeforeMs: nowMs - hour, notAfterMs: nowMs + 24 * hour }
const wanted: WantedCertificate = { csr: makeCsr(deps.keys, key), publicKey: createPublicKey(key), identity: manager, validity }
const [first, second] = ['https://one/sign', 'https://two/sign'] as const
const named = (url: string, by = root): ExternalCa => ({ url, caCert: by.certificate })
const held = ({ certificate, key: signing }: Authority): ClusterCa => ({
  certificate,
  key: signing.export({ type: 'pkcs8', format: 'pem' }).toString(),
})

type Answers = Parameters<typeof outside>[0]
function certifier(answers: Answers, asked: HttpsRequest[] = []) {
  const own = { certificate: 'that of the manager', key }
  return createCertifier({ ...deps, clock, https: outside(answers, asked), own: () => own })
}
const honest = (request: HttpsRequest): HttpsAnswer => answerOf(deps, root, request)
const ask = (answers: Answers, externalCAs = [named(first)], want = wanted) =>
  certifier(answers).certify({ ca: { certificate: root.certificate }, externalCAs }, want, never)

test('an authority outside is asked for exactly what a node shall have, with the certificate of the manager', async () => {
  const asked: HttpsRequest[] = []
  const external = { ...named(first), profile: 'nodes' }
  const { chain, madeMs, notAfterMs } = await certifier({ [first]: honest }, asked).certify(
    { ca: { certificate: root.certificate }, externalCAs: [external] },
    wanted,
    never,
  )
  const [request] = asked
  assert.deepEqual(
    [request?.method, request?.url, request?.roots, request?.own?.certificate, request?.maxBytes],
    ['POST', first, root.certificate, 'that of the manager', 262_144],
  )
  assert.deepEqual(JSON.parse(request?.body ?? ''), {
    certificate_request: wanted.csr,
    hosts: ['swarm-manager', 'n1', 'swarm-ca'],
    subject: { CN: 'n1', names: [{ O: clusterId, OU: 'swarm-manager' }] },
    profile: 'nodes',
    not_before: '2025-12-31T23:00:00Z',
    not_after: '2026-01-02T00:00:00Z',
  })
  assert.deepEqual(identityOf(new X509Certificate(chain)), manager)
  assert.deepEqual([madeMs, notAfterMs], [nowMs, validity.notAfterMs])
})

test('an answer that is not what was asked for is handed out to nobody', async () => {
  const lies: readonly (readonly [string, (draft: Draft) => Draft, RegExp])[] = [
    ['another root', (draft) => ({ ...draft, authority: other }), /not signed by the root/],
    ['another root of the same name', (draft) => ({ ...draft, authority: { ...root, key: other.key } }), /not signed by the root/],
    ['another key', (draft) => ({ ...draft, publicKey: createPublicKey(other.key) }), /for another key than the request/],
    ['an authority', (draft) => ({ ...draft, isAuthority: true }), /is one of an authority/],
    ['another role', withSubject('OU', 'swarm-worker'), /for worker n1 of cluster cluster1, and not for manager n1/],
    ['a user', withSubject('OU', 'kit-admin'), /for admin n1 .* not for manager n1/],
    ['another node', withSubject('CN', 'n2'), /for manager n2 /],
    ['another cluster', withSubject('O', 'cluster2'), /of cluster cluster2, and not/],
    ['nobody', withSubject('OU', 'example'), /for nobody of the cluster/],
    ['more than one role', (draft) => ({ ...draft, subject: [['OU', 'swarm-worker'], ...draft.subject] }), /for nobody of the cluster/],
    ['no purpose of servers', (draft) => ({ ...draft, purposes: ['clientAuth'] }), /not for serverAuth/],
    ['other host names', (draft) => ({ ...draft, names: ['swarm-manager', 'n1'] }), /not for the host name swarm-ca/],
    ['no host names', (draft) => ({ ...draft, names: [] }), /not for the host name swarm-manager/],
    ['a life to come', withLife(1, 24 * hour), /not valid before 2026-01-01T00:00:01Z, and the clock here says 2026-01-01T00:00:00Z/],
    ['a life that is over', withLife(-2 * hour, -1), /leaves no time to renew/],
    ['a short life', withLife(-hour, 10 * 60_000), /leaves no time to renew/],
    ['a long life', withLife(-hour, 26 * hour), /until 2026-01-02T02:00:00Z, longer than the 24 h .*give its profile a shorter expiry/],
  ]
  for (const [what, lie, why] of lies)
    await assert.rejects(
      ask({ [first]: (request) => answerOf(deps, root, request, lie) }),
      (error: Error) => reasonOf(error) === 'Unavailable' && why.test(error.message) && error.message.startsWith(`${first}: `),
      what,
    )
  // Somebody may round.
  await ask({ [first]: (request) => answerOf(deps, root, request, withLife(0, 24.9 * hour)) })
})

function withSubject(attribute: 'O' | 'OU' | 'CN', value: string): (draft: Draft) => Draft {
  return (draft) => ({ ...draft, subject: draft.subject.map((each) => (each[0] === attribute ? [attribute, value] : each)) })
}

function withLife(fromMs: number, toMs: number): (draft: Draft) => Draft {
  const seconds = (ms: number): number => Math.ceil((nowMs + ms) / 1000) * 1000
  return (draft) => ({ ...draft, validity: { notBeforeMs: seconds(fromMs), notAfterMs: seconds(toMs) } })
}

test('an answer that holds no certificate says what it is', async () => {
  const answers: readonly (readonly [HttpsAnswer, RegExp])[] = [
    [{ status: 302, body: '' }, /answered 302 and redirects are not followed/],
    [{ status: 200, body: '<html>' }, /answered 200 without JSON/],
    [{ status: 200, body: '[]' }, /without JSON/],
    [{ status: 200, body: 'null' }, /without JSON/],
    [{ status: 200, body: '{}' }, /refused: status 200/],
    [{ status: 400, body: '{"success":false,"errors":[{"code":1,"message":"no such profile"}]}' }, /refused: no such profile$/],
    [{ status: 500, body: `{"success":false,"errors":[{"message":"${'x'.repeat(500)}"}]}` }, /refused: x{200}…$/],
    [{ status: 200, body: '{"success":true,"result":null}' }, /holds no certificate/],
    [{ status: 200, body: '{"success":true,"result":{"certificate":7}}' }, /holds no certificate/],
    [success(''), /cannot be read/],
    [success('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'), /cannot be read/],
  ]
  for (const [answer, why] of answers) await assert.rejects(ask({ [first]: () => answer }), why)
})

test('authorities are asked in order, each for five seconds, and what was wrong with each is said', async () => {
  const both = [named(first), named(second), named('https://else/sign', other)]
  assert.ok(await ask({ [second]: honest }, both))
  await assert.rejects(ask({}, both), (error: Error) => error.message === `${first}: connect ECONNREFUSED; ${second}: connect ECONNREFUSED`)
  const slow = (_: HttpsRequest, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  const waiting = ask({ [first]: slow, [second]: slow }, both)
  const outcome = assert.rejects(waiting, /one\/sign: there was no answer within 5 s; .*two\/sign: there was no answer within 5 s/)
  await clock.advance(10_000)
  await outcome
  const enough = new AbortController()
  const given = certifier({ [first]: slow, [second]: honest }).certify({ ca: held(root), externalCAs: both }, wanted, enough.signal)
  enough.abort(new Error('given up'))
  await assert.rejects(given, /given up/)
})

test('who signs: authorities that are named for the root, also when its key is here; else the key; else nobody', async () => {
  const signing = (ca: ClusterCa, externalCAs: readonly ExternalCa[]) => ({ ca, externalCAs })
  const only = certifier({})
  assert.ok(await only.certify(signing(held(root), []), wanted, never))
  assert.ok(await only.certify(signing(held(root), [named(first, other)]), wanted, never), 'one that is of another root')
  await assert.rejects(only.certify(signing(held(root), [named(first)]), wanted, never), /ECONNREFUSED/)
  const bare = signing({ certificate: root.certificate }, [named(first, other)])
  await assert.rejects(only.certify(bare, wanted, never), /nobody can sign certificates: the cluster does not have the key/)
  assert.equal(only.patienceMs(signing(held(root), [named(first), named(second), named(first, other)])), 10_000)
  assert.equal(only.patienceMs(signing(held(root), [])), 0)
})

test('a user gets what a user may have', async () => {
  const identity: Identity = { kind: 'Operator', user: 'ann', role: 'Viewer', clusterId }
  const { chain } = await ask({ [first]: honest }, undefined, { ...wanted, identity })
  const [certificate] = certificatesIn(chain)
  assert.ok(certificate !== undefined)
  assert.deepEqual([identityOf(certificate), certificate.subjectAltName], [identity, undefined])
})

test('a root that follows is signed by the key of the present one, or by its authority; one of the keys has to be here', async () => {
  const cases: readonly (readonly [string, ClusterCa, ClusterCa])[] = [
    ['both keys are here', held(root), held(other)],
    ['that of the present root is', held(root), { certificate: other.certificate }],
    ['that of the root that follows is', { certificate: root.certificate }, held(other)],
  ]
  for (const [what, present, next] of cases) {
    const crossSigned = await certifier({ [first]: honest }).crossSign(present, next, [named(first)], never)
    const { chain } = await certifier({}).certify({ ca: held(other), externalCAs: [] }, wanted, never)
    const trust = { roots: certificatesIn(root.certificate), clusterId, nowMs }
    assert.ok('identity' in verifyChain(certificatesIn(chain + crossSigned), trust), what)
    assert.ok('problem' in verifyChain(certificatesIn(chain), trust), what)
  }
  const outsideOnly = { certificate: root.certificate }
  const none = certifier({ [first]: honest }).crossSign(outsideOnly, { certificate: other.certificate }, [named(first)], never)
  await assert.rejects(none, (error: Error) => reasonOf(error) === 'Invalid' && /neither of their keys/.test(error.message))
  for (const answer of [
    success(other.certificate),
    success(root.certificate),
    answerOf(deps, root, { ...requestFor(first), body: plainBody() }),
  ])
    await assert.rejects(
      certifier({ [first]: () => answer }).crossSign(outsideOnly, held(other), [named(first)], never),
      /does not make the root/,
    )
})

function requestFor(url: string): HttpsRequest {
  return { method: 'POST', url, roots: '', own: undefined, maxBytes: 1 }
}

/** What a node asks for, which is no authority. */
function plainBody(): string {
  const [from, to] = [nowMs - hour, nowMs + hour].map((ms) => new Date(ms).toISOString())
  return JSON.stringify({ certificate_request: makeCsr(deps.keys, other.key), hosts: [], subject: { CN: 'swarm-ca', names: [] }, profile: '', not_before: from, not_after: to }) // biome-ignore format: one idea
}

test('it is noticed when none can be reached, and any answer is one', async () => {
  const signing = { ca: { certificate: root.certificate }, externalCAs: [named(first), named(second)] }
  assert.equal(await certifier({ [second]: () => ({ status: 405, body: '' }) }).unreachable(signing, never), undefined)
  assert.match((await certifier({}).unreachable(signing, never)) ?? '', /^https:\/\/one\/sign: connect ECONNREFUSED; /)
})
