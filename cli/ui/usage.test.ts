import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TaskStats } from '../../api/stats.ts'
import { rateOf } from '../commands/stats.ts'
import { ClusterView } from './cluster-view.ts'
import { sparkline } from './sparkline.ts'
import { serviceColumns } from './tables.ts'
import { createTown } from './testdata/town.ts'
import { mostPoints, readingOf, Trends } from './usage.ts'

function stats(task: string, at: number, cpuMs: number): TaskStats {
  return { task, at, cpuMs, memoryBytes: 100, processes: 2 }
}

test('two readings make a percentage, and a node uses what its tasks use together', () => {
  const first = readingOf({ tasks: [stats('a', 0, 0), stats('b', 0, 500)] }, 3, undefined)
  assert.deepEqual([...first.tasks], [['a', { memoryBytes: 100 }], ['b', { memoryBytes: 100 }]]) // biome-ignore format: a row
  assert.deepEqual(first.whole, { memoryBytes: 200, processes: 4, answerMs: 3 })
  // The counter of b began anew with its container: what it used before is the best that is known.
  const second = readingOf({ tasks: [stats('a', 1_000, 250), stats('b', 1_000, 600), stats('c', 1_000, 0)] }, 5, first)
  const third = readingOf({ tasks: [stats('a', 2_000, 1_250), stats('b', 2_000, 50)] }, 5, second)
  assert.deepEqual([...second.tasks.values()].map(({ cpuPercent }) => cpuPercent), [25, 10, undefined]) // biome-ignore format: a row
  assert.deepEqual([...third.tasks.values()].map(({ cpuPercent }) => cpuPercent), [100, 10]) // biome-ignore format: a row
  assert.deepEqual(third.whole, { cpus: 1.1, memoryBytes: 200, processes: 4, answerMs: 5 })
})

test('a node on which nothing runs uses nothing, after one reading already', () => {
  assert.deepEqual(readingOf({ tasks: [] }, 1, undefined).whole, { cpus: 0, memoryBytes: 0, processes: 0, answerMs: 1 })
})

test('two readings of a machine make rates; counters that begin anew make none, and what was known stays', () => {
  const machine = (at: number, receivedBytes: number) => ({
    tasks: [],
    machine: { at, diskBytes: 100, diskUsedBytes: 40, receivedBytes, sentBytes: 0 },
  })
  const first = readingOf(machine(0, 1_000), 1, undefined)
  const second = readingOf(machine(2_000, 3_000), 1, first)
  const third = readingOf(machine(4_000, 10), 1, second)
  assert.deepEqual([first.whole.disk, first.whole.traffic], [{ usedBytes: 40, bytes: 100 }, undefined]) // biome-ignore format: a row
  assert.deepEqual([second.whole.traffic, third.whole.traffic], Array(2).fill({ received: 1_000, sent: 0 }))
  assert.deepEqual([0, 999, 12_345, 12_345_678, 3e9].map(rateOf), ['0.0 kB/s', '1.0 kB/s', '12 kB/s', '12 MB/s', '3.0 GB/s'])
})

test('of each row the last points are kept, and one that was away begins anew', () => {
  const trends = new Trends()
  for (let at = 0; at < mostPoints + 10; at++) trends.add([['web', at]])
  assert.deepEqual([trends.of('web').length, trends.of('web')[0]], [mostPoints, 10])
  trends.add([['db', 1]])
  trends.add([['web', 5], ['db', 2]]) // biome-ignore format: a row
  assert.deepEqual([trends.of('web').length, trends.of('db')], [mostPoints, [1, 2]], 'one reading may fail')
  for (const cpus of [3, 4, 5]) trends.add([['db', cpus]])
  assert.deepEqual(trends.of('web'), [], 'it is forgotten')
  trends.add([['web', 6]])
  assert.deepEqual(trends.of('web'), [6])
})

test('a graph has the newest at its right, the highest of what a sign stands for, and does not make a mountain of nothing', () => {
  assert.equal(sparkline([0, 4, 8], 4, { most: 4 }), ' ▁▅█')
  assert.equal(sparkline([8, 0, 0, 4], 2, { most: 4 }), '█▅')
  assert.equal(sparkline([0.01, 0.02], 3, { most: 3, atLeast: 1 }), ' ▁▁')
  assert.equal(sparkline([], 3, { most: 3 }), '   ')
  assert.equal(sparkline([3, undefined, 0], 3, { most: 3 }), '█ ▁', 'what is not known is not nothing')
})

test('a service of which not all is counted uses that much at least', async () => {
  const town = createTown()
  await town.fill()
  const view = new ClusterView()
  const service = await town.client.get('Service', 'shop_web')
  view.set('Service', service)
  for (const task of (await town.client.list('Task')).items) view.set('Task', task)
  const said = (): string | undefined =>
    serviceColumns(view, () => 0)
      .find(({ id }) => id === 'cpu')
      ?.text(service)
  assert.equal(said(), '-')
  view.usage = new Map([['shop_web.1.a1', { cpuPercent: 50, memoryBytes: 0 }]])
  assert.equal(said(), '0.50+')
  // The third starts still, and where it was before it stops.
  view.usage = new Map([...view.usage, ['shop_web.2.a1', { cpuPercent: 25, memoryBytes: 0 }]])
  assert.equal(said(), '0.75')
})
