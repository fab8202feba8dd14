// Sudden deaths: of a task's process, and of the daemon in the middle of things.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { ask } from './api.ts'
import { Cluster, eventually, isAlive, type TaskObject } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

const app = (greeting: string, delay = '0s'): string => `
name: app
services:
  web:
    image: web
    command: [sh, -c, "echo $$GREETING; exec sleep 1000"]
    environment: {GREETING: ${greeting}}
    stop_grace_period: 1s
    deploy:
      replicas: 3
      update_config: {parallelism: 1, delay: ${delay}, monitor: 100ms}
      restart_policy: {condition: any, delay: 100ms}
  once:
    image: once
    command: [sh, -c, "while ! test -e ${cluster.home}/go; do sleep 0.05; done; exit 3"]
    deploy:
      restart_policy: {condition: none}
      update_config: {monitor: 100ms}
`
before(() => cluster.kit('up', cluster.file('app.yml', app('one'))))

const pidsOf = (tasks: readonly TaskObject[]): readonly number[] => tasks.map(({ status }) => status.pid ?? 0)

/** What the API says at that path, without a command of `kit`. */
async function get<T>(path: string): Promise<T> {
  const { status, body } = await ask(join(cluster.directory, 'node-1', 'kit.sock'), 'GET', `/apis/kit/v1/${path}`)
  assert.equal(status, 200, JSON.stringify(body))
  return body as T
}

/** As a power cut would, for this one process. */
async function killDaemon(): Promise<void> {
  const pid = cluster.daemonPid
  process.kill(pid, 'SIGKILL')
  await eventually(() => assert.equal(isAlive(pid), false))
}

test('a task whose process is killed is replaced by its policy', async () => {
  const [first] = await cluster.tasks('app_web')
  process.kill(first?.status.pid ?? 0, 'SIGKILL')
  await eventually(async () => {
    const tasks = await cluster.tasks('app_web')
    assert.equal(tasks.length, 3)
    assert.ok(tasks.every(({ metadata, status }) => status.state === 'Running' && metadata.name !== first?.metadata.name))
  })
  const { status } = await cluster.json<TaskObject>('task', first?.metadata.name ?? '')
  assert.equal(status.state, 'Failed')
})

test('the daemon is killed and started again: everything is there, running tasks were not touched', async () => {
  const before = await cluster.tasks('app_web')
  await killDaemon()
  assert.ok(pidsOf(before).every(isAlive), 'tasks run on without their daemon')
  assert.match(await cluster.fails(1, 'get', 'tasks'), /its daemon has stopped.*kit up/)
  await cluster.kit('up')
  const now = await cluster.tasks('app_web')
  assert.deepEqual(
    now.map(({ metadata }) => metadata.name),
    before.map(({ metadata }) => metadata.name),
  )
  assert.deepEqual(pidsOf(now), pidsOf(before))
  assert.match(await cluster.kit('logs', `task/${now[0]?.metadata.name}`), /one/)
})

test('a task that ends while the daemon is away shows its exit code afterwards', async () => {
  const [once] = await cluster.tasks('app_once')
  await killDaemon()
  cluster.file('go', '')
  await eventually(() => assert.equal(isAlive(once?.status.pid ?? 0), false))
  await cluster.kit('up')
  await eventually(async () => {
    const { status } = await cluster.json<TaskObject>('task', once?.metadata.name ?? '')
    assert.equal(status.state, 'Failed')
    assert.equal(status.exitCode, 3)
  })
})

test('a task that dies while the daemon is away is replaced, the others are kept', async () => {
  const before = await cluster.tasks('app_web')
  await killDaemon()
  process.kill(before[1]?.status.pid ?? 0, 'SIGKILL')
  await cluster.kit('up')
  await eventually(async () => {
    const now = await cluster.tasks('app_web')
    assert.deepEqual(
      now.map(({ status }) => status.state),
      ['Running', 'Running', 'Running'],
    )
    assert.deepEqual([now[0]?.status.pid, now[2]?.status.pid], [before[0]?.status.pid, before[2]?.status.pid])
    assert.notEqual(now[1]?.metadata.name, before[1]?.metadata.name)
  })
})

