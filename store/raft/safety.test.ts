// Rules of the core that random histories hardly ever need: each in the smallest situation that does.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simpleConfiguration } from './configuration.ts'
import { defaultSettings } from './core.ts'
import type { Entry } from './entry.ts'
import type { Body, Message } from './message.ts'
import { Raft } from './raft.ts'
import { seeded } from './testdata/luck.ts'

const random = { next: () => 0, bytes: (length: number) => new Uint8Array(length) }

function entry(index: number, term: number): Entry {
  return { index, term, type: 'normal', data: new Uint8Array([index, term]) }
}

function member(term: number, entries: readonly Entry[]): Raft {
  return new Raft({ id: '1', hardState: { term, vote: null, commit: 0 }, entries, voters: ['1', '2', '3'] }, random)
}

/** Writes everything that is handed out; returns what was sent, in order. */
function settle(raft: Raft): readonly Message[] {
  const sent: Message[] = []
  for (let { send, append } = raft.ready(); send.length > 0 || append !== undefined; { send, append } = raft.ready()) {
    sent.push(...send)
    if (append !== undefined) sent.push(...raft.appended(append))
  }
  return sent
}

/** Member 2 votes for it, first in the trial, then in `term`. */
function elect(raft: Raft, term: number): void {
  raft.campaign()
  settle(raft)
  for (const type of ['preVoteResponse', 'voteResponse'] as const) {
    raft.step({ type, from: '2', to: '1', term, granted: true, commit: 0, commitTerm: 0 })
    settle(raft)
  }
  assert.equal(raft.status.role, 'leader')
}

const logs: readonly (readonly [name: string, lastIndex: number, lastTerm: number, granted: boolean])[] = [
  ['a longer log of an earlier term', 9, 1, false],
  ['a shorter log of a later term', 1, 3, true],
  ['an equal log', 2, 2, true],
  ['a shorter log of the same term', 1, 2, false],
]
for (const [name, lastIndex, lastTerm, granted] of logs)
  test(`a candidate with ${name} ${granted ? 'gets' : 'does not get'} the vote`, () => {
    const raft = member(2, [entry(1, 1), entry(2, 2)])
    raft.step({ type: 'vote', from: '2', to: '1', term: 4, lastIndex, lastTerm, transfer: false })
    assert.deepEqual(settle(raft), [{ type: 'voteResponse', from: '1', to: '2', term: 4, granted, commit: 0, commitTerm: 0 }])
  })

test('a leader does not commit an entry of an earlier term, however many have it', () => {
  const raft = member(1, [entry(1, 1)])
  elect(raft, 2)
  raft.step({ type: 'appendResponse', from: '2', to: '1', term: 2, index: 1 })
  assert.equal(raft.status.commit, 0)
  raft.step({ type: 'appendResponse', from: '2', to: '1', term: 2, index: 2 })
  assert.equal(raft.status.commit, 2)
})

/** Leads two members, of whom the other has answered all. */
function leaderOfTwo(): Raft {
  const raft = new Raft({ id: '1', hardState: { term: 0, vote: null, commit: 0 }, entries: [], voters: ['1', '2'] }, random)
  elect(raft, 1)
  raft.step({ type: 'appendResponse', from: '2', to: '1', term: 1, index: 1 })
  settle(raft)
  raft.applied(1)
  return raft
}

/** What leaves when nobody asks to have told what is committed, once the other member has answered up to `index`. */
function committed(raft: Raft, index: number): { readonly send: readonly Message[]; readonly owesCommit: boolean } {
  const { append } = raft.ready()
  assert(append !== undefined)
  raft.appended(append)
  raft.step({ type: 'appendResponse', from: '2', to: '1', term: 1, index })
  return raft.ready(true, false)
}

test('what is committed is told with the next entries, or on its own when that is wanted', () => {
  const raft = leaderOfTwo()
  raft.propose([new Uint8Array([2])])
  const owing = committed(raft, 2)
  assert.deepEqual([owing.send, owing.owesCommit], [[], true])
  raft.propose([new Uint8Array([3])])
  const next = raft.ready(true, false)
  assert.deepEqual(
    next.send.map((message) => message.type === 'append' && [message.entries.length, message.commit]),
    [[1, 2]],
  )
  assert.equal(next.owesCommit, false)
  raft.step({ type: 'appendResponse', from: '2', to: '1', term: 1, index: 3 })
  if (next.append !== undefined) raft.appended(next.append)
  assert.deepEqual(
    raft.ready().send.map((message) => message.type === 'append' && [message.entries.length, message.commit]),
    [[0, 3]],
  )
})

