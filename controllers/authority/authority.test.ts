import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { Cluster } from '../../api/objects.ts'
import { parseToken, verifyRootAgainstToken } from '../../ca/join-token.ts'
import { createSimulatedKeys } from '../../sim/effects/keys.ts'
import { SeededRandom } from '../../sim/effects/random.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { authorityController } from './authority.ts'

async function createCluster() {
  const store = createMemoryStore()
  const random = new SeededRandom(1)
  const clock = { monotonicMs: () => 0, wallMs: () => Date.UTC(2026, 0, 1), sleep: () => Promise.resolve() }
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const metadata = { name: 'default', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 }
  await store.commit({ writes: [{ op: 'create', object: { kind: 'Cluster', metadata, spec: {}, status: {} } }] })
  const deps = { clock, log, random, keys: createSimulatedKeys(random) }
  const { writes } = authorityController({ ...deps, store })
  const controller = authorityController({ ...deps, store: guardStore(store, 'authority', writes) })
  const reconcile = () => controller.reconcile('default', new AbortController().signal)
  const cluster = (): Cluster => {
    const found = store.view.get('Cluster', 'default')
    assert.ok(found)
    return found
  }
  const edit = (spec: Cluster['spec']) => store.commit({ writes: [{ op: 'update', object: { ...cluster(), spec } }] })
  return { store, cluster, reconcile, edit }
}

test('a cluster gets a root, and tokens that name it', async () => {
  const { cluster, reconcile, store } = await createCluster()
  await reconcile()
  const { ca, joinTokens } = cluster().status
  assert.ok(ca !== undefined && joinTokens !== undefined)
  const certificate = new X509Certificate(ca.certificate)
  assert.ok(certificate.ca && certificate.checkPrivateKey(createPrivateKey(ca.key)))
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
