import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dynamicPorts, firstDynamicPort, PortTable } from './ports.ts'

function numbers(ports: ReturnType<PortTable['assign']>): readonly number[] | string {
  return typeof ports === 'string' ? ports : ports.map((port) => port.publishedPort)
}

test('ports that are left out are numbered serially from 30000, each protocol by itself', () => {
  const table = new PortTable()
  assert.deepEqual(
    numbers(table.assign('a', [{ targetPort: 80 }, { targetPort: 81 }, { targetPort: 53, protocol: 'UDP' }])),
    [30000, 30001, 30000],
  )
})

test('clusters begin at numbers of their own in the range, always the same, and go on from its end at its beginning', () => {
  const starts = Array.from({ length: 200 }, (_, at) => firstDynamicPort(`cluster-${at}`))
  for (const start of starts) assert.ok(start >= dynamicPorts.first && start <= dynamicPorts.last && Number.isInteger(start))
  assert.ok(new Set(starts).size > 180)
  assert.equal(firstDynamicPort('cluster-0'), starts[0])

  const table = new PortTable(32_766)
  const assigned = table.assign('a', [{ targetPort: 1 }, { targetPort: 2 }, { targetPort: 3 }])
  assert.deepEqual(numbers(assigned), [32766, 32767, 30000])
  const next = new PortTable(32_766)
  if (typeof assigned !== 'string') next.restore('a', assigned)
  assert.deepEqual(numbers(next.assign('b', [{ targetPort: 1 }])), [30001])
})

test('an explicit port is taken before the dynamic ones and is not given twice', () => {
  const table = new PortTable()
  assert.deepEqual(numbers(table.assign('a', [{ targetPort: 80 }, { targetPort: 81, publishedPort: 30000 }])), [30001, 30000])
  assert.deepEqual(numbers(table.assign('b', [{ targetPort: 80 }])), [30002])
})

test('a port that another service has is refused by name, and all of the service is released', () => {
  const table = new PortTable()
  table.assign('a', [{ targetPort: 80, publishedPort: 8080 }])
  assert.equal(
    numbers(table.assign('b', [{ targetPort: 1 }, { targetPort: 80, publishedPort: 8080 }])),
    'port 8080/tcp is already published by service a',
  )
  table.release('a')
  assert.deepEqual(numbers(table.assign('b', [{ targetPort: 80, publishedPort: 8080 }])), [8080])
})

test('a service that publishes one port twice is refused', () => {
  const twice = { targetPort: 80, publishedPort: 8080 }
  assert.equal(numbers(new PortTable().assign('a', [twice, { ...twice }])), 'port 8080/tcp is published twice')
})

test('a dynamic port keeps its number while the number of ports is the same, also after a restore', () => {
  const table = new PortTable()
  const first = table.assign('a', [{ targetPort: 80 }, { targetPort: 81, publishedPort: 9000 }])
  assert.deepEqual(numbers(table.assign('a', [{ targetPort: 80 }, { targetPort: 81, publishedPort: 9001 }])), [30000, 9001])
  const next = new PortTable()
  if (typeof first !== 'string') next.restore('a', first)
  assert.deepEqual(numbers(next.assign('b', [{ targetPort: 80 }])), [30001])
  assert.deepEqual(numbers(next.assign('a', [{ targetPort: 80 }, { targetPort: 81, publishedPort: 9001 }])), [30000, 9001])
})

test('host ports are copied: two services may bind the same number, and 0 stays open', () => {
  const table = new PortTable()
  const host = [
    { targetPort: 80, publishedPort: 80, publishMode: 'Host' as const },
    { targetPort: 81, publishMode: 'Host' as const },
  ]
  assert.deepEqual(numbers(table.assign('a', host)), [80, 0])
  assert.deepEqual(numbers(table.assign('b', host)), [80, 0])
})

test('an exhausted range says so', () => {
  const table = new PortTable()
  table.assign(
    'a',
    Array.from({ length: 2768 }, (_, index) => ({ targetPort: index + 1 })),
  )
  assert.equal(numbers(table.assign('b', [{ targetPort: 80 }])), 'no TCP port between 30000 and 32767 is free')
})

test('an option of a dynamic port may change while its number stays', () => {
  const table = new PortTable()
  const [before] = table.assign('a', [{ targetPort: 80 }])
  const [after] = table.assign('a', [{ targetPort: 80, proxyProtocol: 'V2' }])
  assert.ok(typeof before === 'object' && typeof after === 'object')
  assert.deepEqual(after, { ...before, proxyProtocol: 'V2' })
})
