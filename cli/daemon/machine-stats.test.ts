import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { readMachine, trafficOf } from './machine-stats.ts'

const table = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1379361308   51010    0    0    0     0          0         0 1379361308   51010    0    0    0     0       0          0
  eth0: 1000    6485    0    0    0     0          0         0   200    4233    0    0    0     0       0          0
  eth1:30000    6485    0    0    0     0          0         0   40    4233    0    0    0     0       0          0
docker0: 500000       0    0    0    0     0          0         0        600000       0    0    0    0     0       0          0
`

test('what comes and goes is counted where it leaves the machine', () => {
  assert.deepEqual(
    trafficOf(table, (name) => name.startsWith('eth')),
    { receivedBytes: 31_000, sentBytes: 240 },
  )
  assert.deepEqual(
    trafficOf(table, () => false),
    { receivedBytes: 531_000, sentBytes: 600_240 },
  )
  assert.deepEqual(
    trafficOf('', () => true),
    {},
  )
})

test('the disk is that of the directory', async () => {
  const { at, diskBytes, diskUsedBytes } = await readMachine(tmpdir())
  assert.ok(at > 0 && diskUsedBytes > 0 && diskUsedBytes <= diskBytes)
})
