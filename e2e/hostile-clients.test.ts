// Clients of the control socket that send garbage, too much, too slowly, or that stop reading: each is
// refused plainly, and the daemon and everybody else go on.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Cluster, eventually } from './cluster.ts'

const cluster = new Cluster()
let daemon = 0
before(async () => {
  await cluster.kit('up')
  daemon = cluster.daemonPid
})
after(() => cluster.remove())

const socketPath = (): string => join(cluster.directory, 'node-1', 'kit.sock')

/** Sends the bytes and resolves with all that comes back before the daemon closes the connection. */
function exchange(bytes: Uint8Array | string): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(socketPath())
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    socket.on('error', () => {}) // The daemon may hang up before it has read everything.
    socket.once('close', () => resolve(answer))
    socket.write(bytes)
  })
}

interface Answer {
  readonly status: number
  readonly text: string
}

function post(body: Uint8Array | string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath: socketPath(),
        method: 'POST',
        path: '/apis/kit/v1/configs',
        headers: { 'content-type': 'application/json', ...headers },
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
      },
    )
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** The same daemon answers, at once. */
async function stillServes(): Promise<void> {
  assert.equal(cluster.daemonPid, daemon)
  assert.match(await cluster.kit('get', 'nodes'), /node-1/)
}

const config = (data: string): string => JSON.stringify({ apiVersion: 'kit/v1', kind: 'Config', metadata: { name: 'c' }, spec: { data } })

test('random bytes are answered with 400 and the connection is closed', async () => {
  for (let round = 0; round < 20; round++) {
    const answer = await exchange(Buffer.concat([randomBytes(1 + round * 997), Buffer.from('\r\n\r\n')]))
    assert.match(answer, /^HTTP\/1\.1 400 /)
  }
  await stillServes()
})

test('headers that are too large are refused with 431', async () => {
  const get = (headers: string): Promise<string> => exchange(`GET /readyz HTTP/1.1\r\nhost: kit\r\n${headers}\r\n\r\n`)
  assert.match(await get(`x-much: ${'a'.repeat(20_000)}`), /^HTTP\/1\.1 431 /)
  const many = (count: number): string => Array.from({ length: count }, (_, at) => `x-${at}: ${at}`).join('\r\n')
  assert.match(await get(many(2_000)), /^HTTP\/1\.1 431 /)
  // While so much is still on its way, the end of the connection may overtake the answer.
  for (const headers of [`x-much: ${'a'.repeat(16 * 1024 * 1024)}`, many(500_000)])
    assert.doesNotMatch(await get(headers), /^HTTP\/1\.1 (?!431)/)
  await stillServes()
})

test('a body over the bound is refused with its bound, whether its length is told before or not', async () => {
  const bound = 3 * 1024 * 1024
  const head = 'POST /apis/kit/v1/configs HTTP/1.1\r\nhost: kit\r\ncontent-type: application/json\r\nconnection: close\r\n'
  // No more is sent than it takes: while much is on its way, the end of the connection may overtake the answer.
  const told = `${head}content-length: ${bound + 1}\r\n\r\n`
  const untold = `${head}transfer-encoding: chunked\r\n\r\n${(bound + 1).toString(16)}\r\n${'A'.repeat(bound + 1)}`
  for (const request of [told, untold]) {
    const answer = await exchange(request)
    assert.match(answer, /^HTTP\/1\.1 413 /)
    assert.match(answer, /RequestEntityTooLarge/)
    assert.match(answer, new RegExp(`at most ${bound} bytes`))
  }
  await stillServes()
})

