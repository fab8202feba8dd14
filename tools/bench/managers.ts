// Three managers, built daemons on loopback addresses of one machine, over TLS, each with its own log and fsync on. Writes
// per second through the leader's socket and through another manager's, which hands them on; and how long nobody can write
// after the leader was killed: from the signal to the next write that is acknowledged, by a client that asks another
// manager all the time.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, connect } from '../../cli/connect.ts'
import { createClock } from '../../effects/real/clock.ts'
import { median, print } from './figure.ts'

const hosts = ['m1', 'm2', 'm3'] as const
type Host = (typeof hosts)[number]

const clientCounts = [1, 16, 64, 256]
const measuredMs = 3_000
const kills = 20
const clock = createClock()
const home = mkdtempSync(join(tmpdir(), 'kit-bench-'))
const kitd = join(import.meta.dirname, '../../dist/kitd.mjs')
const data = Buffer.alloc(150, 'x').toString('base64')
const addresses = new Map<Host, string>()
const daemons = new Map<Host, ChildProcess>()
const connections = new Map<Host, Connection>()
let serial = 0

for (const [at, host] of hosts.entries()) addresses.set(host, await freeAddress(`127.0.0.${at + 1}`))
try {
  await start('m1')
  const { status } = await until(async () => {
    const cluster = await client('m1').get('Cluster', 'default')
    return cluster.status.joinTokens === undefined ? undefined : cluster
  })
  const joining = ['--join-addr', addressOf('m1'), '--join-token', status.joinTokens?.manager ?? '']
  await Promise.all([start('m2', ...joining), start('m3', ...joining)])
  await until(async () => ((await members()).size === 3 ? true : undefined))
  await measureWrites()
  await measureFailover()
} finally {
  for (const { close } of connections.values()) close()
  for (const daemon of daemons.values()) daemon.kill('SIGKILL')
  await sleep(200)
  rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}

async function measureWrites(): Promise<void> {
  const leading = await leader()
  const other = hosts.find((host) => host !== leading) ?? leading
  for (const [name, host] of [['the leader', leading] as const, ['another manager', other] as const])
    for (const clients of clientCounts) {
      const latencies: number[] = []
      const began = performance.now()
      const work = async (): Promise<void> => {
        while (performance.now() - began < measuredMs) {
          const before = performance.now()
          await write(host)
          latencies.push(performance.now() - before)
        }
      }
      await Promise.all(Array.from({ length: clients }, work))
      const seconds = (performance.now() - began) / 1000
      print({
        name: `three managers, writes through ${name}, ${clients} clients`,
        value: latencies.length / seconds,
        unit: 'writes/s',
        with: { medianMs: Number(median(latencies).toFixed(2)), p99Ms: Number(quantile(latencies, 0.99).toFixed(2)) },
      })
    }
}

async function measureFailover(): Promise<void> {
  const gaps: number[] = []
  for (let times = 0; times < kills; times += 1) {
    const lost = await leader()
    const other = hosts.find((host) => host !== lost) ?? lost
    const daemon = daemons.get(lost)
    const ended = once(daemon ?? process, 'exit')
    const began = performance.now()
    daemon?.kill('SIGKILL')
    await until(async () => await write(other).then(() => true))
    gaps.push(performance.now() - began)
    await ended
    await start(lost)
    await until(async () => ([...(await members()).values()].every(({ reachable }) => reachable) ? true : undefined))
  }
  print({
    name: `three managers, the leader is killed: until the next write, median of ${kills}`,
    value: median(gaps) / 1000,
    unit: 's',
    with: { p99S: Number((quantile(gaps, 0.99) / 1000).toFixed(2)), bestS: Number((Math.min(...gaps) / 1000).toFixed(2)) },
  })
}

async function write(host: Host): Promise<void> {
  serial += 1
  await client(host).create('Config', { apiVersion: 'kit/v1', kind: 'Config', metadata: { name: `object-${serial}` }, spec: { data } })
}

interface Member {
  readonly host: Host
  readonly member: string
  readonly reachable: boolean
}

/** Those with a say, as any manager knows them. */
async function members(): Promise<ReadonlyMap<Host, Member>> {
  const host = hosts.find((each) => daemons.get(each)?.exitCode === null && daemons.get(each)?.signalCode === null) ?? 'm1'
  const { items } = await client(host).list('Node')
  return new Map(
    items.flatMap(({ status: { description, manager } }): [Host, Member][] => {
      const found = hosts.find((each) => each === description?.hostname)
      return found === undefined || manager === undefined || manager.member === 'Learner' ? [] : [[found, { host: found, ...manager }]]
    }),
  )
}

async function leader(): Promise<Host> {
  return await until(async () => [...(await members()).values()].find(({ member }) => member === 'Leader')?.host)
}

function client(host: Host): Connection['client'] {
  const known = connections.get(host) ?? connect(join(home, host, 'kit.sock'), clock)
  connections.set(host, known)
  return known.client
}

function addressOf(host: Host): string {
  return addresses.get(host) ?? ''
}

async function start(host: Host, ...more: readonly string[]): Promise<void> {
  const args = ['-d', join(home, host), '--hostname', host, '--executor', 'process', '--listen-remote-api', addressOf(host), ...more]
  const daemon = spawn(process.execPath, [kitd, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  daemons.set(host, daemon)
  daemon.stdout?.resume()
  await until(async () => {
    if (daemon.exitCode !== null) throw new Error(`kitd ended with ${daemon.exitCode}; is it built? npm run build`)
    return await client(host)
      .raw({ method: 'GET', path: '/readyz' })
      .then(() => true)
  })
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look().catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('kitd ended')) throw error
      return undefined
    })
    if (found !== undefined) return found
    await sleep(10)
  }
}

async function freeAddress(host: string): Promise<string> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return `${host}:${typeof address === 'object' ? address?.port : 0}`
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN
}
