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

test('a watch that breaks among the changes of one entry misses none of them, and tells none twice', async () => {
  const changed = (name: string, resourceVersion: string) => ({
    type: 'MODIFIED',
    object: { apiVersion: 'kit/v1', kind: 'Task', metadata: { name, resourceVersion }, spec: {}, status: {} },
  })
  const asked: (string | undefined)[] = []
  const answers = [
    [changed('a', '6'), changed('b', '9'), changed('c', '9')],
    [changed('b', '9'), changed('c', '9'), changed('d', '9'), changed('b', '10')],
    [changed('b', '10')],
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
      const events = answers[asked.length - 1] ?? []
      return {
        status: 200,
        headers: {},
        stream: (async function* () {
          yield* events
          throw new StatusError('Unavailable', 'the connection broke')
        })(),
      }
    },
  })
  const told: string[] = []
  const watching = (async () => {
    for await (const event of client.watch('Task', { resourceVersion: '5' }, stop.signal))
      if (event.type !== 'BOOKMARK') told.push(`${event.object.metadata.name} ${event.object.metadata.resourceVersion}`)
  })()
  await clock.advance(1_000)
  await watching
  assert.deepEqual(asked, ['5', '8', '9'])
  assert.deepEqual(told, ['a 6', 'b 9', 'c 9', 'd 9', 'b 10'])
})
