// The wall clock is set by an hour, forward and back, under a running daemon; and the daemon stands still for a
// while.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'
import { FakeClock, whyNoFakeClock } from './fake-clock.ts'
import { isHere } from './required.ts'

const hasClock = isHere('faketime', whyNoFakeClock(), 'the clock of a daemon that is set for real')
const cluster = new Cluster()
const clock = new FakeClock(join(cluster.home, 'clock'))
const directory = join(cluster.directory, 'node-1')
/** `KIT_STOPPED=90 npm test -- e2e/clock-steps.test.ts` is the long run. */
const stoppedSeconds = Number(process.env['KIT_STOPPED'] ?? '8')
after(() => cluster.remove())

const delayMs = 1_000
/** `ticking` shows that it lives; `failing` writes down when it starts, on a clock that nobody sets, and ends with 1. */
const app = (version: string): string => `
name: app
services:
  ticking:
    image: x
    command: [sh, -c, "while :; do echo tick ${version}; echo >> ${cluster.home}/ticks; sleep 0.1; done"]
    stop_grace_period: 1s
    healthcheck: {test: ["CMD", "true"], interval: 200ms, retries: 1}
    deploy: {replicas: 2, update_config: {parallelism: 1, delay: 1s, monitor: 1s}, restart_policy: {delay: 100ms}}
  failing:
    image: x
    command: [sh, -c, "cut -d' ' -f1 /proc/uptime >> ${cluster.home}/starts; exit 1"]
    deploy: {update_config: {monitor: 100ms}, restart_policy: {delay: ${delayMs}ms}}
`

async function daemonClockMs(name: string): Promise<number> {
  const text = `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}}\nspec: {data: YQ==}\n`
  assert.equal((await cluster.run(['apply', '-f', '-'], text)).code, 0)
  const { metadata } = await cluster.json<{ metadata: { creationTimestamp: string } }>('config', name)
  await cluster.kit('delete', `config/${name}`)
  return Date.parse(metadata.creationTimestamp)
}

const linesOf = (name: string): readonly string[] => readFileSync(join(cluster.home, name), 'utf8').split('\n')
const startsMs = (): readonly number[] =>
  linesOf('starts')
    .filter((line) => line !== '')
    .map((line) => Number(line) * 1000)

const facts = async (): Promise<readonly unknown[]> =>
  (await cluster.tasks('app_ticking')).map(({ metadata, status }) => [metadata.name, status.pid, status.state])

if (hasClock) {
  before(async () => {
    await cluster.kit('up') // Makes the files of the cluster; its daemon gives way to one with a clock of its own.
    const first = cluster.daemonPid
    process.kill(first, 'SIGTERM')
    await eventually(() => assert.equal(isAlive(first), false))
    const log = openSync(join(cluster.home, 'kitd.log'), 'a')
    const daemon = spawn(join(projectRoot, 'bin/kitd'), ['-d', directory, '--hostname', 'node-1', '--executor', 'process'], {
      env: { ...process.env, ...clock.environment },
      detached: true,
      stdio: ['ignore', log, log],
    })
    daemon.unref()
    await eventually(() => cluster.kit('get', 'nodes'))
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', app('one')))
    await cluster.kit('wait', 'service/app_ticking')
  })

  for (const [step, hours] of [
    ['+1h', 1],
    ['+0', 0],
    ['-1h', -1],
  ] as const)
    test(`the clock is set to ${step}: tasks run on, delays and rollouts go on, logs and events are there`, async () => {
      await cluster.kit('wait', 'service/app_ticking')
      const before = await facts()
      const events = (await cluster.kit('get', 'events', '-o', 'name')).trim().split('\n').length
      const follower = cluster.start(['logs', '-f', 'service/app_ticking', '--since', '1s'])
      await eventually(() => assert.match(follower.text(), /tick/))
      const [startedBefore, beganMs] = [startsMs().length, performance.now()]

      clock.set(step)
      await eventually(async () => {
        const off = (await daemonClockMs(`clock-${Math.round(performance.now())}`)) - Date.now()
        assert.ok(Math.abs(off - hours * 3_600_000) < 60_000, `${off} ms`)
      })
      const heard = follower.text().length
      await eventually(() => assert.ok(follower.text().length > heard + 500, 'the log goes on'))
      await eventually(() => assert.ok(startsMs().length >= startedBefore + 4, 'what fails is started again'))
      const fresh = startsMs().slice(startedBefore)
      const most = (performance.now() - beganMs) / delayMs + 2 // One may be early: nobody knows how long it has waited.
      assert.ok(fresh.length <= most, `${fresh.length} starts, and at most ${most} fit`)
      const early = fresh.filter((at, n) => n > 0 && at - (fresh[n - 1] ?? 0) < delayMs - 20)
      assert.ok(early.length <= 1, `${early.length} restarts without their delay`)
      assert.deepEqual(await facts(), before, 'nothing else was restarted')
      assert.ok((await cluster.kit('get', 'events', '-o', 'name')).trim().split('\n').length >= events, 'events are kept')
      assert.match(await cluster.kit('get', 'nodes'), / Ready /)
      await follower.stop()
    })

  test('the clock is set back in the middle of a rollout, which ends all the same', async () => {
    const old = await facts()
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', app('two')))
    await eventually(async () => assert.notDeepEqual(await facts(), old))
    clock.set('-2h')
    await cluster.kit('rollout', 'status', 'service/app_ticking')
    await eventually(async () => assert.ok((await facts()).every((fact, at) => String(fact) !== String(old[at]))))
    clock.set('-1h')
  })
}

test('the daemon stands still for longer than its node may be silent: tasks run on, and nothing is restarted', async () => {
  if (!existsSync(join(cluster.home, 'app.yml'))) {
    await cluster.kit('up')
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', app('two')))
    await cluster.kit('wait', 'service/app_ticking')
  }
  await cluster.kit(
    'apply',
    '-f',
    cluster.file('cluster.yml', 'apiVersion: kit/v1\nkind: Cluster\nmetadata: {name: default}\nspec: {heartbeatPeriod: 1s}\n'),
  )
  const before = await facts()
  const daemon = cluster.daemonPid
  const ticks = linesOf('ticks').length
  process.kill(daemon, 'SIGSTOP')
  try {
    // Two tasks, each ten times a second.
    while (linesOf('ticks').length < ticks + stoppedSeconds * 15) await sleep(100)
  } finally {
    process.kill(daemon, 'SIGCONT')
  }
  const started = startsMs().length
  await eventually(() => assert.ok(startsMs().length > started + 2, 'what fails is started again'))
  assert.deepEqual(await facts(), before)
  assert.match(await cluster.kit('get', 'nodes'), / Ready /)
  assert.equal(cluster.daemonPid, daemon)
})
