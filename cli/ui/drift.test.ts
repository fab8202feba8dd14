import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ManagedFieldsEntry, Source } from '../../api/objects.ts'
import type { WireObject } from '../../api/wire.ts'
import { ClusterView } from './cluster-view.ts'
import { yamlLines } from './yaml-lines.ts'

const metadata = { name: 'web', uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' }

test('the YAML of an object says where it is not as its source says, and who has made it so', () => {
  const view = new ClusterView()
  const drift: NonNullable<Source['status']['drift']> = [
    {
      kind: 'Service',
      name: 'web',
      field: 'spec.replicas',
      by: 'kit-scale',
      user: 'ann',
      message: 'is 5, and the files say 2',
      file: 'run.yml',
      line: 9,
    },
    { kind: 'Service', name: 'web', field: 'spec.template.command' },
    { kind: 'Service', name: 'api', field: 'spec.mode', message: 'is of another object' },
    { kind: 'Service', name: 'web', message: 'is gone' },
  ]
  view.set('Source', {
    apiVersion: 'kit/v1',
    kind: 'Source',
    metadata: { ...metadata, name: 'shop' },
    spec: { path: '/srv' },
    status: { drift, inventory: [{ kind: 'Service', name: 'web', file: 'run.yml', line: 4 }] },
  })
  const entry: ManagedFieldsEntry = {
    manager: 'kit-scale',
    user: 'ann',
    operation: 'Update',
    apiVersion: 'kit/v1',
    time: '2026-01-02T03:04:05Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
  }
  const service: WireObject<'Service'> = {
    apiVersion: 'kit/v1',
    kind: 'Service',
    metadata: {
      ...metadata,
      managedFields: [entry, { ...entry, manager: 'gitops/shop', user: 'gitops/shop', fieldsV1: { 'f:spec': { 'f:mode': {} } } }],
    },
    spec: { mode: 'Replicated', replicas: 5, template: { image: 'x', command: ['sh'] } },
    status: {},
  }
  const lines = yamlLines(view, service, Date.parse('2026-01-02T04:00:00Z'))
    .map((spans) => spans.map((span) => (typeof span === 'string' ? span : span.text)).join(''))
    .filter((line) => line.includes('#'))
    .map((line) => line.replaceAll(/ {2,}/g, ' '))
  assert.deepEqual(lines, [
    ' mode: Replicated # gitops/shop 03:04:05, run.yml:4',
    '~ replicas: 5 # source shop, run.yml:9: is 5, and the files say 2; ann with kit-scale 03:04:05',
    '~ command: # source shop: the files say something else',
  ])
})
