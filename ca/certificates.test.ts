import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { reasonOf } from '../api/errors.ts'
import { createKeys } from '../effects/real/keys.ts'
import { createRandom } from '../effects/real/random.ts'
import { type Identity, identityOf, keyDigest } from './identity.ts'
import { certificateValidity, defaultCertificateLifeMs, issueNodeCertificate, issueOperatorCertificate } from './issue.ts'
import { issuedBy } from './issued-by.ts'
import { fromPem, toPem } from './pem.ts'
import { type Authority, crossSign, makeRootCa, readRootCa, readRootCertificate, readRootKey } from './root-ca.ts'
import { clusterId, issueDeps, issueNode } from './testdata/authority.ts'
import { hasOpenssl, openssl } from './testdata/openssl.ts'
import { verifyChain } from './verify-chain.ts'

const nowMs = Date.parse('2026-11-28T12:00:00Z')
const [minute, hour, day] = [60_000, 3_600_000, 86_400_000]
const withOpenssl = { skip: hasOpenssl() ? false : 'the openssl program is not installed' }

function chainOf(pem: string): readonly X509Certificate[] {
  return fromPem('CERTIFICATE', pem).map((der) => new X509Certificate(der))
}

function verdict(pem: string, roots: readonly Authority[], atMs = nowMs) {
  return verifyChain(chainOf(pem), { roots: roots.flatMap((root) => chainOf(root.certificate)), clusterId, nowMs: atMs })
}

/** `openssl verify` at that moment; throws with its words. */
function opensslVerify(purpose: 'sslserver' | 'sslclient', root: string, chain: string, atMs = nowMs): string {
  const [leaf = ''] = chain.split(/(?<=-----END CERTIFICATE-----\n)/)
  const args = ['verify', '-x509_strict', '-purpose', purpose, '-attime', `${Math.floor(atMs / 1000)}`, '-CAfile', 'root.pem']
  return openssl([...args, '-untrusted', 'chain.pem', 'leaf.pem'], { 'root.pem': root, 'chain.pem': chain, 'leaf.pem': leaf })
}

test('a root is an authority for twenty years, and nothing else', () => {
  const [root] = chainOf(makeRootCa(issueDeps(), nowMs).certificate)
  assert.ok(root?.ca)
  assert.equal(root.subject, 'CN=swarm-ca')
  assert.equal(root.issuer, 'CN=swarm-ca')
  assert.equal(root.validFromDate.getTime(), nowMs - hour)
  assert.equal(root.validToDate.getTime(), nowMs + 630_720_000_000)
  assert.equal(root.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.ok(root.verify(root.publicKey))
})

test('a node’s certificate says who, which role, which cluster', () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  const names = { Worker: 'DNS:swarm-worker, DNS:n1', Manager: 'DNS:swarm-manager, DNS:n1, DNS:swarm-ca' }
  for (const role of ['Worker', 'Manager'] as const) {
    const { certificate, identity, key } = issueNode(deps, root, { role, nowMs })
    const [read] = chainOf(certificate)
    assert.ok(read !== undefined && !read.ca)
    assert.equal(read.subject, `O=${clusterId}\nOU=swarm-${role.toLowerCase()}\nCN=n1`)
    assert.equal(read.subjectAltName, names[role])
    assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']) // serverAuth, clientAuth
    assert.equal(read.validFromDate.getTime(), nowMs - hour)
    assert.equal(read.validToDate.getTime(), nowMs + 90 * day)
    assert.ok(read.checkPrivateKey(key))
    assert.deepEqual(verdict(certificate, [root]), { identity })
  }
})

test('an operator’s certificate is for asking only', () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  for (const role of ['Admin', 'Operator', 'Viewer'] as const) {
    const identity = { kind: 'Operator', user: 'Ann.B@example-1', role, clusterId } as const
    const pem = issueOperatorCertificate(deps, root, createPublicKey(deps.keys.generate()), identity, certificateValidity(nowMs))
    const [read] = chainOf(pem)
    assert.equal(read?.subject, `O=${clusterId}\nOU=kit-${role.toLowerCase()}\nCN=Ann.B@example-1`)
    assert.deepEqual(read?.keyUsage, ['1.3.6.1.5.5.7.3.2'])
    assert.equal(read?.subjectAltName, undefined)
    assert.deepEqual(verdict(pem, [root]), { identity })
  }
})

