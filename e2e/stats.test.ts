// What running tasks use, as `kit stats` shows it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

before(async () => {
  const manifest = (name: string, command: string): string =>
    `apiVersion: kit/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {update: {monitor: 100ms}, template: {command: [sh, -c, ${command}]}}\n`
  const file = cluster.file('s.yml', `${manifest('busy', '"while :; do :; done"')}---\n${manifest('idle', '"sleep 1000 & sleep 1000"')}`)
  await cluster.kit('up', file)
})

/** Lines of the last table that was printed, as words. */
function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .slice(text.lastIndexOf('TASK'))
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
}

test('each running task has its share of CPU, its memory and its processes', async () => {
  const rows = rowsOf(await cluster.kit('stats'))
  assert.deepEqual(rows.map(([task = '']) => task.split('.')[0]).toSorted(), ['busy', 'idle'])
  const [busy, idle] = ['busy.', 'idle.'].map((name) => rows.find(([task = '']) => task.startsWith(name)) ?? [])
  assert.equal(busy?.[1], 'node-1')
  assert.ok(Number.parseFloat(busy?.[2] ?? '') > Number.parseFloat(idle?.[2] ?? ''), JSON.stringify(rows))
  assert.match(idle?.[3] ?? '', /^\d+\.\dMi$/)
  assert.deepEqual([busy?.[5], idle?.[5]], ['1', '3'])
})

test('nodes say how full their disk is and what goes over their network', async () => {
  const [headings = '', row = ''] = (await cluster.kit('top', 'nodes')).trim().split('\n')
  assert.match(headings, /DISK +USED +IN +OUT$/)
  assert.match(row, /^node-1 .* \d+\.\d+Gi +\d+%( +(<unknown>|[\d.]+ [kMG]B\/s)){2}$/, 'a network of loopback alone is not counted')
})

test('tasks of one service, one node, or one task are shown alone; what has none is said', async () => {
  const [[task = ''] = []] = rowsOf(await cluster.kit('stats', 'service/busy'))
  assert.match(task, /^busy\./)
  assert.equal(rowsOf(await cluster.kit('stats', task)).length, 1)
  assert.equal(rowsOf(await cluster.kit('stats', 'node/node-1')).length, 2)
  assert.match(await cluster.fails(1, 'stats', 'service/nothing'), /service "nothing" not found/)
  assert.match(await cluster.fails(2, 'stats', 'config/x'), /has no tasks of its own/)
})

test('with -w it goes on until it is told to stop', async () => {
  const running = cluster.start(['stats', '-w', 'service/idle'])
  await eventually(() => assert.ok(running.text().split('TASK').length > 3, running.text()))
  assert.equal((await running.stop()).code, 130)
})
