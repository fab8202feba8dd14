import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../../api/objects.ts'
import { satisfiesConstraints, satisfiesPlacement } from './filters.ts'

const node: Node = {
  kind: 'Node',
  metadata: { name: 'id1', uid: 'u', resourceVersion: 1, generation: 1, createdAt: 0, labels: { Disk: 'SSD' } },
  spec: {},
  status: {
    state: 'Ready',
    role: 'Worker',
    address: '10.1.2.3',
    description: {
      hostname: 'Host-1',
      platform: { os: 'linux', arch: 'x86_64' },
      resources: { cpus: 1, memoryBytes: 1 },
      executor: 'docker',
      engine: { labels: { tier: 'a' } },
    },
  },
}
const bare: Node = { ...node, metadata: { ...node.metadata, labels: {} }, status: {} }

const cases: readonly (readonly [text: string, known: boolean, bare: boolean])[] = [
  ['node.id == ID1', true, true],
  ['node.id != id1', false, false],
  ['NODE.Hostname == host-1', true, false],
  ['node.hostname != host-1', false, true],
  ['node.role == worker', true, false],
  ['node.role != manager', true, true],
  ['node.platform.os == Linux', true, false],
  ['node.platform.arch == amd64', false, false],
  ['Node.Labels.Disk == ssd', true, false],
  ['node.labels.disk == ssd', false, false],
  ['node.labels.Disk != ssd', false, true],
  ['engine.labels.tier == A', true, false],
  ['node.ip == 10.1.2.3', true, false],
  ['node.ip == 10.1.0.0/16', true, false],
  ['node.ip != 10.1.0.0/16', false, true],
  ['node.ip == 10.2.0.0/16', false, false],
  ['node.ip == 10.1.2.300', false, false],
  ['node.ip != 10.1.2.300', false, false],
  ['node.ip == ::ffff:10.1.2.3', true, false],
  ['node.colour == red', false, false],
  ['node.colour != red', false, false],
]

for (const [text, onKnown, onBare] of cases) {
  test(`${text}: ${onKnown} on a node that is known, ${onBare} on one that is not`, () => {
    assert.equal(satisfiesConstraints(node, [text]), onKnown)
    assert.equal(satisfiesConstraints(bare, [text]), onBare)
  })
}

test('IPv6 prefixes are compared by address', () => {
  const six: Node = { ...node, status: { ...node.status, address: '2001:db8::1' } }
  assert(satisfiesConstraints(six, ['node.ip == 2001:0DB8:0:0::/64']))
  assert(satisfiesConstraints(six, ['node.ip != 2001:db9::/32']))
  assert(!satisfiesConstraints(six, ['node.ip == 2001:db8:::1']))
})

test('all constraints and one of the platforms have to hold', () => {
  assert(!satisfiesConstraints(node, ['node.role == worker', 'node.id == other']))
  assert(satisfiesPlacement(node, { platforms: [{ os: 'windows' }, { arch: 'amd64' }] }))
  assert(!satisfiesPlacement(node, { platforms: [{ os: 'windows' }] }))
  assert(satisfiesPlacement(bare, undefined))
})
