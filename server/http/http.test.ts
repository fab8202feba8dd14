// The router behind its socket, with a client that stops reading what it asked for.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Handle } from '../../api/request.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { createWorld } from '../testdata/world.ts'
import { serveControlSocket } from './http.ts'

const configs = '/apis/kit/v1/configs'
const ringEvents = 50
const writes = 300
const data = 'A'.repeat(64 * 1024)

function config(name: string, labels: Readonly<Record<string, string>>) {
  return { apiVersion: 'kit/v1', kind: 'Config', metadata: { name, labels }, spec: { data } }
}

/** Counts what each watcher, known by its `x-who`, has taken from its stream. */
function counting(handle: Handle, taken: Map<string, number>): Handle {
  return async (request) => {
    const response = await handle(request)
    const who = request.headers['x-who']
    if (!('stream' in response) || who === undefined) return response
    async function* counted(stream: AsyncIterable<unknown>): AsyncGenerator<unknown, void, void> {
      for await (const value of stream) {
        taken.set(who ?? '', (taken.get(who ?? '') ?? 0) + 1)
        yield value
      }
    }
    return { ...response, stream: counted(response.stream) }
  }
}

test('a watcher that stops reading takes no memory, hinders nobody, and is told that it missed something', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-http-'))
  const { router, ask } = createWorld({ store: createMemoryStore({ maxRingEvents: ringEvents }) })
  await ask('POST', configs, config('c', {}))
  const taken = new Map<string, number>()
  const server = await serveControlSocket(join(directory, 's'), counting(router.handle, taken))
  const watch = (who: string) => {
    const socket = connect(server.socketPath)
    socket.write(`GET ${configs}?watch=true&resourceVersion=1 HTTP/1.1\r\nhost: kit\r\nx-who: ${who}\r\nconnection: close\r\n\r\n`)
    return socket.setEncoding('utf8')
  }
  const stalled = watch('stalled')
  const reader = watch('reader')
  context.after(async () => {
    stalled.destroy()
    reader.destroy()
    await server.close()
    rmSync(directory, { recursive: true })
  })
  let read = ''
  reader.on('data', (text: string) => (read += text))
  await once(stalled, 'readable') // It has begun; nothing is taken from it until the end.

  for (let n = 1; n <= writes; n++) {
    const answer = await ask(
      'PATCH',
      `${configs}/c`,
      { metadata: { labels: { n: `n${n}` } } },
      { 'content-type': 'application/merge-patch+json' },
    )
    assert.equal(answer.status, 200)
    // The reader keeps up; only the other one falls behind.
    while (!read.includes(`"n":"n${n}"`)) await once(reader, 'data')
    read = read.slice(-100)
  }
  assert.ok((taken.get('reader') ?? 0) >= writes)
  assert.ok((taken.get('stalled') ?? 0) < ringEvents, `${taken.get('stalled')} events are kept for one that does not read`)

  let rest = ''
  stalled.on('data', (text: string) => (rest += text))
  await once(stalled, 'end')
  const last = rest.split('\r\n').findLast((line) => line.startsWith('{'))
  assert.partialDeepStrictEqual(JSON.parse(last ?? ''), { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
})

test('who is still asking when the server closes has the words of the daemon, not those of its HTTP library', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-http-'))
  context.after(() => rmSync(directory, { recursive: true }))
  const { router } = createWorld({ store: createMemoryStore({}) })
  const server = await serveControlSocket(join(directory, 's'), router.handle)
  const late = connect(server.socketPath).setEncoding('utf8')
  await once(late, 'connect')
  let answer = ''
  late.on('data', (text: string) => (answer += text))
  late.write(`GET ${configs}/none HTTP/1.1\r\nhost: kit\r\n`)
  // Answered after the first half of the other request was read: both came in this order.
  const before = connect(server.socketPath)
  before.write(`GET ${configs} HTTP/1.1\r\nhost: kit\r\nconnection: close\r\n\r\n`)
  await once(before.resume(), 'end')

  const closed = server.close()
  for (let isOpen = true; isOpen; ) {
    const visitor = connect(server.socketPath)
    isOpen = await Promise.race([once(visitor, 'connect').then(() => true), once(visitor, 'error').then(() => false)]).catch(() => false)
    visitor.destroy()
  }
  late.write('\r\n')
  await once(late, 'end')
  await closed
  assert.match(answer, /^HTTP\/1\.1 404 [\s\S]*"kind":"Status"/)
})

test('a thousand clients that come at the same moment are all let in', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'kit-http-'))
  const server = await serveControlSocket(join(directory, 's'), createWorld().router.handle)
  const sockets = Array.from({ length: 1_000 }, () => connect(server.socketPath))
  try {
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  } finally {
    for (const socket of sockets) socket.on('error', () => {}).destroy()
    await server.close()
    rmSync(directory, { recursive: true })
  }
})
