import assert from 'node:assert/strict'
import { createPublicKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { Cluster, Node } from '../../api/objects.ts'
import { type ClusterCa, signerOf, trustedRoots, wantedIssuer } from '../../ca/cluster-ca.ts'
import { keyDigest } from '../../ca/identity.ts'
import { certificatesIn } from '../../ca/pem.ts'
import { type Authority, makeRootCa } from '../../ca/root-ca.ts'
import { clusterId, issueDeps, issueNode } from '../../ca/testdata/authority.ts'
import { testCertifier } from '../../ca/testdata/certifier.ts'
import { verifyChain } from '../../ca/verify-chain.ts'
import { assertUsable, describeProgress, directed, firstCa, mostAtOnce, nodesToAsk, patienceMs, progressed } from './root-rotation.ts'

const nowMs = Date.parse('2026-11-28T12:00:00Z')
const signal = new AbortController().signal
const clock = { monotonicMs: () => 0, wallMs: () => nowMs, sleep: () => new Promise<void>(() => {}) }
const deps = { ...issueDeps(), certifier: testCertifier(issueDeps(2), clock) }
const pemOf = ({ certificate, key }: Authority) => ({ certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() })
const digestOf = ({ key }: Authority): string => keyDigest(createPublicKey(key))
const [own, other] = [makeRootCa(deps, nowMs), makeRootCa(deps, nowMs)]
const first = makeRootCa(deps, nowMs)
const present = firstCa(deps, { root: pemOf(first) }, nowMs)
const rotating = await directed(deps, { root: pemOf(own) }, present, nowMs, signal)

interface Given {
  readonly issuer?: string | undefined
  readonly state?: NonNullable<Node['status']['state']>
  readonly renewal?: Node['status']['renewal']
}
function node(name: string, { issuer, state = 'Ready', renewal }: Given = {}): Node {
  const description = { hostname: `host-${name}`, platform: { os: 'linux', arch: 'x64' }, resources: { cpus: 1, memoryBytes: 1 }, executor: 'process' } as const // biome-ignore format: one idea
  return {
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: 1, generation: 1, createdAt: 0 },
    spec: {},
    status: { state, description: { ...description, ...(issuer === undefined ? {} : { issuer }) }, ...(renewal && { renewal }) },
  }
}

/** What a node that is made now would go with. */
function believed(ca: ClusterCa, roots: string): boolean {
  const signer = signerOf(ca, [])
  assert.equal(signer.kind, 'Own')
  const { certificate } = issueNode(deps, signer.authority, { nowMs })
  return !('problem' in verifyChain(certificatesIn(certificate), { roots: certificatesIn(roots), clusterId, nowMs }))
}

test('which root is wanted, and what that begins, gives up or changes', async () => {
  type Wanted = NonNullable<Cluster['spec']['ca']>
  const cases: readonly (readonly [string, ClusterCa, Wanted, (after: ClusterCa, before: ClusterCa) => void])[] = [
    ['nothing is said', present, {}, (after, before) => assert.equal(after, before)],
    ['the number is the same', { ...present, rotated: 3 }, { rotateRoot: 3 }, (after, before) => assert.equal(after, before)],
    ['the number is lower', { ...present, rotated: 3 }, { rotateRoot: 2 }, (after, before) => assert.equal(after, before)],
    [
      'the number is higher',
      present,
      { rotateRoot: 1 },
      (after) => {
        assert.equal(after.certificate, present.certificate)
        assert.equal(after.rotated, 1)
        assert.ok(after.rotation !== undefined && after.rotation.certificate !== own.certificate)
      },
    ],
    ['a root is given', present, { root: pemOf(own) }, (after) => assert.equal(after.rotation?.certificate, own.certificate)],
    ['the root that it has is given', present, { root: pemOf(first) }, (after, before) => assert.equal(after, before)],
    [
      'the same, and a higher number',
      present,
      { root: pemOf(first), rotateRoot: 2 },
      (after) => assert.deepEqual(after, { ...present, rotated: 2 }),
    ],
    ['the root on its way is given again', rotating, { root: pemOf(own) }, (after, before) => assert.equal(after, before)],
    ['the root before it is given', rotating, { root: pemOf(first) }, (after) => assert.deepEqual(after, present)],
    [
      'another root in the middle',
      rotating,
      { root: pemOf(other) },
      (after) => {
        assert.equal(after.certificate, present.certificate)
        assert.equal(after.rotation?.certificate, other.certificate)
      },
    ],
    [
      'a higher number in the middle',
      rotating,
      { rotateRoot: 1 },
      (after) => assert.ok(![own.certificate, present.certificate].includes(after.rotation?.certificate ?? '')),
    ],
    ['nothing is said in the middle', rotating, {}, (after, before) => assert.equal(after, before)],
  ]
  for (const [name, before, wanted, check] of cases) {
    const after = await directed(deps, wanted, before, nowMs, signal)
    check(after, before)
    assert.equal(await directed(deps, wanted, after, nowMs, signal), after, `${name}: once is enough`)
    for (const roots of [after.certificate, trustedRoots(after), after.rotation?.certificate ?? after.certificate])
      assert.ok(believed(after, roots), `${name}: what is issued is believed by those who trust either root`)
  }
})

