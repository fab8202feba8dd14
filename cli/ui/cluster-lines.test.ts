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

test('how far each is in the log stands below, and one that is far behind or does not answer is seen', () => {
  const view = new ClusterView()
  view.reset('Node', [manager('a', 'Leader', true), manager('b', 'Voter', true), manager('c', 'Voter', false)])
  assert.doesNotMatch(clusterLines(view, 60_000, 80).map(plain).join('\n'), /AGREED ON/, 'before anybody was asked')
  view.members = new Map([
    [
      'a',
      {
        role: 'leader',
        term: 12,
        commitIndex: 48_000,
        appliedIndex: 47_999,
        snapshotIndex: 40_000,
        snapshotAgeMs: 120_000,
        replayBytes: 3_565_158,
      },
    ],
    ['b', { role: 'follower', term: 12, commitIndex: 46_000, appliedIndex: 46_000, snapshotIndex: 0, replayBytes: 900 }],
  ])
  const lines = clusterLines(view, 60_000, 80)
  const text = lines.map(plain).join('\n')
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line)
  assert.match(text, /^ STORE +TERM +AGREED ON +APPLIED +BEHIND +TO REPLAY +SNAPSHOT$/m)
  assert.match(text, /^ a +12 +48000 +47999 +1 +3\.4 MiB +40000, 2m ago$/m)
  assert.match(text, /^ b +12 +46000 +46000 +2000 +900 B +none yet$/m)
  assert.match(text, /^ c +does not answer$/m)
  assert.deepEqual(
    lines.flat().flatMap((span) => (typeof span !== 'string' && /^ *(1|2000)$/.test(span.text) ? [span.style] : [])),
    ['yellow'],
  )
})
