// An engine that is not there, dies, hangs, or may not be used; an image that is not there, or takes long. The engine is
// this test's own, so that it may be treated badly.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { startRegistry } from '../agent/docker/testdata/registry.ts'
import { Cluster, eventually, isAlive, projectRoot, type TaskObject } from './cluster.ts'
import { findDockerClient, type Inspected, inspect } from './docker-client.ts'
import { OwnEngine, whyNoOwnEngine } from './own-engine.ts'
import { isHere } from './required.ts'

const shared = await findEngine()
const docker = shared === undefined ? undefined : await findDockerClient(shared.host)
const trouble = whyNoOwnEngine()
if (shared !== undefined && isHere('docker', trouble, 'what an engine can do to a cluster') && docker !== undefined) {
  const engine = new OwnEngine()
  const cluster = new Cluster({ DOCKER_HOST: engine.host })
  const client = await findDockerClient(shared.host)
  after(async () => {
    await cluster.remove()
    await engine.remove()
  })
  const own = (...args: readonly string[]): Promise<string> =>
    client?.('-H', engine.host, ...args) ?? Promise.reject(new Error('no client'))

  interface NodeObject {
    readonly metadata: { readonly name: string }
    readonly status: { readonly state: string; readonly description?: { readonly trouble?: string } }
  }
  const node = async (): Promise<NodeObject> => {
    const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
    assert.ok(items[0] !== undefined)
    return items[0]
  }
  const troubleOf = async (): Promise<string | undefined> => (await node()).status.description?.trouble
  const running = async (): Promise<readonly Inspected[]> =>
    inspect(
      own,
      (await own('ps', '-q', '--no-trunc', '--filter', `label=kit/node=${(await node()).metadata.name}`)).split('\n').filter(Boolean),
    )
  const stack = (replicas: number): string => `
name: app
services:
  web:
    image: ${shared.image}
    command: [sh, -c, "trap 'exit 0' TERM; while :; do sleep 0.1; done"]
    stop_grace_period: 1s
    deploy: {replicas: ${replicas}, restart_policy: {delay: 100ms}, update_config: {monitor: 100ms}}
`
  /** All of them, each running in one container, and no other container runs. */
  const upAndSingle = (replicas: number): Promise<readonly TaskObject[]> =>
    eventually(async () => {
      const tasks = await cluster.tasks('app_web')
      assert.deepEqual(
        tasks.map(({ status, spec }) => [spec.slot, status.state]),
        Array.from({ length: replicas }, (_, index) => [index + 1, 'Running']),
      )
      const containers = await running()
      assert.deepEqual(containers.map(({ Id }) => Id).toSorted(), tasks.map(({ status }) => status.containerId).toSorted())
      return tasks
    })
  const ids = (tasks: readonly TaskObject[]): readonly (string | undefined)[] => tasks.map(({ status }) => status.containerId)

  /** As a service of the machine starts it: nobody waits for it. */
  function startDaemon(user: { readonly uid?: number; readonly gid?: number } = {}): void {
    const directory = join(cluster.directory, 'node-1')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (user.uid !== undefined) for (const path of [cluster.directory, directory]) chownSync(path, user.uid, user.uid)
    const log = openSync(join(cluster.home, 'kitd.log'), 'a')
    const args = [
      join(projectRoot, 'dist/kitd.mjs'),
      '-d',
      directory,
      '--hostname',
      'node-1',
      '--executor',
      'docker',
      '--docker-host',
      engine.host,
    ]
    spawn(process.execPath, args, { ...user, cwd: '/', detached: true, stdio: ['ignore', log, log] }).unref()
  }
  async function stopDaemon(): Promise<void> {
    const pid = cluster.daemonPid
    process.kill(pid, 'SIGTERM')
    await eventually(() => assert.equal(isAlive(pid), false))
  }
  /** Makes the image of the tests in it. */
  async function startEngine(): Promise<void> {
    await engine.start()
    process.env['DOCKER_HOST'] = engine.host
    await findEngine()
  }

  test('a daemon whose engine is down starts and says so; tasks wait with the reason and run when the engine comes', async () => {
    startDaemon()
    await eventually(async () => assert.match((await troubleOf()) ?? '', /^the Docker engine at \S+ does not answer: /))
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', stack(2)))
    await eventually(async () =>
      assert.match(await cluster.kit('get', 'tasks'), /Pending +no suitable node \(1 node not available for new tasks\)/),
    )
    const [task] = (await cluster.tasks('app_web')).map(({ metadata }) => metadata.name)
    assert.match(await cluster.kit('explain', `task/${task}`), /the Docker engine at \S+ does not answer/)
    assert.match(await cluster.kit('events'), /ExecutorAway .*the Docker engine at \S+ does not answer/)
    await startEngine()
    await upAndSingle(2)
    assert.equal(await troubleOf(), undefined)
  })

  test('an engine that is killed: the API answers, the node says so, and when the engine is back every slot has one task', async () => {
    engine.signal('SIGKILL')
    await cluster.kit('get', 'all')
    await eventually(async () => assert.match((await troubleOf()) ?? '', /does not answer/))
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', stack(3)))
    await engine.start() // As it starts by default it ends what ran.
    await upAndSingle(3)
  })

  test('an engine that keeps its containers through its death: they run on, and none is started anew', async () => {
    const before = await upAndSingle(3)
    engine.signal('SIGKILL')
    await assert.rejects(own('ps'))
    await engine.start('--live-restore')
    assert.deepEqual(ids(await upAndSingle(3)), ids(before))
    // Its events are heard again.
    await own('kill', ids(before)[0] ?? '')
    const now = await eventually(async () => {
      const tasks = await upAndSingle(3)
      assert.notEqual(ids(tasks)[0], ids(before)[0])
      return tasks
    })
    assert.deepEqual(ids(now).slice(1), ids(before).slice(1))
  })

  test('an engine that hangs: the API answers, what was asked for meanwhile is done once, and nothing else changes', async () => {
    const before = await upAndSingle(3)
    engine.signal('SIGSTOP')
    await cluster.kit('scale', '--no-wait', 'service/app_web=4')
    await eventually(async () => assert.match(await cluster.kit('get', 'tasks'), /did not answer within 20 s/))
    engine.signal('SIGCONT')
    assert.deepEqual(ids(await upAndSingle(4)).slice(0, 3), ids(before))
    const attempts = (await cluster.tasks('app_web')).map(({ spec }) => spec.attempt)
    assert.deepEqual(attempts, [...before.map(({ spec }) => spec.attempt), 1], await cluster.kit('get', 'tasks', '-o', 'wide'))
  })

  test('an image that no registry has: rejected with the reason, again and again by the restart policy, until it is there', async () => {
    const registry = await startRegistry()
    after(() => registry.close())
    registry.hasImage = false
    const policy = 'deploy: {restart_policy: {delay: 200ms}, update_config: {monitor: 100ms}}'
    const file = cluster.file('late.yml', `name: late\nservices: {a: {image: "${registry.image}", ${policy}}}\n`)
    await cluster.kit('apply', '--no-wait', '-f', file)
    await eventually(async () =>
      assert.match(
        await cluster.kit('get', 'tasks'),
        new RegExp(`Rejected +cannot get image ${registry.image}: .*(manifest unknown|not found)`),
      ),
    )
    registry.hasImage = true
    await eventually(async () => assert.equal((await cluster.tasks('late_a'))[0]?.status.state, 'Running'))
    await cluster.kit('delete', 'stack', 'late')
  })

  test('an image that takes long: how far it is can be seen, and a stop meanwhile works at once', async () => {
    const registry = await startRegistry()
    after(() => registry.close())
    registry.isSlow = true
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('slow.yml', `name: slow\nservices: {a: {image: "${registry.image}"}}\n`))
    await eventually(async () =>
      assert.match(
        await cluster.kit('get', 'tasks', '-o', 'wide'),
        new RegExp(`Preparing .*pulling ${registry.image}: \\d\\.\\d of 9\\.\\d MB`),
      ),
    )
    assert.equal(registry.underWay, 1)
    await cluster.kit('delete', 'stack', 'slow')
    await eventually(async () => assert.doesNotMatch(await cluster.kit('get', 'tasks'), /slow_a/))
    await eventually(() => assert.equal(registry.underWay, 0))
  })

  test('a container that wants more memory than its limit has failed for that reason', async () => {
    const hungry = 'x=$$(head -c 100m /dev/zero | cat -v); echo'
    const policy = 'deploy: {resources: {limits: {memory: 16M}}, restart_policy: {condition: none}}'
    const service = `{image: "${shared.image}", entrypoint: [], command: [sh, -c, '${hungry}'], ${policy}}`
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('hungry.yml', `name: hungry\nservices: {a: ${service}}\n`))
    await eventually(async () => assert.match(await cluster.kit('get', 'tasks'), /hungry_a.*Failed +ended by SIGKILL: out of memory/))
    await cluster.kit('delete', 'stack', 'hungry')
  })

  test('a socket that the user of the daemon may not use: that is the reason, until it may', async () => {
    await stopDaemon()
    await cluster.kit('down', '--purge')
    chmodSync(cluster.home, 0o755)
    chmodSync(engine.socket, 0o600)
    startDaemon({ uid: 65534, gid: 65534 })
    await eventually(async () => assert.match((await troubleOf()) ?? '', /this user may not use its socket: add it to the group/))
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('app.yml', stack(1)))
    chmodSync(engine.socket, 0o666)
    await upAndSingle(1)
  })

  test('another executor for a cluster that runs is refused with the way to get it, and taken once it is stopped', async () => {
    assert.match(await cluster.fails(2, 'up', '--executor', 'process'), /node-1 runs already, with Docker at unix:\S+, .*`kit down`/)
    await cluster.kit('up', '--executor', 'docker')
    await cluster.kit('down')
    assert.deepEqual(await own('ps', '-aq'), '')
    await cluster.kit('up', '--executor', 'process')
    assert.match(await cluster.kit('get', 'nodes', '-o', 'json'), /"executor": "process"/)
  })
}
