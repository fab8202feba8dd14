import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WireObject } from '../../api/wire.ts'
import { clusterLines } from './cluster-lines.ts'
import { ClusterView } from './cluster-view.ts'
import { plain } from './text.ts'

function manager(name: string, member: 'Leader' | 'Voter' | 'Learner', reachable: boolean): WireObject<'Node'> {
  return {
    apiVersion: 'kit/v1',
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { role: 'Manager' },
    status: { state: 'Ready', stateAt: 0, role: 'Manager', manager: { member, reachable } },
  }
}

test('each manager has its part in the store, and one that does not answer the leader is said', () => {
  const view = new ClusterView()
  view.reset('Node', [manager('a', 'Leader', true), manager('b', 'Voter', false), manager('c', 'Learner', true)])
  const lines = clusterLines(view, 60_000, 80).map(plain)
  for (const line of lines) assert.ok(line.length <= 80, line)
  const text = lines.join('\n')
  assert.match(text, /^ a +leader +ready /m)
  assert.match(text, /^ b +voter +store silent /m)
  assert.match(text, /^ c +learner +ready /m)
})
