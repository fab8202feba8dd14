import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { simpleConfiguration } from './configuration.ts'
import { countQuorum, countVotes, majority, reachedByMajority, reachedByQuorum } from './quorum.ts'

const voters = fc.integer({ min: 1, max: 9 }).map((count) => Array.from({ length: count }, (_, at) => `n${at}`))

test('the index that a majority has is the one that trying every index finds', () => {
  fc.assert(
    fc.property(
      voters.chain((ids) =>
        fc.tuple(fc.constant(ids), fc.array(fc.integer({ min: 0, max: 12 }), { minLength: ids.length, maxLength: ids.length })),
      ),
      ([ids, numbers]) => {
        const reached = new Map(ids.map((id, at) => [id, numbers[at] ?? 0]))
        let expected = 0
        for (let index = 0; index <= 12; index += 1)
          if (ids.filter((id) => (reached.get(id) ?? 0) >= index).length * 2 > ids.length) expected = index
        assert.equal(
          reachedByMajority(ids, (id) => reached.get(id) ?? 0),
          expected,
        )
      },
    ),
  )
})

test('an election is decided exactly when no way of answering that is left can change it', () => {
  fc.assert(
    fc.property(
      voters.chain((ids) =>
        fc.tuple(fc.constant(ids), fc.array(fc.constantFrom(true, false, undefined), { minLength: ids.length, maxLength: ids.length })),
      ),
      ([ids, answers]) => {
        const votes = new Map<string, boolean>()
        for (const [at, id] of ids.entries()) {
          const answer = answers[at]
          if (answer !== undefined) votes.set(id, answer)
        }
        const open = ids.length - votes.size
        const granted = [...votes.values()].filter(Boolean).length
        const [worst, best] = [granted * 2 > ids.length, (granted + open) * 2 > ids.length]
        assert.equal(countVotes(ids, votes), worst ? 'won' : best ? 'pending' : 'lost')
      },
    ),
  )
})

test('without voters nothing is committed and nobody is elected', () => {
  assert.equal(
    reachedByMajority([], () => 7),
    0,
  )
  assert.notEqual(countVotes([], new Map()), 'won')
  assert.equal(majority(4), 3)
})

test('in a joint configuration both halves have to have the index, and to grant the vote', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
  const half = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: 9 })
  const numbers = fc.dictionary(fc.constantFrom(...ids), fc.integer({ min: 0, max: 12 }))
  const answers = fc.dictionary(fc.constantFrom(...ids), fc.boolean())
  const most = (voters: readonly string[], has: (id: string) => boolean) => voters.filter(has).length * 2 > voters.length
  fc.assert(
    fc.property(half, half, numbers, answers, (voters, outgoing, reached, given) => {
      const configuration = { ...simpleConfiguration(voters), outgoing }
      const index = reachedByQuorum(configuration, (id) => reached[id] ?? 0)
      for (let at = 1; at <= 12; at += 1) {
        const has = (id: string) => (reached[id] ?? 0) >= at
        assert.equal(at <= index, most(voters, has) && most(outgoing, has))
      }
      const votes = new Map(Object.entries(given))
      const isWon = [voters, outgoing].every((some) => most(some, (id) => given[id] === true))
      const isLost = [voters, outgoing].some((some) => !most(some, (id) => given[id] !== false))
      assert.equal(countQuorum(configuration, votes), isWon ? 'won' : isLost ? 'lost' : 'pending')
    }),
  )
})
