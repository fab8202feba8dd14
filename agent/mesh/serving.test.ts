import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, type LocalTask, takesClients } from './serving.ts'

const running: LocalTask = { desired: 'Running', status: { state: 'Running', at: 1 } }

const cases: readonly (readonly [string, LocalTask, boolean])[] = [
  ['a running task', running, true],
  ['one that is to complete', { ...running, desired: 'Complete' }, true],
  ['one that starts', { ...running, status: { state: 'Starting', at: 1 } }, false],
  ['one that has ended', { ...running, status: { state: 'Failed', at: 1 } }, false],
  ['one found unhealthy', { ...running, status: { state: 'Running', at: 1, health: 'Unhealthy' } }, false],
  ['one found healthy', { ...running, status: { state: 'Running', at: 1, health: 'Healthy' } }, true],
  ['one told to stop', { ...running, desired: 'Shutdown' }, false],
  ['one told to go', { ...running, desired: 'Remove' }, false],
]

for (const [name, task, takes] of cases)
  test(`${name} ${takes ? 'takes' : 'does not take'} clients`, () => assert.equal(takesClients(task), takes))

test('a task answers at its own address on its target port, or on the port of the node that its status names', () => {
  const port = { targetPort: 80, protocol: 'UDP' } as const
  assert.deepEqual(addressOf({ state: 'Running', at: 1, address: '172.17.0.2', ports: { '80/udp': 9 } }, port), {
    host: '172.17.0.2',
    port: 80,
  })
  assert.deepEqual(addressOf({ state: 'Running', at: 1, ports: { '80/tcp': 8, '80/udp': 9 } }, port), { host: '127.0.0.1', port: 9 })
  assert.equal(addressOf({ state: 'Running', at: 1, ports: { '80/tcp': 8 } }, port), undefined)
})
