// What mutual TLS costs between nodes, beside plain TCP with the same frames: new streams per second (connect,
// prove who one is, be let in, close), frames of 256 bytes one way and there and back, bulk, what a connection
// costs that says nothing, and certificates issued per second. Both ends are in this process, on one thread:
// CPU is that of both.

import { createPublicKey } from 'node:crypto'
import { type AddressInfo, createServer, connect as dialTcp, type Socket } from 'node:net'
import { certificateValidity, issueNodeCertificate } from '../../ca/issue.ts'
import { makeRootCa } from '../../ca/root-ca.ts'
import type { CertifiedNode, FrameStream } from '../../effects/effects.ts'
import type { Credentials } from '../../effects/gate.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createKeys } from '../../effects/real/keys.ts'
import { createRandom } from '../../effects/real/random.ts'
import { FrameReader } from '../../effects/real/tls/frame-codec.ts'
import { fullWindow, SocketFrames } from '../../effects/real/tls/socket-frames.ts'
import { createTlsTransport } from '../../effects/real/tls-transport.ts'
import { createGate } from '../../server/authorization.ts'
import { median, print } from './figure.ts'

const measuredMs = 2_000
const frame = Buffer.alloc(256, 1)
const bulk = Buffer.alloc(1024 * 1024, 1)
const halfOpenCount = 1_500
const clock = createClock()
const deps = { keys: createKeys(), random: createRandom() }
const root = makeRootCa(deps, clock.wallMs())
const stop = new AbortController()

benchIssuing()
const overTls = await tls()
const overTcp = await tcp()
for (const clients of [1, 16]) {
  await benchConnecting('TLS', overTls.connect, clients)
  await benchConnecting('TCP', overTcp.connect, clients)
}
for (const [name, connect] of [
  ['TLS', overTls.connect],
  ['TCP', overTcp.connect],
] as const) {
  await benchFrames(name, await connect('sink'))
  await benchEcho(name, await connect('echo'))
}
await benchHalfOpen(overTls.port)
process.exit(0)

type Connect = (handler: 'sink' | 'echo') => Promise<FrameStream>

function credentialsOf(id: string, role: CertifiedNode['role']): Credentials {
  const key = deps.keys.generate()
  const identity = { kind: 'Node', nodeId: id, role, clusterId: 'bench' } as const
  const certificate = issueNodeCertificate(deps, root, createPublicKey(key), identity, certificateValidity(clock.wallMs()))
  return { clusterId: 'bench', roots: root.certificate, own: { certificate, key } }
}

async function serve(stream: FrameStream, handler: string): Promise<void> {
  for await (const each of stream.frames()) if (handler === 'echo') await stream.send(each)
  stream.close()
}

async function tls(): Promise<{ readonly connect: Connect; readonly port: number }> {
  const gate = createGate({ clock, isRemoved: () => false })
  const transportOf = (credentials: Credentials) =>
    createTlsTransport({ clock, gate, credentials: { current: () => credentials, subscribe: () => () => {} } })
  const server = transportOf(credentialsOf('m', 'Manager'))
  const client = transportOf(credentialsOf('w', 'Worker'))
  void server.serve('logs', (stream) => serve(stream, 'sink'), stop.signal)
  void server.serve('dispatcher', (stream) => serve(stream, 'echo'), stop.signal)
  const port = await server.listen('127.0.0.1', 0, stop.signal)
  return { port, connect: (handler) => client.connect(`127.0.0.1:${port}`, handler === 'echo' ? 'dispatcher' : 'logs', stop.signal) }
}

/** The same frames and window without TLS; the first byte says which handler, and is answered by one. */
async function tcp(): Promise<{ readonly connect: Connect }> {
  const framesOn = (socket: Socket): SocketFrames =>
    new SocketFrames(socket, new FrameReader(), { address: '127.0.0.1', node: undefined }, { receives: fullWindow, sends: fullWindow })
  const server = createServer({ noDelay: true }, (socket) => {
    socket.once('data', (first) => {
      socket.write(first)
      void serve(framesOn(socket), first[0] === 1 ? 'echo' : 'sink')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    connect: async (handler) => {
      const socket = dialTcp({ host: '127.0.0.1', port, noDelay: true })
      socket.write(Buffer.of(handler === 'echo' ? 1 : 0))
      await new Promise((resolve) => socket.once('data', resolve))
      return framesOn(socket)
    },
  }
}

function benchIssuing(): void {
  const key = createPublicKey(deps.keys.generate())
  const validity = certificateValidity(clock.wallMs())
  const started = performance.now()
  let count = 0
  for (; performance.now() - started < measuredMs; count += 1)
    issueNodeCertificate(deps, root, key, { kind: 'Node', nodeId: `n${count}`, role: 'Worker', clusterId: 'bench' }, validity)
  print({ name: 'certificates issued', value: count / (measuredMs / 1000), unit: 'certificates/s' })
}

/** Microseconds of CPU since `before`. */
function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

async function benchConnecting(name: string, connect: Connect, clients: number): Promise<void> {
  const latencies: number[] = []
  const started = performance.now()
  const before = process.cpuUsage()
  const client = async (): Promise<void> => {
    while (performance.now() - started < measuredMs) {
      const at = performance.now()
      ;(await connect('sink')).close()
      latencies.push(performance.now() - at)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  print({
    name: `new streams, ${name}, ${clients} at a time`,
    value: latencies.length / ((performance.now() - started) / 1000),
    unit: 'streams/s',
    with: { medianMs: Number(median(latencies).toFixed(2)), cpuMsEach: Number((cpuSince(before) / 1000 / latencies.length).toFixed(2)) },
  })
}

async function benchFrames(name: string, stream: FrameStream): Promise<void> {
  for (const [what, payload] of [
    ['frames of 256 bytes', frame],
    ['frames of 1 MiB', bulk],
  ] as const) {
    const started = performance.now()
    const before = process.cpuUsage()
    let count = 0
    while (performance.now() - started < measuredMs) {
      await stream.send(payload)
      count += 1
    }
    const seconds = (performance.now() - started) / 1000
    const cpu = { cpuUsEach: Number((cpuSince(before) / count).toFixed(2)) }
    if (payload === bulk) print({ name: `${what}, ${name}`, value: count / seconds, unit: 'MiB/s', with: cpu })
    else print({ name: `${what}, ${name}`, value: count / seconds, unit: 'frames/s', with: cpu })
  }
  stream.close()
}

async function benchEcho(name: string, stream: FrameStream): Promise<void> {
  const frames = stream.frames()[Symbol.asyncIterator]()
  const latencies: number[] = []
  for (const started = performance.now(); performance.now() - started < measuredMs; ) {
    const at = performance.now()
    await stream.send(frame)
    await frames.next()
    latencies.push((performance.now() - at) * 1000)
  }
  const p99 = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length * 0.99)] ?? Number.NaN
  print({ name: `there and back, ${name}`, value: median(latencies), unit: 'µs', with: { p99Us: Math.round(p99) } })
  stream.close()
}

async function benchHalfOpen(port: number): Promise<void> {
  const before = process.memoryUsage().rss
  const sockets = Array.from({ length: halfOpenCount }, (_, at) =>
    dialTcp({ host: '127.0.0.1', port, localAddress: `127.0.0.${2 + (at % 4)}` }).on('error', () => {}),
  )
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  const stream = await overTls.connect('sink')
  stream.close()
  const each = (process.memoryUsage().rss - before) / halfOpenCount / 1024
  print({ name: `half-open connections, ${halfOpenCount}`, value: each, unit: 'KiB each, both ends' })
}