test('killed in the middle of a rolling update, the update goes on where it was', async () => {
  const old = await cluster.tasks('app_web')
  const before = new Set(old.map(({ spec }) => spec.revision))
  const update = async (): Promise<{ readonly id: string; readonly state: string; readonly startedAt: number }> =>
    (await get<{ status: { update: { id: string; state: string; startedAt: number } } }>('services/app_web')).status.update
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', app('two', '1s')))
  // Asked directly: until a command of `kit` has started on a loaded machine, the update may be over.
  const firstNew = await eventually(async () => {
    const { items } = await get<{ items: readonly TaskObject[] }>('tasks?fieldSelector=spec.service%3Dapp_web')
    const updated = items.find(({ spec, status }) => !before.has(spec.revision) && status.state === 'Running')
    assert.ok(updated !== undefined)
    return updated
  })
  const { id, startedAt } = await update()
  await killDaemon()
  assert.ok(pidsOf(old).some(isAlive), 'it was killed in the middle')
  await cluster.kit('up')
  await cluster.kit('rollout', 'status', 'service/app_web')
  const now = await cluster.tasks('app_web')
  assert.equal(now.length, 3)
  assert.ok(now.every(({ spec }) => spec.revision === firstNew.spec.revision))
  assert.ok(
    now.some(({ metadata, status }) => metadata.name === firstNew.metadata.name && status.pid === firstNew.status.pid),
    'what was updated before is not updated again',
  )
  assert.partialDeepStrictEqual(await update(), { id, startedAt, state: 'Completed' })
})

test('killed during a restart delay, the delay goes on where it was: neither at once nor anew', async () => {
  const delayMs = 8000
  const { home } = cluster
  const script = `date +%s%3N >> ${home}/starts; test -e ${home}/failed && exec sleep 1000; touch ${home}/failed; exit 1`
  const late = `services: {late: {image: x, command: [sh, -c, "${script}"], deploy: {restart_policy: {delay: ${delayMs}ms}}}}`
  const successor = async (): Promise<TaskObject> => {
    const { items } = await cluster.json<{ items: readonly TaskObject[] }>('tasks', '--field-selector', 'spec.service=late_late')
    const found = items.find(({ spec }) => spec.attempt === 2)
    assert.ok(found !== undefined)
    return found
  }
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('late.yml', late))
  const before = await eventually(successor)
  const notBefore = before.spec.hold?.notBefore ?? 0
  assert.equal(before.spec.desired, 'Ready')
  await killDaemon()
  // Half of the delay passes without a daemon: a delay that began anew would end much later.
  await eventually(() => assert.ok(Date.now() >= notBefore - delayMs / 2))
  const upAt = Date.now()
  await cluster.kit('up')
  const after = await successor()
  assert.equal(after.metadata.name, before.metadata.name)
  assert.deepEqual(after.spec.hold, before.spec.hold)
  await eventually(async () => assert.equal((await successor()).status.state, 'Running'))
  const starts = readFileSync(join(home, 'starts'), 'utf8').trim().split('\n').map(Number)
  assert.equal(starts.length, 2)
  const [failedAt = 0, startedAt = 0] = starts
  assert.ok(notBefore >= failedAt + delayMs)
  assert.ok(startedAt >= notBefore, `started ${notBefore - startedAt} ms too early`)
  assert.ok(startedAt < upAt + delayMs, `started ${startedAt - notBefore} ms late, as if the delay had begun anew`)
})

test('killed again and again while objects are written: every one that was acknowledged is there', async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < 3; round++) {
    const writing = (async () => {
      for (let n = 0; n < 20; n++) {
        const name = `c-${round}-${n}`
        const { code } = await cluster.run(
          ['apply', '-f', '-'],
          `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}}\nspec: {data: YQ==}\n`,
        )
        if (code !== 0) return
        acknowledged.push(name)
      }
    })()
    const enough = acknowledged.length + 3
    await eventually(() => assert.ok(acknowledged.length >= enough))
    await killDaemon()
    await writing
    await cluster.kit('up')
  }
  const there = new Set((await cluster.kit('get', 'configs', '-o', 'name')).trim().split('\n'))
  assert.deepEqual(
    acknowledged.filter((name) => !there.has(`config/${name}`)),
    [],
  )
})
