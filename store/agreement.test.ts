import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Agreement, sayDifference } from './agreement.ts'
import { hashParts, hashText, stateHashRules as rules } from './mvcc/state-hash.ts'

const hashOf = (number: number): string => hashText(number, number)

/** `1`, who has state `own` at index 7; the others as `id=hash`; `-` has not said. */
function told(own: number, others: string, isLeader = false): Agreement {
  const agreement = new Agreement('1')
  agreement.applied(7, hashParts(hashOf(own)))
  if (isLeader) agreement.ask()
  for (const each of others.split(' ').filter((text) => text !== '')) {
    const [id = '', hash = '-'] = each.split('=')
    if (hash !== '-') agreement.hear(id, { index: 7, rules, hash: hashOf(Number(hash)) }, id === '2' && !isLeader)
  }
  return agreement
}

const cases: readonly (readonly [what: string, own: number, others: string, isOver: boolean, verdict: string])[] = [
  ['all have the same', 5, '2=5 3=5', false, 'decided, different: none'],
  ['a majority is enough, whoever has not said', 5, '2=5 3=-', false, 'decided, different: none'],
  ['one of three differs', 5, '2=5 3=6', false, 'decided, different: 3'],
  ['it is this one', 6, '2=5 3=5', false, 'decided, different: 1'],
  ['while two differ the third is waited for', 5, '2=6 3=-', false, 'open'],
  ['but not for ever', 5, '2=6 3=-', true, 'undecided, different: 1 2'],
  ['all three differ', 5, '2=6 3=7', false, 'undecided, different: 1 2 3'],
  ['two differ', 5, '2=6', false, 'undecided, different: 1 2'],
  ['two are the same', 5, '2=5', false, 'decided, different: none'],
  ['three of five have one state, two another', 6, '2=5 3=5 4=6 5=5', false, 'decided, different: 1 4'],
  ['three of five are the same, two have not said', 5, '2=5 3=5 4=- 5=-', false, 'decided, different: none'],
]

for (const [what, own, others, isOver, expected] of cases)
  test(what, () => {
    const voters = ['1', ...others.split(' ').map((each) => each.charAt(0))]
    const verdict = told(own, others).judge(voters, isOver)
    const different = verdict?.different.length === 0 ? 'none' : verdict?.different.toSorted().join(' ')
    assert.equal(verdict === undefined ? 'open' : `${verdict.isDecided ? 'decided' : 'undecided'}, different: ${different}`, expected)
  })

test('who has no vote differs, too, and decides nothing', () => {
  const verdict = told(5, '2=5 8=6 9=6').judge(['1', '2'], false)
  assert.deepEqual(verdict?.different, ['8', '9'])
  assert.equal(told(5, '2=- 8=6 9=6', true).judge(['1', '2'], false), undefined)
})

test('only what was made by the same rules, at the same index, is compared', () => {
  const agreement = told(5, '2=5')
  agreement.hear('3', { index: 7, rules: rules + 1, hash: hashOf(6) }, false)
  agreement.hear('4', { index: 6, rules, hash: hashOf(6) }, false)
  assert.deepEqual(agreement.judge(['1', '2', '3'], false)?.different, [])
})

test('a member answers the leader once, when its state has come to where it is asked for', () => {
  const agreement = new Agreement('1')
  agreement.applied(3, [1, 1])
  agreement.hear('2', { index: 5, rules, hash: hashOf(9) }, true)
  assert.equal(agreement.answer(), undefined)
  for (const index of [4, 5, 6]) agreement.applied(index, [index, index])
  assert.deepEqual(agreement.answer(), { index: 5, rules, hash: hashOf(5) })
  assert.equal(agreement.answer(), undefined)
  agreement.hear('3', { index: 6, rules, hash: hashOf(9) }, false)
  assert.equal(agreement.answer(), undefined, 'nobody but the leader asks')
})

test('what it had too long ago, or never, it does not say', () => {
  const agreement = new Agreement('1')
  agreement.applied(3, [1, 1])
  agreement.applied(20_000, [2, 2]) // The state came as a whole.
  agreement.hear('2', { index: 10_000, rules, hash: hashOf(9) }, true)
  assert.equal(agreement.answer(), undefined)
  agreement.applied(3 + 8_192 * 3, [4, 4])
  agreement.hear('2', { index: 3, rules, hash: hashOf(9) }, true)
  assert.equal(agreement.answer(), undefined)
})

test('whoever is no member any more counts no more', () => {
  const agreement = told(5, '2=5 3=6')
  agreement.keep(new Set(['1', '2']))
  assert.deepEqual(agreement.judge(['1', '2'], false)?.different, [])
})

test('people are told at which index, which hashes, and who has them', () => {
  const decided = told(5, '2=5 3=6').judge(['1', '2', '3'], false)
  assert(decided !== undefined)
  assert.equal(
    sayDifference(decided, '3'),
    'at index 7 the state of manager 3 has hash 000000000006000000000006, and that of 1, 2 has 000000000005000000000005',
  )
  const undecided = told(5, '2=6').judge(['1', '2'], false)
  assert(undecided !== undefined)
  assert.equal(
    sayDifference(undecided, '2'),
    'at index 7 the managers hold different states (1: 000000000005000000000005, 2: 000000000006000000000006), and without a majority that has one nobody can tell which is right',
  )
})