test('a root that cannot be used is refused by name, and its key is not repeated', () => {
  const { certificate, key } = pemOf(own)
  const again = pemOf({ ...makeRootCa({ ...deps, keys: { ...deps.keys, generate: () => own.key } }, nowMs + 1000), key: own.key })
  const cases = [
    [present, { certificate }, /the root has no key: give the private key/],
    [present, { certificate, key: '' }, /has no key/],
    [present, { certificate, key: pemOf(other).key }, /does not belong to the key/],
    [present, { certificate, key: 'secret words' }, /the key of the root cannot be read/],
    [present, { certificate: 'nonsense', key }, /must hold one certificate, and holds 0/],
    [rotating, again, /another one for the key of the root that takes its place/],
    [{ ...present, ...pemOf(own) }, again, /another one for the key of the present root/],
  ] as const
  for (const [ca, root, why] of cases)
    assert.throws(
      () => assertUsable(ca, { root }, nowMs),
      (error: Error) => why.test(error.message) && !error.message.includes('secret words'),
    )
  for (const ca of [undefined, present, rotating]) assertUsable(ca, { root: pemOf(other) }, nowMs)
  // What it has or is on its way to may be said again, also when it has grown old.
  for (const root of [pemOf(first), pemOf(own)]) assertUsable(rotating, { root }, nowMs + 19.5 * 365 * 86_400_000)
})

test('nodes are counted, and the new root is the root when all go with it', () => {
  const issuer = wantedIssuer(rotating)
  assert.equal(issuer, digestOf(own))
  const [old, fresh] = [node('a', { issuer: wantedIssuer(present) }), node('b', { issuer })]
  const counted = progressed(rotating, [old, fresh])
  assert.deepEqual([counted.rotation?.updated, counted.rotation?.total], [1, 2])
  assert.equal(progressed(counted, [fresh, old]), counted)
  assert.ok(progressed(rotating, [fresh, node('c')]).rotation !== undefined, 'who has not said anything is not counted')
  assert.ok(progressed(rotating, [fresh, node('c', { issuer: wantedIssuer(present), state: 'Down' })]).rotation !== undefined)
  const done = progressed(counted, [fresh, node('c', { issuer, state: 'Down' })])
  assert.deepEqual(done, { certificate: own.certificate, key: pemOf(own).key, rotated: 0 })
  assert.equal(progressed(done, [old]), done)
  assert.ok(new X509Certificate(done.certificate).checkPrivateKey(own.key))
})

test('whom it waits for is said, those that do not answer first', () => {
  const issuer = wantedIssuer(rotating)
  const nodes = [node('a', { issuer }), node('b'), node('c', { state: 'Down' })]
  assert.equal(
    describeProgress(rotating, nodes),
    '1 of 3 nodes have a certificate of the new root; waiting for host-c (Down), host-b; start what is down, or remove it (`kit node rm NAME`)',
  )
  const many = Array.from({ length: 25 }, (_, at) => node(`n${at}`))
  assert.match(describeProgress(rotating, many), /^0 of 25 nodes .* host-n9 and 15 more$/)
})

test('nodes that answer are asked, so many at a time, and those that were asked are left in peace', () => {
  const issuer = wantedIssuer(present)
  const wanted = wantedIssuer(rotating)
  const at = nowMs - 1000
  const names = (nodes: readonly Node[]): readonly string[] => nodesToAsk(rotating, nodes, nowMs).map(({ metadata }) => metadata.name)
  const cases: readonly (readonly [string, Given, boolean])[] = [
    ['with a certificate of the old root', { issuer }, true],
    ['with a certificate of the new root', { issuer: wanted }, false],
    ['of which nothing is known', {}, false],
    ['that is down', { issuer, state: 'Down' }, false],
    ['that was asked', { issuer, renewal: { issuer: wanted, at } }, false],
    ['that was asked long ago', { issuer, renewal: { issuer: wanted, at: 0 } }, false],
    ['that was asked for another root', { issuer, renewal: { issuer: 'x', at } }, true],
  ]
  for (const [name, given, isAsked] of cases) assert.deepEqual(names([node('a', given)]), isAsked ? ['a'] : [], name)

  const left = Array.from({ length: 40 }, (_, index) => node(`n${index}`, { issuer }))
  const asked = (count: number, atMs: number): readonly Node[] =>
    Array.from({ length: count }, (_, index) => node(`a${index}`, { issuer, renewal: { issuer: wanted, at: atMs } }))
  assert.equal(names(left).length, mostAtOnce)
  assert.equal(names([...left, ...asked(12, at)]).length, mostAtOnce - 12)
  assert.equal(names([...left, ...asked(50, at)]).length, 0)
  assert.equal(names([...left, ...asked(50, nowMs - patienceMs)]).length, mostAtOnce, 'who does not get on keeps nobody waiting')
  assert.equal(names([...left, ...asked(50, nowMs + patienceMs)]).length, mostAtOnce, 'nor does a clock that was set back')
})
