import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import { type ApiRequest, localAdmin } from '../../api/request.ts'
import { whicheverAnswers } from './managers.ts'

const request: ApiRequest = {
  method: 'GET',
  path: '/version',
  query: {},
  headers: {},
  identity: localAdmin,
  signal: new AbortController().signal,
}

const lockedAnswer = {
  status: 503,
  headers: {},
  body: { kind: 'Status', status: 'Failure', reason: 'Locked', message: 'this manager is locked' },
}

/** Managers of which only `up` answer, each after a turn of the loop, and those of `locked` that they are; `asked`: who was asked, in order. */
function managers(up: ReadonlySet<string>, locked: ReadonlySet<string> = new Set()) {
  const asked: string[] = []
  const handle = whicheverAnswers(['one', 'two', 'three'], async (name) => {
    asked.push(name)
    await new Promise((resolve) => setImmediate(resolve))
    if (locked.has(name)) return lockedAnswer
    if (up.has(name)) return { status: 200, headers: {}, body: name }
    throw new StatusError('Unavailable', `${name} is away`, {}, { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) })
  })
  const ask = async (): Promise<unknown> => {
    const response = await handle(request)
    return 'body' in response ? response.body : undefined
  }
  return { ask, asked }
}

test('whoever answered last is asked first', async () => {
  const up = new Set(['two', 'three'])
  const { ask, asked } = managers(up)
  assert.equal(await ask(), 'two')
  assert.equal(await ask(), 'two')
  up.delete('two')
  assert.equal(await ask(), 'three')
  assert.deepEqual(asked, ['one', 'two', 'two', 'two', 'three'])
})

test('requests that fail at the same time pass over nobody', async () => {
  const { ask } = managers(new Set(['two']))
  assert.deepEqual(await Promise.all(Array.from({ length: 6 }, ask)), Array(6).fill('two'))
})

test('each is tried once, and the last one says what is wrong', async () => {
  const { ask, asked } = managers(new Set())
  await assert.rejects(ask, /three is away/)
  assert.equal(asked.length, 3)
})

test('one that is a manager no more has nothing to say', async () => {
  const noSay = { status: 503, headers: {}, body: { kind: 'Status', reason: 'NotLeader', message: 'no say' } }
  const handle = whicheverAnswers(['one', 'two'], async (name) => (name === 'one' ? noSay : { status: 200, headers: {}, body: name }))
  const response = await handle(request)
  assert.equal('body' in response && response.body, 'two')
})

for (const [up, locked, expected, count] of [
  [['three'], ['one'], 'three', 3],
  [['two', 'three'], ['one'], 'two', 2],
  [['one'], ['two'], 'one', 1],
  [[], ['one', 'two', 'three'], lockedAnswer.body, 3],
  [[], ['one'], lockedAnswer.body, 3],
  [[], ['three'], lockedAnswer.body, 3],
] as const)
  test(`of managers ${locked.join(' ')} locked and ${up.join(' ') || 'none'} up, what ${count} of them say is the answer`, async () => {
    const { ask, asked } = managers(new Set(up), new Set(locked))
    assert.deepEqual(await ask(), expected)
    assert.equal(asked.length, count)
  })
