// All tasks of a large service die in the same moment, and go on dying. `KIT_CRASHES=1000 npm test --
// e2e/crash-storm.test.ts` is the long run.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, isAlive, type TaskObject } from './cluster.ts'

const crashes = Number(process.env['KIT_CRASHES'] ?? '40')
const delayMs = 2_000
const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

/** Runs until `die` is there; then everything that starts ends at once with 1. Each start is written down. */
const script = (home: string): string => `echo $$TASK $$(date +%s%3N) >> ${home}/starts; test -e ${home}/die && exit 1; exec sleep 100000`
const storm = (home: string): string => `
name: storm
services:
  web: {image: x, command: [sh, -c, "${script(home)}"], environment: {TASK: "{{.Task.Name}}"}, stop_grace_period: 1s,
    deploy: {replicas: ${crashes}, restart_policy: {delay: ${delayMs}ms}, update_config: {monitor: 100ms}}}
`

interface Start {
  readonly task: string
  readonly at: number
}

function starts(): readonly Start[] {
  const lines = readFileSync(join(cluster.home, 'starts'), 'utf8').trim().split('\n')
  return lines.map((line) => ({ task: line.split(' ')[0] ?? '', at: Number(line.split(' ')[1]) }))
}

/** Looks until it is so, however long that takes with many tasks on a slow machine. */
async function until(look: () => Promise<boolean>): Promise<void> {
  while (!(await look())) await sleep(200)
}

test(`${crashes} tasks that crash at once: others are served, delays hold, no task is started twice`, async () => {
  await cluster.kit('apply', '--timeout', '20m', '-f', cluster.file('storm.yml', storm(cluster.home)))
  const before = await cluster.tasks('storm_web')
  const daemon = cluster.daemonPid
  assert.equal(before.length, crashes)
  cluster.file('die', '')
  const diedAt = Date.now()
  for (const { status } of before) process.kill(status.pid ?? 0, 'SIGKILL')

  // Meanwhile it answers, and another service starts.
  const answered = performance.now()
  await cluster.kit('get', 'tasks')
  const listedMs = performance.now() - answered
  await until(async () => starts().length > crashes + crashes / 4)
  const other = performance.now()
  await cluster.kit(
    'apply',
    '-f',
    cluster.file('other.yml', 'services: {other: {image: x, command: [sleep, "1000"], deploy: {update_config: {monitor: 100ms}}}}'),
  )
  console.log(`# listed in ${Math.round(listedMs)} ms; another service ran after ${Math.round(performance.now() - other)} ms`)
  assert.ok(isAlive((await cluster.tasks('other_other'))[0]?.status.pid ?? 0))

  await until(async () => starts().length >= 2.5 * crashes)
  const all = starts()
  const names = all.map(({ task }) => task)
  assert.equal(new Set(names).size, names.length, 'a task is started once')
  const again = new Map<string, number>()
  for (const { task, at } of all) {
    const slot = task.split('.')[1] ?? ''
    const earlier = again.get(slot)
    if (earlier !== undefined)
      assert.ok(at - Math.max(earlier, diedAt) >= delayMs - 5, `${task} started ${at - earlier} ms after its predecessor`)
    again.set(slot, at)
  }
  const open = await cluster.tasks('storm_web')
  assert.equal(new Set(open.map(({ spec }) => spec.slot)).size, open.length, 'one task per slot')
  assert.equal(cluster.daemonPid, daemon)
  const { items } = await cluster.json<{ items: readonly TaskObject[] }>('tasks', '--field-selector', 'spec.service=other_other')
  assert.equal(items.length, 1)
})
