// Files into running tasks and out of them.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster } from './cluster.ts'

const cluster = new Cluster()
after(() => cluster.remove())
const here = (...path: readonly string[]): string => join(cluster.home, ...path)
const there = here('there')

before(async () => {
  mkdirSync(there)
  const file = cluster.file(
    'app.yml',
    `
services:
  web: {image: x, command: [sleep, "1000"], working_dir: ${there}, stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}
  liar: {image: x, command: [${process.execPath}, -e, "setInterval(() => {}, 1000)"], environment: {PATH: ${here('lying')}}, stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}
  bare: {image: x, command: [${process.execPath}, -e, "setInterval(() => {}, 1000)"], environment: {PATH: /nowhere}, stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}
`,
  )
  await cluster.kit('up', '--executor', 'process', file)
})

test('a file goes into a task and comes out again, with its content and its permissions', async () => {
  writeFileSync(here('big'), randomBytes(20 * 1024 * 1024))
  chmodSync(here('big'), 0o750)
  await cluster.kit('cp', './big', 'app_web.1:copy')
  assert.ok(readFileSync(join(there, 'copy')).equals(readFileSync(here('big'))))
  assert.equal(statSync(join(there, 'copy')).mode & 0o7777, 0o750)
  chmodSync(join(there, 'copy'), 0o4755)
  await cluster.kit('cp', 'service/app_web:copy', './back')
  assert.ok(readFileSync(here('back')).equals(readFileSync(here('big'))))
  assert.equal(statSync(here('back')).mode & 0o7777, 0o755, 'what would run as its owner does not come out of a task')
})

test('a directory keeps its name in one that is there, and becomes one that is not', async () => {
  mkdirSync(here('tree/deep'), { recursive: true })
  writeFileSync(here('tree/deep/a file'), 'a')
  writeFileSync(here('tree', 'x'.repeat(120)), 'long')
  symlinkSync('deep/a file', here('tree/link'))
  await cluster.kit('cp', 'tree', 'app_web.1:.')
  await cluster.kit('cp', 'tree', 'app_web.1:new/one')
  await cluster.kit('cp', 'tree/.', 'app_web.1:new')
  for (const path of ['tree', 'new/one', 'new']) {
    assert.equal(readFileSync(join(there, path, 'deep/a file'), 'utf8'), 'a')
    assert.equal(readlinkSync(join(there, path, 'link')), 'deep/a file')
  }
  mkdirSync(here('into'))
  await cluster.kit('cp', `app_web.1:${there}/tree`, 'into')
  await cluster.kit('cp', 'app_web.1:tree', 'fresh')
  await cluster.kit('cp', 'app_web.1:tree/.', 'contents')
  for (const path of ['into/tree', 'fresh', 'contents']) {
    assert.deepEqual(readdirSync(here(path)).toSorted(), readdirSync(here('tree')).toSorted(), path)
    assert.equal(readFileSync(here(path, 'link'), 'utf8'), 'a')
  }
})

test('no link of a task leads out of what is copied, and nothing is written through one', async () => {
  mkdirSync(join(there, 'trap'))
  for (const [name, to] of [
    ['absolute', '/etc'],
    ['up', '../../..'],
    ['sibling', '../tree'],
  ] as const)
    symlinkSync(to, join(there, 'trap', name))
  writeFileSync(join(there, 'trap', 'good'), 'good')
  const told = await cluster.fails(1, 'cp', 'app_web.1:trap', 'caught')
  for (const name of ['absolute', 'up', 'sibling']) {
    assert.match(told, new RegExp(`trap/${name} is a link that leads out of what is copied`))
    assert.equal(existsSync(here('caught', name)), false)
  }
  assert.equal(readFileSync(here('caught/good'), 'utf8'), 'good')

  await cluster.kit('cp', '-L', 'app_web.1:trap/sibling', 'followed')
  assert.ok(lstatSync(here('followed')).isDirectory())
})

test('a task that lies about what is in it reaches nothing outside', async () => {
  mkdirSync(here('outside'))
  mkdirSync(here('one/d'), { recursive: true })
  mkdirSync(here('two/d/l'), { recursive: true })
  symlinkSync(here('outside'), here('one/d/l'))
  for (const path of ['two/d/l/through', 'two/climbs']) writeFileSync(here(path), 'x')
  const tar = (...args: readonly string[]) => execFileSync('tar', ['-f', here('a.tar'), '-C', ...args])
  tar(here('one'), '-c', 'd')
  tar(here('two'), '-r', 'd/l/through')
  tar(here('two/d'), '-rP', '../climbs')
  chmodSync(cluster.file('lying/tar', `#!/bin/sh\nexec /bin/cat ${here('a.tar')}\n`), 0o755)
  mkdirSync(here('victim'))
  assert.match(await cluster.fails(1, 'cp', 'app_liar.1:d', 'victim'), /d\/l is a link that leads out/)
  assert.deepEqual(readdirSync(here('outside')), [])
  assert.equal(existsSync(here('climbs')), false)
})

test('- is an archive on standard input or output', async () => {
  const archive = await cluster.kit('cp', 'app_web.1:tree/deep', '-')
  assert.match(archive, /^deep\//)
  mkdirSync(join(there, 'unpacked'))
  const { code, err } = await cluster.run(['cp', '-', 'app_web.1:unpacked'], archive)
  assert.equal(code, 0, err)
  assert.equal(readFileSync(join(there, 'unpacked/deep/a file'), 'utf8'), 'a')
})

test('what cannot be is said with its place', async () => {
  assert.match(await cluster.fails(1, 'cp', 'app_web.1:none', '.'), /task\/app_web\.1\.\w+: .*none.*No such file/)
  assert.match(await cluster.fails(1, 'cp', './none', 'app_web.1:.'), /there is no none here/)
  assert.match(await cluster.fails(1, 'cp', 'app_web.1:copy', './no/such'), /there is no directory .*\/no/)
  assert.match(await cluster.fails(1, 'cp', './big', 'app_web.1:no/such/big'), /task\/app_web\.1\.\w+: .*no\/such/)
  assert.match(await cluster.fails(1, 'cp', './big', 'nothing:big'), /task "nothing" not found/)
  assert.match(await cluster.fails(2, 'cp', 'a', 'b'), /neither is in a task: one is TASK:PATH/)
  assert.match(await cluster.fails(2, 'cp', 'a:/x', 'b:/y'), /both are in tasks/)
  assert.match(
    await cluster.fails(1, 'cp', './big', 'app_bare.1:big'),
    /has no `\w+`, which reads and writes files there: add it to its image/,
  )
})
