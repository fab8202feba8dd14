import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PlanOptions, planNodes } from './local-plan.ts'

const loopback = { address: async (at: number) => `127.0.0.${at}`, freePort: async () => 4242 }
const options = (more: Partial<PlanOptions> = {}): PlanOptions => ({ executor: 'process', labels: [], ...more })

test('a first plan has a manager and the workers that were asked for, each with its address and labels', async () => {
  const { nodes } = await planNodes(undefined, options({ workers: 2, labels: ['node-3:disk=ssd', 'node-3:a=b=c', 'node-1:x=y'] }), loopback)
  assert.deepEqual(nodes, [
    { name: 'node-1', role: 'manager', address: '127.0.0.1', port: 4242, executor: 'process', labels: ['x=y'] },
    { name: 'node-2', role: 'worker', address: '127.0.0.2', executor: 'process', labels: [] },
    { name: 'node-3', role: 'worker', address: '127.0.0.3', executor: 'process', labels: ['disk=ssd', 'a=b=c'] },
  ])
})

test('nodes stay as they are, and workers that are missing are added', async () => {
  const first = await planNodes(undefined, options({ workers: 1 }), loopback)
  assert.deepEqual(await planNodes(first, options({ executor: 'docker' }), loopback), first)
  assert.deepEqual(await planNodes(first, options({ workers: 1 }), loopback), first)
  const { nodes } = await planNodes(first, options({ workers: 3 }), loopback)
  assert.deepEqual(nodes.slice(0, 2), first.nodes)
  assert.deepEqual(
    nodes.slice(2).map(({ name }) => name),
    ['node-3', 'node-4'],
  )
})

test('a manager of an older version gets a port to be joined at', async () => {
  const old = { name: 'node-1', role: 'manager', address: '127.0.0.1', executor: 'auto', labels: [] } as const
  const { nodes } = await planNodes({ version: 1, nodes: [old] }, options(), loopback)
  assert.deepEqual(nodes, [{ ...old, port: 4242 }])
})

test('labels of nodes that there are not, and too many nodes, are refused', async () => {
  await assert.rejects(planNodes(undefined, options({ labels: ['node-2:a=b'] }), loopback), /there is no node-2; the cluster has node-1$/)
  await assert.rejects(planNodes(undefined, options({ labels: ['a=b'], workers: 1 }), loopback), /is not NODE:KEY=VALUE/)
  await assert.rejects(planNodes(undefined, options({ workers: 100 }), loopback), /at most 100 nodes/)
})
