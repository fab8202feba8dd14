// The dashboard without a screen, as a pipe or a screen reader has it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StatusError } from '../../api/errors.ts'
import type { Client } from '../../client/client.ts'
import { tell } from './plain.ts'
import { createTown } from './testdata/town.ts'

async function listen(only?: string) {
  const town = createTown()
  await town.fill()
  const printed: string[] = []
  const complaints: string[] = []
  let isAway = false
  const fail = (): never => {
    throw new StatusError('Unavailable', 'nobody listens')
  }
  const client: Client = {
    ...town.client,
    list: (kind, options) => (isAway ? fail() : town.client.list(kind, options)),
    async *watch(kind, options, signal) {
      for await (const event of town.client.watch(kind, options, signal)) {
        if (isAway) fail()
        yield event
      }
    },
  }
  const stop = new AbortController()
  const deps = {
    client,
    clock: town.clock,
    out: (text: string) => void printed.push(text),
    err: (line: string) => void complaints.push(line),
  }
  const ended = tell(deps, only, stop.signal)
  await town.clock.advance(1_000)
  return {
    town,
    printed,
    complaints,
    setAway(away: boolean): void {
      isAway = away
    },
    scale: async (desired: number) => {
      const service = town.store.view.get('Service', 'shop_web')
      assert.ok(service !== undefined)
      await town.commit([
        {
          op: 'update',
          object: {
            ...service,
            spec: { ...service.spec, replicas: desired },
            status: { ...service.status, replicas: { desired, running: 2 } },
          },
        },
      ])
      await town.clock.advance(1_000)
    },
    end: async () => {
      stop.abort()
      await ended
    },
  }
}

test('first what there is, in tables; then a line for each change, with its time and without anything that a terminal obeys', async () => {
  const { printed, complaints, scale, end, town } = await listen()
  const [tables = '', ...before] = printed
  assert.match(tables, /^NAME|^SERVICE/i)
  assert.match(tables, /^shop_api +3\/4 +v2 +stopped/m)
  assert.match(tables, /^w-3 +Down/m)
  assert.match(tables, /^service\/shop_api +rollout of v2 stopped/m)
  assert.deepEqual(before, [])
  await scale(7)
  assert.equal(printed.length, 2)
  assert.match(printed[1] ?? '', /^\d\d:\d\d:\d\d service\/shop_web {2}2\/7.*\n$/)
  await town.clock.advance(120_000)
  assert.equal(printed.length, 2, 'ages go on, and are no change')
  assert.ok(!printed.join('').includes('\u001b'))
  assert.deepEqual(complaints, [])
  await end()
})

test('of one service it tells of that one', async () => {
  const { printed, scale, end } = await listen('shop_api')
  assert.match(printed[0] ?? '', /shop_api/)
  await scale(9)
  assert.equal(printed.length, 1)
  await end()
})

test('that the connection is lost, and that it is there again, is said once each', async () => {
  const { complaints, setAway, scale, printed, end, town } = await listen()
  setAway(true)
  await scale(8)
  await town.clock.advance(20_000)
  setAway(false)
  await town.clock.advance(20_000)
  assert.deepEqual(complaints, ['disconnected: nobody listens', 'connected again'])
  assert.match(printed.join(''), /service\/shop_web {2}2\/8/)
  await end()
})