test('certificates are for half an hour at least, and never for longer than the root', () => {
  assert.throws(() => certificateValidity(nowMs, 29 * minute), /30 minutes at least/)
  assert.throws(() => certificateValidity(nowMs, Number.NaN), /30 minutes at least/)
  assert.equal(certificateValidity(nowMs).notAfterMs, nowMs + defaultCertificateLifeMs)
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs - 630_720_000_000 + day)
  const [read] = chainOf(issueNode(deps, root, { nowMs }).certificate)
  assert.equal(read?.validToDate.getTime(), nowMs + day)
})

test('times after 2049 are written and read', () => {
  const deps = issueDeps()
  const lateMs = Date.parse('2049-12-31T00:00:00Z')
  const root = makeRootCa(deps, lateMs)
  const [read] = chainOf(root.certificate)
  assert.equal(read?.validFromDate.getTime(), lateMs - hour)
  assert.equal(read?.validToDate.getTime(), lateMs + 630_720_000_000)
  if (hasOpenssl()) assert.match(openssl(['x509', '-in', 'a.pem', '-noout', '-enddate'], { 'a.pem': root.certificate }), /2069 GMT/)
})

test('names that could be taken for something else stand in no certificate', () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  const key = createPublicKey(deps.keys.generate())
  const validity = certificateValidity(nowMs)
  for (const nodeId of ['', '../n1', 'n1\nOU=swarm-manager', 'N1', 'a.b', '-n', 'n,OU=x', 'x'.repeat(64), '*'])
    assert.throws(
      () => issueNodeCertificate(deps, root, key, { kind: 'Node', nodeId, role: 'Worker', clusterId }, validity),
      /id of a node/,
    )
  for (const id of ['', 'a/b', 'O=x'])
    assert.throws(
      () => issueNodeCertificate(deps, root, key, { kind: 'Node', nodeId: 'n', role: 'Worker', clusterId: id }, validity),
      /cluster/,
    )
  for (const user of ['', 'a b', 'a\n', '../a', 'x'.repeat(65), '@a', 'ä'])
    assert.throws(() => issueOperatorCertificate(deps, root, key, { kind: 'Operator', user, role: 'Admin', clusterId }, validity), /user/)
})

test('whatever is certified is read back, and OpenSSL’s names are not taken apart wrongly', () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/)
  const user = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,30}$/)
  const identity = fc.oneof(
    fc.record({
      kind: fc.constant('Node' as const),
      nodeId: name,
      role: fc.constantFrom('Worker' as const, 'Manager' as const),
      clusterId: name,
    }),
    fc.record({
      kind: fc.constant('Operator' as const),
      user,
      role: fc.constantFrom('Admin' as const, 'Operator' as const, 'Viewer' as const),
      clusterId: name,
    }),
  )
  const key = createPublicKey(deps.keys.generate())
  fc.assert(
    fc.property(identity, (made: Identity) => {
      const who = { ...made } // With the prototype that literals have.
      const validity = certificateValidity(nowMs)
      const pem =
        who.kind === 'Node'
          ? issueNodeCertificate(deps, root, key, who, validity)
          : issueOperatorCertificate(deps, root, key, who, validity)
      const [read] = chainOf(pem)
      assert.deepEqual(read === undefined ? undefined : identityOf(read), who)
      assert.deepEqual(verifyChain(chainOf(pem), { roots: chainOf(root.certificate), clusterId: who.clusterId, nowMs }), { identity: who })
    }),
  )
})

