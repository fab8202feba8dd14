// A stack as containers, from apply to down, and through the sudden death of a container and of the daemon.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually, isAlive, projectRoot, type TaskObject } from './cluster.ts'

const engine = await findEngine()
if (engine !== undefined) {
  const cluster = new Cluster({ DOCKER_HOST: engine.host })
  after(() => cluster.remove())
  const stack = join(projectRoot, 'e2e/testdata/containers.yml')

  const nodeName = async (): Promise<string> => {
    const { items } = await cluster.json<{ readonly items: readonly TaskObject[] }>('nodes')
    return items[0]?.metadata.name ?? ''
  }
  /** Ids of this cluster's containers, running or not. */
  const containers = async (node: string): Promise<readonly string[]> => {
    const filters = encodeURIComponent(JSON.stringify({ label: [`kit/node=${node}`] }))
    const found = await engine.json('GET', `/containers/json?all=true&filters=${filters}`)
    assert.ok(Array.isArray(found))
    return found.map(({ Id }) => String(Id)).toSorted()
  }
  const networks = async (node: string): Promise<number> => {
    const found = await engine.json('GET', `/networks?filters=${encodeURIComponent(JSON.stringify({ label: [`kit/node=${node}`] }))}`)
    return Array.isArray(found) ? found.length : 0
  }
  const idsOf = (tasks: readonly TaskObject[]): readonly string[] => tasks.map(({ status }) => status.containerId ?? '')
  /** All three, running. */
  const webTasks = (): Promise<readonly TaskObject[]> =>
    eventually(async () => {
      const tasks = await cluster.tasks('ship_web')
      assert.deepEqual(
        tasks.map(({ status }) => status.state),
        ['Running', 'Running', 'Running'],
      )
      return tasks
    })

  test('a stack runs as containers of the engine, and its services find each other by name', async () => {
    await cluster.kit('up', '--executor', 'docker', stack)
    const tasks = await webTasks()
    assert.equal(new Set(idsOf(tasks)).size, 3)
    for (const { metadata, status } of tasks) {
      const found = await engine.json('GET', `/containers/${metadata.name}/json`)
      assert.ok(typeof found === 'object' && found !== null && 'Id' in found)
      assert.equal(found.Id, status.containerId)
    }
    assert.equal((await containers(await nodeName())).length, 4)
    await eventually(async () => assert.match(await cluster.kit('logs', 'service/ship_client'), /found web/))
  })

  test('the node says what engine it has', async () => {
    const said = await cluster.kit('get', 'nodes', '-o', 'json')
    assert.match(said, /"executor": "docker"/)
    assert.match(said, /"type": "Network",\s+"name": "bridge"/)
  })

  test('logs are those of the containers', async () => {
    const said = await cluster.kit('logs', 'service/ship_web')
    for (const slot of [1, 2, 3]) assert.match(said, new RegExp(`ship_web\\.${slot}\\.\\S+ \\| serving one as web-${slot}`))
  })

  test('a container that is killed is replaced', async () => {
    const [first, ...rest] = await webTasks()
    await engine.json('POST', `/containers/${first?.status.containerId}/kill`)
    await eventually(async () => assert.ok(!idsOf(await webTasks()).includes(first?.status.containerId ?? '')))
    const now = idsOf(await webTasks())
    assert.deepEqual(now.slice(1), idsOf(rest))
    const { status } = await cluster.json<TaskObject>('task', first?.metadata.name ?? '')
    assert.deepEqual([status.state, status.signal], ['Failed', 'SIGKILL'])
  })

  test('a container that somebody removes is replaced', async () => {
    const [first] = await webTasks()
    await engine.json('DELETE', `/containers/${first?.status.containerId}?force=true`)
    await eventually(async () => assert.ok(!idsOf(await webTasks()).includes(first?.status.containerId ?? '')))
  })

  test('the daemon is killed and started again: the same containers run on', async () => {
    const before = idsOf(await webTasks())
    const pid = cluster.daemonPid
    process.kill(pid, 'SIGKILL')
    await eventually(() => assert.equal(isAlive(pid), false))
    await cluster.kit('up')
    assert.deepEqual(idsOf(await webTasks()), before)
  })

  test('a rolling update replaces every container', async () => {
    const before = idsOf(await webTasks())
    await cluster.kit('apply', '-f', cluster.file('two.yml', readFileSync(stack, 'utf8').replace('serving one', 'serving two')))
    const now = idsOf(await webTasks())
    assert.deepEqual(
      now.filter((id) => before.includes(id)),
      [],
    )
    assert.match(await cluster.kit('logs', 'service/ship_web'), /serving two as web-2/)
  })

  test('a person in front of a terminal works in a container, and sees what it uses', async () => {
    const screen = cluster.openTerminal('$KIT exec -it service/ship_web -- sh; echo "code $?"; stty -a')
    screen.type('stty size\r')
    await screen.shows(/\n24 80\r\n/)
    await screen.passesOnSize(99, 31)
    await screen.passesOnInterrupt()
    screen.type('exit 9\r')
    await screen.shows(/code 9\r\n/)
    await screen.shows(/ icanon [\s\S]* echo /)
    assert.match(await cluster.kit('stats', 'service/ship_web'), /\d%\s+\d+\.\dMi/)
  })

  test('a task whose image cannot be had says so', async () => {
    const file = cluster.file(
      'missing.yml',
      'name: lost\nservices: {a: {image: "127.0.0.1:9/none:1", deploy: {restart_policy: {condition: none}}}}\n',
    )
    await cluster.kit('apply', '--no-wait', '-f', file)
    await eventually(async () => assert.match(await cluster.kit('get', 'tasks'), /Rejected +cannot get image 127\.0\.0\.1:9\/none:1: /))
    await cluster.kit('delete', 'stack', 'lost')
  })

  test('a cluster that is taken down and up in the middle of a rollout finishes it', async () => {
    const roll = (word: string): string => `
name: roll
services:
  web:
    image: ${engine.image}
    command: [sh, -c, "trap 'exit 0' TERM; echo ${word}; while :; do sleep 0.1; done"]
    stop_grace_period: 1s
    deploy:
      replicas: 2
      update_config: {parallelism: 1, delay: 4s, monitor: 3s, failure_action: rollback}
      restart_policy: {condition: any, delay: 50ms, max_attempts: 1}
`
    interface ServiceObject {
      readonly status: { readonly revision: string; readonly update: { readonly state: string; readonly failures: number } }
    }
    const service = (): Promise<ServiceObject> => cluster.json('service', 'roll_web')
    await cluster.kit('apply', '-f', cluster.file('roll.yml', roll('one')))
    await cluster.kit('apply', '--no-wait', '-f', cluster.file('roll.yml', roll('two')))
    await eventually(async () => {
      const { revision } = (await service()).status
      const running = (await cluster.tasks('roll_web')).filter(
        ({ spec, status }) => spec.revision === revision && status.state === 'Running',
      )
      assert.equal(running.length, 1)
    })
    await cluster.kit('down')
    await cluster.kit('up')
    await cluster.kit('wait', 'service/roll_web')
    const { revision, update } = (await service()).status
    assert.deepEqual([update.state, update.failures], ['Completed', 0])
    assert.deepEqual(
      (await cluster.tasks('roll_web')).map(({ spec }) => spec.revision),
      [revision, revision],
    )
    await cluster.kit('delete', 'stack/roll')
  })

  test('down removes every container and network', async () => {
    const node = await nodeName()
    assert.ok((await networks(node)) > 0)
    assert.match(await cluster.kit('down'), /Stopped node-1 and all tasks/)
    assert.deepEqual(await containers(node), [])
    assert.equal(await networks(node), 0)
  })

  test('where Docker is asked for and does not answer, up says so and what to do', async () => {
    const without = new Cluster()
    const said = await without.fails(1, 'up', '--executor', 'docker')
    assert.match(said, /no-docker\.sock does not answer/)
    assert.match(said, /--docker-host or DOCKER_HOST, or use --executor process/)
    await without.remove()
  })
}
