// Which manager reads a source: the table, and that of all managers that look at the same state at most one reads.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Source } from '../../api/objects.ts'
import { turnOf } from './turn.ts'

const node = (name: string, role: 'Manager' | 'Worker', state: 'Ready' | 'Down' = 'Ready', hostname = name): Node => ({
  kind: 'Node',
  metadata: { name, uid: name, resourceVersion: 1, generation: 1, createdAt: 0 },
  spec: { availability: 'Active', role },
  status: { role, state, description: { hostname } } as Node['status'],
})
const nodes = [
  node('m1', 'Manager'),
  node('m2', 'Manager'),
  node('dead', 'Manager', 'Down'),
  node('w1', 'Worker'),
  node('t1', 'Manager', 'Ready', 'twin'),
  node('t2', 'Manager', 'Ready', 'twin'),
]
const source = (wanted: string | undefined, holder: string | undefined, isEnding = false): Source =>
  ({
    kind: 'Source',
    metadata: { name: 'shop', uid: 'u', resourceVersion: 1, generation: 1, createdAt: 0, ...(isEnding ? { deletedAt: 1 } : {}) },
    spec: { path: '/srv/shop', ...(wanted === undefined ? {} : { node: wanted }) },
    status: holder === undefined ? {} : { node: holder },
  }) as Source

const cases: readonly (readonly [what: string, source: Source, leader: string, expected: Readonly<Record<string, string>>])[] = [
  ['nobody has it: whoever has the directory may', source(undefined, undefined), 'm1', { m1: 'Claim', m2: 'Claim' }],
  ['the one that has it reads it, and who leads does not matter', source(undefined, 'm2'), 'm1', { m1: 'Leave', m2: 'Read' }],
  ['the one that had it is down', source(undefined, 'dead'), 'm1', { m1: 'Claim', m2: 'Claim' }],
  ['the one that had it is gone', source(undefined, 'gone'), 'm1', { m1: 'Claim', m2: 'Claim' }],
  ['the one that had it is a worker now', source(undefined, 'w1'), 'm1', { m1: 'Claim', m2: 'Claim' }],
  ['it names another than the one that has it', source('m2', 'm1'), 'm1', { m1: 'Leave', m2: 'Claim' }],
  ['it names the one that has it', source('m2', 'm2'), 'm1', { m1: 'Leave', m2: 'Read' }],
  ['it names one that is down', source('dead', 'dead'), 'm1', { m1: 'Say NodeDown', m2: 'Leave' }],
  ['it names a worker', source('w1', undefined), 'm2', { m1: 'Leave', m2: 'Say NotHere' }],
  ['it names nobody', source('none', 'm1'), 'm2', { m1: 'Leave', m2: 'Say NotHere' }],
  ['it names two', source('twin', undefined), 'm2', { t1: 'Leave', m2: 'Say NotHere' }],
  ['it goes, and the one that has it lives', source('m2', 'm2', true), 'm1', { m1: 'Leave', m2: 'Read' }],
  ['it goes, and the one that has it is down', source('dead', 'dead', true), 'm1', { m1: 'Claim', m2: 'Leave' }],
]

for (const [what, of, leader, expected] of cases)
  test(what, () => {
    for (const [nodeId, words] of Object.entries(expected)) {
      const turn = turnOf(of, nodes, { nodeId, leads: nodeId === leader })
      assert.equal(turn.do === 'Say' ? `Say ${turn.reason}` : turn.do, words, nodeId)
    }
    const readers = nodes.filter(({ metadata }) => turnOf(of, nodes, { nodeId: metadata.name, leads: false }).do === 'Read')
    assert.ok(readers.length <= 1)
  })