test('that members have changed is told at once: who is none any more tells nobody', () => {
  const raft = leaderOfTwo()
  raft.proposeChange({ steps: [{ make: 'stranger', id: '1' }], leave: 'auto' }, true)
  const { send } = committed(raft, 2)
  assert.deepEqual(
    send.map((message) => message.type === 'append' && [message.to, message.commit]),
    [['2', 2]],
  )
})

test('a sole member owes nobody anything', () => {
  const raft = new Raft({ id: '1', hardState: { term: 0, vote: null, commit: 0 }, entries: [], voters: ['1'] }, random)
  raft.campaign()
  settle(raft)
  assert.deepEqual([raft.status.commit, raft.ready(true, false).owesCommit], [1, false])
})

test('a follower commits no further than the message proved, though its own log is longer', () => {
  const raft = member(2, [entry(1, 1), entry(2, 2), entry(3, 2)])
  raft.step({ type: 'append', from: '2', to: '1', term: 3, prevIndex: 1, prevTerm: 1, entries: [], commit: 3 })
  assert.equal(raft.status.commit, 1)
})

test('a write that a newer leader has overtaken makes nothing durable, even if its entry has come back', () => {
  const raft = member(1, [])
  const append = (from: string, term: number, entries: readonly Entry[]) =>
    raft.step({ type: 'append', from, to: '1', term, prevIndex: 0, prevTerm: 0, entries, commit: 0 })
  append('2', 1, [entry(1, 1)])
  const first = raft.ready().append
  append('3', 2, [entry(1, 2)])
  const second = raft.ready().append
  append('2', 3, [entry(1, 1)])
  const third = raft.ready().append
  assert(first !== undefined && second !== undefined && third !== undefined)
  raft.appended(first)
  raft.step({ type: 'append', from: '2', to: '1', term: 3, prevIndex: 1, prevTerm: 1, entries: [], commit: 1 })
  assert.deepEqual(raft.ready().apply, [], 'the disk will hold the entry of term 2 next')
  raft.appended(second)
  assert.deepEqual(raft.ready().apply, [])
  raft.appended(third)
  assert.deepEqual(raft.ready().apply, [entry(1, 1)])
})

/** In term 1 until it campaigns in earnest, with one entry. */
const roles: Readonly<Record<string, () => Raft>> = {
  'follower that hears a leader': () => {
    const raft = member(1, [entry(1, 1)])
    raft.step({ type: 'heartbeat', from: '3', to: '1', term: 1, commit: 0, context: 0 })
    return raft
  },
  'follower without a leader': () => member(1, [entry(1, 1)]),
  preCandidate: () => {
    const raft = member(1, [entry(1, 1)])
    raft.campaign()
    return raft
  },
  candidate: () => {
    const raft = member(1, [entry(1, 1)])
    raft.step({ type: 'timeoutNow', from: '3', to: '1', term: 1 })
    return raft
  },
  leader: () => {
    const raft = member(1, [entry(1, 1)])
    raft.step({ type: 'timeoutNow', from: '3', to: '1', term: 1 })
    settle(raft)
    raft.step({ type: 'voteResponse', from: '3', to: '1', term: 2, granted: true, commit: 0, commitTerm: 0 })
    return raft
  },
}
const requests: readonly (readonly [role: string, type: 'vote' | 'preVote' | 'transfer', term: number, role: string, granted?: boolean])[] =
  [
    ['follower that hears a leader', 'vote', 1, 'follower'],
    ['follower that hears a leader', 'preVote', 1, 'follower'],
    ['follower that hears a leader', 'transfer', 9, 'follower', true],
    ['follower without a leader', 'vote', 9, 'follower', true],
    ['follower without a leader', 'preVote', 1, 'follower', true],
    ['preCandidate', 'vote', 9, 'follower', true],
    ['preCandidate', 'preVote', 1, 'preCandidate', true],
    ['candidate', 'vote', 9, 'follower', true],
    ['candidate', 'preVote', 2, 'candidate', true],
    ['leader', 'vote', 2, 'leader'],
    ['leader', 'preVote', 2, 'leader'],
    ['leader', 'transfer', 9, 'follower', true],
  ]
