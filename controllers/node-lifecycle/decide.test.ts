import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide } from './decide.ts'

const cases = [
  { name: 'a node with a session is ready', state: 'Unknown', seen: 98, now: 100, want: 'Ready', revisit: 13 },
  { name: 'two missed heartbeats are forgiven', state: 'Ready', seen: 85.1, now: 100, want: 'Ready' },
  { name: 'three missed heartbeats are not', state: 'Ready', seen: 85, now: 100, want: 'Down' },
  { name: 'a node that comes back is ready', state: 'Down', seen: 100, now: 100, want: 'Ready', revisit: 15 },
  { name: 'a new leader does not know yet', state: 'Ready', now: 10, want: 'Unknown', revisit: 20 },
  { name: 'a new leader waits six heartbeats', state: 'Unknown', now: 29.9, want: 'Unknown' },
  { name: 'and no longer', state: 'Unknown', now: 30, want: 'Down' },
  { name: 'a node that was down stays down without grace', state: 'Down', now: 1, want: 'Down' },
  { name: 'a node that left is down at once', state: 'Ready', seen: 99, now: 100, left: true, want: 'Down' },
  { name: 'a node that was cut off is disconnected', state: 'Ready', seen: 99, now: 100, cut: true, want: 'Disconnected', revisit: 14 },
] as const

for (const row of cases) {
  test(row.name, () => {
    const verdict = decide(row.state, {
      nowMs: row.now * 1000,
      sinceMs: 0,
      lastSeenMs: 'seen' in row ? row.seen * 1000 : undefined,
      disconnected: 'cut' in row,
      left: 'left' in row,
      heartbeatMs: 5000,
    })
    assert.equal(verdict.state, row.want)
    if ('revisit' in row) assert.equal(verdict.revisitAfterMs, row.revisit * 1000)
  })
}
