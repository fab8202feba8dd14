import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WireObject } from '../../api/wire.ts'
import { meaningOf } from './apply.ts'

type Spec = WireObject<'Service'>['spec']

const service = (spec: Partial<Spec>): WireObject<'Service'> => ({
  apiVersion: 'kit/v1',
  kind: 'Service',
  metadata: { name: 'web', uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { template: { image: 'a' }, replicas: 3, ...spec },
  status: {},
})

for (const [name, live, planned, meaning] of [
  ['a new service starts its tasks', undefined, service({}), '=> starts its tasks: 3'],
  ['a new global service', undefined, service({ mode: 'Global' }), '=> starts its tasks: one on each node'],
  [
    'another template',
    service({}),
    service({ template: { image: 'b' }, update: { parallelism: 2 } }),
    '=> replaces its tasks, 2 at a time',
  ],
  ['other replicas', service({}), service({ replicas: 5 }), '=> from 3 to 5 tasks'],
  ['both', service({}), service({ replicas: 5, template: { image: 'b' } }), '=> replaces its tasks, 1 at a time; from 3 to 5 tasks'],
  ['all at once', service({}), service({ template: { image: 'b' }, update: { parallelism: 0 } }), '=> replaces its tasks, all at once'],
  ['what no task notices', service({}), service({ update: { delay: '5s' } }), undefined],
] as const)
  test(`a plan says what becomes of tasks: ${name}`, () => assert.equal(meaningOf({ live, planned }), meaning))