for (const [from, type, term, role, granted] of requests)
  test(`a ${from} that is asked for a ${type} of term 9 is a ${role} of term ${term} and ${granted === true ? 'grants it' : 'is silent'}`, () => {
    const raft = roles[from]?.()
    assert(raft !== undefined)
    settle(raft)
    const log = { from: '2', to: '1', term: 9, lastIndex: 9, lastTerm: 8 }
    raft.step(type === 'preVote' ? { ...log, type } : { ...log, type: 'vote', transfer: type === 'transfer' })
    assert.deepEqual([raft.status.term, raft.status.role], [term, role])
    const answers = settle(raft).filter((message) => 'granted' in message)
    assert.deepEqual(
      answers.map((message) => ('granted' in message ? [message.to, message.term, message.granted] : [])),
      granted === undefined ? [] : [['2', 9, granted]],
    )
  })

/** Of a term before: none may change anything. Those that a leader sends are answered, because it might never learn that it is none. */
const stale: readonly (readonly [message: Body, answer?: string])[] = [
  [{ type: 'append', prevIndex: 0, prevTerm: 0, entries: [entry(1, 0)], commit: 1 }, 'appendResponse'],
  [{ type: 'heartbeat', commit: 1, context: 9 }, 'appendResponse'],
  [{ type: 'snapshot', meta: { index: 9, term: 0, configuration: simpleConfiguration(['1', '2', '3']) } }, 'appendResponse'],
  [{ type: 'preVote', lastIndex: 9, lastTerm: 9 }, 'preVoteResponse'],
  [{ type: 'vote', lastIndex: 9, lastTerm: 9, transfer: true }],
  [{ type: 'voteResponse', granted: true, commit: 0, commitTerm: 0 }],
  [{ type: 'preVoteResponse', granted: true, commit: 0, commitTerm: 0 }],
  [{ type: 'appendResponse', index: 1 }],
  [{ type: 'appendRejected', index: 1, hintIndex: 0, hintTerm: 0 }],
  [{ type: 'heartbeatResponse', context: 9 }],
  [{ type: 'timeoutNow' }],
  [{ type: 'readIndex', id: 9 }],
  [{ type: 'readIndexResponse', id: 9, index: 1 }],
]
for (const role of Object.keys(roles))
  for (const [body, answer] of stale)
    test(`a ${role} that gets a ${body.type} of an earlier term is what it was, and ${answer === undefined ? 'is silent' : 'says its term'}`, () => {
      const raft = roles[role]?.()
      assert(raft !== undefined)
      settle(raft)
      const before = raft.status
      raft.step({ from: '2', to: '1', term: 0, ...body })
      assert.deepEqual(raft.status, before)
      const answers = settle(raft).map(({ type, to, term }) => ({ type, to, term }))
      assert.deepEqual(answers, answer === undefined ? [] : [{ type: answer, to: '2', term: before.term }])
    })

test('a vote that is refused puts no election off', () => {
  const raft = member(3, [entry(1, 1)])
  const ask = (from: string) => raft.step({ type: 'vote', from, to: '1', term: 4, lastIndex: 1, lastTerm: 1, transfer: false })
  ask('2')
  for (let ticks = 1; ticks < defaultSettings.electionTicks; ticks += 1) raft.tick()
  ask('3')
  assert.deepEqual(
    settle(raft).map((message) => 'granted' in message && message.granted),
    [true, false],
  )
  raft.tick()
  assert.deepEqual(
    settle(raft).map(({ type, to }) => `${type} to ${to}`),
    ['preVote to 2', 'preVote to 3'],
  )
})

test('the time until an election is drawn anew each time, and two members seldom draw the same', () => {
  const next = seeded(3)
  const source = { next, bytes: (length: number) => new Uint8Array(length) }
  const { electionTicks } = defaultSettings
  const drawn = Array.from({ length: 300 }, () => {
    const raft = new Raft({ id: '1', hardState: { term: 1, vote: null, commit: 0 }, entries: [], voters: ['1', '2', '3'] }, source)
    const waits = [0, 0].map(() => {
      let ticks = 0
      do {
        raft.tick()
        ticks += 1
      } while (settle(raft).length === 0)
      return ticks
    })
    return { first: waits[0] ?? 0, second: waits[1] ?? 0 }
  })
  for (const { first, second } of drawn)
    for (const ticks of [first, second]) assert(ticks >= electionTicks && ticks < 2 * electionTicks, `${ticks} ticks`)
  assert.equal(new Set(drawn.map(({ first }) => first)).size, electionTicks, 'each is drawn now and then')
  const collisions = (of: (at: number) => boolean) => drawn.filter((_, at) => of(at)).length / drawn.length
  assert(collisions((at) => drawn[at]?.first === drawn[(at + 1) % drawn.length]?.first) < 0.2, 'between members')
  assert(collisions((at) => drawn[at]?.first === drawn[at]?.second) < 0.2, 'of one member')
})
