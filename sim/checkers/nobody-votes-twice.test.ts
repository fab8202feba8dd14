import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeMessage } from '../../store/links/codec.ts'
import { raftProtocol } from '../../store/links/links.ts'
import { nobodyVotesTwice } from './nobody-votes-twice.ts'

/** `7 b:a` b votes for a in term 7, `7 b!a` it refuses, `7 a?b` a asks b, `7 a` a leads. */
function judge(...said: readonly string[]): string | undefined {
  const failures: unknown[] = []
  const checker = nobodyVotesTwice((error) => failures.push(error))
  for (const each of said) {
    const [, number, from = '', how, to = ''] = /^(\d+) (\w)(?:([:!?])(\w))?$/.exec(each) ?? []
    const term = Number(number)
    const head = { from, to, term }
    if (how === undefined) checker.leads(from, term)
    else if (how === '?')
      checker.sent(raftProtocol, from, to, encodeMessage({ ...head, type: 'vote', lastIndex: 1, lastTerm: 1, transfer: false }))
    else
      checker.sent(raftProtocol, from, to, encodeMessage({ ...head, type: 'voteResponse', granted: how === ':', commit: 1, commitTerm: 1 }))
  }
  const [failure] = failures
  return failure instanceof Error ? failure.message : undefined
}

const cases: readonly (readonly [what: string, said: readonly string[], failure: string | undefined])[] = [
  ['one vote in each of two terms', ['7 b:a', '8 b:c'], undefined],
  ['the same vote said again', ['7 b:a', '7 b:a'], undefined],
  ['a refusal beside a vote', ['7 b:a', '7 b!c'], undefined],
  ['two votes in one term', ['7 b:a', '7 c:a', '7 b:c'], 'b in term 7 voted for a and for c'],
  ['a vote for another beside the own candidacy', ['7 a?c', '7 a:b'], 'a in term 7 voted for a and for b'],
  ['a candidacy after a vote', ['7 a:b', '7 a?c'], 'a in term 7 voted for b and for a'],
  ['two that lead in two terms', ['7 a', '8 b', '8 b'], undefined],
  ['two that lead in one term', ['7 a', '7 b'], 'a and b led in term 7'],
]

for (const [what, said, failure] of cases) test(what, () => assert.equal(judge(...said), failure))
