import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Reason, reasonOf, StatusError } from '../api/errors.ts'
import { type ApiAnswer, type ApiRequest, localAdmin } from '../api/request.ts'
import { failure } from '../server/answer.ts'
import { createClient } from './rest.ts'

const config = { apiVersion: 'kit/v1', kind: 'Config', metadata: { name: 'a' }, spec: { data: 'YQ==' } }
const done: ApiAnswer = { status: 201, headers: {}, body: config }
/** Thrown as by a connection, or answered by somebody; nothing: carried out. */
type Outcome = { readonly thrown: Reason } | { readonly answered: Reason } | undefined

/** A client whose requests come to this, one after the other, and to the last of it from then on. */
function open(outcomes: readonly Outcome[]) {
  const asked: ApiRequest[] = []
  let nowMs = 0
  let bytes = 0
  const clock = {
    monotonicMs: () => nowMs,
    wallMs: () => nowMs,
    async sleep(ms: number) {
      nowMs += ms
    },
  }
  const client = createClient({
    clock,
    identity: localAdmin,
    name: 'tester',
    random: {
      bytes(length) {
        bytes += 1
        return new Uint8Array(length).fill(bytes)
      },
    },
    async handle(request) {
      asked.push(request)
      const outcome = outcomes[Math.min(asked.length, outcomes.length) - 1]
      if (outcome === undefined) return done
      if ('thrown' in outcome) throw new StatusError(outcome.thrown, `thrown ${asked.length}`)
      return failure(new StatusError(outcome.answered, `answered ${asked.length}`))
    },
  })
  return { client, asked, seconds: () => nowMs / 1000 }
}

const lost: Outcome = { thrown: 'Unknown' }
const cases: readonly (readonly [what: string, outcomes: readonly Outcome[], attempts: number, reason: Reason | undefined])[] = [
  ['what is carried out', [undefined], 1, undefined],
  ['a connection that broke', [lost, undefined], 2, undefined],
  ['a leader that went away', [{ answered: 'Unknown' }, undefined], 2, undefined],
  ['one after the other', [lost, { answered: 'Unknown' }, lost, undefined], 4, undefined],
  [
    'a connection that broke, and a daemon that is being started',
    [lost, { thrown: 'Unavailable' }, { answered: 'Unavailable' }, undefined],
    4,
    undefined,
  ],
  [
    'a connection that broke, and too much under way',
    [lost, { answered: 'TooManyRequests' }, { answered: 'NotLeader' }, undefined],
    4,
    undefined,
  ],
  ['a connection that broke, and a refusal', [lost, { answered: 'Conflict' }], 2, 'Conflict'],
  ['a connection that broke, and an object that is gone', [lost, { answered: 'NotFound' }], 2, 'NotFound'],
  ['a connection that broke, and a request that is forgotten', [lost, { answered: 'Expired' }], 2, 'Expired'],
  ['a daemon that does not answer', [{ thrown: 'Unavailable' }], 1, 'Unavailable'],
  ['no leader', [{ answered: 'Unavailable' }], 1, 'Unavailable'],
  ['too much under way', [{ answered: 'TooManyRequests' }], 1, 'TooManyRequests'],
  ['a refusal', [{ answered: 'Invalid' }], 1, 'Invalid'],
]
for (const [what, outcomes, attempts, reason] of cases)
  test(`a write that meets ${what} is ${attempts === 1 ? 'asked for once' : `asked for ${attempts} times, under one id`}`, async () => {
    const { client, asked } = open(outcomes)
    const created = client.create('Config', config)
    if (reason === undefined) assert.equal((await created).metadata.name, 'a')
    else await assert.rejects(created, (error) => reasonOf(error) === reason)
    assert.equal(asked.length, attempts)
    assert.deepEqual(new Set(asked.map(({ headers }) => headers['idempotency-key'])), new Set([`"${'01'.repeat(16)}"`]))
    assert.deepEqual(
      asked.map(({ headers }) => headers['kit-asked-ms-ago']),
      [undefined, '100', '300', '700'].slice(0, attempts),
    )
  })

test('nobody is asked for longer than 15 s, and then it is said that the outcome is not known', async () => {
  const { client, asked, seconds } = open([lost, { thrown: 'Unavailable' }])
  await assert.rejects(client.scale('Service', 'web', 3), (error) => {
    assert.equal(reasonOf(error), 'Unknown')
    assert.match(String(error), /within 1[56] s whether the change was made: look whether it was. First: .+ Last: thrown \d+/)
    return true
  })
  assert.ok(seconds() >= 15 && seconds() < 17, `${seconds()} s`)
  assert.ok(asked.length > 10 && asked.length < 20, `${asked.length} attempts`)
})

test('each write has an id of its own, reads and commands have none', async () => {
  const { client, asked } = open([undefined])
  await client.create('Config', config)
  await client.patch('Config', 'a', { type: 'merge', patch: {} })
  await client.get('Config', 'a')
  await client.raw({ method: 'POST', path: '/membership', body: {} })
  const { signal } = new AbortController()
  await assert.rejects(client.forward('a', 80, { async *input() {}, output: async () => undefined } as never, signal))
  assert.deepEqual(
    asked.map(({ method, headers }) => [method, headers['idempotency-key']?.slice(0, 3)]),
    [
      ['POST', '"01'],
      ['PATCH', '"02'],
      ['GET', undefined],
      ['POST', undefined],
      ['POST', undefined],
    ],
  )
})

test('an id that is given counts', async () => {
  const { client, asked } = open([lost, undefined])
  await client.raw({ method: 'POST', path: '/x', headers: { 'idempotency-key': 'mine' }, body: {} })
  assert.deepEqual(
    asked.map(({ headers }) => headers['idempotency-key']),
    ['mine', 'mine'],
  )
})
