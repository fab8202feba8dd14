import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { Cluster, Node } from '../../api/objects.ts'
import { wantedIssuer } from '../../ca/cluster-ca.ts'
import { parseToken, verifyRootAgainstToken } from '../../ca/join-token.ts'
import { makeRootCa } from '../../ca/root-ca.ts'
import { issueDeps } from '../../ca/testdata/authority.ts'
import { testCertifier } from '../../ca/testdata/certifier.ts'
import { answerOf } from '../../ca/testdata/outside.ts'
import type { Https } from '../../effects/effects.ts'
import { createSimulatedKeys } from '../../sim/effects/keys.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import type { Fact } from '../runtime/controller.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { authorityController } from './authority.ts'

async function createCluster(https?: Https) {
  const store = createMemoryStore()
  const random = new SeededRandom(1)
  const clock = { monotonicMs: () => 0, wallMs: () => Date.UTC(2026, 0, 1), sleep: () => Promise.resolve() }
  const facts: string[] = []
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const metadata = { name: 'default', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 }
  await store.commit({ writes: [{ op: 'create', object: { kind: 'Cluster', metadata, spec: {}, status: {} } }] })
  const issuing = { random, keys: createSimulatedKeys(random) }
  const deps = {
    clock,
    log,
    ...issuing,
    certifier: testCertifier(issuing, { ...clock, sleep: () => new Promise<void>(() => {}) }, https),
    events: { record: ({ reason }: Fact) => void facts.push(reason) },
  }
  const { writes } = authorityController({ ...deps, store })
  const controller = authorityController({ ...deps, store: guardStore(store, 'authority', writes) })
  const reconcile = () => controller.reconcile('default', new AbortController().signal)
  const cluster = (): Cluster => {
    const found = store.view.get('Cluster', 'default')
    assert.ok(found)
    return found
  }
  const edit = (spec: Cluster['spec']) => store.commit({ writes: [{ op: 'update', object: { ...cluster(), spec } }] })
  return { store, cluster, reconcile, edit, facts, deps, controller }
}

test('a cluster gets a root, and tokens that name it', async () => {
  const { cluster, reconcile, store } = await createCluster()
  await reconcile()
  const { ca, joinTokens } = cluster().status
  assert.ok(ca !== undefined && joinTokens !== undefined)
  const certificate = new X509Certificate(ca.certificate)
  assert.ok(certificate.ca && certificate.checkPrivateKey(createPrivateKey(ca.key ?? '')))
  for (const token of [joinTokens.worker, joinTokens.manager]) verifyRootAgainstToken(ca.certificate, parseToken(token))
  assert.notEqual(joinTokens.worker, joinTokens.manager)
  const version = store.view.resourceVersion
  await reconcile()
  assert.equal(store.view.resourceVersion, version, 'what is there is left alone')
})

test('raising a rotation replaces that token, and nothing else', async () => {
  const { cluster, reconcile, edit } = await createCluster()
  await reconcile()
  const { ca, joinTokens: before } = cluster().status
  await edit({ ca: { rotateWorkerToken: 1 } })
  await reconcile()
  const { joinTokens: after } = cluster().status
  assert.ok(before !== undefined && after !== undefined)
  assert.notEqual(after.worker, before.worker)
  assert.equal(after.manager, before.manager)
  assert.deepEqual(cluster().status.ca, ca)
  await edit({ ca: { rotateWorkerToken: 1, rotateManagerToken: 7 } })
  await reconcile()
  assert.equal(cluster().status.joinTokens?.worker, after.worker)
  assert.notEqual(cluster().status.joinTokens?.manager, after.manager)
})

async function withNodes(store: Awaited<ReturnType<typeof createCluster>>['store'], ...names: readonly string[]) {
  for (const name of names) {
    const metadata = { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 }
    await store.commit({ writes: [{ op: 'create', object: { kind: 'Node', metadata, spec: {}, status: {} } }] })
  }
  const find = (name: string): Node => {
    const found = store.view.get('Node', name)
    assert.ok(found)
    return found
  }
  const describe = async (name: string, issuer: string, state: Node['status']['state'] = 'Ready') => {
    const { status, ...rest } = find(name)
    const description = { hostname: name, platform: { os: 'linux', arch: 'x64' }, resources: { cpus: 1, memoryBytes: 1 }, executor: 'process' } as const // biome-ignore format: one idea
    const object: Node = { ...rest, status: { ...status, ...(state && { state }), description: { ...description, issuer } } }
    await store.commit({ writes: [{ op: 'update', object }] })
  }
  return { find, describe }
}

