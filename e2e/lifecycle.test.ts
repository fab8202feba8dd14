// From nothing to a running cluster and back: `kit up`, the daemon, `kit down`.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cluster, isAlive, projectRoot } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())

test('without a daemon a command says how to get one', async () => {
  const said = await cluster.fails(1, 'get', 'services')
  assert.match(said, /there is no daemon at .*node-1\/kit\.sock/)
  assert.match(said, /kit up/)
})

test('up with the sample stack converges, shows it, and leaves it running', async () => {
  const { code, out, err } = await cluster.run(['up', join(projectRoot, 'manifests/run.yml')])
  assert.equal(code, 0, err)
  assert.match(err, /Starting node-1/)
  assert.match(err, /service\/\S*web {2}3\/3 {2}converged/)
  assert.match(out, /run_web +Replicated +3\/3/)
  assert.match(out, /run_agent +Global +1\/1/)
  assert.match(out, /run_web\.3\.\w+ +node-1 +Running +Running/)
  assert.match(out, /run_setup\.1\.\w+ .*Complete/)
})

test('up again changes nothing: same daemon, same tasks', async () => {
  const pid = cluster.daemonPid
  const before = await cluster.kit('get', 'tasks', '-o', 'name')
  const { code, err } = await cluster.run(['up', join(projectRoot, 'manifests/run.yml')])
  assert.equal(code, 0, err)
  assert.match(err, /Nothing changed/)
  assert.equal(cluster.daemonPid, pid)
  assert.equal(await cluster.kit('get', 'tasks', '-o', 'name'), before)
})

test('a second daemon on the same directory is refused and harms nothing', async () => {
  const second = spawn(process.execPath, [
    join(projectRoot, 'dist/kitd.mjs'),
    '-d',
    join(cluster.directory, 'node-1'),
    '--listen-control-api',
    join(cluster.home, 'other.sock'),
  ])
  let said = ''
  second.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise((resolve) => second.once('close', resolve))
  assert.equal(code, 1)
  assert.match(said, new RegExp(`in use by process ${cluster.daemonPid}: stop that daemon first`))
  await cluster.kit('get', 'nodes')
})

test('down stops the daemon and every task; up brings everything back', async () => {
  const pids = (await cluster.tasks('run_web')).map(({ status }) => status.pid ?? 0)
  const daemon = cluster.daemonPid
  assert.equal(pids.length, 3)
  assert.ok(pids.every(isAlive))
  assert.match(await cluster.kit('down'), /Stopped node-1 and all tasks/)
  assert.deepEqual([daemon, ...pids].filter(isAlive), [])
  assert.match(await cluster.kit('down'), /Nothing was running/)

  await cluster.kit('up')
  await cluster.kit('wait', 'service/run_web')
  assert.equal((await cluster.tasks('run_web')).length, 3)
})

test('down --purge leaves nothing behind', async () => {
  assert.match(await cluster.kit('down', '--purge'), /Deleted/)
  assert.equal(existsSync(cluster.directory), false)
})
