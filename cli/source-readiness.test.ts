import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind, Objects } from '../api/objects.ts'
import type { WireObject } from '../api/wire.ts'
import { formatReadiness, readinessOf } from './source-readiness.ts'

function object<K extends Kind>(
  kind: K,
  name: string,
  status: Objects[K]['status'],
  labels: Readonly<Record<string, string>> = {},
  spec: Partial<Objects[K]['spec']> = {},
): WireObject<K> {
  const metadata = { name, uid: name, resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z', labels }
  return { apiVersion: 'kit/v1', kind, metadata, spec: spec as Objects[K]['spec'], status }
}

const applied = { type: 'Applied', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' } as const
const services = [
  object('Service', 'web', { replicas: { desired: 3, running: 3 } }),
  object('Service', 'job', { replicas: { desired: 1, running: 0, completed: 1 } }),
  object('Service', 'slow', { replicas: { desired: 3, running: 2 } }),
  object('Service', 'shop_api', { replicas: { desired: 2, running: 1 } }, { 'kit/stack': 'shop' }),
  object('Service', 'blog_web', { replicas: { desired: 1, running: 1 } }, { 'kit/stack': 'blog' }),
]
const stacks = [
  object('Stack', 'shop', { conditions: [applied] }),
  object('Stack', 'blog', { conditions: [applied] }),
  object('Stack', 'torn', { conditions: [{ ...applied, status: 'False' }] }),
]

function readiness(...made: readonly string[]): string {
  const inventory = made.map((each) => {
    const [kind = '', name = ''] = each.split('/')
    return { kind, name }
  })
  return formatReadiness(readinessOf(object('Source', 'ops', { inventory }), services, stacks))
}

test('what a source has made is ready once it runs; the first that is not is named', () => {
  const rows: readonly (readonly [made: readonly string[], said: string])[] = [
    [[], '0 of 0'],
    [['Service/web', 'Service/job', 'Config/motd', 'Secret/key'], '4 of 4'],
    [['Service/web', 'Service/slow'], '1 of 2, not yet service/slow'],
    [['Service/gone'], '0 of 1, not yet service/gone'],
    [['Stack/blog', 'Stack/shop', 'Stack/torn'], '1 of 3, not yet stack/shop'],
  ]
  for (const [made, said] of rows) assert.equal(readiness(...made), said)
})
