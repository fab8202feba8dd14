import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../api/errors.ts'
import { type ApiResponse, localAdmin } from '../api/request.ts'
import { TestClock } from '../server/testdata/world.ts'
import { createClient } from './rest.ts'

test('a watch tells when its connection breaks and when there is one again, and goes on where it was', async () => {
  const bookmark = (resourceVersion: string) => ({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } })
  const broken = new StatusError('Unavailable', 'the connection broke')
  const answer = (stream: AsyncIterable<unknown>): ApiResponse => ({ status: 200, headers: {}, stream })
  const asked: (string | undefined)[] = []
  const answers: readonly (() => ApiResponse)[] = [
    () =>
      answer(
        (async function* () {
          yield bookmark('7')
          throw broken
        })(),
      ),
    () => {
      throw broken
    },
    () => answer((async function* () {})()),
  ]
  const clock = new TestClock()
  const stop = new AbortController()
  const client = createClient({
    clock,
    identity: localAdmin,
    name: 'test',
    handle: async ({ query }) => {
      asked.push(query['resourceVersion'])
      if (asked.length === answers.length) stop.abort()
      return answers[asked.length - 1]?.() ?? answer((async function* () {})())
    },
  })
  const told: unknown[] = []
  const watching = (async () => {
    for await (const event of client.watch(
      'Task',
      { resourceVersion: '5', onConnection: (problem, retryInMs) => told.push([problem, retryInMs]) },
      stop.signal,
    ))
      assert.fail(event.type)
  })()
  await clock.advance(1_000)
  await watching
  assert.deepEqual(asked, ['5', '7', '7'])
  assert.deepEqual(told, [
    [undefined, undefined],
    [broken, 100],
    [broken, 200],
    [undefined, undefined],
  ])
})
