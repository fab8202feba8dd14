// What people do to a port who are no nodes, and nodes that have gone mad.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { FrameStream } from '../effects.ts'
import { ownVersions } from '../stream-versions.ts'
import { createNode, createRoot, issue, type TestNodeOptions } from './testdata/tls-nodes.ts'
import { encodeFrame, frameTypes } from './tls/frame-codec.ts'
import { encodeHello } from './tls/greeting.ts'
import { fullWindow } from './tls/socket-frames.ts'

interface Test {
  after(run: () => unknown): void
  diagnostic(text: string): void
}

const root = createRoot()
const ownOfWorker = issue(root, { id: 'w', role: 'Worker' })

async function echo(stream: FrameStream): Promise<void> {
  for await (const frame of stream.frames()) await stream.send(frame)
}

async function server(t: Test, limits: TestNodeOptions['limits'] = {}, more: TestNodeOptions = {}) {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const node = createNode(root.certificate, { own: issue(root, { id: 'm' }), limits, ...more })
  void node.transport.serve('dispatcher', echo, stop.signal)
  void node.transport.serve('join', echo, stop.signal)
  const port = await node.transport.listen('127.0.0.1', 0, stop.signal)
  const worker = createNode(root.certificate, { own: ownOfWorker })
  /** A node that behaves still gets through. */
  const works = async (): Promise<void> => {
    const stream = await worker.transport.connect(`127.0.0.1:${port}`, 'dispatcher', stop.signal)
    await stream.send(Buffer.from('ping'))
    for await (const frame of stream.frames()) {
      assert.equal(Buffer.from(frame).toString(), 'ping')
      break
    }
    stream.close()
  }
  const connect = (protocol: string): Promise<FrameStream> => worker.transport.connect(`127.0.0.1:${port}`, protocol, stop.signal)
  return { ...node, port, works, connect, worker, signal: stop.signal }
}

function tcp(t: Test, port: number, from = '127.0.0.1'): Socket {
  const socket = connectTcp({ port, host: '127.0.0.1', localAddress: from })
  socket.on('error', () => {})
  socket.resume()
  t.after(() => socket.destroy())
  return socket
}

