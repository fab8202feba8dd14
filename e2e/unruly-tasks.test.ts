// Tasks that misbehave: one floods its log, one leaves children behind, one does not listen, one is unwell now
// and then, one needs too much memory. Each harms nobody else.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, type TaskObject } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

/** A stack `app` with these services; its rollouts are not watched for long. */
function apply(services: string): Promise<string> {
  const text = services.replaceAll('$HOME', cluster.home).replaceAll('deploy: {', 'deploy: {update_config: {monitor: 100ms}, ')
  return cluster.kit('apply', '-f', cluster.file('app.yml', `name: app\nservices:\n${text}\n`))
}

const only = async (service: string): Promise<TaskObject> => {
  const [task] = await cluster.tasks(service)
  assert.ok(task !== undefined)
  return task
}
const pidIn = (file: string): number => Number(readFileSync(join(cluster.home, file), 'utf8'))

test('a task that floods its log takes its share of the disk, and no more; its log and those of others are read on', async () => {
  await apply(`
  flood: {image: x, command: [sh, -c, "seq 1 999999999999"], stop_grace_period: 1s, deploy: {replicas: 1}}
  calm: {image: x, command: [sh, -c, "i=0; while :; do i=$$((i+1)); echo calm $$i; sleep 0.1; done"], stop_grace_period: 1s, deploy: {replicas: 1}}`)
  const flood = await only('app_flood')
  const directory = join(cluster.directory, 'node-1', 'tasks', 'tasks', flood.metadata.name)
  const calm = cluster.start(['logs', '-f', 'service/app_calm', '--tail', '0'])
  const flooded = cluster.start(['logs', '-f', 'task/app_flood', '--tail', '5'])
  await eventually(() => assert.ok(flooded.text().length > 500_000))
  const { out } = await flooded.stop()
  const numbers = out.trim().split('\n').slice(0, -1).map(Number)
  assert.equal(
    numbers.findIndex((number, at) => at > 0 && !(number > (numbers[at - 1] ?? 0))),
    -1,
    'in order, nothing twice',
  )
  // Meanwhile others are heard, without a gap.
  const heard = calm.text().length
  await eventually(() => assert.ok(calm.text().length > heard + 100))
  const ticks = (await calm.stop()).out.trim().split('\n').slice(0, -1)
  const first = Number(/calm (\d+)$/.exec(ticks[0] ?? '')?.[1])
  assert.deepEqual(
    ticks.map((line) => Number(/calm (\d+)$/.exec(line)?.[1])),
    ticks.map((_, at) => first + at),
  )
  // Between one file and the next there is none for a moment.
  const ino = await eventually(() => statSync(join(directory, 'log.0')).ino)
  await eventually(() => assert.notEqual(statSync(join(directory, 'log.0')).ino, ino, 'the log is turned over'))
  const bytes = ['log.0', 'log.1']
    .map((name) => join(directory, name))
    .filter(existsSync)
    .reduce((sum, path) => sum + statSync(path).size, 0)
  assert.ok(bytes <= 21 * 1024 * 1024, `${bytes} bytes`)
  assert.equal((await only('app_flood')).metadata.name, flood.metadata.name, 'it was not ended for that')
})

test('a task that does not listen to its stop signal is killed after its grace period, with all that it has started', async () => {
  await apply(`
  deaf: {image: x, command: [sh, -c, "trap '' TERM; (setsid sh -c 'trap \\"\\" TERM; echo $$$$ > $HOME/child; while :; do sleep 0.1; done' &); echo $$$$ > $HOME/deaf; while :; do sleep 0.1; done"],
    stop_grace_period: 500ms, deploy: {replicas: 1}}`)
  const [program, child] = await eventually(() => {
    const pids = [pidIn('deaf'), pidIn('child')] as const
    assert.ok(pids.every(isAlive))
    return pids
  })
  await cluster.kit('delete', 'stack/app')
  await eventually(() => assert.deepEqual([program, child].filter(isAlive), [], 'what left its session goes, too'))
})

test('health checks: one that fails now and then restarts nothing, one that fails so often in a row does', async () => {
  // Of three checks in a row two fail; three in a row are too many. The task ends up sick when it is told so.
  const check = `i=$$(cat $HOME/n 2>/dev/null || echo 0); echo $$((i+1)) > $HOME/n; test ! -e $HOME/sick && test $$((i % 3)) = 2`
  await apply(`
  unwell: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, healthcheck: {test: ["CMD-SHELL", "${check}"], interval: 60ms, retries: 3},
    deploy: {replicas: 1, restart_policy: {delay: 0s}}}`)
  const task = await only('app_unwell')
  const checks = pidIn('n')
  await eventually(() => assert.ok(pidIn('n') > checks + 15))
  const same = await only('app_unwell')
  assert.deepEqual([same.metadata.name, same.status.pid], [task.metadata.name, task.status.pid])
  cluster.file('sick', '')
  await eventually(async () => {
    const { status } = await cluster.json<TaskObject & { readonly status: { readonly error?: string } }>('task', task.metadata.name)
    assert.deepEqual([status.state, status.error], ['Failed', 'failed its health check'])
  })
})

const limited = existsSync('/sys/fs/cgroup/cgroup.subtree_control') && process.getuid?.() === 0
const canLimit = limited && readFileSync('/sys/fs/cgroup/cgroup.subtree_control', 'utf8').includes('memory')
if (!canLimit) console.log('skipped: a task that is killed for its memory, because no control groups limit memory here')

if (canLimit)
  test('a task that needs more memory than it may have is killed, says why, and others run on', async () => {
    const big = 'const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))'
    await apply(`  calm: {image: x, command: [sleep, "1000"], stop_grace_period: 1s}`)
    const calm = await only('app_calm')
    const text = `services: {big: {image: x, command: ["${process.execPath}", -e, "${big}"], deploy: {resources: {limits: {memory: 80M}}, restart_policy: {condition: none}}}}`
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('big.yml', text))
    await eventually(async () => {
      const said = await cluster.kit('get', 'tasks', '--field-selector', 'spec.service=big_big', '-o', 'jsonpath={.items[*].status.error}')
      assert.equal(said.trim(), 'ended by SIGKILL: out of memory')
    })
    assert.equal((await only('app_calm')).metadata.name, calm.metadata.name)
  })
