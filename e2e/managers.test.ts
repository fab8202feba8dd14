// Three managers, as daemons on loopback addresses: any of them answers, one may be lost, nodes become managers and
// managers workers, and all of them may die at once.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'
import { LocalManagers } from './local-managers.ts'

const cluster = new Cluster()
const app = `
name: app
services:
  web: {image: x, command: [sh, -c, "echo hello; exec sleep 1000"], deploy: {replicas: 5, update_config: {monitor: 100ms}}}
`

before(async () => {
  await cluster.kit('up', '--managers', '3', '--workers', '2', '--executor', 'process', cluster.file('app.yml', app))
  // The tasks of a daemon that is away are not moved, however long these tests take to start it again.
  await cluster.kit('swarm', 'update', '--dispatcher-heartbeat', '1m')
})
after(() => cluster.remove())

const hosts = ['node-1', 'node-2', 'node-3'] as const
const workers = ['node-4', 'node-5'] as const
const managers = new LocalManagers(cluster)
const at: LocalManagers['at'] = (...args) => managers.at(...args)
const nodes: LocalManagers['nodes'] = (host) => managers.nodes(host)
const tasks: LocalManagers['tasks'] = () => managers.tasks()
const leader: LocalManagers['leader'] = () => managers.leader()
const killDaemon: LocalManagers['kill'] = (host) => managers.kill(host)

test('kit up with managers, workers and a file starts five daemons, each in its role, and what the file says', async () => {
  const pids = [...hosts, ...workers].map((host) => managers.pidOf(host))
  assert.equal(new Set(pids).size, 5)
  for (const pid of pids) assert.ok(isAlive(pid))
  const roles = [...(await nodes())].map(([host, { spec, status }]) => `${host} ${spec.role} ${status.role} ${status.state}`)
  assert.deepEqual(roles.toSorted(), [
    ...hosts.map((host) => `${host} Manager Manager Ready`),
    ...workers.map((host) => `${host} Worker Worker Ready`),
  ])
  const running = await tasks()
  assert.equal(running.length, 5)
  for (const task of running) assert.match(task, /^app_web\./)
  for (const task of running) assert.ok(isAlive(Number(task.split(' ')[1])), task)
})

test('every manager answers, a worker says that it is none', async () => {
  const listed = await cluster.kit('node', 'ls')
  assert.equal(listed.match(/REACHABLE/g)?.length, 3, listed)
  assert.equal(listed.match(/REACHABLE \*/g)?.length, 1, listed)
  for (const host of hosts) assert.equal((await nodes(host)).size, 5)
  for (const host of workers) assert.match(await cluster.fails(1, ...at(host, 'get', 'nodes')), /this node is a worker: ask a manager/)
})

