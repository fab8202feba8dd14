// A real file system that is full, or read-only: writes are refused with the reason, reads and tasks go on,
// and once there is space everything goes on by itself. Needs a small file system of its own, which only
// the superuser of Linux can mount; elsewhere this says so, and tries only a daemon whose own output goes to a full one.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'
import { mountInMemory, remount, unmount } from './own-file-system.ts'
import { isHere } from './required.ts'

/** Three files of the log, each of 64 MiB, and little more. */
const sizeMiB = 210
const cluster = new Cluster()
mkdirSync(cluster.directory)
const isMounted = isHere('mount', mountInMemory(cluster.directory, sizeMiB), 'a disk that is really full')

after(async () => {
  if (isMounted) remount(cluster.directory, 'rw')
  await cluster.run(['down'])
  // The last shims may still be about to end.
  if (isMounted) await eventually(() => assert.ok(unmount(cluster.directory)))
  rmSync(cluster.home, { recursive: true, force: true })
})

const app = `
services:
  web: {image: x, command: [sleep, "1000"], stop_grace_period: 1s, deploy: {replicas: 2, restart_policy: {delay: 0s}, update_config: {monitor: 100ms}}}
`
const filler = (): string => join(cluster.directory, 'filler')

function fill(): void {
  const chunk = Buffer.alloc(64 * 1024)
  try {
    for (;;) appendFileSync(filler(), chunk)
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC')
  }
}

function ask(method: 'POST' | 'DELETE', path: string, body = ''): Promise<number> {
  return new Promise((resolve, reject) => {
    const socketPath = join(cluster.directory, 'node-1', 'kit.sock')
    const options = { socketPath, method, path: `/apis/kit/v1/${path}`, headers: { 'content-type': 'application/json' } }
    const outgoing = request(options, (incoming) => {
      incoming.resume()
      incoming.once('end', () => resolve(incoming.statusCode ?? 0))
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** More than a megabyte for the log. Resolves with the status of the answer. */
function createConfig(name: string): Promise<number> {
  const data = Buffer.alloc(1e6, `${name} `).toString('base64')
  return ask('POST', 'configs', JSON.stringify({ apiVersion: 'kit/v1', kind: 'Config', metadata: { name }, spec: { data } }))
}

if (isMounted) {
  test('without space writes are refused with the reason, reads and tasks go on; with space all goes on', async () => {
    await cluster.kit('up', cluster.file('app.yml', app))
    const tasks = await cluster.tasks('app_web')
    fill()
    // The space that the log has reserved is used up first.
    let status = 201
    for (let n = 1; status === 201; n++) {
      assert.ok(n < 300, 'the disk is never full')
      status = await createConfig(`big-${n}`)
      if (status === 201) await ask('DELETE', `configs/big-${n}`)
    }
    assert.ok(status >= 500, `${status}`)
    const said = await cluster.fails(1, 'scale', 'service/app_web=3')
    assert.match(said, /no space left on the disk of the store: free some; writes go on by themselves/)
    assert.match(await cluster.kit('get', 'services'), /app_web +Replicated +2\/2/)
    assert.match(await cluster.kit('logs', 'service/app_web'), /^$/)
    assert.deepEqual(
      tasks.map(({ status }) => isAlive(status.pid ?? 0)),
      [true, true],
    )
    // One of them ends meanwhile: that is not forgotten.
    process.kill(tasks[0]?.status.pid ?? 0, 'SIGKILL')

    rmSync(filler())
    await eventually(() => cluster.kit('scale', 'service/app_web=3'))
    await eventually(async () => {
      const now = await cluster.tasks('app_web')
      assert.deepEqual(
        now.map(({ status }) => status.state),
        ['Running', 'Running', 'Running'],
      )
      assert.notEqual(now[0]?.metadata.name, tasks[0]?.metadata.name)
      assert.equal(now[1]?.metadata.name, tasks[1]?.metadata.name)
    })
  })

  test('a file system that is read-only is named as what it is', async () => {
    await cluster.kit('down')
    // A shim may still be writing its last record.
    await eventually(() => assert.ok(remount(cluster.directory, 'ro')))
    const said = await cluster.fails(1, 'up')
    assert.match(said, /node-1 is on a file system that is mounted read-only \(EROFS\): mount it for writing/)
    const below = await cluster.fails(1, '--dir', join(cluster.directory, 'below'), 'up')
    assert.match(below, /^error: \S+\/below cannot be made \(ENOENT\): its file system is mounted read-only, .*\n$/)
    assert.ok(remount(cluster.directory, 'rw'))
    await cluster.kit('up')
    await cluster.kit('wait', 'service/app_web')
  })
}

if (existsSync('/dev/full'))
  test('a daemon whose output goes to a full disk serves, and stops when it is told to', async () => {
    const home = join(cluster.home, 'silent')
    const full = openSync('/dev/full', 'w')
    const daemon = spawn(join(projectRoot, 'bin/kitd'), ['-d', join(home, 'node-1'), '--executor', 'process'], {
      stdio: ['ignore', full, full],
    })
    const ended = once(daemon, 'exit')
    await eventually(async () => assert.match(await cluster.kit('--dir', home, 'get', 'nodes'), /Ready/))
    daemon.kill()
    assert.deepEqual(await ended, [0, null])
  })
