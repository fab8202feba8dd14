import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definitions } from './schema/definitions.ts'
import { formatAge, tablePrinter } from './table.ts'

test('ages read as kubectl prints them', () => {
  const cases: readonly (readonly [seconds: number, text: string])[] = [
    [-5, '<invalid>'],
    [-0.5, '0s'],
    [5, '5s'],
    [119, '119s'],
    [200, '3m20s'],
    [180, '3m'],
    [47 * 60, '47m'],
    [3 * 3600 + 12 * 60, '3h12m'],
    [20 * 3600, '20h'],
    [5 * 86400 + 3 * 3600, '5d3h'],
    [400 * 86400, '400d'],
    [3 * 365 * 86400 + 10 * 86400, '3y10d'],
    [9 * 365 * 86400, '9y'],
  ]
  for (const [seconds, text] of cases) assert.equal(formatAge(seconds * 1000), text)
})

test('a row has a cell for each printer column, several values joined, and defaults or null where nothing is said', () => {
  const service = definitions.find((definition) => definition.spec.names.kind === 'Service')
  assert.ok(service)
  const object = {
    metadata: { name: 'web', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { template: { image: 'nginx' }, endpoint: { ports: [{ publishedPort: 80 }, { publishedPort: 443 }] } },
    status: {},
  }
  const table = tablePrinter(service)([object], {
    now: Date.parse('2026-01-01T00:00:30Z'),
    metadata: { resourceVersion: '7' },
    includeObject: 'Metadata',
    hostnameOf: () => undefined,
  })
  const cells = Object.fromEntries(table.columnDefinitions.map((column, at) => [column.name, table.rows[0]?.cells[at]]))
  assert.deepEqual(cells, {
    Name: 'web',
    Mode: 'Replicated',
    Replicas: null,
    Image: 'nginx',
    Update: null,
    Revision: null,
    Ports: '80,443',
    Age: '30s',
  })
  assert.equal(table.columnDefinitions[0]?.format, 'name')
  assert.deepEqual(table.rows[0]?.object, { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata })
})
