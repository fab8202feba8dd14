import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import type { Method } from '../api/request.ts'
import { measureRequests } from './request-metrics.ts'
import { createWorld, service, services } from './testdata/world.ts'

function setUp() {
  const world = createWorld()
  const registry = new Registry()
  const handle = measureRequests(world.router.handle, registry, world.clock)
  const ask = (method: Method, path: string, more: object = {}) => handle(world.request(method, path, more))
  const told = async (metric: string): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith(metric))
  return { ask, told }
}

test('requests are counted by verb, endpoint and code', async () => {
  const { ask, told } = setUp()
  await ask('POST', services, { body: service('web') })
  await ask('GET', services)
  await ask('GET', `${services}/web`)
  await ask('GET', `${services}/none`)
  await ask('GET', `${services}/web/scale`)
  assert.deepEqual(await told('kit_api_request_duration_seconds_count'), [
    'kit_api_request_duration_seconds_count{verb="create",resource="services",code="201"} 1',
    'kit_api_request_duration_seconds_count{verb="list",resource="services",code="200"} 1',
    'kit_api_request_duration_seconds_count{verb="get",resource="services",code="200"} 1',
    'kit_api_request_duration_seconds_count{verb="get",resource="services",code="404"} 1',
    'kit_api_request_duration_seconds_count{verb="get",resource="services/scale",code="200"} 1',
  ])
})

test('what there is not makes one series, however it is called', async () => {
  const { ask, told } = setUp()
  for (const path of ['/x', '/y/z', '/apis/kit/v1/things', `${services}/web/other`, '/%', '/a/../b', `/${'x'.repeat(9_000)}`])
    await ask('GET', path)
  const series = await told('kit_api_request_duration_seconds_count')
  assert.deepEqual(
    series.map((line) => /resource="([^"]*)"/.exec(line)?.[1]),
    series.map(() => 'other'),
  )
  assert.ok(series.length <= 4, `${series}`) // One for each code and verb.
})

test('a stream is open until its reader leaves it', async () => {
  const { ask, told } = setUp()
  await ask('POST', services, { body: service('web') })
  const response = await ask('GET', `${services}?watch=true&resourceVersion=0`)
  assert.ok('stream' in response)
  const events = response.stream[Symbol.asyncIterator]()
  await events.next()
  const open = 'kit_api_open_streams{verb="watch",resource="services"}'
  assert.deepEqual(await told(open), [`${open} 1`])
  await events.return?.()
  assert.deepEqual(await told(open), [`${open} 0`])
})
