import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../../api/errors.ts'
import { localAdmin } from '../../api/request.ts'
import type { Clock } from '../../effects/effects.ts'
import { serveControlSocket } from '../../server/http/http.ts'
import { createWorld } from '../../server/testdata/world.ts'
import { clientSuite } from '../client.suite.ts'
import { createClient } from '../rest.ts'
import { connectSocket } from './http.ts'

const clock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
}

async function socketDirectory(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'kit-http-'))
  return { path: join(directory, 'run', 'kit.sock'), remove: () => rm(directory, { recursive: true }) }
}

async function open() {
  const { path, remove } = await socketDirectory()
  const server = await serveControlSocket(path, createWorld().router.handle)
  const connection = connectSocket(path)
  const client = createClient({ handle: connection.handle, clock, identity: localAdmin, name: 'tester' })
  const close = async () => {
    connection.close()
    await server.close()
    await remove()
  }
  return { client, path, server, close }
}

clientSuite('over a unix socket', open)

test('the control socket is for its owner only', async () => {
  const { path, close } = await open()
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(dirname(path))).mode & 0o777, 0o700)
  await close()
})

test('a socket on which another daemon answers is refused, and a dead one is taken over', async () => {
  const { path, close } = await open()
  await assert.rejects(serveControlSocket(path, createWorld().router.handle), /another kitd answers/)
  await close()
  const other = await socketDirectory()
  const first = await serveControlSocket(other.path, createWorld().router.handle)
  await first.close()
  await writeFile(other.path, '')
  const second = await serveControlSocket(other.path, createWorld().router.handle)
  await second.close()
  await other.remove()
})

test('where no daemon answers, the error names the socket and how to start one', async () => {
  const { path, remove } = await socketDirectory()
  const { handle } = connectSocket(path)
  const client = createClient({ handle, clock, identity: localAdmin, name: 'tester' })
  await assert.rejects(client.get('Config', 'a'), (error) => {
    assert.equal(reasonOf(error), 'Unavailable')
    assert.ok(String(error).includes(path) && String(error).includes('kit up'))
    return true
  })
  await remove()
})

test('a body that is too large is refused as a Status, before it is read', async () => {
  const { path, close } = await open()
  const status = await new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath: path,
      method: 'POST',
      path: '/apis/kit/v1/configs',
      headers: { 'content-length': 50_000_000, 'content-type': 'application/json' },
    })
    outgoing.once('response', (incoming) => {
      resolve(incoming.statusCode)
      outgoing.destroy()
    })
    outgoing.once('error', reject)
    outgoing.flushHeaders()
  })
  assert.equal(status, 413)
  await close()
})

test('closing the server ends the watches on it', async () => {
  const { client, server, close } = await open()
  const stop = new AbortController()
  const events = client.watch('Config', { sendInitialEvents: true }, stop.signal)[Symbol.asyncIterator]()
  await events.next()
  const next = events.next()
  await server.close()
  stop.abort()
  assert.equal((await next).done, true)
  await close()
})
