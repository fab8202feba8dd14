// The manager is lost with its disk, and the cluster goes on from a backup: what it stored then, and the workers with what they run.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'

const cluster = new Cluster()
const backup = join(cluster.home, 'kit.backup')
const directory = join(cluster.home, 'restored')
const socket = join(directory, 'kit.sock')
let restored: ChildProcess | undefined

const app = `
name: app
services:
  web:
    image: web
    command: [sleep, "1000"]
    stop_grace_period: 1s
    secrets: [password]
    deploy: {replicas: 2, update_config: {monitor: 100ms}}
secrets:
  password: {content: very secret}
`

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly status: { readonly role: string; readonly state: string; readonly description?: { readonly managerAddress?: string } }
}
let manager: NodeObject | undefined

before(async () => {
  await cluster.kit('up', '--workers', '1', cluster.file('app.yml', app))
  await cluster.kit('drain', 'node-1') // What runs on the manager would be lost with it.
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  manager = items.find(({ status }) => status.role === 'Manager')
})
after(async () => {
  for (const { status } of await cluster.tasks('app_web').catch(() => [])) if (status.pid !== undefined) process.kill(status.pid, 'SIGKILL')
  restored?.kill('SIGKILL')
  await cluster.remove()
})

test('a backup is a whole file of its owner only, and what is no backup is refused and makes nothing', async () => {
  assert.match(await cluster.kit('cluster', 'backup', backup), /Backed up the cluster as of .* 1 Cluster.* 2 Node.* 1 Secret/)
  assert.equal(statSync(backup).mode & 0o777, 0o600)
  assert.match(await cluster.fails(2, 'cluster', 'backup', backup), /is there already/)
  const text = readFileSync(backup, 'utf8')
  const broken = join(cluster.home, 'broken')
  const target = join(cluster.home, 'never')
  for (const [bytes, why] of [
    [text.slice(0, -30), /cut off/],
    [text.replace('app_web', 'app_wab'), /not as it was written/],
    [text.replace('"format":1', '"format":9'), /format 9, and this kit reads format 1/],
    ['apiVersion: kit/v1\n', /not a backup of kit/],
  ] as const) {
    writeFileSync(broken, bytes)
    assert.match(await cluster.fails(2, 'cluster', 'restore', broken, '--state-dir', target), why)
    assert.equal(existsSync(target), false)
  }
  const present = join(cluster.directory, 'node-1')
  assert.match(
    await cluster.fails(2, 'cluster', 'restore', backup, '--state-dir', present),
    /is not empty, and nothing in it is overwritten/,
  )
})

test('of several restores at once into one directory one makes it, and the others say so and leave nothing', async () => {
  const target = join(cluster.home, 'at-once')
  const outcomes = await Promise.all([1, 2, 3].map(() => cluster.run(['cluster', 'restore', backup, '--state-dir', target])))
  const [made, ...more] = outcomes.filter(({ code }) => code === 0)
  assert.ok(made !== undefined && more.length === 0, JSON.stringify(outcomes))
  for (const { code, err } of outcomes)
    if (code !== 0) assert.match(err, /is being restored already, by process \d+|is not empty, and nothing in it is overwritten/)
  const { nodeId } = JSON.parse(readFileSync(join(target, 'node.json'), 'utf8'))
  assert.ok(made.err.includes(`It is now node ${nodeId}`))
  assert.equal(existsSync(join(cluster.home, '.at-once.restoring')), false)
})

test('a manager made of the backup has what was stored, other nodes of before, and the workers with what they run', async () => {
  const tasks = await cluster.tasks('app_web')
  await cluster.kit('scale', 'app_web=3') // Not in the backup.
  const pid = cluster.daemonPid
  process.kill(pid, 'SIGKILL')
  await eventually(() => assert.equal(isAlive(pid), false))

  const { out, err } = await cluster.run(['cluster', 'restore', backup, '--state-dir', directory])
  assert.match(out, /Restored cluster \S+ as of .* 2 Node/)
  assert.match(err, /the only manager.*node-1/)
  assert.ok(manager !== undefined)
  const address = manager.status.description?.managerAddress ?? ''
  restored = spawn(
    join(projectRoot, 'bin/kitd'),
    ['-d', directory, '--hostname', 'restored', '--executor', 'process', '--availability', 'drain', '--listen-remote-api', address],
    { stdio: 'ignore' },
  )
  const kit = (...args: readonly string[]) => cluster.run(['--socket', socket, ...args])
  await eventually(async () => {
    const { items }: { items: readonly NodeObject[] } = JSON.parse((await kit('get', 'nodes', '-o', 'json')).out)
    assert.deepEqual(items.map(({ status }) => `${status.role} ${status.state}`).toSorted(), ['Manager Ready', 'Worker Ready'])
    assert.ok(
      items.every(({ metadata }) => metadata.name !== manager?.metadata.name),
      'the manager of before is no node',
    )
  })
  await eventually(async () => {
    const { items }: { items: typeof tasks } = JSON.parse((await kit('get', 'tasks', '-o', 'json')).out)
    const running = items.filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')
    assert.deepEqual(
      running.map(({ metadata, status }) => [metadata.name, status.pid]).toSorted(),
      tasks.map(({ metadata, status }) => [metadata.name, status.pid]).toSorted(),
      'the tasks of then run on as they are, and what came later is stopped',
    )
  })
  assert.equal((await kit('scale', 'app_web=3')).code, 0, 'the worker takes new tasks, with the secret of then')
  await kit('delete', 'stack', 'app')
})