test('bodies that are not what they say are refused, each with what is wrong', async () => {
  const cases: readonly (readonly [body: Uint8Array | string, status: number, says: RegExp])[] = [
    [randomBytes(1000), 400, /not UTF-8|not JSON/],
    ['{"apiVersion": "kit/v1"', 400, /not JSON/],
    ['', 400, /no body/],
    ['[]', 400, /./],
    ['null', 400, /./],
    ['['.repeat(200_000), 400, /not JSON/],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, 400, /nested more than/],
    [config('A').replace('"kit/v1"', '"kit/v1","__proto__":{"polluted":true}'), 400, /__proto__/],
  ]
  for (const [body, status, says] of cases) {
    const answer = await post(body)
    assert.equal(answer.status, status, answer.text)
    assert.match(answer.text, says)
    assert.match(answer.text, /"kind":"Status"/)
  }
  await stillServes()
})

test('a length that is not true, a second length, and an upgrade do no harm', async () => {
  const head = 'POST /apis/kit/v1/configs HTTP/1.1\r\nhost: kit\r\ncontent-type: application/json\r\n'
  assert.match(await exchange(`${head}content-length: 5\r\ncontent-length: 6\r\n\r\nhello!`), /^HTTP\/1\.1 400 /)
  assert.match(await exchange(`${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`), /^HTTP\/1\.1 400 /)
  assert.match(await exchange(`${head}content-length: many\r\n\r\n`), /^HTTP\/1\.1 400 /)
  await stillServes()
})

test('two hundred clients that send one byte and wait hinder nobody', async () => {
  const slow = Array.from({ length: 200 }, (): Socket => {
    const socket = connect(socketPath())
    socket.on('error', () => {})
    socket.write('G')
    return socket
  })
  const halfBody = connect(socketPath())
  halfBody.on('error', () => {})
  halfBody.write('POST /apis/kit/v1/configs HTTP/1.1\r\nhost: kit\r\ncontent-length: 1000\r\n\r\n{')
  try {
    await stillServes()
    assert.equal((await post(config('YQ=='))).status, 201)
  } finally {
    for (const socket of [...slow, halfBody]) socket.destroy()
  }
  await stillServes()
})

/** What the daemon has in memory, bytes. */
function memoryBytes(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${daemon}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}

/** A request whose answer nobody reads. Resolves when the first bytes have come. */
function stalled(path: string): Promise<Socket> {
  const socket = connect(socketPath())
  socket.on('error', () => {})
  socket.write(`GET ${path} HTTP/1.1\r\nhost: kit\r\n\r\n`)
  return new Promise((resolve) => socket.once('readable', () => resolve(socket)))
}

test('a reader of a flooding log that stops reading stops the log, not the daemon, the task, or other readers', async () => {
  if (process.platform !== 'linux') return console.log('skipped: the memory of the daemon, because it is read from /proc')
  const flood = `services: {flood: {image: x, command: [sh, -c, "yes $$(head -c 200 /dev/zero | tr '\\\\0' x)"], stop_grace_period: 1s, deploy: {update_config: {monitor: 100ms}}}}`
  await cluster.kit('apply', '-f', cluster.file('flood.yml', flood))
  const [task] = await cluster.tasks('flood_flood')
  const log = join(cluster.directory, 'node-1', 'tasks', 'tasks', task?.metadata.name ?? '', 'log.0')
  const before = memoryBytes()
  const sockets = await Promise.all(Array.from({ length: 5 }, () => stalled(`/apis/kit/v1/tasks/${task?.metadata.name}/log?follow=true`)))
  try {
    // The log is turned over several times meanwhile: far more passes than the daemon may keep.
    let turns = 0
    let file = 0
    await eventually(() => {
      const { ino } = statSync(log)
      if (ino !== file) turns += 1
      file = ino
      assert.ok(turns >= 20, `${turns} turns`)
    })
    assert.match(await cluster.kit('logs', `task/${task?.metadata.name}`, '--tail', '2'), /^x{200}\nx{200}\n$/)
    assert.ok(memoryBytes() - before < 150 * 1024 * 1024, `the daemon grew from ${before} to ${memoryBytes()} bytes`)
    assert.equal((await cluster.tasks('flood_flood'))[0]?.metadata.name, task?.metadata.name)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  await cluster.kit('delete', 'stack/flood')
  await stillServes()
})