test('who is believed, and why not', () => {
  const deps = issueDeps()
  const [root, other] = [makeRootCa(deps, nowMs), makeRootCa(deps, nowMs)]
  const node = issueNode(deps, root, { nowMs })
  const selfSigned = makeRootCa(deps, nowMs).certificate
  const byNode = issueNode(deps, { certificate: node.certificate, key: node.key, intermediates: node.certificate }, { nodeId: 'n2', nowMs })
  const cases: readonly (readonly [string, string, number, string, RegExp])[] = [
    ['a day after its end', node.certificate, nowMs + 91 * day, 'Expired', /the certificate expired on 2027-02-26T12:00:00Z/],
    ['the moment of its end', node.certificate, nowMs + 90 * day, 'Expired', /expired/],
    ['two hours early', node.certificate, nowMs - 2 * hour, 'NotYetValid', /not valid before 2026-11-28T11:00:00Z/],
    ['a root that has ended', node.certificate, nowMs + 630_720_000_001, 'Expired', /expired/],
    ['another root of the same name', issueNode(deps, other, { nowMs }).certificate, nowMs, 'NotTrusted', /not signed by the root/],
    [
      'another cluster',
      issueNode(deps, other, { clusterId: 'cluster2', nowMs }).certificate,
      nowMs,
      'WrongCluster',
      /cluster2, not cluster1/,
    ],
    [
      'another cluster under our root',
      issueNode(deps, root, { clusterId: 'cluster2', nowMs }).certificate,
      nowMs,
      'WrongCluster',
      /cluster2/,
    ],
    ['signed by itself', selfSigned, nowMs, 'NotTrusted', /signed by itself/],
    ['the root itself', root.certificate, nowMs, 'NotTrusted', /names no node/],
    [
      'signed in the name of our root by another key',
      issueNode(deps, { ...root, key: other.key }, { nowMs }).certificate,
      nowMs,
      'NotTrusted',
      /not signed by the root/,
    ],
    ['signed by a node', byNode.certificate, nowMs, 'NotTrusted', /not signed by the root/],
    ['nothing', '', nowMs, 'NotTrusted', /no certificate/],
  ]
  for (const [name, pem, atMs, problem, why] of cases) {
    const found = verdict(pem, [root], atMs)
    assert.ok('problem' in found, name)
    assert.equal(found.problem, problem, name)
    assert.match(found.why, why, name)
  }
})

test('while one root follows another, each side trusts what the next one signs', () => {
  const deps = issueDeps()
  const [first, second, third] = [makeRootCa(deps, nowMs), makeRootCa(deps, nowMs), makeRootCa(deps, nowMs)]
  const { certificate, identity } = issueNode(deps, crossSign(deps, first, second), { nowMs })
  assert.equal(chainOf(certificate).length, 2)
  for (const roots of [[first], [second], [first, second]]) assert.deepEqual(verdict(certificate, roots), { identity })
  assert.equal('problem' in verdict(certificate, [third]), true)
  const [leaf = ''] = certificate.split(/(?<=-----END CERTIFICATE-----\n)/)
  assert.equal('problem' in verdict(leaf, [first]), true, 'the old root needs what leads to it')
})

test('OpenSSL agrees about all of them', withOpenssl, () => {
  const deps = { keys: createKeys(), random: createRandom() }
  const [first, second] = [makeRootCa(deps, nowMs), makeRootCa(deps, nowMs)]
  const plain = issueNode(deps, first, { role: 'Manager', nowMs }).certificate
  const crossed = issueNode(deps, crossSign(deps, first, second), { nowMs }).certificate
  const operator = issueOperatorCertificate(
    deps,
    first,
    createPublicKey(deps.keys.generate()),
    { kind: 'Operator', user: 'ann', role: 'Admin', clusterId },
    certificateValidity(nowMs),
  )
  for (const purpose of ['sslserver', 'sslclient'] as const) {
    assert.match(opensslVerify(purpose, first.certificate, plain), /OK/)
    assert.match(opensslVerify(purpose, first.certificate, crossed), /OK/)
    assert.match(opensslVerify(purpose, second.certificate, crossed), /OK/)
  }
  assert.match(opensslVerify('sslclient', first.certificate, operator), /OK/)
  assert.throws(() => opensslVerify('sslserver', first.certificate, operator), /purpose/)
  assert.throws(() => opensslVerify('sslclient', second.certificate, plain))
  assert.throws(() => opensslVerify('sslclient', first.certificate, plain, nowMs + 91 * day), /expired/)
})

