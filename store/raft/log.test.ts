// The log in memory, against a plain list of terms.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Entry } from './entry.ts'
import { RaftLog } from './log.ts'

/** Terms of successive entries: they never fall. */
const terms = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }).map((list) => list.toSorted((a, b) => a - b))

function entries(list: readonly number[], from = 0): readonly Entry[] {
  return list.slice(from).map((term, at) => ({ index: from + at + 1, term, type: 'normal', data: new Uint8Array([term]) }))
}

function termsOf(log: RaftLog): readonly number[] {
  return Array.from({ length: log.lastIndex }, (_, at) => log.termAt(at + 1) ?? 0)
}

test('entries that follow a common one replace what differs, and drop nothing where all is equal', () => {
  fc.assert(
    fc.property(terms, terms, fc.nat(12), fc.nat(12), (ours, theirs, prev, count) => {
      const prevIndex = Math.min(prev, theirs.length)
      const isCommon = prevIndex <= ours.length && ours.slice(0, prevIndex).every((term, at) => term === theirs[at])
      fc.pre(isCommon)
      const sent = theirs.slice(prevIndex, prevIndex + count)
      const log = new RaftLog({ index: 0, term: 0 }, entries(ours), 0)
      log.merge(entries([...theirs.slice(0, prevIndex), ...sent], prevIndex))
      const isContained = sent.every((term, at) => ours[prevIndex + at] === term)
      assert.deepEqual(termsOf(log), isContained ? ours : [...theirs.slice(0, prevIndex), ...sent])
    }),
  )
})

test('the hint of a rejection never skips an entry that both logs have', () => {
  fc.assert(
    fc.property(terms, terms, fc.nat(12), (leader, follower, prev) => {
      fc.pre(leader.length > 0)
      const prevIndex = Math.min(Math.max(prev, 1), leader.length)
      const common = leader.findIndex((term, at) => follower[at] !== term)
      const agreed = common < 0 ? leader.length : common
      fc.pre(prevIndex > agreed) // Else it is no rejection.
      fc.pre(leader.every((term, at) => at < agreed || follower[at] !== term)) // Equal entries have equal logs before them.
      const [ours, theirs] = [leader, follower].map((list) => new RaftLog({ index: 0, term: 0 }, entries(list), 0))
      assert(ours !== undefined && theirs !== undefined)
      const hint = theirs.lastWithTermUpTo(Math.min(prevIndex, theirs.lastIndex), leader[prevIndex - 1] ?? 0)
      const next = ours.lastWithTermUpTo(hint.index, hint.term)
      assert(next.index >= agreed, 'what agrees is not sent again')
      assert(next.index < prevIndex, 'each round gets further')
    }),
  )
})

test('what is handed out is bounded in bytes, at least one entry, and all of it in the end', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 30 }), (sizes, most) => {
      const all = sizes.map((size, at): Entry => ({ index: at + 1, term: 1, type: 'normal', data: new Uint8Array(size) }))
      const log = new RaftLog({ index: 0, term: 0 }, all, all.length)
      const seen: Entry[] = []
      for (let page = log.takeCommitted(most); page.length > 0; page = log.takeCommitted(most)) {
        assert(page.length === 1 || page.reduce((sum, { data }) => sum + data.length, 0) <= most)
        seen.push(...page)
      }
      assert.deepEqual(seen, all)
    }),
  )
})

test('a write that ends after its entries were replaced makes none of the new ones durable', () => {
  const log = new RaftLog({ index: 0, term: 0 }, [], 0)
  log.append(entries([1, 1, 1]))
  log.takeUnwritten()
  log.merge(entries([1, 2, 2], 1))
  log.takeUnwritten()
  log.markDurable(3, 1)
  assert.equal(log.durable, 0)
  log.markDurable(3, 2)
  assert.equal(log.durable, 3)
})
