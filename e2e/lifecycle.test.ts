// From nothing to a running cluster and back: `kit up`, the daemon, `kit down`.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Cluster, eventually, isAlive, projectRoot } from './cluster.ts'

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

test('down while tasks are starting: none of them starts afterwards', async () => {
  const script = `echo $$$$ >> ${cluster.home}/pids; exec sleep 1000`
  const many = `name: many\nservices:\n  a: {image: x, command: [sh, -c, "${script}"], stop_grace_period: 1s, deploy: {replicas: 40}}\n`
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('many.yml', many))
  const tasks = join(cluster.directory, 'node-1', 'tasks', 'tasks')
  const held = (): readonly string[] => readdirSync(tasks).filter((task) => task.startsWith('many_'))
  await eventually(() => assert.ok(held().length >= 10))
  await cluster.kit('down')
  const has = (task: string, file: string): boolean => existsSync(join(tasks, task, file))
  const onTheirWay = held().filter((task) => has(task, 'shim-errors') && !has(task, 'claim.json'))
  assert.deepEqual(onTheirWay, [])
  const pids = existsSync(join(cluster.home, 'pids')) ? readFileSync(join(cluster.home, 'pids'), 'utf8').trim().split('\n') : []
  assert.deepEqual(
    pids.filter((pid) => isAlive(Number(pid))),
    [],
  )
  await cluster.kit('up')
  await cluster.kit('delete', 'stack', 'many')
})

test('down without cluster.json stops the daemon and the tasks all the same', async () => {
  const tasks = (await cluster.tasks('run_web')).map(({ status }) => status.pid ?? 0)
  const daemon = cluster.daemonPid
  rmSync(join(cluster.directory, 'cluster.json'))
  assert.match(await cluster.kit('down'), /Stopped node-1/)
  assert.deepEqual([daemon, ...tasks].filter(isAlive), [])
})

test('two that say up at once get the same cluster', async () => {
  const outcomes = await Promise.all([1, 2, 3].map(() => cluster.run(['up'])))
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    [0, 0, 0],
    outcomes.map(({ err }) => err).join('\n'),
  )
  await cluster.kit('get', 'nodes')
  assert.deepEqual(readdirSync(cluster.directory).toSorted(), ['cluster.json', 'node-1'])
})

test('a damaged file is named, with the way out', async () => {
  await cluster.kit('down')
  for (const [name, said] of [
    ['cluster.json', /cluster\.json is damaged, .*delete it if/],
    ['node-1/executor.json', /executor\.json does not say what runs the tasks of this node: delete it/],
    ['node-1/node.json', /node\.json does not say who this node is\. Restore it from a backup/],
  ] as const) {
    const path = join(cluster.directory, name)
    const text = readFileSync(path, 'utf8')
    for (const damaged of ['', text.slice(0, text.length / 2)]) {
      writeFileSync(path, damaged)
      assert.match(await cluster.fails(1, 'up'), said)
    }
    writeFileSync(path, text)
  }
  await cluster.kit('up')
})

test('up without files names what is still starting, and only that', async () => {
  await cluster.kit('wait', 'stack/run')
  assert.doesNotMatch((await cluster.run(['up'])).err, /Not up yet/)
  const late = 'services: {one: {image: x, command: [sleep, "1000"], deploy: {placement: {constraints: [node.labels.disk == none]}}}}'
  await cluster.kit('apply', '--no-wait', '-f', cluster.file('late.yml', late))
  const { code, err } = await cluster.run(['up'])
  assert.equal(code, 0, err)
  assert.match(err, /^Not up yet: late_one 0\/1\. `kit wait services late_one` waits for it$/m)
})

test('down --purge leaves nothing behind', async () => {
  assert.match(await cluster.kit('down', '--purge'), /Deleted/)
  assert.equal(existsSync(cluster.directory), false)
})
