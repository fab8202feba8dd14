// What a leader keeps of a follower, against a plain list of what is under way.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Progress } from './progress.ts'

const window = { maxMessages: 3, maxBytes: 20 }

const step = fc.oneof(
  fc.record({ what: fc.constant('send' as const), count: fc.integer({ min: 0, max: 3 }), bytes: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ what: fc.constantFrom('acknowledge' as const, 'reject' as const, 'snapshot' as const), at: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ what: fc.constantFrom('heard' as const, 'probe' as const) }),
)

test('whatever comes in whatever order, next is above match, and bytes and messages are counted once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const progress = new Progress(1, window)
      let underWay: { readonly last: number; readonly bytes: number }[] = []
      for (const each of steps) {
        const { match, state } = progress
        if (each.what === 'send' && !progress.isPaused) {
          const last = progress.next - 1 + each.count
          if (state === 'replicate' && each.count > 0) underWay.push({ last, bytes: each.bytes })
          progress.sent(last, each.count, each.bytes)
        } else if (each.what === 'acknowledge') {
          const isNews = progress.acknowledge(each.at)
          assert.equal(isNews, each.at > match)
          underWay = underWay.filter(({ last }) => last > each.at)
          if (state === 'probe') progress.toReplicate()
        } else if (each.what === 'reject') progress.reject(each.at, each.at - 1)
        else if (each.what === 'snapshot' && each.at > match) progress.toSnapshot(each.at)
        else if (each.what === 'probe') progress.toProbe()
        else if (each.what === 'heard') {
          if (state === 'replicate' && progress.isFull) underWay.shift()
          progress.heard()
        }
        if (progress.state !== 'replicate') underWay = []
        assert(progress.match >= match, 'what is known to be there stays there')
        assert(progress.next > progress.match)
        assert.equal(progress.messagesInFlight, underWay.length)
        assert.equal(
          progress.bytesInFlight,
          underWay.reduce((sum, { bytes }) => sum + bytes, 0),
        )
      }
      progress.acknowledge(1_000)
      assert.equal(progress.bytesInFlight, 0)
    }),
  )
})

test('a full window takes one more message for each heartbeat that is answered', () => {
  const progress = new Progress(1, window)
  progress.toReplicate()
  for (let index = 1; index <= 3; index += 1) progress.sent(index, 1, 1)
  assert(progress.isPaused)
  progress.heard()
  assert(!progress.isPaused)
  progress.sent(4, 1, 1)
  assert(progress.isPaused)
})

test('the window is one of bytes, too, and a single message may be larger than it', () => {
  const progress = new Progress(1, window)
  progress.toReplicate()
  progress.sent(1, 1, 100)
  assert(progress.isPaused)
  progress.acknowledge(1)
  assert(!progress.isPaused)
})