test('every manager has metrics of its own, and the leader alone those of the cluster', async () => {
  const first = await leader()
  for (const host of hosts) {
    const told = await cluster.kit(...at(host, 'get', '--raw', '/metrics'))
    const leads = host === first
    assert.match(told, new RegExp(`^kit_store_is_leader ${leads ? 1 : 0}$`, 'm'), host)
    assert.match(told, /^kit_store_has_leader 1$/m, host)
    assert.match(told, /^kit_store_members\{type="voter"\} 3$/m, host)
    assert.match(told, new RegExp(`^kit_agent_sessions ${leads ? 5 : 0}$`, 'm'), host)
    assert.equal(/^kit_nodes\{/m.test(told), leads, host)
    assert.match(await cluster.kit(...at(host, 'get', '--raw', '/readyz?verbose')), /readyz check passed/, host)
  }
})

test('what is written on one manager is read on the next, at once', async () => {
  for (const [index, host] of [...hosts, ...hosts].entries()) {
    const name = `c${index}`
    const path = cluster.file(`${name}.txt`, 'data')
    await cluster.kit(...at(host, 'config', 'create', name, path))
    const next = hosts[(index + 1) % hosts.length] ?? 'node-1'
    assert.match(await cluster.kit(...at(next, 'get', 'configs', name)), new RegExp(name))
  }
})

test('logs, commands in tasks, events and watches work on every manager', async () => {
  const names = (await tasks()).map((task) => task.split(' ')[0] ?? '')
  for (const host of hosts) {
    assert.equal((await cluster.kit(...at(host, 'logs', 'service/app_web'))).match(/hello/g)?.length, 5)
    assert.equal(await cluster.kit(...at(host, 'exec', names[0] ?? '', '--', 'echo', 'inside')), 'inside\n')
    assert.match(await cluster.kit(...at(host, 'events')), /Joined/)
  }
})

test('the leader is killed: tasks do not notice, and another manager takes the next write and goes on', async () => {
  const before = await tasks()
  const lost = await leader()
  const watching = cluster.start(at(hosts.find((host) => host !== lost) ?? 'node-1', 'get', 'services', '-w'))
  await eventually(() => assert.match(watching.text(), /app_web/))
  await killDaemon(lost)
  const since = Date.now()
  await cluster.kit('config', 'create', 'after', cluster.file('after.txt', 'data'))
  const tookMs = Date.now() - since
  assert.deepEqual(await tasks(), before)
  await cluster.kit('scale', 'app_web=6')
  await eventually(() => assert.match(watching.text(), /[56]\/6/))
  await watching.stop()
  const present = await nodes()
  assert.equal(present.get(lost)?.status.manager?.reachable ?? false, false)
  console.log(`the first write after the leader was killed took ${tookMs} ms`)
  await cluster.kit('up')
  await eventually(async () => assert.equal((await nodes()).get(lost)?.status.manager?.reachable, true))
  assert.deepEqual(
    (await tasks()).filter((task) => before.includes(task)),
    before,
  )
})

test('a manager that may not be missed is not demoted, with the numbers', async () => {
  const [first, second, third] = [await leader(), ...hosts].filter((host, index, all) => all.indexOf(host) === index)
  assert.ok(first !== undefined && second !== undefined && third !== undefined)
  await killDaemon(third)
  const present = await nodes()
  const id = (host: string): string => present.get(host)?.metadata.name ?? ''
  await eventually(async () => assert.equal((await nodes()).get(third)?.status.manager?.reachable, false))
  const refused = await cluster.fails(1, 'node', 'demote', id(second))
  assert.match(
    refused,
    /there would be 2 managers, of which 2 must answer and 1 do: the cluster could not change anything any more\. Not answering: .*kit node demote --force/,
  )
  const before = await tasks()
  const forced = await cluster.run(['node', 'demote', '--force', id(second)])
  assert.equal(forced.code, 0, forced.err)
  assert.match(
    forced.err,
    /there are 2 managers, of which 2 must answer and 1 do: .*Start them; if they are lost for good, start `kitd --force-new-cluster`/,
  )
  await eventually(async () =>
    assert.match(
      await cluster.fails(1, ...at(first, 'node', 'demote', '--force', id(third))),
      /no manager leads: it takes 2 of 2 managers .*cannot be changed either, by force or not: .*`kitd --force-new-cluster`/,
    ),
  )
  await cluster.kit('up')
  await eventually(async () => {
    const node = (await nodes(first)).get(second)
    assert.deepEqual([node?.status.role, node?.status.manager, node?.status.state], ['Worker', undefined, 'Ready'])
  })
  assert.deepEqual(await tasks(), before)
  assert.equal((await nodes()).size, 5, 'without --socket a manager is asked, not the one that was demoted')
  await cluster.kit('up')
  await cluster.kit('node', 'promote', id(second))
  await eventually(async () => assert.equal((await nodes()).get(second)?.status.manager?.member, 'Voter'))
})

test('a worker is promoted and the leader demoted; tasks go on, and the demoted node keeps nothing of the store', async () => {
  const before = await tasks()
  const present = await nodes()
  await cluster.kit('node', 'promote', present.get('node-4')?.metadata.name ?? '')
  await eventually(async () => assert.equal((await nodes()).get('node-4')?.status.manager?.member, 'Voter'))
  assert.equal((await nodes('node-4')).size, 5)

  const former = await leader()
  await cluster.kit('node', 'demote', present.get(former)?.metadata.name ?? '')
  await eventually(async () => {
    const node = (await nodes(former === 'node-4' ? 'node-1' : 'node-4')).get(former)
    assert.deepEqual([node?.status.role, node?.status.manager, node?.status.state], ['Worker', undefined, 'Ready'])
  })
  await eventually(async () => assert.match((await cluster.run(at(former, 'get', 'nodes'))).err, /this node is a worker: ask a manager/))
  assert.deepEqual(await tasks(), before)

  await cluster.kit('node', 'promote', present.get(former)?.metadata.name ?? '')
  await eventually(async () => assert.equal((await nodes()).get(former)?.status.manager?.member, 'Voter'))
  assert.deepEqual(await tasks(), before)
})

test('all daemons are killed at once and start again: everything is as it was', async () => {
  const before = await tasks()
  for (const host of [...hosts, ...workers]) process.kill(managers.pidOf(host), 'SIGKILL')
  await cluster.kit('up')
  assert.deepEqual(await tasks(), before)
  assert.match(await cluster.kit('get', 'configs'), /after/)
})

test('without a majority writes fail in time and say who is missing, and what is here can still be read', async () => {
  const kept = await leader()
  const others = (['node-1', 'node-2', 'node-3', 'node-4'] as const).filter((host) => host !== kept)
  for (const host of others) await killDaemon(host)
  const since = Date.now()
  const refused = await cluster.fails(1, ...at(kept, 'config', 'create', 'lost', cluster.file('lost.txt', 'data')))
  assert.match(refused, /no manager leads: it takes 3 of 4 managers that reach each other|outcome of the write is not known/)
  assert.ok(Date.now() - since < 20_000)
  const stale = await cluster.kit(...at(kept, '--stale', 'get', 'configs'))
  assert.match(stale, /after/)
  await cluster.kit('up')
})

test('the others are lost for good: one manager goes on alone, once, and tasks run on', async () => {
  const before = await tasks()
  const all = ['node-1', 'node-2', 'node-3', 'node-4'] as const
  const kept = await leader()
  const present = await nodes()
  for (const host of all) await killDaemon(host)
  for (const host of all) if (host !== kept) rmSync(join(cluster.directory, host, 'raft'), { recursive: true })
  const start = (...flags: readonly string[]): ChildProcess => {
    const args = ['-d', join(cluster.directory, kept), '--hostname', kept, '--executor', 'process', ...listenOf(kept), ...flags]
    return spawn(join(projectRoot, 'bin/kitd'), args, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
  const forced = start('--force-new-cluster')
  await eventually(() => cluster.kit(...at(kept, 'config', 'create', 'alone', cluster.file('alone.txt', 'data'))))
  assert.deepEqual(
    (await tasks()).filter((task) => before.includes(task)),
    before,
  )
  const gone = all.filter((host) => host !== kept)
  for (const host of gone) await cluster.kit(...at(kept, 'node', 'demote', present.get(host)?.metadata.name ?? ''))
  await eventually(async () => assert.equal([...(await nodes(kept)).values()].filter(({ status }) => status.role === 'Manager').length, 1))
  forced.kill('SIGTERM')
  await once(forced, 'exit')
  const again = start('--force-new-cluster')
  let said = ''
  again.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  assert.deepEqual(await once(again, 'exit'), [1, null])
  assert.match(said, /--force-new-cluster was carried out at the last start: start without it/)

  const [lost] = gone
  assert.ok(lost !== undefined)
  const refused = spawn(join(projectRoot, 'bin/kitd'), ['-d', join(cluster.directory, lost), '--hostname', lost, '--executor', 'process'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  said = ''
  refused.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  assert.deepEqual(await once(refused, 'exit'), [1, null])
  assert.match(said, /holds no log, and this node had one/)
})

function listenOf(host: string): readonly string[] {
  const plan: { readonly nodes: readonly { readonly name: string; readonly address: string; readonly port: number }[] } = JSON.parse(
    readFileSync(join(cluster.directory, 'cluster.json'), 'utf8'),
  )
  const entry = plan.nodes.find(({ name }) => name === host)
  return entry?.port === undefined ? [] : ['--listen-remote-api', `${entry.address}:${entry.port}`]
}
