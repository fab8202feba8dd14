import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGate, protocols } from './authorization.ts'

const gate = createGate({ clock: { wallMs: () => 0 }, isRemoved: () => false })
const worker = { id: 'w', role: 'Worker', clusterId: 'c' } as const
const manager = { id: 'm', role: 'Manager', clusterId: 'c' } as const

test('the table says who may open and who may serve', () => {
  const may = Object.keys(protocols).map((protocol) => [
    protocol,
    ...[undefined, worker, manager].map((node) => gate.mayOpen(protocol, node)),
    ...[worker, manager].map((node) => gate.mayServe(protocol, node)),
  ])
  assert.deepEqual(may, [
    // opens: stranger, worker, manager; serves: worker, manager
    ['dispatcher', false, true, true, false, true],
    ['logs', false, true, true, false, true],
    ['exec', false, true, true, false, true],
    ['stats', false, true, true, false, true],
    ['raft', false, false, true, false, true],
    ['raft-snapshot', false, false, true, false, true],
    ['api', false, false, true, false, true],
    ['join', true, true, true, false, true],
  ])
})

test('what is not in the table nobody may', () => {
  for (const protocol of ['', 'Raft', 'constructor', '__proto__', 'toString', 'raft '])
    for (const node of [undefined, worker, manager]) {
      assert.equal(gate.mayOpen(protocol, node), false)
      assert.equal(node !== undefined && gate.mayServe(protocol, node), false)
    }
})
