import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../api/errors.ts'
import { localAdmin } from '../api/request.ts'
import { TestClock } from '../server/testdata/world.ts'
import type { Client } from './client.ts'
import { createClient } from './rest.ts'

const broken = new StatusError('Unavailable', 'the connection broke')

/** What is asked for, when each request gets the next of the answers; `watch` is over when the last one was given. */
async function askedOf(
  answers: readonly (() => AsyncIterable<unknown>)[],
  watch: (client: Client, signal: AbortSignal) => Promise<void>,
): Promise<readonly (string | undefined)[]> {
  const clock = new TestClock()
  const stop = new AbortController()
  const asked: (string | undefined)[] = []
  const client = createClient({
    clock,
    identity: localAdmin,
    name: 'test',
    handle: async ({ query }) => {
      asked.push(query['resourceVersion'])
      if (asked.length === answers.length) stop.abort()
      return { status: 200, headers: {}, stream: answers[asked.length - 1]?.() ?? breaksAfter([]) }
    },
  })
  const watching = watch(client, stop.signal)
  await clock.advance(1_000)
  await watching
  return asked
}

async function* breaksAfter(events: readonly unknown[]): AsyncGenerator<unknown> {
  yield* events
  throw broken
}

test('a watch tells when its connection breaks and when there is one again, and goes on where it was', async () => {
  const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '7' } } }
  const told: unknown[] = []
  const refused = (): AsyncIterable<unknown> => {
    throw broken
  }
  const asked = await askedOf([() => breaksAfter([bookmark]), refused, async function* () {}], async (client, signal) => {
    const onConnection = (problem: unknown, retryInMs: unknown) => void told.push([problem, retryInMs])
    for await (const event of client.watch('Task', { resourceVersion: '5', onConnection }, signal)) assert.fail(event.type)
  })
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
  const answers = [
    [changed('a', '6'), changed('b', '9'), changed('c', '9')],
    [changed('b', '9'), changed('c', '9'), changed('d', '9'), changed('b', '10')],
    [changed('b', '10')],
  ]
  const told: string[] = []
  const asked = await askedOf(
    answers.map((events) => () => breaksAfter(events)),
    async (client, signal) => {
      for await (const event of client.watch('Task', { resourceVersion: '5' }, signal))
        if (event.type !== 'BOOKMARK') told.push(`${event.object.metadata.name} ${event.object.metadata.resourceVersion}`)
    },
  )
  assert.deepEqual(asked, ['5', '8', '9'])
  assert.deepEqual(told, ['a 6', 'b 9', 'c 9', 'd 9', 'b 10'])
})