/** A client that has a certificate, or none, and none of our manners. */
async function rude(t: Test, port: number, own?: typeof ownOfWorker): Promise<TLSSocket> {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    servername: 'swarm-manager',
    ca: root.certificate,
    ALPNProtocols: ['kit/1'],
    ...(own !== undefined && { cert: own.certificate, key: own.key.export({ type: 'pkcs8', format: 'pem' }) }),
  })
  socket.on('error', () => {})
  t.after(() => socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

/** However it ends. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())))
}

async function clientHello(t: Test): Promise<Buffer> {
  const sink = createServer()
  sink.listen(0, '127.0.0.1')
  await once(sink, 'listening')
  t.after(() => sink.close())
  const address = sink.address()
  assert.ok(typeof address === 'object' && address !== null)
  const client = connectTls({ port: address.port, host: '127.0.0.1', ALPNProtocols: ['kit/1'] })
  client.on('error', () => {})
  const [socket] = (await once(sink, 'connection')) as [Socket]
  const [hello] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  socket.destroy()
  return hello
}

const hello = encodeHello({ protocol: 'dispatcher', window: fullWindow, versions: ownVersions })

test('garbage, cut and lying handshakes are dropped, and others do not notice', async (t) => {
  const { port, works, refused } = await server(t, { handshakeMs: 1_500 })
  const good = await clientHello(t)
  const record = (type: number, length: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.of(type, 3, 1, length >> 8, length & 255), body])
  const changed = Array.from({ length: 60 }, (_, at) => {
    const bytes = Buffer.from(good)
    bytes.writeUInt8(randomBytes(1).readUInt8(), (at * 37) % bytes.length)
    return bytes
  })
  const attempts = [
    Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'),
    Buffer.alloc(100_000),
    ...Array.from({ length: 30 }, () => randomBytes(500)),
    record(0x16, 0xffff, Buffer.alloc(100)),
    record(0x16, 4, Buffer.of(1, 0xff, 0xff, 0xff)),
    record(0x16, 0x4000, Buffer.concat([Buffer.of(1, 0xff, 0xff, 0xff), Buffer.alloc(0x4000 - 4)])),
    ...[1, 5, 6, 40, good.length - 1].map((length) => good.subarray(0, length)),
    ...changed,
  ]
  const closed = attempts.map(async (bytes) => {
    const socket = tcp(t, port)
    socket.write(bytes)
    await closing(socket)
  })
  await works()
  await Promise.all(closed)
  await works()
  assert.ok(refused.length > 30 && refused.every(({ code }) => code === 'Malformed'))
})

test('whoever says nothing, or one byte at a time, is dropped', async (t) => {
  const { port, works } = await server(t, { handshakeMs: 1_500, helloMs: 1_500 })
  const good = await clientHello(t)
  const silent = tcp(t, port)
  const slow = tcp(t, port)
  let sent = 0
  const drip = setInterval(() => slow.write(good.subarray(sent, ++sent)), 50)
  t.after(() => clearInterval(drip))
  const secured = await rude(t, port, ownOfWorker)
  const slowHello = await rude(t, port, ownOfWorker)
  let said = 0
  const dripHello = setInterval(() => slowHello.write(hello.subarray(said, ++said)), 50)
  t.after(() => clearInterval(dripHello))
  secured.resume()
  slowHello.resume()
  const stillThere = await rude(t, port, ownOfWorker)
  stillThere.write(hello)
  await Promise.all([silent, slow, secured, slowHello].map((socket) => closing(socket)))
  await works()
  assert.equal(stillThere.destroyed, false, 'a stream has no such limit')
})

test('thousands of half-open connections do not keep anybody out', async (t) => {
  const { port, works } = await server(t, { halfOpen: 500, halfOpenPerAddress: 300 })
  const good = await clientHello(t)
  const open: Socket[] = []
  for (let round = 0; round < 6; round += 1) {
    const batch = Array.from({ length: 500 }, (_, at) => tcp(t, port, `127.0.0.${2 + (at % 3)}`))
    open.push(...batch)
    await Promise.all(batch.map((socket) => once(socket, 'connect')))
    for (const [at, socket] of batch.entries()) if (at % 2 === 0) socket.write(good.subarray(0, 50))
    await works()
  }
  // The same address as the node's own makes no difference.
  const here = Array.from({ length: 500 }, () => tcp(t, port))
  await Promise.all(here.map((socket) => once(socket, 'connect')))
  await Promise.all(Array.from({ length: 20 }, works))
  // All but those within the bounds have been sent away.
  let [gone, leave] = [0, (): void => {}]
  const enough = new Promise<void>((resolve) => {
    leave = resolve
  })
  for (const socket of open)
    void closing(socket).then(() => {
      gone += 1
      if (gone >= open.length - 500) leave()
    })
  await enough
  for (const socket of [...open, ...here]) socket.destroy()
})

test('whatever strangers come with, it takes little more work than TLS itself: nothing blocks the thread that also leads', async (t) => {
  const { port: own, works } = await server(t)
  const { certificate, key } = issue(root, { id: 'm' })
  const plain = createTlsServer({ cert: certificate, key: key.export({ type: 'pkcs8', format: 'pem' }), ALPNProtocols: ['kit/1'] })
  plain.on('tlsClientError', (_, socket) => socket.destroy())
  plain.on('secureConnection', (socket) => socket.once('data', () => socket.destroy()).on('error', () => {}))
  plain.listen(0, '127.0.0.1')
  await once(plain, 'listening')
  t.after(() => plain.close())
  const { port: bare } = plain.address() as AddressInfo
  const nobody = (says: Buffer) => async (port: number) => {
    const socket = await rude(t, port)
    socket.resume()
    socket.write(says)
    await closing(socket)
  }
  const kinds = {
    async silent(port: number) {
      const socket = tcp(t, port)
      await once(socket, 'connect')
      socket.end()
      await closing(socket)
    },
    async talkative(port: number) {
      const socket = tcp(t, port)
      socket.write('GET / HTTP/1.1\r\n\r\n')
      await closing(socket)
    },
    refused: nobody(hello),
    senseless: nobody(encodeFrame(frameTypes.hello, Buffer.from('{'))),
  }
  // In processor time, of both ends. What else the machine does slows both servers.
  const micros = async (port: number, come: (port: number) => Promise<void>): Promise<number> => {
    const before = process.cpuUsage()
    for (let batch = 0; batch < 5; batch += 1) await Promise.all(Array.from({ length: 10 }, () => come(port)))
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  await works()
  for (const [name, come] of Object.entries(kinds)) {
    const ratios: number[] = []
    for (let round = 0; round < 5; round += 1) ratios.push((await micros(own, come)) / (await micros(bare, come)))
    const ratio = ratios.toSorted((a, b) => a - b)[2] ?? 0
    t.diagnostic(`${name}: ${ratio.toFixed(2)} times what TLS takes`)
    assert.ok(ratio < 3, `${name}: ${ratios.join(', ')}`)
  }
  await works()
})

test('a greeting that makes no sense ends the connection', async (t) => {
  const { port, works, refused } = await server(t)
  const long = Buffer.alloc(5)
  long[0] = frameTypes.data
  long.writeUInt32BE(0xffff_ffff, 1)
  const bad = [
    encodeFrame(frameTypes.data, Buffer.alloc(1)),
    encodeFrame(frameTypes.credit, Buffer.alloc(8)),
    encodeFrame(frameTypes.accepted, Buffer.from('{}')),
    encodeFrame(frameTypes.hello, Buffer.from('{')),
    encodeFrame(frameTypes.hello, Buffer.from('null')),
    encodeFrame(frameTypes.hello, Buffer.from('{"protocol":"dispatcher"}')),
    encodeFrame(frameTypes.hello, Buffer.alloc(5000)),
    long,
    Buffer.alloc(100, 0xff),
    randomBytes(1000).fill(9, 0, 1),
  ]
  for (const bytes of bad) {
    const socket = await rude(t, port, ownOfWorker)
    socket.resume()
    socket.write(bytes)
    await closing(socket)
  }
  assert.deepEqual(new Set(refused.map(({ code }) => code)), new Set(['Malformed']))
  await works()
})

test('a peer that breaks the rules of the stream loses its stream', async (t) => {
  const { port, works, failed } = await server(t)
  const header = Buffer.alloc(5)
  header.writeUInt32BE(9_000_000, 1)
  const credit = Buffer.alloc(8)
  credit.writeUInt32BE(7, 0)
  const bad = [
    header,
    encodeFrame(frameTypes.credit, credit),
    encodeFrame(frameTypes.credit, Buffer.alloc(3)),
    encodeFrame(frameTypes.hello, Buffer.from('{}')),
    Buffer.concat([encodeFrame(frameTypes.close, Buffer.alloc(0)), encodeFrame(frameTypes.data, Buffer.alloc(1))]),
    Buffer.of(99, 0, 0, 0, 0),
  ]
  for (const [at, bytes] of bad.entries()) {
    const socket = await rude(t, port, ownOfWorker)
    socket.resume()
    socket.write(Buffer.concat([hello, bytes]))
    await closing(socket)
    assert.equal(failed.length, at + 1, bytes.toString('hex'))
  }
  await works()
})

test('more than the window allows is not kept', async (t) => {
  const never = new AbortController()
  const node = await server(t)
  let opened: FrameStream | undefined
  void node.transport.serve(
    'logs',
    async (stream) => {
      opened = stream
      await once(never.signal, 'abort')
    },
    node.signal,
  )
  t.after(() => never.abort())
  for (const frame of [Buffer.alloc(0), Buffer.alloc(100_000)]) {
    const socket = await rude(t, node.port, ownOfWorker)
    socket.resume()
    socket.write(encodeHello({ protocol: 'logs', window: fullWindow, versions: ownVersions }))
    const closed = closing(socket)
    const bytes = encodeFrame(frameTypes.data, frame)
    for (let count = 0; count < 257; count += 1) socket.write(bytes)
    await closed
    await assert.rejects(async () => {
      for await (const _ of opened?.frames() ?? []);
    }, /no stream of frames/)
  }
})

test('a cut connection is a break, not an end', async (t) => {
  const node = await server(t)
  const ended = Promise.withResolvers<unknown>()
  const read = async (stream: FrameStream): Promise<void> => {
    try {
      for await (const _ of stream.frames());
      ended.resolve('ended')
    } catch (error) {
      ended.resolve(error)
    }
  }
  void node.transport.serve('exec', read, node.signal)
  const socket = await rude(t, node.port, ownOfWorker)
  socket.write(
    Buffer.concat([
      encodeHello({ protocol: 'exec', window: fullWindow, versions: ownVersions }),
      encodeFrame(frameTypes.data, Buffer.alloc(9)).subarray(0, 8),
    ]),
  )
  await once(socket, 'data')
  socket.end()
  assert.match(String(await ended.promise), /connection to w \(127.0.0.1\) broke/)
})

test('a stranger takes little, and not for long', async (t) => {
  const { port, refused, works, signal } = await server(t, { strangerMs: 1_500, strangersPerAddress: 2, helloMs: 60_000 })
  const at = `127.0.0.1:${port}`
  const nobody = createNode('')
  const streams = [await nobody.transport.connectToStranger(at, signal), await nobody.transport.connectToStranger(at, signal)]
  await assert.rejects(nobody.transport.connectToStranger(at, signal), /too many ask to join/)
  await works()
  assert.deepEqual(
    refused.map(({ code, protocol, address }) => [code, protocol, address]),
    [['TooMany', 'join', '127.0.0.1']],
  )
  for (const stream of streams)
    await assert.rejects(async () => {
      for await (const _ of stream.frames());
    }, /broke/)
  const again = await nobody.transport.connectToStranger(at, signal)
  again.close()
  const socket = await rude(t, port)
  socket.resume()
  const header = Buffer.alloc(5)
  header.writeUInt32BE(64 * 1024 + 1, 1)
  socket.write(Buffer.concat([encodeHello({ protocol: 'join', window: fullWindow, versions: ownVersions }), header]))
  await closing(socket)
})

test('one node cannot take all streams, and others can still connect', async (t) => {
  const node = await server(t, { streamsPerNode: 3 })
  const streams = [await node.connect('dispatcher'), await node.connect('dispatcher'), await node.connect('dispatcher')]
  await assert.rejects(node.connect('dispatcher'), /node w has 3 streams open/)
  const other = createNode(root.certificate, { own: issue(root, { id: 'w2', role: 'Worker' }) })
  const stream = await other.transport.connect(`127.0.0.1:${node.port}`, 'dispatcher', node.signal)
  stream.close()
  streams[0]?.close()
  for (let tries = 0; ; tries += 1) {
    try {
      ;(await node.connect('dispatcher')).close()
      break
    } catch (error) {
      assert.ok(tries < 1000 && /streams open/.test(String(error)), String(error))
    }
  }
})

test('a chain of certificates that is far too long is refused while it comes', async (t) => {
  const { port, works, refused } = await server(t)
  const chain = ownOfWorker.certificate + issue(root).certificate.repeat(400)
  const mad = createNode(root.certificate, { own: { certificate: chain, key: ownOfWorker.key } })
  await assert.rejects(mad.transport.connect(`127.0.0.1:${port}`, 'dispatcher', new AbortController().signal))
  assert.equal(refused[0]?.code, 'Malformed')
  await works()
})

test('frames of all sizes pass both ways at once', async (t) => {
  const { connect } = await server(t)
  const stream = await connect('dispatcher')
  const sizes = [8 * 1024 * 1024, 0, 1, 65_535, 65_536, 1_048_576, 70_000, 5, 3 * 1024 * 1024]
  const frames = sizes.map((size) => randomBytes(size))
  const sending = (async () => {
    for (const frame of frames) await stream.send(frame)
  })()
  let at = 0
  for await (const frame of stream.frames()) {
    assert.ok(Buffer.from(frame).equals(frames[at] ?? Buffer.alloc(0)), `frame ${at}`)
    at += 1
    if (at === frames.length) break
  }
  await sending
  await assert.rejects(stream.send(Buffer.alloc(8 * 1024 * 1024 + 64 * 1024 + 1)), /too long/)
  stream.close()
})

test('what was sent before a close arrives, however much it is', async (t) => {
  const node = await server(t)
  const counted = Promise.withResolvers<number>()
  const count = async (stream: FrameStream): Promise<void> => {
    let bytes = 0
    for await (const frame of stream.frames()) bytes += frame.length
    counted.resolve(bytes)
  }
  void node.transport.serve('logs', count, node.signal)
  const stream = await node.connect('logs')
  for (let at = 0; at < 1000; at += 1) void stream.send(Buffer.alloc(10_000)) // Nobody waits: far more than the window.
  stream.close()
  assert.equal(await counted.promise, 10_000_000)
})
