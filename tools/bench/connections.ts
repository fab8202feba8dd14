// Ten thousand clients at once of one published port, over two nodes of a cluster that `kit up` started: half of them at the
// address of each, where its kitd passes them on to the task of its own. All are connected and answered, stay for a while,
// and are answered again, all in one moment, on the connections that they kept.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect as dial, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../../cli/connect.ts'
import { createClock } from '../../effects/real/clock.ts'
import { lockHolder } from '../../effects/real/directory-lock.ts'
import { usageOf } from './daemon.ts'
import { print } from './figure.ts'

/** Each takes two descriptors of its node's kitd. */
const connectionsPerNode = 5_000
const openingAtOnce = 100
const idleMs = 30_000
const request = 'GET / HTTP/1.1\r\nHost: bench\r\n\r\n'
const program = `
const server = require('node:http').createServer({ keepAliveTimeout: 0 }, (request, response) => response.end('here'))
server.listen({ port: process.env.PORT, host: '127.0.0.1', backlog: 1024 })
`
const stack = `
name: bench
services:
  web:
    image: none
    command: [${JSON.stringify(process.execPath)}, -e, ${JSON.stringify(program)}]
    ports: [{ target: 80 }]
    deploy: { mode: global }
`
const root = join(import.meta.dirname, '../..')
const home = mkdtempSync(join(tmpdir(), 'kit-bench-'))
const directories = ['node-1', 'node-2'].map((name) => join(home, 'k', name))
try {
  const file = join(home, 'bench.yml')
  writeFileSync(file, stack)
  kit('up', '--workers', '1', '--executor', 'process', file)
  await measure(await findAddresses())
} finally {
  kit('down', '--purge')
  rmSync(home, { recursive: true })
}

async function measure(places: readonly { readonly host: string; readonly port: number }[]): Promise<void> {
  const idleMiB = memoryMiB()
  const beganMs = performance.now()
  const all = (
    await Promise.all(
      places.map(async ({ host, port }) => {
        const sockets: Socket[] = []
        while (sockets.length < connectionsPerNode) {
          const more = await Promise.all(Array.from({ length: openingAtOnce }, () => open(host, port)))
          await Promise.all(more.map(ask))
          sockets.push(...more)
        }
        return sockets
      }),
    )
  ).flat()
  const connections = all.length
  print({ name: 'connections at once, connected and answered', value: connections, unit: 'connections', with: { nodes: places.length } })
  print({ name: 'time to connect and answer all', value: (performance.now() - beganMs) / 1000, unit: 's' })
  const [cpuBefore, usedMiB] = [cpuMs(), memoryMiB()]
  await sleep(idleMs)
  const cpu = (cpuMs() - cpuBefore) / (10 * (idleMs / 1000)) / places.length
  print({ name: 'CPU of a kitd while they are idle', value: cpu, unit: '% of a core', with: { seconds: idleMs / 1000 } })
  const memoryPerConnection = ((usedMiB - idleMiB) * 1024) / connections
  const base = Math.round(idleMiB / places.length)
  print({ name: 'memory of a kitd for each connection', value: memoryPerConnection, unit: 'KiB', with: { baseMiB: base } })
  const againMs = performance.now()
  await Promise.all(all.map(ask))
  print({ name: 'time to answer all, asked in one moment', value: (performance.now() - againMs) / 1000, unit: 's' })
  for (const socket of all) socket.destroy()
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dial({ host, port, noDelay: true }, () => {
      socket.off('error', reject)
      socket.on('error', () => {})
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

/** Rejects when the connection is closed instead: not one may be. */
function ask(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void => reject(new Error('a connection was closed'))
    if (socket.destroyed) return closed()
    socket.once('close', closed)
    socket.once('data', () => {
      socket.off('close', closed)
      resolve()
    })
    socket.write(request)
  })
}

async function findAddresses(): Promise<readonly { readonly host: string; readonly port: number }[]> {
  const { client, close } = connect(join(home, 'k/node-1/kit.sock'), createClock())
  const port = (await client.get('Service', 'bench_web')).status.endpoint?.ports?.[0]?.publishedPort
  close()
  if (port === undefined) throw new Error('the service has no port')
  return ['127.0.0.1', '127.0.0.2'].map((host) => ({ host, port }))
}

function kit(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(join(root, 'bin/kit'), ['--dir', join(home, 'k'), ...args], {
    env: { ...process.env, CI: 'true' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`kit ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
}

function usages(): readonly ReturnType<typeof usageOf>[] {
  return directories.map((directory) => usageOf(lockHolder(directory) ?? 0))
}

function cpuMs(): number {
  return usages().reduce((sum, usage) => sum + usage.cpuMs, 0)
}

function memoryMiB(): number {
  return usages().reduce((sum, usage) => sum + usage.rssMiB, 0)
}
