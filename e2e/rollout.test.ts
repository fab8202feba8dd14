// Changing what runs: rolling updates by the file's settings, how they fail, and going back. The exit
// code is the truth.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Cluster, eventually, type TaskObject } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up'))
after(() => cluster.remove())

interface Settings {
  readonly run?: string
  readonly action?: string
  readonly replicas?: number
  readonly deploy?: string
}

/** A service whose process says its colour and then stays. */
const app = ({ run = 'echo blue; exec sleep 1000', action = 'rollback', replicas = 3, deploy = '' }: Settings): string => `
name: app
services:
  web:
    image: web
    command: [sh, -c, "${run}"]
    stop_grace_period: 1s
    deploy:
      replicas: ${replicas}
      update_config: {parallelism: 1, delay: 50ms, monitor: 500ms, failure_action: ${action}}
      rollback_config: {parallelism: 0, monitor: 100ms}
      restart_policy: {condition: any, delay: 50ms}${deploy}
`
const apply = (settings: Settings): Promise<string> => cluster.kit('apply', '-f', cluster.file('app.yml', app(settings)))
const revisions = async (): Promise<readonly string[]> => (await cluster.tasks('app_web')).map(({ spec }) => spec.revision)

interface ServiceObject {
  readonly status: {
    readonly revision: string
    readonly lastGood: string
    readonly previousGood: string
    readonly update: { readonly state: string; readonly message: string; readonly failures: number }
  }
}
const service = (): Promise<ServiceObject> => cluster.json('service', 'app_web')

test('a change replaces the tasks one by one', async () => {
  await apply({})
  const [old] = await revisions()
  const given = (await cluster.tasks('app_web')).map(({ metadata }) => metadata.name)
  const watch = cluster.start(['get', 'tasks', '-w', '--field-selector', 'spec.service=app_web'])
  await eventually(() => assert.ok(given.every((task) => watch.text().includes(task))))
  await apply({ run: 'echo green; exec sleep 1000' })
  const now = await revisions()
  assert.equal(now.length, 3)
  assert.equal(new Set(now).size, 1)
  assert.notEqual(now[0], old)
  // One at a time: a slot is given up only after the one before runs again.
  await eventually(() => {
    const steps = watch
      .text()
      .split('\n')
      .flatMap((line) => {
        const [, task, desired, state] = /^(app_web\.\d\.\w+) +\S+ +(\w+) +(\w+)/.exec(line) ?? []
        if (given.includes(task ?? '')) return desired === 'Shutdown' ? [`Shutdown ${task}`] : []
        return desired === 'Running' && state === 'Running' ? [`Running ${task}`] : []
      })
    assert.deepEqual(
      [...new Set(steps)].map((step) => step.split(' ')[0]),
      ['Shutdown', 'Running', 'Shutdown', 'Running', 'Shutdown', 'Running'],
      watch.text(),
    )
  })
  await watch.stop()
  assert.match(await cluster.kit('logs', 'service/app_web'), /green/)
})

test('rollout status, history and events tell what runs', async () => {
  assert.match(await cluster.kit('events', 'service/app_web'), /RolloutCompleted +The rollout of \S+ is complete/)
  assert.equal(await cluster.kit('rollout', 'status', 'service/app_web'), 'service/app_web has converged\n')
  const history = (await cluster.kit('rollout', 'history', 'service/app_web')).trim().split('\n')
  assert.match(history[0] ?? '', /^NUMBER +NAME +IMAGE +AGE +STATE$/)
  assert.match(history[1] ?? '', /^1 .* good before$/)
  assert.match(history[2] ?? '', /^2 .* current, last good$/)
})

test('undo goes back to the revision before, or to one that is named', async () => {
  await apply({ run: 'echo red; exec sleep 1000' })
  const red = (await service()).status.revision
  assert.match(await cluster.kit('rollback', 'app_web', '--dry-run'), /^ {2}~ command\[2\]: "echo red.*" → "echo green.*"\n$/)
  assert.equal((await service()).status.revision, red)
  assert.match(await cluster.kit('rollout', 'undo', 'service/app_web'), /~ command.*\n.* goes back to revision \d+/)
  const before = (await service()).status.revision
  assert.notEqual(before, red)
  assert.deepEqual(new Set(await revisions()), new Set([before]))
  assert.match(
    await cluster.fails(1, 'diff', 'app_web', '--from', before, '--to', red),
    /^~ command\[2\]: "echo green.*" → "echo red.*"\n$/,
  )
  assert.equal(await cluster.kit('diff', 'app_web', '--to', before), '')
  await cluster.kit('rollout', 'undo', 'service/app_web', '--to', red)
  assert.deepEqual(new Set(await revisions()), new Set([red]))
  assert.match(await cluster.fails(1, 'rollout', 'undo', 'service/app_web', '--to', '99'), /no revision "99".*rollout history/)
})

