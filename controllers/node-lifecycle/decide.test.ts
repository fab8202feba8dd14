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
  { name: 'a look that comes late says nothing', state: 'Ready', seen: 85, now: 101.1, want: 'Ready', revisit: 5, next: [1, 106.1] },
  { name: 'nor does one after a cut', state: 'Disconnected', seen: 85, now: 120, cut: true, want: 'Disconnected', revisit: 5 },
  { name: 'nor one of a new leader', state: 'Unknown', now: 50, want: 'Unknown', revisit: 5, next: [1, 55] },
  { name: 'a little late is in time', state: 'Ready', seen: 85, now: 101, want: 'Down' },
  { name: 'the next look is waited for', state: 'Ready', seen: 50, now: 103, late: [1, 105], want: 'Ready', revisit: 2, next: [1, 105] },
  { name: 'and counts when it is in time', state: 'Ready', seen: 50, now: 105.5, late: [1, 105], want: 'Down' },
  { name: 'or else there is one more', state: 'Ready', seen: 50, now: 110, late: [1, 105], want: 'Ready', next: [2, 115] },
  { name: 'but not for ever', state: 'Ready', seen: 50, now: 200, late: [3, 105], want: 'Down' },
  { name: 'a heartbeat ends it', state: 'Ready', seen: 104, now: 110, late: [2, 105], want: 'Ready', revisit: 9 },
  { name: 'a node that is down stays so however late the look', state: 'Down', seen: 50, now: 200, want: 'Down' },
] as const

const lookOf = ([count, nextS]: readonly [number, number]) => ({ count, nextMs: nextS * 1000 })

for (const row of cases) {
  test(row.name, () => {
    const verdict = decide(row.state, {
      nowMs: row.now * 1000,
      sinceMs: 0,
      lastSeenMs: 'seen' in row ? row.seen * 1000 : undefined,
      disconnected: 'cut' in row,
      left: 'left' in row,
      heartbeatMs: 5000,
      late: 'late' in row ? lookOf(row.late) : undefined,
    })
    assert.equal(verdict.state, row.want)
    if (verdict.state === 'Down') assert.equal(verdict.late, undefined)
    if ('next' in row) assert.deepEqual(verdict.late, lookOf(row.next))
    if ('revisit' in row) assert.equal(verdict.revisitAfterMs, row.revisit * 1000)
  })
}
