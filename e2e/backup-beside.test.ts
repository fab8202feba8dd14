// A backup is restored while the managers that it is of run on: the two never become one group, and whoever asks sees that.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'
import { freeAddress } from './free-address.ts'
import { LocalManagers } from './local-managers.ts'

const cluster = new Cluster()
const managers = new LocalManagers(cluster)
const backup = join(cluster.home, 'kit.backup')
const directory = join(cluster.home, 'restored')
let restored: ChildProcess | undefined

before(async () => {
  await cluster.kit('up', '--managers', '3', '--workers', '1', '--executor', 'process')
  // To the restored manager the worker is silent, however long these tests take; its tasks are not moved meanwhile.
  await cluster.kit('swarm', 'update', '--dispatcher-heartbeat', '1m')
  for (const host of ['node-1', 'node-2', 'node-3']) await cluster.kit('drain', host)
  await cluster.kit('service', 'create', '--name', 'web', '--replicas', '3', '--update-monitor', '100ms', 'x', 'sleep', '1000')
})
after(async () => {
  restored?.kill('SIGKILL')
  await cluster.remove()
})

const kit = (...args: readonly string[]) => cluster.run(['--socket', join(directory, 'kit.sock'), ...args])
const logOfRestored = join(cluster.home, 'restored.log')

async function start(address: string): Promise<void> {
  const args = ['-d', directory, '--hostname', 'restored', '--executor', 'process', '--availability', 'drain']
  const log = openSync(logOfRestored, 'a')
  restored = spawn(join(projectRoot, 'bin/kitd'), [...args, '--listen-remote-api', address], { stdio: ['ignore', log, log] })
  closeSync(log)
  await eventually(async () => assert.equal((await kit('get', 'nodes')).code, 0))
}

async function stop(): Promise<void> {
  if (restored === undefined) return
  restored.kill('SIGTERM')
  await once(restored, 'exit')
}

test('the managers of before and the restored one go on beside each other, and take nothing of each other', async () => {
  await cluster.kit('cluster', 'backup', backup)
  const running = await managers.tasks()
  assert.equal((await cluster.run(['cluster', 'restore', backup, '--state-dir', directory])).code, 0)
  await start(await freeAddress())

  await cluster.kit('config', 'create', 'old', cluster.file('old.txt', 'data'))
  assert.equal((await kit('config', 'create', 'new', cluster.file('new.txt', 'data'))).code, 0)
  assert.doesNotMatch(await cluster.kit('get', 'configs'), /new/)
  assert.doesNotMatch((await kit('get', 'configs')).out, /old/)
  const listed = await kit('node', 'ls')
  assert.equal(listed.out.match(/REACHABLE/g)?.length, 1, listed.out)
  assert.equal((await cluster.kit('node', 'ls')).match(/ REACHABLE/g)?.length, 3)
  // The worker stays with those that it knows, and is not known to run anything elsewhere.
  await eventually(async () => assert.match((await kit('node', 'ls')).out, /node-4 +ACCEPTED +(DOWN|UNKNOWN)/))
  assert.deepEqual(await managers.tasks(), running)

  // One of before that starts again finds the others, not the restored one.
  const node = readFileSync(join(managers.directoryOf('node-1'), 'node.json'), 'utf8')
  await managers.kill('node-1')
  await cluster.kit('up')
  assert.equal(readFileSync(join(managers.directoryOf('node-1'), 'node.json'), 'utf8'), node)
  assert.equal((await managers.nodes('node-1')).size, 4)
  assert.deepEqual(await managers.tasks(), running)
})

test('the restored one is started where one of before was, which is down: it is not taken for that one', async () => {
  const running = await managers.tasks()
  const leader = await managers.leader()
  const lost = ['node-1', 'node-2', 'node-3'].find((host) => host !== leader) ?? assert.fail()
  const left = [...(await managers.nodes())].flatMap(([host, { metadata }]) => (host === lost ? [] : [metadata.name]))
  await managers.kill(lost)
  await stop()
  await start(addressOf(lost))
  // Those that are left have come to talk to the one that was there, and were sent away; of equal refusals one is written down.
  await eventually(() => {
    const [, refused = ''] =
      /"protocol":"raft","code":"Removed","why":"node (\w+) was removed/.exec(readFileSync(logOfRestored, 'utf8')) ?? []
    assert.ok(left.includes(refused), refused)
  })
  await cluster.kit(...managers.at(leader, 'config', 'create', 'older', cluster.file('older.txt', 'data')))
  assert.equal((await kit('config', 'create', 'newer', cluster.file('newer.txt', 'data'))).code, 0)
  assert.doesNotMatch(await cluster.kit(...managers.at(leader, 'get', 'configs')), /newer/)
  assert.doesNotMatch((await kit('get', 'configs')).out, /older/)
  await eventually(async () => assert.equal((await managers.nodes(leader)).get(lost)?.status.manager?.reachable, false))
  assert.equal((await kit('node', 'ls')).out.match(/REACHABLE/g)?.length, 1)
  assert.deepEqual(await managers.tasks(leader), running)
})

test('once the managers of before are gone, the worker is told where the restored one is, and runs on what it runs', async () => {
  const running = await managers.tasks()
  for (const host of ['node-1', 'node-2', 'node-3']) if (isAlive(managers.pidOf(host))) await managers.kill(host)
  await eventually(async () => assert.match((await kit('node', 'ls')).out, /node-4 +ACCEPTED +READY/))
  await eventually(async () => {
    const {
      items,
    }: { items: readonly { metadata: { name: string }; spec: { desired: string }; status: { state: string; pid?: number } }[] } =
      JSON.parse((await kit('get', 'tasks', '-o', 'json')).out)
    const found = items.filter(({ spec, status }) => spec.desired === 'Running' && status.state === 'Running')
    assert.deepEqual(found.map(({ metadata, status }) => `${metadata.name} ${status.pid}`).toSorted(), running)
  })
  assert.equal((await kit('service', 'rm', 'web')).code, 0)
})

function addressOf(host: string): string {
  const plan: { readonly nodes: readonly { readonly name: string; readonly address: string; readonly port?: number }[] } = JSON.parse(
    readFileSync(join(cluster.directory, 'cluster.json'), 'utf8'),
  )
  const found = plan.nodes.find(({ name }) => name === host)
  return `${found?.address}:${found?.port}`
}
