// A published port beside a direct connection to the same program, and beside Docker's own proxy where there is
// one: requests on 64 kept connections (one at a time on each), one stream and sixteen, memory of idle connections.
// Client, proxy and backend are three processes; the CPU figure is the proxy's alone.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../e2e/free-address.ts'
import { usageOf } from './daemon.ts'
import { print } from './figure.ts'

const connections = 64
const measureMs = 3_000
const warmUpMs = 1_000
/** Docker's proxy takes six descriptors for each connection: two sockets and the pipes between them. */
const idleConnections = { kit: 10_000, docker: 1_000 }
/** What a proxy has open besides connections: event loop, standard streams, listeners. Ample. */
const ownDescriptors = 100
/** Connections that are opened at the same time. */
const openingAtOnce = 200
const request = Buffer.from('GET / HTTP/1.1\r\nHost: bench\r\n\r\n')
const streamRequest = Buffer.from('GET /stream HTTP/1.1\r\nHost: bench\r\n\r\n')
const dockerProxy = ['/usr/bin/docker-proxy', '/usr/sbin/docker-proxy', '/usr/libexec/docker/docker-proxy'].find((path) => existsSync(path))

interface Way {
  readonly name: string
  readonly port: number
  readonly process?: ChildProcess
  /** Of the backend, behind whatever. */
  readonly answerBytes?: number
}

const backend = await start('backend')
const kit = await start('kit', backend.port)
const docker = await startDockerProxy(backend.port)
const { answerBytes = 0 } = backend
const direct: Way = { name: 'direct', port: backend.port }
const ways = [direct, kit, ...(docker === undefined ? [] : [docker])]
try {
  // First, while nothing has been freed that could be used again.
  await measureMemory(kit, idleConnections.kit)
  if (docker !== undefined) await measureMemory(docker, idleConnections.docker)
  for (const way of ways) await measureRequests(way)
  for (const way of ways) for (const streams of [1, 16]) await measureStreams(way, streams)
} finally {
  for (const { process: child } of [backend, ...ways]) child?.kill()
}

async function measureRequests(way: Way): Promise<void> {
  const sockets = await open(way.port, connections)
  const latencies: number[] = []
  let isMeasuring = false
  let isOver = false
  for (const socket of sockets) {
    let sentMs = performance.now()
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
      if (received < answerBytes) return
      received = 0
      const nowMs = performance.now()
      if (isMeasuring) latencies.push(nowMs - sentMs)
      sentMs = nowMs
      if (!isOver) socket.write(request)
    })
    socket.write(request)
  }
  await sleep(warmUpMs)
  const cpuBefore = cpuMs(way)
  isMeasuring = true
  await sleep(measureMs)
  isMeasuring = false
  const cpu = cpuMs(way) - cpuBefore
  isOver = true
  for (const socket of sockets) socket.destroy()
  latencies.sort((a, b) => a - b)
  const details = { connections, seconds: measureMs / 1000 }
  print({ name: `requests, ${way.name}`, value: latencies.length / (measureMs / 1000), unit: 'requests/s', with: details })
  print({ name: `request p50, ${way.name}`, value: 1000 * quantile(latencies, 0.5), unit: 'µs' })
  print({ name: `request p99, ${way.name}`, value: 1000 * quantile(latencies, 0.99), unit: 'µs' })
  if (way.process !== undefined) print({ name: `CPU per request, ${way.name}`, value: (1000 * cpu) / latencies.length, unit: 'µs' })
}

async function measureStreams(way: Way, streams: number): Promise<void> {
  const sockets = await open(way.port, streams)
  let bytes = 0
  for (const socket of sockets) {
    socket.on('data', (chunk) => (bytes += chunk.length))
    socket.write(streamRequest)
  }
  await sleep(warmUpMs)
  const before = bytes
  const startMs = performance.now()
  await sleep(measureMs)
  const gigabits = ((bytes - before) * 8) / 1e6 / (performance.now() - startMs)
  for (const socket of sockets) socket.destroy()
  print({ name: `throughput of ${streams} ${streams === 1 ? 'stream' : 'streams'}, ${way.name}`, value: gigabits, unit: 'Gbit/s' })
}

/** Resident memory of the proxy; buffers of the kernel are not in it. A proxy holds two descriptors for each connection. */
async function measureMemory(way: Way, wanted: number): Promise<void> {
  const limit = Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Number.POSITIVE_INFINITY)
  const possible = Math.min(wanted, (limit - ownDescriptors) / 2)
  const count = Math.floor(possible / openingAtOnce) * openingAtOnce
  const before = rssMiB(way)
  const sockets: Socket[] = []
  while (sockets.length < count) sockets.push(...(await open(way.port, openingAtOnce)))
  await Promise.all(
    sockets.map((socket) => {
      const answered = new Promise<void>((resolve, reject) => {
        socket.once('data', () => resolve())
        socket.once('close', () => reject(new Error(`${way.name} closed a connection`)))
      })
      socket.write(request)
      return answered
    }),
  )
  print({
    name: `memory per idle connection, ${way.name}`,
    value: ((rssMiB(way) - before) * 1024) / count,
    unit: 'KiB',
    with: { connections: count, baseMiB: Math.round(before) },
  })
  for (const socket of sockets) socket.destroy()
}

function open(port: number, count: number): Promise<Socket[]> {
  return Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
            socket.off('error', reject)
            socket.on('error', () => {})
            resolve(socket)
          })
          socket.once('error', reject)
        }),
    ),
  )
}

async function start(role: string, target?: number): Promise<Way> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'proxy-child.ts'), role, `${target ?? ''}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(String(text)))
    child.once('exit', (code) => reject(new Error(`${role} ended with ${code}`)))
  })
  const [port = 0, length = 0] = said.split(' ').map(Number)
  return { name: role, port, process: child, answerBytes: length }
}

/** It reports on descriptor 3 that it listens, and is ended with us. */
async function startDockerProxy(target: number): Promise<Way | undefined> {
  if (dockerProxy === undefined) {
    console.error('docker-proxy: not on this machine')
    return undefined
  }
  const port = await freePort()
  const own = ['-proto', 'tcp', '-host-ip', '127.0.0.1', '-host-port', `${port}`]
  const container = ['-container-ip', '127.0.0.1', '-container-port', `${target}`]
  const child = spawn(dockerProxy, [...own, ...container], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] })
  await new Promise<void>((resolve, reject) => {
    child.stdio[3]?.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`docker-proxy ended with ${code}`)))
  })
  return { name: 'docker-proxy', port, process: child }
}

function cpuMs({ process: child }: Way): number {
  return child?.pid === undefined ? 0 : usageOf(child.pid).cpuMs
}

function rssMiB({ process: child }: Way): number {
  return child?.pid === undefined ? 0 : usageOf(child.pid).rssMiB
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
