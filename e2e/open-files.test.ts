// The daemon may open no more files, because clients hold too many connections.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

const app = `
name: app
services:
  web: {image: web, command: [sleep, "1000"], deploy: {replicas: 2, restart_policy: {delay: 100ms}, update_config: {monitor: 100ms}}}
`

test('with no descriptors left requests fail, tasks and daemon run on, and it recovers by itself', async () => {
  await cluster.kit('up') // Makes the files of the cluster; its daemon gives way to one with a limit.
  const first = cluster.daemonPid
  process.kill(first, 'SIGTERM')
  await eventually(() => assert.equal(isAlive(first), false))
  const directory = join(cluster.directory, 'node-1')
  mkdirSync(directory, { recursive: true })
  const log = openSync(join(cluster.home, 'limited.log'), 'a')
  const words = [join(projectRoot, 'bin/kitd'), '-d', directory, '--hostname', 'node-1', '--executor', 'process']
  const daemon = spawn('sh', ['-c', 'ulimit -n 60; exec "$@"', 'sh', ...words], { detached: true, stdio: ['ignore', log, log] })
  daemon.unref()
  await eventually(() => cluster.kit('get', 'nodes'))
  await cluster.kit('apply', '-f', cluster.file('app.yml', app))
  const before = (await cluster.tasks('app_web')).map(({ metadata, status }) => [metadata.name, status.pid])

  const socket = join(directory, 'kit.sock')
  const held = Array.from({ length: 80 }, () => connect(socket).on('error', () => {}))
  await eventually(async () => assert.notEqual((await cluster.run(['get', 'tasks'])).code, 0))
  assert.ok(before.every(([, pid]) => isAlive(Number(pid))))
  for (const each of held) each.destroy()

  await eventually(() => cluster.kit('get', 'tasks'))
  await cluster.kit('scale', 'service/app_web=3')
  const now = (await cluster.tasks('app_web')).map(({ metadata, status }) => [metadata.name, status.pid])
  assert.deepEqual(now.slice(0, 2), before)
  assert.equal(isAlive(daemon.pid ?? 0), true, 'the same daemon')
})
