import assert from 'node:assert/strict'
import { createPublicKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { User } from '../../api/objects.ts'
import { makeCsr } from '../../ca/csr.ts'
import { identityOf, keyDigest } from '../../ca/identity.ts'
import { makeRootCa } from '../../ca/root-ca.ts'
import { testCertifier } from '../../ca/testdata/certifier.ts'
import { createSimulatedKeys } from '../../sim/effects/keys.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { usersController } from './users.ts'

const nowMs = Date.UTC(2026, 0, 1)
const hour = 3_600_000

async function createWorld() {
  const store = createMemoryStore()
  const random = new SeededRandom(1)
  const keys = createSimulatedKeys(random)
  const clock = { monotonicMs: () => 0, wallMs: () => nowMs, sleep: () => Promise.resolve() }
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const issuing = { random, keys }
  const deps = { clock, log, certifier: testCertifier(issuing, clock), clusterId: 'cluster1' }
  const controller = usersController({ ...deps, store: guardStore(store, 'users', usersController({ ...deps, store }).writes) })
  const root = makeRootCa(issuing, nowMs)
  const metadata = (name: string) => ({ name, uid: name, resourceVersion: 0, generation: 1, createdAt: nowMs })
  const ca = { certificate: root.certificate, key: root.key.export({ type: 'pkcs8', format: 'pem' }).toString() }
  const user = (): User => {
    const found = store.view.get('User', 'ann')
    assert.ok(found)
    return found
  }
  return {
    store,
    keys,
    user,
    reconcile: () => controller.reconcile('ann', new AbortController().signal),
    found: () =>
      store.commit({ writes: [{ op: 'create', object: { kind: 'Cluster', metadata: metadata('default'), spec: {}, status: { ca } } }] }),
    add: (spec: User['spec']) =>
      store.commit({ writes: [{ op: 'create', object: { kind: 'User', metadata: metadata('ann'), spec, status: {} } }] }),
    change(spec: Partial<User['spec']>) {
      const { metadata: before, ...rest } = user()
      const after = { ...before, generation: before.generation + 1 }
      return store.commit({ writes: [{ op: 'update', object: { ...rest, metadata: after, spec: { ...rest.spec, ...spec } } }] })
    },
    certificate() {
      const { certificate } = user().status
      assert.ok(certificate)
      return { ...certificate, read: new X509Certificate(certificate.pem) }
    },
  }
}

test('a user gets a certificate for the key of the request, with name, role, cluster and time of the object', async () => {
  const { keys, add, found, reconcile, certificate, store } = await createWorld()
  const key = keys.generate()
  await add({ role: 'Viewer', request: makeCsr(keys, key), expiry: '1h' })
  await assert.rejects(reconcile(), /no root for certificates yet/)
  await found()
  await reconcile()
  const { read, publicKey, expires } = certificate()
  assert.deepEqual(identityOf(read), { kind: 'Operator', user: 'ann', role: 'Viewer', clusterId: 'cluster1' })
  assert.ok(read.checkPrivateKey(key))
  assert.equal(publicKey, keyDigest(createPublicKey(key)))
  assert.equal(read.validToDate.getTime(), nowMs + hour)
  assert.equal(Date.parse(expires), nowMs + hour)
  const version = store.view.resourceVersion
  await reconcile()
  assert.equal(store.view.resourceVersion, version, 'what is as it should be is left alone')
})

test('each change of the spec makes another certificate; a user that is gone or going gets none', async () => {
  const { keys, add, found, reconcile, change, certificate, user, store } = await createWorld()
  await found()
  await reconcile()
  await add({ role: 'Viewer', request: makeCsr(keys, keys.generate()) })
  await reconcile()
  const first = certificate()
  const next = keys.generate()
  await change({ role: 'Admin', request: makeCsr(keys, next), expiry: '30m' })
  await reconcile()
  const second = certificate()
  assert.notEqual(second.publicKey, first.publicKey)
  assert.ok(second.read.checkPrivateKey(next))
  assert.match(second.read.subject, /OU=kit-admin/)
  assert.equal(Date.parse(second.expires), nowMs + hour / 2)

  const { metadata, ...rest } = user()
  await store.commit({
    writes: [{ op: 'update', object: { ...rest, metadata: { ...metadata, generation: metadata.generation + 1, deletedAt: nowMs } } }],
  })
  await reconcile()
  assert.equal(certificate().pem, second.pem)
})