test('a rotation asks the nodes, waits for each, and ends with the new root and two new tokens', async () => {
  const { cluster, reconcile, edit, store, facts } = await createCluster()
  await reconcile()
  const { find, describe } = await withNodes(store, 'a', 'b')
  const before = cluster().status
  assert.ok(before.ca !== undefined)
  await Promise.all([describe('a', wantedIssuer(before.ca)), describe('b', wantedIssuer(before.ca), 'Down')])
  await edit({ ca: { rotateRoot: 1 } })
  await reconcile()
  const { ca, joinTokens, conditions } = cluster().status
  assert.ok(ca?.rotation !== undefined)
  assert.equal(ca.certificate, before.ca.certificate)
  assert.deepEqual(joinTokens, before.joinTokens, 'who joins now trusts the root that still is the root')
  assert.deepEqual([find('a').status.renewal?.issuer, find('b').status.renewal], [wantedIssuer(ca), undefined])
  assert.match(
    conditions?.[0]?.message ?? '',
    /^0 of 2 nodes .* waiting for b \(Down\), a; start what is down, or remove it \(`kit node rm NAME`\)$/,
  )

  await describe('a', wantedIssuer(ca))
  await reconcile()
  assert.deepEqual([cluster().status.ca?.rotation?.updated, cluster().status.ca?.rotation?.total], [1, 2])
  await describe('b', wantedIssuer(before.ca))
  await reconcile()
  assert.equal(find('b').status.renewal?.issuer, wantedIssuer(ca), 'it is asked when it is back')
  await describe('b', wantedIssuer(ca))
  await reconcile()
  const after = cluster().status
  assert.deepEqual(after.ca, { certificate: ca.rotation.certificate, key: ca.rotation.key, rotated: 1 })
  for (const token of [after.joinTokens?.worker, after.joinTokens?.manager])
    verifyRootAgainstToken(ca.rotation.certificate, parseToken(token ?? ''))
  assert.deepEqual(
    after.conditions?.map(({ status, reason }) => [status, reason]),
    [['True', 'Completed']],
  )
  assert.deepEqual(facts, ['RootRotating', 'RootCompleted'])
  const version = store.view.resourceVersion
  await reconcile()
  assert.equal(store.view.resourceVersion, version, 'then it is silent')
})

test('a node that is removed is not waited for any longer', async () => {
  const { cluster, reconcile, edit, store } = await createCluster()
  await reconcile()
  await withNodes(store, 'gone')
  await edit({ ca: { rotateRoot: 1 } })
  await reconcile()
  assert.ok(cluster().status.ca?.rotation !== undefined)
  await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: 'gone' }] })
  await reconcile()
  assert.equal(cluster().status.ca?.rotation, undefined)
  assert.equal(cluster().status.conditions?.[0]?.reason, 'Completed')
})

test('a node that comes, goes, answers or has another certificate is looked at, and what else it says is not', async () => {
  const { store, controller } = await createCluster()
  const { find, describe } = await withNodes(store, 'a')
  await describe('a', 'x')
  const node = find('a')
  const { description } = node.status
  assert.ok(description !== undefined)
  const changed = (status: Node['status']): Node => ({ ...node, status: { ...node.status, ...status } })
  const cases: readonly (readonly [string, Node, Node | undefined, boolean])[] = [
    ['it joined', node, undefined, true],
    ['it was removed', node, node, true],
    ['it is down', changed({ state: 'Down' }), node, true],
    ['another certificate', changed({ description: { ...description, issuer: 'y' } }), node, true],
    ['another host name', changed({ description: { ...description, hostname: 'b' } }), node, false],
  ]
  for (const [name, now, before, isLookedAt] of cases) assert.equal(controller.watches.Node?.(now, before).length, isLookedAt ? 1 : 0, name)
})

test('a rotation that is given up takes the nodes back', async () => {
  const { cluster, reconcile, edit, store } = await createCluster()
  await reconcile()
  const { find, describe } = await withNodes(store, 'a', 'b')
  const { ca: before, joinTokens } = cluster().status
  assert.ok(before !== undefined)
  await edit({ ca: { rotateRoot: 1 } })
  await reconcile()
  const { ca } = cluster().status
  assert.ok(ca !== undefined)
  await Promise.all([describe('a', wantedIssuer(ca)), describe('b', wantedIssuer(before))])
  await edit({ ca: { rotateRoot: 1, root: { certificate: before.certificate, key: before.key ?? '' } } })
  await reconcile()
  assert.deepEqual(cluster().status.ca, { ...before, rotated: 1 })
  assert.deepEqual(cluster().status.joinTokens, joinTokens)
  assert.equal(cluster().status.conditions?.[0]?.reason, 'GivenUp')
  assert.equal(find('a').status.renewal?.issuer, wantedIssuer(before))
})

