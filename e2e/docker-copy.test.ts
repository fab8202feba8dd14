// Files into containers and out of them.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findEngine } from '../agent/docker/testdata/engine.ts'
import { Cluster, eventually, type TaskObject } from './cluster.ts'

const engine = await findEngine()
if (engine !== undefined) {
  const cluster = new Cluster({ DOCKER_HOST: engine.host })
  after(() => cluster.remove())
  const here = (...path: readonly string[]): string => join(cluster.home, ...path)
  const wait = `command: [/bin/sh, -c, 'trap "exit 0" TERM; while :; do /bin/sleep 0.1; done'], stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}`

  before(async () => {
    const stack = `
name: app
services:
  box: {image: ${engine.image}, working_dir: /box, ${wait}}
  sealed: {image: ${engine.image}, read_only: true, tmpfs: [/tmp], ${wait}}
  guest: {image: ${engine.image}, user: "1234:1234", ${wait}}
  bare: {image: ${engine.image}, environment: {PATH: /nowhere}, ${wait}}
  brief: {image: ${engine.image}, command: [sh, -c, 'echo kept > /tmp/kept'], deploy: {restart_policy: {condition: none}}}
`
    await cluster.kit('up', '--executor', 'docker')
    await cluster.kit('apply', '-f', cluster.file('app.yml', stack))
  })

  const inBox = (script: string): Promise<string> => cluster.kit('exec', 'app_box.1', '--', 'sh', '-c', script)

  test('a file of 50 MB goes into a container and comes out again, with its content and its permissions', async () => {
    writeFileSync(here('big'), randomBytes(50 * 1024 * 1024), { mode: 0o750 })
    await cluster.kit('cp', './big', 'app_box.1:copy')
    assert.match(await inBox('stat -c "%a %s" /box/copy'), /^750 52428800$/m)
    await cluster.kit('cp', 'service/app_box:copy', './back')
    assert.ok(readFileSync(here('back')).equals(readFileSync(here('big'))))
    assert.equal(statSync(here('back')).mode & 0o7777, 0o750)
  })

  test('directories with links and long names do so, into one that is there and as one that is not', async () => {
    const long = 'x'.repeat(120)
    mkdirSync(here('tree/deep'), { recursive: true })
    writeFileSync(here('tree/deep/a file'), 'a')
    writeFileSync(here('tree', long), 'long')
    symlinkSync('deep/a file', here('tree/link'))
    await cluster.kit('cp', 'tree', 'app_box.1:.')
    await cluster.kit('cp', 'tree', 'app_box.1:new/one')
    for (const path of ['tree', 'new/one']) {
      await cluster.kit('cp', `app_box.1:/box/${path}`, `from-${path.replace('/', '-')}`)
      const copied = here(`from-${path.replace('/', '-')}`)
      assert.deepEqual(readdirSync(copied).toSorted(), ['deep', 'link', long])
      assert.equal(readFileSync(join(copied, 'deep/a file'), 'utf8'), 'a')
      assert.equal(readlinkSync(join(copied, 'link')), 'deep/a file')
    }
  })

  test('no link of a container leads out of what is copied, and what is no file is named', async () => {
    await inBox(
      'mkdir -p trap && busybox ln -s /etc/passwd trap/absolute && busybox ln -s ../../.. trap/up && busybox mkfifo trap/pipe && echo x > trap/good',
    )
    const told = await cluster.fails(1, 'cp', 'app_box.1:trap', 'caught')
    for (const name of ['absolute', 'up']) {
      assert.match(told, new RegExp(`trap/${name} is a link that leads out of what is copied`))
      assert.equal(existsSync(here('caught', name)), false)
    }
    assert.match(told, /trap\/pipe is not a file, a directory or a link/)
    assert.equal(readFileSync(here('caught/good'), 'utf8'), 'x\n')
    await inBox('echo followed > target && busybox ln -s /box/target way')
    await cluster.kit('cp', '-L', 'app_box.1:way', 'followed')
    assert.equal(readFileSync(here('followed'), 'utf8'), 'followed\n')
  })

  test('of a directory that changes meanwhile every file that came is whole', async () => {
    // Each file is 4 KB of one digit, made under another name; the oldest goes.
    const churn =
      'mkdir -p churn; i=0; while [ ! -e stop ]; do i=$((i+1)); head -c 4096 /dev/zero > t; mv t churn/f$i; rm -f churn/f$((i-60)); done'
    await inBox(`(mv() { busybox mv "$@"; }; rm() { busybox rm "$@"; }; ${churn}) >/dev/null 2>&1 &`)
    await eventually(async () => assert.match(await inBox('ls churn'), /f\d\d\d/))
    for (let round = 0; round < 5; round++) {
      rmSync(here('churned'), { recursive: true, force: true })
      const { code, err } = await cluster.run(['cp', 'app_box.1:churn', 'churned'])
      if (code !== 0) assert.match(err, /task\/app_box\.1\.\w+: tar: (can't open ')?churn\/f\d+'?: No such file/)
      const names = readdirSync(here('churned'))
      assert.ok(names.length > 0)
      for (const name of names) assert.equal(statSync(here('churned', name)).size, 4096, name)
    }
    await inBox('touch stop')
  })

  test('a container that is read-only takes files where it may be written to, and says so elsewhere', async () => {
    writeFileSync(here('f'), 'f')
    await cluster.kit('cp', './f', 'app_sealed.1:/tmp/f')
    await cluster.kit('cp', 'app_sealed.1:/tmp/f', './unsealed')
    assert.equal(readFileSync(here('unsealed'), 'utf8'), 'f')
    assert.match(await cluster.fails(1, 'cp', './f', 'app_sealed.1:/bin/f'), /task\/app_sealed\.1\.\w+: tar: .*Read-only file system/)
    assert.match(await cluster.fails(1, 'cp', './tree', 'app_sealed.1:/etc/new'), /mkdir: .*'\/etc\/new': Read-only file system/)
  })

  test('a user of a container who may not write writes nothing, and reads what he may', async () => {
    assert.match(await cluster.fails(1, 'cp', './f', 'app_guest.1:/bin/f'), /task\/app_guest\.1\.\w+: tar: .*Permission denied/)
    await cluster.kit('cp', 'app_guest.1:/etc/hostname', './guests')
    assert.notEqual(readFileSync(here('guests'), 'utf8'), '')
    assert.match(await cluster.fails(1, 'cp', './tree', 'app_guest.1:/etc/new'), /mkdir: .*'\/etc\/new': Permission denied/)
  })

  test('a container without tar says so, and nothing is written', async () => {
    const missing = /task\/app_bare\.1\.\w+ has no `(tar|mkdir)`, which reads and writes files there: add it to its image/
    for (const words of [
      ['./f', 'app_bare.1:/tmp/f'],
      ['./tree', 'app_bare.1:/tmp/tree'],
      ['app_bare.1:/bin/busybox', './never'],
    ])
      assert.match(await cluster.fails(1, 'cp', ...words), missing)
    assert.equal(existsSync(here('never')), false)
    const { code, out } = await cluster.run(['cp', 'app_bare.1:/bin/busybox', '-'])
    assert.deepEqual([code, out], [1, ''], 'the words of the engine are no archive')
  })

  test('a task that has ended is said to have ended', async () => {
    let name: string | undefined
    await eventually(async () => {
      const { items } = await cluster.json<{ readonly items: readonly TaskObject[] }>('tasks', '--field-selector', 'spec.service=app_brief')
      assert.equal(items[0]?.status.state, 'Complete')
      name = items[0]?.metadata.name
    })
    assert.match(await cluster.fails(1, 'cp', 'service/app_brief:/tmp/kept', '.'), /no task of service\/app_brief is running/)
    assert.match(
      await cluster.fails(1, 'cp', `task/${name}:/tmp/kept`, '.'),
      /is Complete: commands and connections go to a running task only/,
    )
    assert.match(await cluster.fails(1, 'cp', './f', `task/${name}:/tmp/f`), /is Complete/)
  })
}
