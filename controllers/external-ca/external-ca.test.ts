import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Cluster } from '../../api/objects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import type { Fact } from '../runtime/controller.ts'
import { guardStore } from '../runtime/guarded-store.ts'
import { externalCaController } from './external-ca.ts'

test('it is said when no authority outside can be reached, when one can again, and nothing of a cluster that has none', async () => {
  const store = createMemoryStore()
  const metadata = { name: 'default', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 }
  const status = { ca: { certificate: 'root' } }
  await store.commit({ writes: [{ op: 'create', object: { kind: 'Cluster', metadata, spec: {}, status } }] })
  const cluster = (): Cluster => store.view.get('Cluster', 'default') ?? assert.fail()
  const facts: Fact[] = []
  let why: string | undefined
  let nowMs = 0
  let hear: () => void = () => assert.fail()
  const subscribe = (listener: () => void) => {
    hear = listener
    return () => {}
  }
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs, sleep: () => Promise.resolve() }
  const deps = {
    clock,
    events: { record: (fact: Fact) => void facts.push(fact) },
    certifier: { unreachable: () => Promise.resolve(why), subscribe },
  }
  const { writes } = externalCaController({ ...deps, store })
  const controller = externalCaController({ ...deps, store: guardStore(store, 'external-ca', writes) })
  const reconcile = () => controller.reconcile('default', new AbortController().signal)
  const edit = (ca: Cluster['spec']['ca']) =>
    store.commit({ writes: [{ op: 'update', object: { ...cluster(), spec: { ...(ca && { ca }) } } }] })

  assert.deepEqual(await reconcile(), {})
  assert.equal(cluster().status.conditions, undefined)
  await edit({ externalCAs: [{ url: 'https://ca.test/sign', caCert: 'root' }] })
  assert.deepEqual(await reconcile(), { requeueAfterMs: 60_000 })
  const version = store.view.resourceVersion
  why = 'https://ca.test/sign: connect ECONNREFUSED'
  assert.deepEqual(await reconcile(), { requeueAfterMs: 10_000 })
  const [condition] = cluster().status.conditions ?? []
  assert.deepEqual([condition?.status, condition?.reason, condition?.message], ['False', 'Unreachable', why])
  nowMs = 60_000
  await reconcile()
  assert.equal(store.view.resourceVersion, version + 1, 'what is said is not said again')
  why = undefined
  await reconcile()
  assert.deepEqual(
    facts.map(({ type, reason }) => [type, reason]),
    [['Normal', 'ExternalCAReachable'], ['Warning', 'ExternalCAUnreachable'], ['Normal', 'ExternalCAReachable']], // biome-ignore format: one table
  )
  assert.match(
    facts[1]?.message ?? '',
    /no external authority can be reached \(https.*ECONNREFUSED\)\. Nodes go on with those that they have/,
  )
  const woken: string[] = []
  controller.wakes?.((key) => woken.push(key))
  hear()
  assert.deepEqual(woken, ['default'], 'whoever was not signed for makes it look')
  await edit(undefined)
  assert.deepEqual(await reconcile(), {})
  assert.deepEqual(cluster().status.conditions, [])
})