test('a thousand certificates have a thousand serial numbers', () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  const key = createPublicKey(deps.keys.generate())
  const serials = Array.from({ length: 1000 }, (_, at) => {
    const identity = { kind: 'Node', nodeId: `n${at}`, role: 'Worker', clusterId } as const
    return chainOf(issueNodeCertificate(deps, root, key, identity, certificateValidity(nowMs)))[0]?.serialNumber
  })
  assert.equal(new Set(serials).size, 1000)
  assert.ok(serials.every((serial) => serial?.length === 32))
})

test('ten thousand mutated certificates: not read, not believed, or the same; quickly, and without another error', () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  const node = issueNode(deps, root, { nowMs })
  const [der = new Uint8Array()] = fromPem('CERTIFICATE', node.certificate)
  const roots = chainOf(root.certificate)
  const change = fc.record({ at: fc.nat(der.length - 1), remove: fc.nat(8), insert: fc.uint8Array({ maxLength: 8 }) })
  let mostMicros = 0 // Of processor time: what else the machine does must not count.
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      let bytes = Buffer.from(der)
      for (const { at, remove, insert } of changes)
        bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(Math.min(bytes.length, at + remove))])
      const before = process.cpuUsage()
      const read = readOrNothing(bytes)
      // Bytes behind the certificate are not part of it.
      if (read !== undefined && !Buffer.from(read.raw).equals(der)) {
        identityOf(read)
        const found = verifyChain([read], { roots, clusterId, nowMs })
        assert.ok('problem' in found, 'another certificate was believed')
      }
      const { user, system } = process.cpuUsage(before)
      mostMicros = Math.max(mostMicros, user + system)
    }),
    { numRuns: 10_000 },
  )
  assert.ok(mostMicros < 1_000_000, `one took ${mostMicros} µs`)
})

test('five thousand mutated roots are refused with Invalid or are roots, whoever brings them', () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  const [der = new Uint8Array()] = fromPem('CERTIFICATE', root.certificate)
  const change = fc.record({ at: fc.nat(der.length - 1), remove: fc.nat(4), insert: fc.uint8Array({ maxLength: 4 }) })
  fc.assert(
    fc.property(fc.oneof(fc.array(change, { minLength: 1, maxLength: 3 }), fc.string({ unit: 'binary', maxLength: 3_000 })), (changes) => {
      let bytes = Buffer.from(der)
      if (typeof changes !== 'string')
        for (const { at, remove, insert } of changes)
          bytes = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(Math.min(bytes.length, at + remove))])
      const pem = typeof changes === 'string' ? changes : toPem('CERTIFICATE', bytes)
      for (const read of [() => readRootCertificate(pem), () => readRootCa(pem, root.key, nowMs)]) {
        try {
          read()
        } catch (error) {
          assert.equal(reasonOf(error), 'Invalid', String(error))
        }
      }
    }),
    { numRuns: 5_000 },
  )
})

