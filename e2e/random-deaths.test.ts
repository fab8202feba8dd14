// SIGKILL of the daemon again and again, at random moments, while objects are written and tasks come and go.
// `KIT_KILLS=200 npm test -- e2e/random-deaths.test.ts` is the long run.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, eventually, isAlive } from './cluster.ts'

const kills = Number(process.env['KIT_KILLS'] ?? '15')
/** The daemon dies at a moment within this time after it is ready. */
const withinMs = 400

const cluster = new Cluster()
after(() => cluster.remove())

/** Each task writes down that it began; it crashes after a moment, so there is always work. */
const app = (home: string): string => `
name: app
services:
  steady: {image: x, command: [sh, -c, "echo $$TASK $$$$ >> ${home}/starts; exec sleep 1000"], environment: {TASK: "{{.Task.Name}}"},
    deploy: {replicas: 3, restart_policy: {delay: 100ms}}}
  crashing: {image: x, command: [sh, -c, "echo $$TASK $$$$ >> ${home}/starts; sleep 0.3; exit 1"], environment: {TASK: "{{.Task.Name}}"},
    deploy: {replicas: 3, restart_policy: {delay: 50ms}, update_config: {monitor: 50ms}}}
`

test(`killed ${kills} times under load: nothing acknowledged is lost, no task is started twice`, async () => {
  await cluster.kit('up')
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', app(cluster.home)))
  await eventually(async () => assert.ok((await cluster.tasks('app_steady')).every(({ status }) => status.state === 'Running')))
  const steady = (await cluster.tasks('app_steady')).map(({ metadata, status }) => [metadata.name, status.pid])
  assert.equal(steady.length, 3)
  const acknowledged = new Map<string, string>()
  let stopped = false
  const write = async (name: string): Promise<void> => {
    for (let n = 0; !stopped; n++) {
      const value = Buffer.from(`${n}`).toString('base64')
      const text = `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}-${n}}\nspec: {data: ${value}}\n`
      if ((await cluster.run(['apply', '-f', '-'], text)).code === 0) acknowledged.set(`${name}-${n}`, value)
      else await sleep(20) // The daemon is away.
    }
  }
  const writers = ['a', 'b'].map(write)
  try {
    for (let kill = 0; kill < kills; kill++) {
      await sleep(Math.random() * withinMs)
      const pid = cluster.daemonPid
      process.kill(pid, 'SIGKILL')
      await eventually(() => assert.equal(isAlive(pid), false))
      await cluster.kit('up')
    }
  } finally {
    stopped = true
    await Promise.all(writers)
  }
  const there = await cluster.json<{ items: readonly { metadata: { name: string }; spec: { data: string } }[] }>('configs')
  const found = new Map(there.items.map(({ metadata, spec }) => [metadata.name, spec.data]))
  const lost = [...acknowledged].filter(([name, value]) => found.get(name) !== value)
  assert.deepEqual(lost, [])
  assert.ok(acknowledged.size > kills / 2, `only ${acknowledged.size} writes were acknowledged`)

  const now = (await cluster.tasks('app_steady')).map(({ metadata, status }) => [metadata.name, status.pid])
  assert.deepEqual(now, steady, 'tasks that ran run on')
  const starts = readFileSync(join(cluster.home, 'starts'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
  assert.ok(starts.length > kills, 'there was work all the time')
  assert.deepEqual(
    starts.filter((name, at) => starts.indexOf(name) !== at),
    [],
    'no task is started twice',
  )
})
