// Two machines with a Docker engine each: the engines and the daemons have networks of their own, joined by a bridge. One
// engine dies, one machine is switched off, and both come back.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually, type TaskObject } from './cluster.ts'
import { Machine } from './machine.ts'
import { OwnEngine, whyNoOwnEngine } from './own-engine.ts'
import { isHere } from './required.ts'
import { Wire, whyNoWire } from './wire.ts'

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: { readonly state: string; readonly description?: { readonly hostname: string; readonly trouble?: string } }
}
type Placed = TaskObject & { readonly spec: { readonly nodeName?: string } }

const run = promisify(execFile)
const port = 8080
const what = 'two machines with a Docker engine each'

if (isHere('docker', whyNoOwnEngine(), what) && isHere('netns', await whyNoWire(), what)) {
  const cluster = new Cluster()
  const wire = new Wire(2)
  const engines = [new OwnEngine(wire.enter(1)), new OwnEngine(wire.enter(2))] as const
  const manager = new Machine(cluster, 'm', 'manager', { enter: wire.enter(1) })
  const worker = new Machine(cluster, 'w', 'worker', { enter: wire.enter(2) })
  const managerAddress = `${wire.address(1)}:4242`
  let image = ''

  const startEngine = (at: 0 | 1): Promise<void> => engines[at].start('--bip', `172.30.${at + 1}.1/24`)
  const startWorker = (...more: readonly string[]): Promise<number | undefined> =>
    worker.start('--executor', 'docker', '--docker-host', engines[1].host, '--join-addr', managerAddress, ...more)

  async function nodes(): Promise<ReadonlyMap<string, NodeObject>> {
    const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
    return new Map(items.map((node) => [node.status.description?.hostname ?? '', node]))
  }
  const waitFor = ({ name }: Machine, state: string): Promise<void> =>
    eventually(async () => assert.equal((await nodes()).get(name)?.status.state, state))
  const trouble = async ({ name }: Machine): Promise<string | undefined> => (await nodes()).get(name)?.status.description?.trouble
  /** Names of the tasks that run and shall, on each machine. */
  async function running(): Promise<{ readonly m: readonly string[]; readonly w: readonly string[] }> {
    const hosts = new Map([...(await nodes())].map(([host, { metadata }]) => [metadata.name, host]))
    const up = ((await cluster.tasks('a_web')) as readonly Placed[]).filter(({ status }) => status.state === 'Running')
    const on = (host: string): readonly string[] =>
      up
        .filter(({ spec }) => hosts.get(spec.nodeName ?? '') === host)
        .map(({ metadata }) => metadata.name)
        .toSorted()
    return { m: on('m'), w: on('w') }
  }
  const counts = async (m: number, w: number): Promise<void> =>
    eventually(async () => {
      const found = await running()
      assert.deepEqual([found.m.length, found.w.length], [m, w])
    })
  /** Who answers at the published port of that machine, asked so often, by somebody else in the network. */
  async function answersOf(host: number, times: number): Promise<readonly string[]> {
    const script = `
      const ask = () => fetch('http://${wire.address(host)}:${port}/').then((answer) => answer.text())
      for (let at = 0; at < ${times}; at++) console.log((await ask()).trim())`
    const [program = '', ...words] = [...wire.enter(0), process.execPath, '--input-type=module', '-e', script]
    const { stdout } = await run(program, words)
    return [...new Set(stdout.trim().split('\n'))].toSorted()
  }
  /** Names of the containers that run there. */
  async function containers(at: 0 | 1): Promise<readonly string[]> {
    const { stdout } = await run('docker', ['-H', engines[at].host, 'ps', '--format', '{{.Label "kit/task"}}'])
    return stdout.split('\n').filter(Boolean).toSorted()
  }

  before(async () => {
    await wire.create()
    await Promise.all([startEngine(0), startEngine(1)])
    for (const { host } of engines) {
      process.env['DOCKER_HOST'] = host
      image = (await findEngine())?.image ?? ''
    }
    const flags = ['--executor', 'docker', '--docker-host', engines[0].host, '--listen-remote-api', managerAddress]
    assert.equal(await manager.start(...flags), undefined, manager.text)
    await cluster.kit('cluster', 'update', 'default', '--heartbeatperiod', '1s')
    const token = cluster.file('token', await cluster.kit('swarm', 'join-token', 'worker', '-q'))
    assert.equal(await startWorker('--join-token', `@${token}`), undefined, worker.text)
  })
  after(async () => {
    await worker.remove()
    await cluster.remove()
    for (const engine of engines) await engine.remove()
    await wire.remove()
  })

  test('a service runs on both, and each machine answers at the published port for its own tasks', async () => {
    const stack = `
name: a
services:
  web:
    image: ${image}
    environment: { TASK: "{{.Task.Name}}" }
    command: [sh, -c, "mkdir -p /www; echo $$TASK > /www/index.html; trap 'exit 0' TERM; httpd -p 80 -h /www; while :; do sleep 0.2; done"]
    ports: [{ target: 80, published: ${port} }]
    stop_grace_period: 1s
    healthcheck: { test: [CMD, wget, -q, -O, "-", "http://127.0.0.1/"], interval: 1s, start_interval: 100ms, start_period: 20s }
    deploy: { replicas: 4, update_config: { monitor: 300ms }, restart_policy: { delay: 100ms } }
`
    await cluster.kit('apply', '--timeout', '60s', '-f', cluster.file('a.yml', stack))
    await counts(2, 2)
    const { m, w } = await running()
    await eventually(async () => assert.deepEqual([await answersOf(1, 4), await answersOf(2, 4)], [m, w]))
    assert.deepEqual([await containers(0), await containers(1)], [m, w])
  })

  test('an engine that was killed is a trouble of its node: what is new runs on the other, and all is well when it is back', async () => {
    engines[1].signal('SIGKILL')
    await eventually(async () => assert.match((await trouble(worker)) ?? '', /^the Docker engine at \S+ does not answer/))
    await cluster.kit('scale', '--no-wait', 'service/a_web=6')
    await eventually(async () => assert.equal((await running()).m.length, 4))
    await startEngine(1)
    await eventually(async () => assert.equal(await trouble(worker), undefined))
    await eventually(async () => {
      const { m, w } = await running()
      assert.equal(m.length + w.length, 6)
      assert.deepEqual([await containers(0), await containers(1)], [m, w])
    })
  })

  test('a machine that is switched off is Down, its tasks run on the other, and it takes part again when it is back', async () => {
    await Promise.all([worker.stop('SIGKILL'), engines[1].powerOff()])
    await waitFor(worker, 'Down')
    await counts(6, 0)
    const { m } = await running()
    await eventually(async () => assert.deepEqual(await answersOf(1, 6), m))
    await startEngine(1)
    assert.equal(await startWorker(), undefined, worker.text)
    await waitFor(worker, 'Ready')
    await eventually(async () => assert.deepEqual(await containers(1), [], 'what it ran before has been replaced'))
    await cluster.kit('scale', '--timeout', '60s', 'service/a_web=9')
    await counts(6, 3)
    const { w } = await running()
    await eventually(async () => assert.deepEqual(await answersOf(2, 3), w))
  })
}
