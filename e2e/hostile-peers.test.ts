// The port where managers and nodes connect, under connections that say nothing, too little, too slowly or nonsense: three
// managers go on committing with the leader that they have, and what was taken is given back.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { Cluster, eventually } from './cluster.ts'

const cluster = new Cluster()
before(() => cluster.kit('up', '--managers', '3', '--executor', 'process'))
after(() => cluster.remove())

const hosts = ['node-1', 'node-2', 'node-3']
const silentEach = 300
const attackMs = 8_000
const roomBytes = 256 * 1024 * 1024
/** Where it is taken. */
const pouredBytes = 64 * 1024 * 1024
/** Of hundreds of connections. */
const mostRefusals = 50

interface NodeObject {
  readonly status: {
    readonly manager?: { readonly member: string }
    readonly description?: { readonly hostname: string; readonly managerAddress?: string }
  }
}

async function nodes(): Promise<readonly NodeObject['status'][]> {
  const { items } = await cluster.json<{ readonly items: readonly NodeObject[] }>('nodes')
  return items.map(({ status }) => status)
}

const leaderOf = (all: readonly NodeObject['status'][]): string | undefined =>
  all.find(({ manager }) => manager?.member === 'Leader')?.description?.hostname

const pidOf = (host: string): number => Number(/\d+/.exec(readFileSync(join(cluster.directory, host, 'lock'), 'utf8'))?.[0])
const descriptors = (host: string): number => readdirSync(`/proc/${pidOf(host)}/fd`).length
const memoryBytes = (host: string): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pidOf(host)}/status`, 'utf8'))?.[1]) * 1024

async function write(name: string): Promise<void> {
  const text = `apiVersion: kit/v1\nkind: Config\nmetadata: {name: ${name}}\nspec: {data: YQ==}\n`
  await cluster.kit('apply', '-f', cluster.file(`${name}.yml`, text))
}

interface Attack {
  /** Connections that said nothing, and that the manager has ended. */
  silentDropped(): number
  stop(): void
}

/** Everything at once, for a while; those that are dropped come again. */
function attack(host: string, port: number): Attack {
  const sockets = new Set<Socket>()
  let isOver = false
  let silentDropped = 0
  const keep = (open: () => Socket, onDropped = (): void => {}): void => {
    if (isOver) return
    const socket = open()
    sockets.add(socket)
    socket.on('error', () => {}).resume()
    socket.once('close', () => {
      sockets.delete(socket)
      if (!isOver) onDropped()
      setTimeout(() => keep(open, onDropped), 100)
    })
  }
  const raw = (): Socket => connect(port, host)
  const inTls = (): Socket => connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ['kit/1'] })
  for (let count = 0; count < silentEach; count += 1) keep(raw, () => (silentDropped += 1))
  const says = (open: () => Socket, bytes: Buffer) => (): Socket => {
    const socket = open()
    socket.write(bytes)
    return socket
  }
  /** One byte after the other. */
  const drips = (open: () => Socket, bytes: Buffer) => (): Socket => {
    const socket = open()
    let at = 0
    const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), 200)
    socket.once('close', () => clearInterval(timer))
    return socket
  }
  /** As much as is taken of it. */
  const pours = (open: () => Socket, bytes: Buffer) => (): Socket => {
    const socket = open()
    const chunk = Buffer.alloc(1024 * 1024)
    let left = pouredBytes
    const pour = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= chunk.length
        if (!socket.write(chunk)) return
      }
    }
    socket.write(bytes)
    socket.on('drain', pour)
    pour()
    return socket
  }
  const clientHello = Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...randomBytes(64)])
  const huge = Buffer.from([0, 0xff, 0xff, 0xff, 0xff])
  const hello = Buffer.from('{"protocol":"raft","window":{"frames":256,"bytes":1048576,"maxFrameBytes":8454144}}')
  const greeting = Buffer.concat([Buffer.from([4, 0, 0, 0, hello.length]), hello])
  for (let count = 0; count < 10; count += 1) {
    keep(says(raw, randomBytes(70_000)))
    keep(says(raw, Buffer.from('GET / HTTP/1.1\r\n\r\n')))
    keep(drips(raw, clientHello))
    keep(says(inTls, huge))
    keep(pours(inTls, huge))
    keep(drips(inTls, greeting))
    keep(says(inTls, greeting)) // Raft without a certificate.
  }
  return {
    silentDropped: () => silentDropped,
    stop() {
      isOver = true
      for (const socket of sockets) socket.destroy()
    },
  }
}

test('whatever strangers do at the ports of managers, changes go on under the same leader, and nothing is kept of it', async () => {
  const all = await eventually(async () => {
    const found = await nodes()
    assert.equal(found.filter(({ manager }) => manager?.member === 'Leader' || manager?.member === 'Voter').length, 3)
    return found
  })
  const leader = leaderOf(all)
  await write('before')
  const taken = new Map(hosts.map((host) => [host, { descriptors: descriptors(host), memoryBytes: memoryBytes(host) }]))
  const attacks = all.map(({ description }) => {
    const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(description?.managerAddress ?? '') ?? []
    return attack(host, Number(port))
  })
  const written: string[] = []
  try {
    for (const endMs = performance.now() + attackMs; performance.now() < endMs; ) {
      const name = `c-${written.length}`
      await write(name)
      written.push(name)
      for (const host of hosts) assert.ok(memoryBytes(host) - (taken.get(host)?.memoryBytes ?? 0) < roomBytes, `${host} keeps little`)
    }
    await eventually(() => {
      for (const { silentDropped } of attacks) assert.ok(silentDropped() >= silentEach, `${silentDropped()} were dropped that say nothing`)
    })
  } finally {
    for (const each of attacks) each.stop()
  }
  assert.ok(written.length > 3, `${written.length} changes`)
  assert.equal(leaderOf(await nodes()), leader)
  for (const host of hosts) {
    const socket = join(cluster.directory, host, 'kit.sock')
    const names = await cluster.kit('--socket', socket, 'get', 'configs', '-o', 'name')
    for (const name of written) assert.ok(names.includes(`config/${name}\n`), `${name} at ${host}`)
    await eventually(() => assert.ok(descriptors(host) <= (taken.get(host)?.descriptors ?? 0) + 20, `${host} gives descriptors back`))
    const log = readFileSync(join(cluster.directory, host, 'kitd.log'), 'utf8')
    // Of each sort one line in ten seconds.
    const refusals = log.match(/Refused a connection of another machine/g)?.length ?? 0
    assert.ok(refusals < mostRefusals, `${refusals} lines at ${host}`)
    assert.match(log, /"address":"127\..*"Refused a connection of another machine"/)
    assert.doesNotMatch(log, /"address":"unknown"/)
    assert.match(log, /only nodes may open raft, and it has no certificate/)
  }
})
