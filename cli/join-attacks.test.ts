// A real manager on a real socket, and what machines try with it that should not: each gets nowhere, leaves a line
// in the log that holds no secret, and keeps no worker from its work.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { Executor } from '../agent/executor.ts'
import type { Cluster } from '../api/objects.ts'
import type { Store } from '../api/store.ts'
import { makeToken } from '../ca/join-token.ts'
import type { FrameStream } from '../effects/effects.ts'
import { createClock } from '../effects/real/clock.ts'
import { createDisk } from '../effects/real/disk.ts'
import { createKeys } from '../effects/real/keys.ts'
import { createRandom } from '../effects/real/random.ts'
import type { NodeNetwork } from '../node/network.ts'
import { createNode } from '../node/node.ts'
import { type NetworkFlags, openRealNetwork } from './open-network.ts'

type Line = Readonly<Record<string, unknown>> & { readonly level: string; readonly message: string }

const home = mkdtempSync(join(tmpdir(), 'kit-attacks-'))
const stop = new AbortController()
const lines: Line[] = []
const write =
  (level: string) =>
  (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
    void lines.push({ ...fields, level, message })
const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
const deps = { clock: createClock(), random: createRandom(), keys: createKeys(), disk: createDisk(), log }
/** Runs nothing: no service is made here. */
const executor = {
  name: 'simulated',
  describe: () => Promise.resolve({ platform: { os: 'linux', arch: 'x64' }, resources: { cpus: 1, memoryBytes: 1e9 } }),
  list: () => Promise.resolve([]),
} as unknown as Executor
const portServer = { listen: () => Promise.reject(new Error('nothing is published')) }

let at = ''
let store: Store
let running: Promise<unknown>

function cluster(): { readonly ca: NonNullable<Cluster['status']['ca']>; readonly tokens: NonNullable<Cluster['status']['joinTokens']> } {
  const { ca, joinTokens } = store.view.get('Cluster', 'default')?.status ?? {}
  assert.ok(ca !== undefined && joinTokens !== undefined)
  return { ca, tokens: joinTokens }
}

async function until(look: () => void): Promise<void> {
  for (const deadline = performance.now() + 20_000; ; ) {
    try {
      return look()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function start(network: NodeNetwork, name: string): Promise<Awaited<ReturnType<typeof createNode>>> {
  const { identity, transport, managers, advertise, onCertificate, certificate } = network
  return await createNode(
    { ...deps, transport },
    {
      ...{ identity, directory: join(home, name), hostname: name, executor, portServer, managers, onCertificate },
      ...(advertise === undefined ? {} : { advertise }),
      ...(certificate === undefined ? {} : { certificate }),
      ...{ labels: {}, engineLabels: {}, version: 'test' },
    },
  )
}

before(async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  assert.ok(typeof address === 'object' && address !== null)
  at = `127.0.0.1:${address.port}`
  await new Promise((resolve) => holder.close(resolve))
  const network = await openRealNetwork(deps, join(home, 'm'), { hostname: 'm', labels: {}, listenRemoteApi: at }, stop.signal)
  const node = await start(network, 'm')
  assert.ok(node.store !== undefined)
  store = node.store
  running = Promise.all([node.run(stop.signal), network.run(stop.signal, node.store)]).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  await until(() => assert.ok(lines.some(({ message }) => message === 'Listening for other nodes')))
})
after(async () => {
  stop.abort()
  await running
  rmSync(home, { recursive: true, force: true })
})

const enter = (name: string, more: Partial<NetworkFlags> = {}): Promise<NodeNetwork> =>
  openRealNetwork(
    deps,
    join(home, name),
    { hostname: name, labels: {}, joinAddr: at, joinToken: cluster().tokens.worker, ...more },
    stop.signal,
  )

/** The one warning that came since, about a refusal. */
async function refusal(since: number): Promise<Line> {
  const found = (): readonly Line[] => lines.slice(since).filter(({ level, message }) => level === 'warn' && message.startsWith('Refused'))
  await until(() => assert.ok(found().length > 0))
  const [line, ...more] = found()
  assert.ok(line !== undefined)
  assert.deepEqual(more, [])
  return line
}

test('a wrong token, and that of managers, are refused with one line each', async () => {
  let since = lines.length
  await assert.rejects(enter('w0', { joinToken: makeToken(cluster().ca.certificate, deps.random) }), /the join token is not valid/)
  assert.equal((await refusal(since))['reason'], 'Forbidden')
  since = lines.length
  await assert.rejects(enter('w0', { joinToken: cluster().tokens.manager }), /takes workers only/)
  assert.match(String((await refusal(since))['why']), /that is the token of managers/)
  assert.equal([...store.view.list('Node')].length, 1)
})

test('a worker may not open raft, nor a session in the name of another node', async () => {
  const worker = await enter('w1')
  const since = lines.length
  await assert.rejects(worker.transport.connect(at, 'raft', stop.signal), /a worker may not open raft/)
  const line = await refusal(since)
  assert.deepEqual([line['code'], line['protocol'], line['object']], ['Forbidden', 'raft', `Node/${worker.identity.nodeId}`])
  const stream = await worker.transport.connect(at, 'dispatcher', stop.signal)
  const [manager] = [...store.view.list('Node')].filter(({ spec }) => spec.role === 'Manager')
  await stream.send(Buffer.from(JSON.stringify({ type: 'hello', nodeName: manager?.metadata.name, description: {} })))
  assert.match(await firstFrame(stream), /Forbidden.*the connection belongs to/)
})

async function firstFrame(stream: FrameStream): Promise<string> {
  for await (const frame of stream.frames()) return Buffer.from(frame).toString()
  return ''
}

test('a node that is removed loses the streams that it has, and opens no other', async () => {
  const worker = await enter('w2')
  const open = await worker.transport.connect(at, 'dispatcher', stop.signal)
  const ended = firstFrame(open).then(
    () => 'closed',
    (error: Error) => error.message,
  )
  await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: worker.identity.nodeId }] })
  assert.match(await ended, /broke the stream|closed/)
  const since = lines.length
  for (const protocol of ['dispatcher', 'logs', 'exec', 'raft'])
    await assert.rejects(worker.transport.connect(at, protocol, stop.signal), /was removed from the cluster/)
  assert.equal(lines.slice(since).filter(({ code }) => code === 'Removed').length, 4)
})

