// The program is replaced under running tasks; the machine is switched off; the state is of another kit.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { Cluster, eventually, isAlive, projectRoot, type TaskObject } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

const app = `
name: app
services:
  web:
    image: web
    command: [sh, -c, "exec sleep 1000"]
    stop_grace_period: 1s
    deploy: {replicas: 3, restart_policy: {condition: any, delay: 100ms}, update_config: {monitor: 100ms}}
`
before(() => cluster.kit('up', cluster.file('app.yml', app)))

/** The first sector of a log file says its format, and ends with a checksum. */
const headerBytes = 512

const facts = (tasks: readonly TaskObject[]): readonly unknown[] =>
  tasks.map(({ metadata, spec, status }) => [metadata.name, spec.attempt, status.state, status.pid])

const nodeDirectory = (): string => join(cluster.directory, 'node-1')

async function stopDaemon(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const pid = cluster.daemonPid
  process.kill(pid, signal)
  await eventually(() => assert.equal(isAlive(pid), false))
}

test('another program takes over: no task is restarted, and the node has the new version', async () => {
  const before = facts(await cluster.tasks('app_web'))
  const other = join(cluster.home, 'newer')
  cpSync(join(projectRoot, 'dist'), other, { recursive: true })
  const { version }: { version: string } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'))
  for (const name of readdirSync(other).filter((each) => each.endsWith('.mjs'))) {
    const text = readFileSync(join(other, name), 'utf8')
    writeFileSync(join(other, name), text.replaceAll(`"${version}"`, '"99.0.0"'))
  }
  await stopDaemon('SIGTERM')
  const log = openSync(join(cluster.home, 'newer.log'), 'a')
  const args = ['-d', nodeDirectory(), '--hostname', 'node-1', '--executor', 'process']
  spawn(process.execPath, [join(other, 'kitd.mjs'), ...args], { detached: true, stdio: ['ignore', log, log] }).unref()
  await eventually(async () => {
    const { items } = await cluster.json<{ items: readonly { status: { description: { version: string }; state: string } }[] }>('nodes')
    assert.deepEqual(
      items.map(({ status }) => [status.description.version, status.state]),
      [['99.0.0', 'Ready']],
    )
  })
  assert.deepEqual(facts(await cluster.tasks('app_web')), before)
  // It runs tasks as well as the one before, and stops what the one before started.
  await cluster.kit('scale', 'service/app_web=4')
  await cluster.kit('scale', 'service/app_web=2')
  assert.equal((await cluster.tasks('app_web')).length, 2)
  await stopDaemon('SIGTERM')
  await cluster.kit('up')
})

test('everything is switched off and on again: the tasks come back by themselves', async () => {
  const before = await cluster.tasks('app_web')
  await stopDaemon('SIGKILL')
  const directory = join(nodeDirectory(), 'tasks', 'tasks')
  for (const name of readdirSync(directory)) {
    const shim: number | undefined = JSON.parse(readFileSync(join(directory, name, 'claim.json'), 'utf8')).shim?.pid
    if (shim !== undefined && isAlive(shim)) process.kill(shim, 'SIGKILL')
  }
  for (const { status } of before) process.kill(status.pid ?? 0, 'SIGKILL')
  await eventually(() => assert.ok(!before.some(({ status }) => isAlive(status.pid ?? 0))))
  await cluster.kit('up')
  await eventually(async () => {
    const now = await cluster.tasks('app_web')
    assert.deepEqual(
      now.map(({ spec, status }) => [spec.slot, spec.attempt, status.state]),
      before.map(({ spec }) => [spec.slot, spec.attempt + 1, 'Running']),
    )
    assert.ok(now.every(({ status }) => isAlive(status.pid ?? 0)))
  })
})

test('a log in a format of another kit is refused, and not touched', async () => {
  await stopDaemon('SIGTERM')
  const directory = join(nodeDirectory(), 'raft')
  const name = readdirSync(directory, { recursive: true, encoding: 'utf8' }).find((each) => {
    try {
      return readFileSync(join(directory, each)).subarray(0, 4).toString() === 'kit '
    } catch {
      return false
    }
  })
  assert.ok(name !== undefined)
  const whole = readFileSync(join(directory, name))
  const newer = Buffer.from(whole)
  const line = newer.subarray(0, newer.indexOf('\n')).toString()
  newer.write(line.replace(/^(kit \S+ )\d+ /, '$19 '), 0)
  newer.writeUInt32LE(crc32(newer.subarray(0, headerBytes - 4)), headerBytes - 4) // It is whole, only not ours.
  writeFileSync(join(directory, name), newer)
  assert.match(await cluster.fails(1, 'up'), /written in format 9, and this kit reads format \d+; run the kit that wrote it/)
  assert.deepEqual(readFileSync(join(directory, name)), newer)
  // One bit less: damage, which is told apart, and is not mended by guessing either.
  newer.writeUInt8(newer.readUInt8(0) ^ 1, 0)
  writeFileSync(join(directory, name), newer)
  assert.match(await cluster.fails(1, 'up'), /header does not verify.*Restore the directory from a copy/)
  writeFileSync(join(directory, name), whole)
  await cluster.kit('up')
  assert.equal((await cluster.tasks('app_web')).length, 2)
})

test('records of tasks in a format of another kit are refused, too', async () => {
  await stopDaemon('SIGTERM')
  const file = join(nodeDirectory(), 'agent', 'version')
  assert.equal(readFileSync(file, 'utf8'), '1\n')
  writeFileSync(file, '9\n')
  assert.match(await cluster.fails(1, 'up'), /agent: written in format 9, and this kit reads format 1; run the kit that wrote it/)
  writeFileSync(file, '1\n')
  await cluster.kit('up')
})

test('what somebody leaves among the files of tasks stops nothing, and is named in the log', async () => {
  const before = facts(await cluster.tasks('app_web'))
  await stopDaemon('SIGTERM')
  writeFileSync(join(nodeDirectory(), 'tasks', 'tasks', 'notes.txt'), '')
  mkdirSync(join(nodeDirectory(), 'tasks', 'tasks', '.hidden dir'))
  mkdirSync(join(nodeDirectory(), 'agent', 'stray.new'))
  await cluster.kit('up')
  assert.deepEqual(facts(await cluster.tasks('app_web')), before)
  const log = readFileSync(join(nodeDirectory(), 'kitd.log'), 'utf8')
  for (const name of ['notes.txt', '.hidden dir', 'stray.new']) assert.ok(log.includes(name), name)
})

test('a copy of the stopped node’s directory is a backup: restored, everything is as it was', async () => {
  const backup = join(cluster.home, 'backup')
  await stopDaemon('SIGTERM')
  cpSync(cluster.directory, backup, { recursive: true, preserveTimestamps: true })
  await cluster.kit('up')
  const { items } = await cluster.json<{ items: readonly unknown[] }>('revisions')
  await cluster.kit('down', '--purge')
  cpSync(backup, cluster.directory, { recursive: true, preserveTimestamps: true })
  await cluster.kit('up')
  assert.equal((await cluster.json<{ items: readonly unknown[] }>('revisions')).items.length, items.length)
  await eventually(async () => {
    const tasks = await cluster.tasks('app_web')
    assert.deepEqual(
      tasks.map(({ status }) => status.state),
      ['Running', 'Running'],
    )
    assert.ok(tasks.every(({ status }) => isAlive(status.pid ?? 0)))
  })
})