function readOrNothing(der: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

test('an operator may bring a root of their own', withOpenssl, () => {
  const request = ['req', '-x509', '-subj', '/C=DE/O=Example/CN=Example Root', '-days', '3650', '-key', 'key.pem', '-sha256']
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  const pairs = {
    'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  }
  const deps = { keys: createKeys(), random: createRandom() }
  const nowMs = Date.now() + minute // What openssl makes is valid from the moment on that it is made.
  for (const [kind, { privateKey }] of Object.entries(pairs)) {
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const certificate = openssl([...request, ...usage], { 'key.pem': key })
    const root = readRootCa(certificate, createPrivateKey(key), nowMs)
    const node = issueNode(deps, root, { nowMs })
    assert.match(opensslVerify('sslserver', root.certificate, node.certificate, nowMs), /OK/, kind)
    assert.deepEqual(verdict(node.certificate, [root], nowMs), { identity: node.identity })
    assert.throws(() => readRootCa(certificate, deps.keys.generate(), nowMs), /does not belong to the key/)
    assert.throws(() => readRootCa(certificate, createPrivateKey(key), nowMs + 9.5 * 365 * day), /one year/)
    assert.throws(() => readRootCa(certificate, createPrivateKey(key), nowMs - day), /not valid before/)
    const made = makeRootCa(deps, nowMs)
    for (const [before, after] of [
      [made, root],
      [root, made],
    ] as const) {
      const crossed = issueNode(deps, crossSign(deps, before, after), { nowMs }).certificate
      for (const trusted of [before, after]) assert.match(opensslVerify('sslserver', trusted.certificate, crossed, nowMs), /OK/, kind)
    }
  }
})

test('the key of a root is read, and of what is none nothing is repeated', withOpenssl, () => {
  const key = issueDeps().keys.generate()
  assert.ok(readRootKey(pemOf(key)).equals(key))
  const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString()
  const cases = [
    [locked, /is encrypted; take off its passphrase/],
    ['hunter2', /cannot be read: it should be one private key in PEM/],
    [`${pemOf(key).slice(0, 90)}\n-----END PRIVATE KEY-----\n`, /cannot be read/],
    ['x'.repeat(100_000), /larger/],
  ] as const
  for (const [pem, why] of cases)
    assert.throws(
      () => readRootKey(pem),
      (error: Error) => {
        assert.match(error.message, why)
        assert.ok(!`${error.stack}${String(error.cause)}`.includes(pem.slice(30, 60) || pem))
        return true
      },
    )
})

test('whose certificate it is follows from the chain and the roots', () => {
  const deps = issueDeps()
  const [first, second] = [makeRootCa(deps, nowMs), makeRootCa(deps, nowMs)]
  const digest = ({ key }: Authority): string => keyDigest(createPublicKey(key))
  const plain = issueNode(deps, first, { nowMs }).certificate
  const crossed = issueNode(deps, crossSign(deps, first, second), { nowMs }).certificate
  assert.equal(issuedBy(plain, first.certificate), digest(first))
  assert.equal(issuedBy(plain, second.certificate + first.certificate), digest(first))
  for (const roots of [first.certificate, second.certificate, first.certificate + second.certificate])
    assert.equal(issuedBy(crossed, roots), digest(second))
  assert.equal(issuedBy(plain, second.certificate), undefined)
  assert.equal(issuedBy('', first.certificate), undefined)
})

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const withoutLevels = `
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = a
[extensions]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
`

test('what cannot be a root is refused with its fault', withOpenssl, () => {
  const deps = issueDeps()
  const root = makeRootCa(deps, nowMs)
  const node = issueNode(deps, root, { nowMs })
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const cases = [
    ['', deps.keys.generate(), /holds 0/],
    [root.certificate + root.certificate, root.key, /holds 2/],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', root.key, /cannot be read/],
    ['x'.repeat(100_000), root.key, /larger/],
    [node.certificate, node.key, /not one of an authority/],
    [crossSign(deps, root, makeRootCa(deps, nowMs)).intermediates, root.key, /not signed by itself/],
    [
      openssl(['req', '-x509', '-subj', '/CN=a', '-days', '3650', '-key', 'a.pem', '-addext', 'subjectKeyIdentifier=none'], {
        'a.pem': pemOf(root.key),
      }),
      root.key,
      /subject key/,
    ],
    [
      openssl(['req', '-x509', '-subj', '/CN=a', '-days', '3650', '-key', 'a.pem', '-sha1'], { 'a.pem': pemOf(root.key) }),
      root.key,
      /digest that is not accepted/,
    ],
    [
      openssl(['req', '-x509', '-config', 'c', '-days', '3650', '-key', 'a.pem'], { 'a.pem': pemOf(root.key), c: withoutLevels }),
      root.key,
      /pathlen:0/,
    ],
    [openssl(['req', '-x509', '-subj', '/CN=weak', '-days', '3650', '-key', 'key.pem'], { 'key.pem': pemOf(weak) }), weak, /2048/],
  ] as const
  for (const [pem, key, why] of cases) assert.throws(() => readRootCa(pem, key, Date.now() + minute), why)
})
