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

/** Managers of which only `up` answer, each after a turn of the loop; `asked`: who was asked, in order. */
function managers(up: ReadonlySet<string>) {
  const asked: string[] = []
  const handle = whicheverAnswers(['one', 'two', 'three'], async (name) => {
    asked.push(name)
    await new Promise((resolve) => setImmediate(resolve))
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
