// State directories and sockets that cannot be used: each is refused with what is wrong and what to do.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, projectRoot } from './cluster.ts'

const nobody = 65534
const isRoot = process.getuid?.() === 0
const cluster = new Cluster()
before(() => {
  // The superuser may do everything, so the tests go on as somebody else then, who must be able to look in.
  chmodSync(cluster.home, 0o755)
})
after(() => cluster.remove())

function kitd(directory: string): Promise<{ readonly code: number | null; readonly err: string }> {
  const child = spawn(process.execPath, [join(projectRoot, 'dist/kitd.mjs'), '-d', directory], {
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, err })))
}

/** A directory of the user who runs the daemon, with that mode. */
function directory(name: string, mode: number): string {
  const path = join(cluster.home, name)
  mkdirSync(path)
  if (isRoot) chownSync(path, nobody, nobody)
  chmodSync(path, mode)
  return path
}

test('a state directory that cannot be written is refused, with the directory and the way out', async () => {
  const path = directory('sealed', 0o555)
  const { code, err } = await kitd(path)
  assert.equal(code, 1, err)
  assert.equal(err, `kitd: ${path} may not be written by this user (EACCES): give it to this user, or choose another state directory\n`)
})

test('one that cannot be made, and one that is a file', async () => {
  const parent = directory('closed', 0o555)
  const { code, err } = await kitd(join(parent, 'state'))
  assert.equal(code, 1, err)
  assert.match(err, /^kitd: .*closed\/state may not be written by this user \(EACCES\)/)
  const file = join(cluster.home, 'file')
  writeFileSync(file, '')
  const other = await kitd(file)
  assert.equal(other.code, 1, other.err)
  assert.match(
    other.err,
    /^kitd: .*\/file is not a directory \(E\w+\): move the file of that name away, or choose another state directory\n$/,
  )
})

test('kit up says the same of a directory that it cannot use', async () => {
  const parent = directory('shut', 0o555)
  const said = await cluster.runAs(isRoot ? nobody : undefined, ['--dir', join(parent, 'k'), 'up'])
  assert.equal(said.code, 1, said.err)
  assert.match(said.err, /shut\/k may not be written by this user \(EACCES\): .* choose another with --dir/)
  assert.equal(existsSync(join(parent, 'k')), false)
})

test('a socket that may not be opened is named, with who may', async () => {
  await cluster.kit('up')
  const socket = join(cluster.directory, 'node-1', 'kit.sock')
  for (const path of [cluster.directory, join(cluster.directory, 'node-1')]) chmodSync(path, 0o755)
  if (!isRoot) chmodSync(socket, 0)
  const said = await cluster.runAs(isRoot ? nobody : undefined, ['get', 'nodes'])
  assert.equal(said.code, 1, said.err)
  assert.equal(said.err, `error: ${socket} may not be opened by this user; run as the user that started the daemon\n`)
  if (!isRoot) chmodSync(socket, 0o600)
})
