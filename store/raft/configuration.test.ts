// Changing members, against the plainest way to say what should come out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Change,
  changed,
  decodeConfiguration,
  encodeConfiguration,
  isJoint,
  membersOf,
  type Step,
  simpleConfiguration,
} from './configuration.ts'

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const some = fc.uniqueArray(fc.constantFrom(...ids), { maxLength: 7 })
const before = fc
  .tuple(
    some.filter((voters) => voters.length > 0),
    some,
  )
  .map(([voters, rest]) =>
    simpleConfiguration(
      voters,
      rest.filter((id) => !voters.includes(id)),
    ),
  )
const steps = fc.uniqueArray(fc.record<Step>({ make: fc.constantFrom('voter', 'learner', 'stranger'), id: fc.constantFrom(...ids) }), {
  selector: ({ id }) => id,
  maxLength: 5,
})

test('whatever the steps, each id ends as what it was made, and all others stay what they were', () => {
  fc.assert(
    fc.property(before, steps, (old, made) => {
      const next = changed(old, { steps: made, leave: 'auto' })
      const roleIn = (configuration: typeof old, id: string) =>
        configuration.voters.includes(id) ? 'voter' : configuration.learners.includes(id) ? 'learner' : 'stranger'
      const wanted = (id: string) => made.find((step) => step.id === id)?.make ?? roleIn(old, id)
      if ('why' in next) {
        assert(ids.every((id) => wanted(id) !== 'voter'))
        return
      }
      const left = isJoint(next) ? changed(next, 'leaveJoint') : next
      assert(!('why' in left))
      for (const id of ids) assert.equal(roleIn(left, id), wanted(id))
      if (isJoint(next)) assert.deepEqual([next.outgoing, next.voters], [old.voters, left.voters])
      for (const id of old.voters)
        assert(!isJoint(next) || membersOf(next).includes(id), 'nobody is forgotten before the joint one is left')
      assert.deepEqual(decodeConfiguration(encodeConfiguration(next)), next)
    }),
  )
})

const refused: readonly (readonly [what: string, Change, RegExp])[] = [
  [
    'one id twice',
    {
      steps: [
        { make: 'voter', id: 'b' },
        { make: 'stranger', id: 'b' },
      ],
      leave: 'auto',
    },
    /twice/,
  ],
  ['an empty id', { steps: [{ make: 'learner', id: '' }], leave: 'auto' }, /no id/],
  ['no voter left', { steps: [{ make: 'learner', id: 'a' }], leave: 'auto' }, /no voter/],
  ['leaving what is not joint', 'leaveJoint', /not joint/],
]
for (const [what, change, why] of refused)
  test(`refused: ${what}`, () => {
    const answer = changed(simpleConfiguration(['a']), change)
    assert('why' in answer)
    assert.match(answer.why, why)
  })

test('a joint configuration is not changed, only left', () => {
  const joint = changed(simpleConfiguration(['a', 'b', 'c']), {
    steps: [
      { make: 'voter', id: 'd' },
      { make: 'stranger', id: 'a' },
    ],
    leave: 'explicit',
  })
  assert(!('why' in joint))
  assert('why' in changed(joint, { steps: [{ make: 'voter', id: 'e' }], leave: 'auto' }))
})
