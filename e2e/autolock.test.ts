// Managers that are locked: what is on their disks is of no use without the unlock key, and what runs is not touched.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually, isAlive } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())
const app = `
name: app
services:
  web:
    image: web
    command: [sleep, "1000"]
    stop_grace_period: 1s
    deploy: {replicas: 2, update_config: {monitor: 100ms}}
`
before(async () => {
  await cluster.kit('up', '--workers', '1', cluster.file('app.yml', app))
})

const keyPattern = /SWMKEY-1-[\w+/]{43}/
const wrongKey = `SWMKEY-1-${'A'.repeat(43)}`

async function dieAndStart(): Promise<void> {
  const pid = cluster.daemonPid
  process.kill(pid, 'SIGKILL')
  await eventually(() => assert.equal(isAlive(pid), false))
  assert.match(await cluster.fails(1, 'up'), /this manager is locked.*kit swarm unlock/)
}

async function unlock(input: string, code: number): Promise<string> {
  const outcome = await cluster.run(['swarm', 'unlock'], input)
  assert.equal(outcome.code, code, outcome.err)
  return outcome.err
}

/** Files of the manager that hold the text. */
function holding(text: string): readonly string[] {
  const directory = join(cluster.directory, 'node-1')
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path, 'latin1').includes(text))
}

test('a locked manager waits for its key after a restart, says so, and goes on with what runs', async () => {
  assert.match(await cluster.fails(1, 'swarm', 'unlock-key'), /no unlock key is set/)
  const [key = ''] = keyPattern.exec(await cluster.kit('swarm', 'update', '--autolock')) ?? []
  assert.equal(await cluster.kit('swarm', 'unlock-key', '-q'), `${key}\n`)
  assert.match(await cluster.fails(1, 'swarm', 'unlock'), /not locked/)
  assert.doesNotMatch(await cluster.kit('get', 'cluster', 'default', '-o', 'yaml'), keyPattern, 'nothing else shows it')
  await eventually(() => assert.deepEqual(holding('PRIVATE KEY'), [], 'the key of the node is sealed, too'))

  const tasks = await cluster.tasks('app_web')
  await dieAndStart()
  for (const args of [
    ['get', 'nodes'],
    ['scale', 'app_web=3'],
    ['swarm', 'unlock-key'],
  ])
    assert.match(await cluster.fails(1, ...args), /this manager is locked/)
  assert.match(await unlock('no key at all\n', 2), /that is not an unlock key/)
  assert.match(await unlock(`${wrongKey}\n`, 1), /not the unlock key of this manager/)
  await unlock(`${key}\n`, 0)
  await cluster.kit('up')
  const now = await cluster.tasks('app_web')
  assert.deepEqual(
    now.map(({ metadata, status }) => [metadata.name, status.pid]),
    tasks.map(({ metadata, status }) => [metadata.name, status.pid]),
    'tasks ran on, here and on the worker',
  )
  assert.deepEqual(holding(key), [], 'the key is in no file and no log')
})

test('a backup of a locked cluster opens with the key of then, and nothing else', async () => {
  const key = await cluster.kit('swarm', 'unlock-key', '-q')
  const backup = join(cluster.home, 'locked.backup')
  const directory = join(cluster.home, 'restored')
  await cluster.kit('cluster', 'backup', backup)
  const text = readFileSync(backup, 'latin1')
  assert.ok(!text.includes('app_web') && !text.includes(key.trim()))
  const restore = async (input: string, code: number): Promise<string> => {
    const outcome = await cluster.run(['cluster', 'restore', backup, '--state-dir', directory], input)
    assert.equal(outcome.code, code, outcome.err)
    return outcome.err
  }
  assert.match(await restore('no key at all\n', 2), /not an unlock key.* opens with the one that its cluster had when it was taken/)
  assert.match(await restore(`${wrongKey}\n`, 1), /not the unlock key that the cluster had/)
  assert.equal(existsSync(directory), false)
  assert.match(await restore(key, 0), /It starts locked/)
  assert.ok(existsSync(directory))
})

test('after a rotation the new key unlocks and the old one does not; without autolock none is needed', async () => {
  const before = (await cluster.kit('swarm', 'unlock-key', '-q')).trim()
  const rotated = await cluster.kit('swarm', 'unlock-key', '--rotate')
  const [key = ''] = keyPattern.exec(rotated) ?? []
  assert.match(rotated, /^Successfully rotated manager unlock key/)
  assert.notEqual(key, before)
  await eventually(async () => assert.match(await cluster.kit('events'), /UnlockKeyRotated/))
  await dieAndStart()
  assert.match(await unlock(before, 1), /not the unlock key/)
  await unlock(key, 0)
  await cluster.kit('swarm', 'update', '--autolock=false')
  process.kill(cluster.daemonPid, 'SIGKILL')
  await cluster.kit('up')
  assert.equal((await cluster.tasks('app_web')).length, 2)
})
