import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../../api/errors.ts'
import { localAdmin } from '../../api/request.ts'
import type { Clock } from '../../effects/effects.ts'
import { serveControlSocket } from '../../server/http/http.ts'
import { countingRandom, createWorld } from '../../server/testdata/world.ts'
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

/** Leads to another socket, and cuts as many answers as it is told when they begin. */
async function openCutter(path: string, to: string) {
  let left = 0
  let cut = 0
  const server = createServer((client: Socket) => {
    const upstream = connect(to)
    for (const socket of [client, upstream])
      socket.on('error', () => socket.destroy()).on('close', () => (socket === client ? upstream : client).destroy())
    client.pipe(upstream)
    upstream.on('data', (chunk) => {
      if (left === 0) return client.write(chunk)
      left -= 1
      cut += 1
      return client.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    cutNext(answers: number) {
      left = answers
    },
    cut: () => cut,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

test('a creation whose answer is cut off is made once; without an id nobody knows, and it is said', async () => {
  const { client: direct, path, close } = await open()
  const cutter = await openCutter(`${path}.cut`, path)
  const connection = connectSocket(`${path}.nobody`, [`${path}.cut`])
  const options = { handle: connection.handle, clock, identity: localAdmin, name: 'tester' }
  const config = { apiVersion: 'kit/v1', kind: 'Config', metadata: { generateName: 'a-' }, spec: { data: 'YQ==' } }
  cutter.cutNext(3)
  const { metadata } = await createClient({ ...options, random: countingRandom() }).create('Config', config)
  assert.equal(cutter.cut(), 3)
  assert.deepEqual(
    (await direct.list('Config')).items.map((each) => each.metadata.name),
    [metadata.name],
  )
  cutter.cutNext(1)
  await assert.rejects(createClient(options).create('Config', config), (error) => {
    assert.equal(reasonOf(error), 'Unknown')
    assert.match(String(error), /broke: .*; whether the change was made is not known/)
    return true
  })
  assert.equal((await direct.list('Config')).items.length, 2)
  connection.close()
  await close()
  await cutter.close()
})

test('requests over a kept connection leave nothing behind on it', async () => {
  const { path, close } = await open()
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  const { handle, close: closeClient } = connectSocket(path)
  const client = createClient({ handle, clock, identity: localAdmin, name: 'tester' })
  for (let count = 0; count < 20; count += 1) await client.list('Config')
  await new Promise((resolve) => setImmediate(resolve)) // Warnings come later.
  process.off('warning', note)
  assert.deepEqual(warnings, [])
  closeClient()
  await close()
})
