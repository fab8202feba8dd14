import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Reason, StatusError } from '../../api/errors.ts'
import type { Handle } from '../../api/request.ts'
import { failure } from '../../server/answer.ts'
import { createWorld, silentLog } from '../../server/testdata/world.ts'
import { foundSource } from './found-source.ts'

for (const reason of ['Unavailable', 'NotLeader', 'TooManyRequests', 'Unknown'] as const satisfies readonly Reason[])
  test(`a source of --gitops is made once, whether or not the first try that ends with ${reason} made it`, async () => {
    for (const isCarriedOut of [false, true]) {
      const world = createWorld()
      let asked = 0
      const handle: Handle = async (request) => {
        if (asked++ > 0) return await world.router.handle(request)
        if (isCarriedOut) await world.router.handle(request)
        return failure(new StatusError(reason, 'not now'))
      }
      const founded = foundSource({ handle, clock: world.clock, log: silentLog }, '/srv/My Shop', new AbortController().signal)
      await world.clock.advance(1_000)
      await founded
      const { generation, resourceVersion } = (await world.client.get('Source', 'my-shop')).metadata
      assert.deepEqual([asked, generation, resourceVersion], [2, 1, '1'])
    }
  })