test('a root that came past the API and cannot be used is said, and changes nothing', async () => {
  const { cluster, reconcile, edit } = await createCluster()
  await reconcile()
  const { ca } = cluster().status
  await edit({ ca: { root: { certificate: 'nonsense', key: 'secret words' } } })
  await reconcile()
  assert.deepEqual(cluster().status.ca, ca)
  const [condition] = cluster().status.conditions ?? []
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'Invalid'])
  assert.match(condition?.message ?? '', /^the certificate of the root file must hold one certificate/)
})

test('a cluster may begin with a root of the operator', async () => {
  const { cluster, reconcile, edit, deps } = await createCluster()
  const { certificate, key } = makeRootCa(deps, deps.clock.wallMs())
  const root = { certificate, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
  await edit({ ca: { root } })
  await reconcile()
  assert.deepEqual(cluster().status.ca, { ...root, rotated: 0 })
  assert.equal(cluster().status.conditions, undefined)
})

test('a root outside of the cluster follows one of it and the other way round; who has to sign is waited for', async () => {
  let isThere = false
  const outsideRoot = makeRootCa(issueDeps(7), Date.UTC(2026, 0, 1))
  const https: Https = {
    request: async (request) =>
      isThere ? answerOf(issueDeps(8), outsideRoot, request) : Promise.reject(new Error('connect ECONNREFUSED')),
  }
  const { cluster, reconcile, edit, store, facts } = await createCluster(https)
  await reconcile()
  const { describe } = await withNodes(store, 'a')
  const externalCAs = [{ url: 'https://ca.test/sign', caCert: outsideRoot.certificate }]
  const first = cluster().status.ca
  assert.ok(first !== undefined)
  await describe('a', wantedIssuer(first))
  // The key that is here signs the root that follows; nobody outside is asked for that.
  await edit({ ca: { rotateRoot: 1, root: { certificate: outsideRoot.certificate }, externalCAs } })
  await reconcile()
  const { ca: rotating } = cluster().status
  assert.deepEqual([rotating?.rotation?.certificate, rotating?.rotation?.key], [outsideRoot.certificate, undefined])
  await describe('a', wantedIssuer(rotating ?? assert.fail()))
  await reconcile()
  assert.deepEqual(cluster().status.ca, { certificate: outsideRoot.certificate, rotated: 1 })

  await edit({ ca: { rotateRoot: 2, externalCAs } })
  assert.deepEqual(await reconcile(), { requeueAfterMs: 10_000 })
  assert.equal(cluster().status.ca?.rotation, undefined)
  const condition = cluster().status.conditions?.[0]
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'NotSigned'])
  assert.match(
    condition?.message ?? '',
    /^no external authority has signed the root that follows \(https:\/\/ca\.test\/sign: connect ECONN/,
  )
  isThere = true
  await reconcile()
  const back = cluster().status.ca
  assert.ok(back?.rotation?.key !== undefined)
  const [crossed, fresh] = [back.rotation.crossSigned, back.rotation.certificate].map((pem) => new X509Certificate(pem))
  assert.ok(
    crossed?.verify(new X509Certificate(outsideRoot.certificate).publicKey) &&
      fresh !== undefined &&
      crossed.publicKey.equals(fresh.publicKey),
  )
  await describe('a', wantedIssuer(back))
  await reconcile()
  assert.deepEqual(cluster().status.ca, { certificate: back.rotation.certificate, key: back.rotation.key, rotated: 2 })
  assert.deepEqual(facts, ['RootRotating', 'RootCompleted', 'RootNotSigned', 'RootRotating', 'RootCompleted'])
})

test('a cluster may begin with a root outside; its key is taken up when it is given, and forgotten when it is not any more', async () => {
  const { cluster, reconcile, edit, deps } = await createCluster()
  const { certificate, key } = makeRootCa(deps, deps.clock.wallMs())
  const externalCAs = [{ url: 'https://ca.test/sign', caCert: certificate }]
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  for (const [root, held] of [
    [{ certificate }, undefined],
    [{ certificate, key: pem }, pem],
    [{ certificate }, undefined],
  ] as const) {
    await edit({ ca: { root, externalCAs } })
    await reconcile()
    assert.deepEqual(cluster().status.ca, { certificate, ...(held && { key: held }), rotated: 0 })
  }
  assert.ok(cluster().status.joinTokens !== undefined)
})
