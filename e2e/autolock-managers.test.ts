// Three managers with autolock: each is locked by itself, one that was away catches up with a rotation, and whoever becomes a
// manager, or is one no more, is locked or not as it should be.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'
import { LocalManagers } from './local-managers.ts'

const cluster = new Cluster()
const managers = new LocalManagers(cluster)
const hosts = ['node-1', 'node-2', 'node-3'] as const
after(() => cluster.remove())
before(async () => {
  await cluster.kit('up', '--managers', '3', '--workers', '1', '--executor', 'process')
  // A manager that waits for its key is silent, however long these tests take for it; its tasks are not moved meanwhile.
  await cluster.kit('swarm', 'update', '--dispatcher-heartbeat', '1m')
  await cluster.kit('service', 'create', '--name', 'web', '--replicas', '4', '--update-monitor', '100ms', 'x', 'sleep', '1000')
})

const keyPattern = /SWMKEY-1-[\w+/]{43}/
const wrongKey = `SWMKEY-1-${'A'.repeat(43)}`
let key = ''

/** Whether a file on its disk holds a private key that anybody could use. */
function isOpen(host: string): boolean {
  return readdirSync(managers.directoryOf(host), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1').includes('PRIVATE KEY'))
}

async function untilSealed(host: string): Promise<void> {
  await eventually(() => assert.equal(isOpen(host), false, host))
}

/** Which change of the lock the manager has taken up. */
function lockOf(host: string): number {
  return Number(JSON.parse(readFileSync(join(managers.directoryOf(host), 'raft/keys.json'), 'utf8')).lock)
}

/** Starts what is not running; it waits for its key. */
async function startLocked(): Promise<void> {
  assert.match(await cluster.fails(1, 'up'), /this manager is locked.*kit swarm unlock/)
}

async function unlock(host: string, given: string, code: number): Promise<string> {
  const outcome = await cluster.run(managers.at(host, 'swarm', 'unlock'), `${given}\n`)
  assert.equal(outcome.code, code, `${host}: ${outcome.err}`)
  return outcome.err
}

const another = (host: string): string => hosts.find((each) => each !== host) ?? assert.fail()

test('every manager seals its key, and waits for it when it is started again, whether it led or not', async () => {
  const first = await managers.leader()
  key = keyPattern.exec(await cluster.kit(...managers.at(another(first), 'swarm', 'update', '--autolock')))?.[0] ?? ''
  for (const host of hosts) await untilSealed(host)
  assert.equal(isOpen('node-4'), true, 'a worker is not locked')
  const running = await managers.tasks()
  assert.equal(running.length, 4)
  for (const host of hosts) {
    await managers.kill(host)
    await startLocked()
    assert.match(await cluster.fails(1, ...managers.at(host, 'get', 'nodes')), /this manager is locked/)
    assert.match(await unlock(host, wrongKey, 1), /not the unlock key of this manager/)
    assert.equal((await managers.nodes(another(host))).size, 4, 'the others go on')
    await unlock(host, key, 0)
    await cluster.kit('up')
  }
  assert.deepEqual(await managers.tasks(), running)
})

test('all are locked at once: without a socket each that is locked is unlocked, and where the key is wrong each says so', async () => {
  const running = await managers.tasks()
  await Promise.all(hosts.map((host) => managers.kill(host)))
  await startLocked()
  const wrong = await cluster.run(['swarm', 'unlock'], `${wrongKey}\n`)
  assert.equal(wrong.code, 1, wrong.err)
  for (const host of hosts) assert.match(wrong.err, new RegExp(`^${host}: that is not the unlock key of this manager`, 'm'))
  assert.match(wrong.err, /3 of 3 locked managers are still locked/)
  assert.equal((await cluster.run(['swarm', 'unlock'], `${key}\n`)).code, 0)
  await cluster.kit('up')
  assert.deepEqual(await managers.tasks(), running)
  assert.match((await cluster.run(['swarm', 'unlock'], `${key}\n`)).err, /swarm is not locked/)
})

test('a rotation reaches all; one that was down needs the key of when it went, once, however often it was rotated', async () => {
  const away = another(await managers.leader())
  const asked = another(away)
  await managers.kill(away)
  const before = key
  const lock = lockOf(away)
  await eventually(async () => assert.equal((await managers.nodes()).get(away)?.status.manager?.reachable, false))
  for (const command of ['swarm unlock-key --rotate', 'cluster update --rotate-unlock-key']) {
    const { out, err } = await cluster.run(managers.at(asked, ...command.split(' ')))
    assert.match(err, new RegExp(`keep the key of before, too, .*: ${away}\n`), 'nothing shows that key any more')
    const [made = ''] = keyPattern.exec(out) ?? []
    assert.notEqual(made, key)
    key = made
  }
  for (const host of hosts) if (host !== away) await eventually(() => assert.equal(lockOf(host), lock + 2, host))

  await startLocked()
  assert.match(
    await unlock(away, key, 1),
    /If it was away when the key was changed, it needs the previous key, and gets the new one soon after/,
  )
  await unlock(away, before, 0)
  await eventually(() => assert.equal(lockOf(away), lock + 2))
  await cluster.kit('up')
  for (const host of [away, asked]) {
    await managers.kill(host)
    await startLocked()
    assert.match(await unlock(host, before, 1), /not the unlock key of this manager/)
    await unlock(host, key, 0)
    await cluster.kit('up')
  }
})

test('a key file that the disk has changed is told from a wrong key, whatever key is given', async () => {
  const host = another(await managers.leader())
  const path = join(managers.directoryOf(host), 'raft/keys.json')
  await managers.kill(host)
  const text = readFileSync(path, 'utf8')
  const sealed: string = JSON.parse(text).sealed
  writeFileSync(path, text.replace(sealed, `${sealed.startsWith('A') ? 'B' : 'A'}${sealed.slice(1)}`))
  const said = await cluster.fails(1, 'up')
  assert.match(said, /keys\.json: the key file is damaged; restore it from a copy/)
  assert.doesNotMatch(said, /not the unlock key/)
  writeFileSync(path, text)
  await startLocked()
  await unlock(host, key, 0)
  await cluster.kit('up')
})

test('a worker that is promoted is locked, too', async () => {
  await cluster.kit('node', 'promote', await managers.idOf('node-4'))
  await managers.becomes('node-4', 'Voter')
  await untilSealed('node-4')
  const running = await managers.tasks()
  await managers.kill('node-4')
  await startLocked()
  await unlock('node-4', key, 0)
  await cluster.kit('up')
  assert.deepEqual(await managers.tasks(), running)
})

test('a manager is demoted while it is locked, and is a worker without a lock once it has had its key', async () => {
  const running = await managers.tasks()
  await managers.kill('node-4')
  await startLocked()
  const id = await managers.idOf('node-4')
  await cluster.kit('node', 'demote', id)
  await eventually(async () => assert.equal((await managers.nodes()).get('node-4')?.status.role, 'Worker'))
  assert.match(await cluster.fails(1, ...managers.at('node-4', 'get', 'nodes')), /this manager is locked/)
  await unlock('node-4', key, 0)
  await managers.becomes('node-4', 'Worker')
  await eventually(() => assert.deepEqual(readdirSync(join(managers.directoryOf('node-4'), 'raft')), [], 'nothing of the store is left'))
  await managers.kill('node-4')
  await cluster.kit('up')
  await managers.becomes('node-4', 'Worker')
  assert.deepEqual(await managers.tasks(), running)
})

test('without autolock every manager starts by itself again, and it is changed back and forth with either command', async () => {
  const untilOpen = (): Promise<void> =>
    eventually(() => {
      for (const host of hosts) assert.match(readFileSync(join(managers.directoryOf(host), 'raft/keys.json'), 'utf8'), /"wrap": "none"/)
    })
  await cluster.kit('cluster', 'update', '--autolock=false')
  await untilOpen()

  const [made = ''] = keyPattern.exec(await cluster.kit('cluster', 'update', '--autolock')) ?? []
  assert.notEqual(made, key, 'a lock that was taken off leaves no key that opens the next one')
  for (const host of hosts) await untilSealed(host)
  const [locked] = hosts
  await managers.kill(locked)
  await startLocked()
  await unlock(locked, key, 1)
  await unlock(locked, made, 0)
  await cluster.kit('up')

  await cluster.kit('swarm', 'update', '--autolock=false')
  await untilOpen()
  for (const host of hosts) await managers.kill(host)
  await cluster.kit('up')
  assert.equal((await managers.tasks()).length, 4)
})