test('a first revision that never ran is not one to go back to', async () => {
  const first = (settings: Settings, monitor = '500ms'): string =>
    cluster.file('first.yml', app(settings).replace('name: app', 'name: first').replace('monitor: 500ms', `monitor: ${monitor}`))
  await cluster.kit('apply', '--no-wait', '-f', first({ run: 'exit 5' }, '1m')) // However long a loaded machine takes to run it.
  await eventually(async () => assert.match(await cluster.kit('events', 'service/first_web'), /Restarted .*exited with 5 \(/))
  await cluster.kit('apply', '-f', first({}))
  const { status } = await cluster.json<ServiceObject>('service', 'first_web')
  assert.deepEqual([status.lastGood, status.previousGood], [status.revision, undefined])
  assert.match(await cluster.fails(1, 'rollout', 'undo', 'service/first_web'), /has no good revision besides the current one; --to/)
  await cluster.kit('delete', 'stack/first')
})

test('restart replaces every task', async () => {
  const names = (await cluster.tasks('app_web')).map(({ metadata }) => metadata.name)
  assert.match(await cluster.kit('rollout', 'restart', 'service/app_web'), /restarts its tasks/)
  const now = (await cluster.tasks('app_web')).map(({ metadata }) => metadata.name)
  assert.equal(now.length, 3)
  assert.deepEqual(
    now.filter((name) => names.includes(name)),
    [],
  )
})

test('a revision that fails is rolled back: exit code 4, with its last words', async () => {
  const good = (await service()).status.lastGood
  const file = cluster.file('app.yml', app({ run: 'echo I cannot; exit 7' }))
  const said = await cluster.fails(4, 'apply', '-f', file)
  assert.match(said, /rolled back/)
  assert.match(said, /7/)
  assert.match(said, /\| I cannot/)
  assert.match(said, /next: +kit describe service\/app_web/)
  const { status } = await service()
  assert.equal(status.lastGood, good)
  assert.notEqual(status.revision, good)
  assert.equal(status.update.state, 'RollbackCompleted')
  const events = await cluster.kit('events', 'service/app_web')
  assert.match(events, new RegExp(`Normal +service/app_web +RolloutStarted +The rollout of ${status.revision} starts; slots to change: 3`))
  assert.match(events, new RegExp(`Warning +service/app_web +RollbackStarted +The service goes back to ${good}: app_web.* exited with 7`))
  assert.match(events, new RegExp(`Normal +service/app_web +RollbackCompleted +The service is back at ${good}`))
  await eventually(async () => assert.deepEqual(await revisions(), [good, good, good]))
  // It is known by now: the same file is not tried again, and says so.
  assert.match(await cluster.fails(4, 'apply', '-f', file), /rolled back/)
  const history = await cluster.kit('rollout', 'history', 'service/app_web')
  assert.match(history, /current, rolled back\n/)
  // Undoing goes to the good one, and not to whatever came before.
  assert.match(await cluster.kit('rollout', 'undo', 'service/app_web'), new RegExp(`goes back to revision \\d+ \\(${good}\\)`))
  assert.equal((await service()).status.revision, good)
})

test('undo of a good revision goes to the one that was good before it, and undo again comes back', async () => {
  const { revision, lastGood, previousGood } = (await service()).status
  assert.equal(revision, lastGood)
  await cluster.kit('rollout', 'undo', 'service/app_web')
  assert.equal((await service()).status.revision, previousGood)
  assert.deepEqual(new Set(await revisions()), new Set([previousGood]))
  await cluster.kit('rollout', 'undo', 'service/app_web')
  assert.equal((await service()).status.revision, lastGood)
})

test('with failure_action pause a bad revision stops the rollout: exit code 1, the others run on', async () => {
  await cluster.kit('delete', 'stack/app')
  await apply({ action: 'pause' })
  const [good = ''] = await revisions()
  const said = await cluster.fails(1, 'apply', '-f', cluster.file('app.yml', app({ action: 'pause', run: 'exit 3' })))
  assert.match(said, /paused/i)
  const { status } = await service()
  assert.equal(status.update.state, 'Paused')
  assert.match(
    await cluster.kit('events', 'service/app_web'),
    new RegExp(`Warning +service/app_web +RolloutPaused +The rollout of ${status.revision} is paused: app_web.* exited with 3`),
  )
  assert.equal((await revisions()).filter((revision) => revision === good).length, 2)
  // Going on in spite of it is tried, and fails at the next one.
  const again = await cluster.fails(1, 'rollout', 'resume', 'service/app_web')
  assert.match(again, /the update paused: app_web.* exited with 3; \d of 3 failed/)
  assert.ok((await service()).status.update.failures > status.update.failures)
  // The next good revision goes on.
  await apply({ action: 'pause', run: 'echo better; exec sleep 1000' })
  assert.equal(new Set(await revisions()).size, 1)
})

test('while somebody has paused rollouts nothing is replaced; resuming lets it go on', async () => {
  const [good = ''] = await revisions()
  assert.match(await cluster.fails(1, 'rollout', 'resume', 'app_web'), /is not paused/)
  assert.match(await cluster.kit('rollout', 'pause', 'app_web'), /replaces no more tasks; `kit rollout resume app_web`/)
  const file = cluster.file('app.yml', app({ run: 'echo later; exec sleep 1000' }))
  assert.match(await cluster.fails(1, 'apply', '-f', file), /somebody paused the update; `kit rollout resume app_web` goes on/)
  assert.deepEqual(await revisions(), [good, good, good])
  assert.match(await cluster.kit('rollout', 'history', 'app_web'), /current, paused/)
  assert.match(await cluster.kit('rollout', 'resume', 'app_web'), /service\/app_web goes on\n/)
  assert.equal(new Set(await revisions()).size, 1)
  assert.notEqual((await revisions())[0], good)
  assert.match(await cluster.kit('events', 'service/app_web'), /RolloutPaused .*as spec\.paused says.*RolloutResumed .*goes on/s)
})

/** Until a task of the rollout under way runs, of three that it will start. */
async function untilHalfWay(): Promise<void> {
  await eventually(async () => {
    const { status } = await service()
    const states = (await cluster.tasks('app_web'))
      .filter(({ spec }) => spec.revision === status.revision)
      .map(({ status: own }) => own.state)
    assert.ok(status.update.state === 'Updating' && states.includes('Running') && states.length < 3, `${status.update.state} ${states}`)
  })
}

test('a cluster that is taken down and up in the middle of a rollout finishes it: the end of a node is nobody’s failure', async () => {
  const deploy = '\n      restart_policy: {condition: any, delay: 50ms, max_attempts: 1}'
  const slow = (run: string): string =>
    app({ run, deploy })
      .replace('delay: 50ms, monitor: 500ms', 'delay: 4s, monitor: 3s')
      .replace('restart_policy: {condition: any, delay: 50ms}\n', '\n')
  await cluster.kit('apply', '-f', cluster.file('app.yml', slow('echo before; exec sleep 1000')))
  // Once with programs that die of the stop signal, once with such as end without an error.
  for (const run of ['echo one; exec sleep 1000', "trap 'exit 0' TERM; echo two; while :; do sleep 0.05; done"]) {
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', slow(run)))
    await untilHalfWay()
    await cluster.kit('down')
    await cluster.kit('up')
    await cluster.kit('wait', 'service/app_web')
    const { status } = await service()
    assert.equal(status.update.state, 'Completed')
    assert.equal(status.update.failures, 0)
    assert.equal(status.lastGood, status.revision)
    assert.deepEqual(await revisions(), [status.revision, status.revision, status.revision])
    const { items } = await cluster.json<{ readonly items: readonly TaskObject[] }>('tasks', '--field-selector', 'spec.service=app_web')
    assert.ok(items.some(({ status: own }) => own.state === 'Failed' && own.nodeFault === 'Stopped'))
  }
})

test('tasks that no node can take: exit code 3, with the way to the reason', async () => {
  const file = cluster.file(
    'far.yml',
    app({ deploy: '\n      placement: {constraints: [node.labels.zone == north]}' }).replace('name: app', 'name: far'),
  )
  const said = await cluster.fails(3, 'apply', '-f', file)
  const [, task = ''] = /kit explain (task\/far_web\.\d\.\w+)/.exec(said) ?? []
  const reason = await cluster.kit('explain', task)
  assert.match(reason, /zone/)
  // The smallest change it names is one that helps.
  await cluster.kit('label', 'node', 'node-1', 'zone=north')
  await cluster.kit('wait', 'service/far_web')
  assert.equal((await cluster.tasks('far_web')).length, 3)
})

test('what does not become true in time: exit code 5, and the cluster goes on', async () => {
  const slow = `
services:
  slow:
    image: x
    command: [sleep, "1000"]
    stop_grace_period: 1s
    healthcheck: {test: [CMD, test, -e, ${cluster.home}/healthy], interval: 100ms, start_period: 60s, start_interval: 100ms}
    deploy: {update_config: {monitor: 100ms}}
`
  const said = await cluster.fails(5, 'apply', '--timeout', '1s', '-f', cluster.file('slow.yml', slow))
  assert.match(said, /not converged after 1s\. The cluster goes on trying/)
  cluster.file('healthy', '')
  await cluster.kit('wait', 'service/slow_slow')
  await eventually(async () => assert.equal((await cluster.tasks('slow_slow'))[0]?.status.state, 'Running'))
})

test('--no-wait returns at once', async () => {
  const { code, err } = await cluster.run(['apply', '--no-wait', '-f', cluster.file('app.yml', app({ run: 'exit 1', action: 'continue' }))])
  assert.equal(code, 0)
  assert.equal(err, '')
})