test('garbage, too much, too little, and 2,000 connections that say nothing keep no worker from its work', async () => {
  const worker = await enter('w3')
  const [host = '', port = ''] = at.split(':')
  const sockets: Socket[] = []
  const raw = (bytes?: Buffer): Socket => {
    const socket = connect(Number(port), host).on('error', () => {})
    if (bytes !== undefined) socket.write(bytes)
    sockets.push(socket)
    return socket
  }
  const inTls = (bytes: Buffer): void => {
    const socket = connectTls({ host, port: Number(port), rejectUnauthorized: false, ALPNProtocols: ['kit/1'] }).on('error', () => {})
    socket.write(bytes)
    sockets.push(socket)
  }
  try {
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff', '\0'.repeat(70_000)]) raw(Buffer.from(bytes, 'latin1'))
    for (const bytes of [[0], [0, 0xff, 0xff, 0xff, 0xff], [9, 0, 0, 0, 0], [0, 0, 0, 0, 2, 0x7b, 0x7d]]) inTls(Buffer.from(bytes))
    const work = async (): Promise<void> => {
      const stream = await worker.transport.connect(at, 'join', stop.signal)
      await stream.send(Buffer.from('{"type":"root"}'))
      assert.match(await firstFrame(stream), /BEGIN CERTIFICATE/)
      stream.close()
    }
    await work()
    for (let batch = 0; batch < 20; batch++) {
      await Promise.all(Array.from({ length: 100 }, () => once(raw(), 'connect')))
      await work()
    }
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})

test('no line of the log holds a key or a token, and only the owner reads what is on disk', () => {
  const { ca, tokens } = cluster()
  const text = JSON.stringify(lines, (_, value: unknown) => (value instanceof Error ? `${value.message} ${value.stack}` : value))
  const secrets = [tokens.worker, tokens.manager, ...ca.key.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'))]
  for (const secret of secrets) assert.ok(!text.includes(secret))
  for (const entry of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const found = lstatSync(join(home, entry))
    assert.equal((found.mode & 0o777).toString(8), found.isDirectory() ? '700' : '600', entry)
  }
})
