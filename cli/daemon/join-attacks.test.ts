// A real manager on a real socket, and what machines try with it that should not: each gets nowhere, leaves a line
// in the log that holds no secret, and keeps no worker from its work.

import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { Executor } from '../../agent/executor.ts'
import type { JoinAnswer } from '../../api/join.ts'
import type { Cluster } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import { nameOf, signatureAlgorithm } from '../../ca/certificate.ts'
import { makeCsr } from '../../ca/csr.ts'
import { bitString, decode as decodeDer, encode as encodeDer, integer, sequence, tagged } from '../../ca/der.ts'
import { identityOf } from '../../ca/identity.ts'
import { issueNodeCertificate } from '../../ca/issue.ts'
import { makeToken } from '../../ca/join-token.ts'
import { toPem } from '../../ca/pem.ts'
import { type Authority, makeRootCa } from '../../ca/root-ca.ts'
import type { FrameStream } from '../../effects/effects.ts'
import type { Credentials, NodeTransport } from '../../effects/gate.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createDisk } from '../../effects/real/disk.ts'
import { createHttps } from '../../effects/real/https.ts'
import { createKeys } from '../../effects/real/keys.ts'
import { createRandom } from '../../effects/real/random.ts'
import { until } from '../../effects/real/testdata/until.ts'
import { createTlsTransport } from '../../effects/real/tls-transport.ts'
import type { NodeNetwork } from '../../node/network.ts'
import { createNode } from '../../node/node.ts'
import { createGate } from '../../server/authorization.ts'
import { type NetworkFlags, openRealNetwork } from './open-network.ts'

type Line = Readonly<Record<string, unknown>> & { readonly level: string; readonly message: string }

const hour = 3_600_000
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
let clusterId = ''
let store: Store
let running: Promise<unknown>

function cluster(): { readonly ca: NonNullable<Cluster['status']['ca']>; readonly tokens: NonNullable<Cluster['status']['joinTokens']> } {
  const { ca, joinTokens } = store.view.get('Cluster', 'default')?.status ?? {}
  assert.ok(ca !== undefined && joinTokens !== undefined)
  return { ca, tokens: joinTokens }
}

const managerId = (): string => [...store.view.list('Node')].find(({ spec }) => spec.role === 'Manager')?.metadata.name ?? ''

async function start(network: NodeNetwork, name: string): Promise<Awaited<ReturnType<typeof createNode>>> {
  const { role, transport, managers, advertise, onCertificate, certificate } = network
  return await createNode(
    { ...deps, https: createHttps(), transport },
    {
      ...{ role, directory: join(home, name), hostname: name, executor, portServer, managers, onCertificate },
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
  clusterId = network.role.identity.clusterId
  const node = await start(network, 'm')
  assert.ok(node.store !== undefined)
  store = node.store
  running = Promise.all([node.run(stop.signal), network.run(stop.signal, node.store)]).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  await until('the manager listens', () => lines.some(({ message }) => message === 'Listening for other nodes'))
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
  const found = (): readonly Line[] =>
    lines.slice(since).filter(({ level, message }) => level === 'warn' && /^Refused (a|to)/.test(message))
  await until('the refusal is said', () => found().length > 0)
  const [line, ...more] = found()
  assert.ok(line !== undefined)
  assert.deepEqual(more, [])
  return line
}

test('a wrong token is refused with one line', async () => {
  const since = lines.length
  await assert.rejects(enter('w0', { joinToken: makeToken(cluster().ca.certificate, deps.random) }), /the join token is not valid/)
  assert.equal((await refusal(since))['reason'], 'Forbidden')
  assert.equal([...store.view.list('Node')].length, 1)
})

test('a worker may not open raft, nor a session in the name of another node', async () => {
  const worker = await enter('w1')
  const since = lines.length
  await assert.rejects(worker.transport.connect(at, 'raft', stop.signal), /a worker may not open raft/)
  const line = await refusal(since)
  assert.deepEqual([line['code'], line['protocol'], line['object']], ['Forbidden', 'raft', `Node/${worker.role.identity.nodeId}`])
  const stream = await worker.transport.connect(at, 'dispatcher', stop.signal)
  const before = lines.length
  await stream.send(Buffer.from(JSON.stringify({ type: 'hello', nodeName: managerId(), description: {} })))
  assert.match(await firstFrame(stream), /Forbidden.*the connection belongs to/)
  const refused = await refusal(before)
  assert.deepEqual(
    [refused['object'], refused['address'], refused['reason']],
    [`Node/${worker.role.identity.nodeId}`, '127.0.0.1', 'Forbidden'],
  )
  assert.match(String(refused['why']), /not to '/)
})

test('a node that is removed loses the streams that it has, and opens no other', async () => {
  const worker = await enter('w2')
  const open = await worker.transport.connect(at, 'dispatcher', stop.signal)
  const ended = firstFrame(open).then(
    () => 'closed',
    (error: Error) => error.message,
  )
  await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: worker.role.identity.nodeId }] })
  assert.match(await ended, /broke the stream|closed/)
  const since = lines.length
  for (const protocol of ['dispatcher', 'logs', 'exec', 'raft'])
    await assert.rejects(worker.transport.connect(at, protocol, stop.signal), /was removed from the cluster/)
  assert.equal(lines.slice(since).filter(({ code }) => code === 'Removed').length, 4)
})

/** Streams that no program of ours would open: with these credentials, whatever the protocol. */
function stranger(own: Credentials['own']): NodeTransport {
  const credentials = { clusterId, roots: cluster().ca.certificate, own }
  const gate = { ...createGate({ clock: deps.clock, isRemoved: () => false }), mayOpen: () => true, mayServe: () => true }
  return createTlsTransport({ clock: deps.clock, credentials: { current: () => credentials, subscribe: () => () => undefined }, gate })
}

interface Holder {
  readonly nodeId: string
  readonly role?: 'Worker' | 'Manager'
  readonly clusterId?: string
  readonly fromMs?: number
  readonly toMs?: number
}

function issue(by: Authority, of: Holder): NonNullable<Credentials['own']> {
  const { role = 'Manager', fromMs = -hour, toMs = hour } = of
  const identity = { kind: 'Node', nodeId: of.nodeId, role, clusterId: of.clusterId ?? clusterId } as const
  const key = deps.keys.generate()
  const validity = { notBeforeMs: Date.now() + fromMs, notAfterMs: Date.now() + toMs }
  return { certificate: issueNodeCertificate(deps, by, createPublicKey(key), identity, validity), key }
}

test('whoever is not to be believed is refused at every protocol but join, with a line that says who, from where and why', async () => {
  const { ca } = cluster()
  const root = { certificate: ca.certificate, key: createPrivateKey(ca.key ?? ''), intermediates: '' }
  const other = makeRootCa(deps, Date.now())
  const { nodeId } = (await enter('w4')).role.identity
  const worker = issue(root, { nodeId, role: 'Worker' })
  const identities: readonly (readonly [string, Credentials['own'], string, RegExp, string | undefined])[] = [
    ['nobody', undefined, 'NoCertificate', /has no certificate/, undefined],
    ['of another root', issue(other, { nodeId }), 'NotTrusted', /not signed by the root/, undefined],
    ['of another cluster', issue(other, { nodeId, clusterId: 'other' }), 'WrongCluster', /another cluster \(other, not/, undefined],
    ['our root, another cluster', issue(root, { nodeId, clusterId: 'other' }), 'WrongCluster', /another cluster/, undefined],
    ['signed by itself', { certificate: other.certificate, key: other.key }, 'NotTrusted', /signed by itself/, undefined],
    ['signed by a worker', issue({ ...worker, intermediates: '' }, { nodeId }), 'NotTrusted', /not signed/, undefined],
    ['expired', issue(root, { nodeId, fromMs: -3 * hour, toMs: -hour }), 'Expired', /expired on/, undefined],
    ['not yet valid', issue(root, { nodeId, fromMs: hour, toMs: 2 * hour }), 'NotYetValid', /not valid before/, undefined],
    ['a node that never was', issue(root, { nodeId: 'n0body' }), 'Removed', /was removed/, undefined],
    ['a worker', worker, 'Forbidden', /a worker may not open/, `Node/${nodeId}`],
  ]
  for (const [name, own, code, why, object] of identities) {
    const transport = stranger(own)
    const denied = name === 'a worker' ? ['raft', 'unheard-of'] : ['dispatcher', 'logs', 'exec', 'stats', 'raft', 'unheard-of']
    for (const protocol of denied) {
      const since = lines.length
      await assert.rejects(transport.connect(at, protocol, stop.signal), (error: Error & { code?: string }) => {
        assert.equal(error.code, code, `${name} at ${protocol}: ${error.message}`)
        return why.test(error.message)
      })
      // Of refusals that are alike, the log holds the first in ten seconds.
      const line = lines.slice(since).find(({ message }) => message.startsWith('Refused a'))
      if (line === undefined) continue
      assert.deepEqual([line['level'], line['address'], line['code'], line['object']], ['warn', '127.0.0.1', code, object], name)
    }
    const codes = lines.filter(({ message }) => message === 'Refused a connection of another machine').map((line) => line['code'])
    assert.ok(codes.includes(code), `${name} is in the log`)
  }
  const since = lines.length
  for (let made = 0; made < 20; made++) await assert.rejects(stranger(worker).connect(at, `made-up-${made}`, stop.signal), /may not open/)
  const told = lines.slice(since).filter(({ message }) => message === 'Refused a connection of another machine')
  assert.ok(told.length <= 1, 'names that are made up are of one kind')
})

/** One request on a stream of protocol `join`, as bytes, and the answer. */
async function ask(request: unknown, own?: Credentials['own']): Promise<JoinAnswer> {
  const stream = await stranger(own).connect(at, 'join', stop.signal)
  await stream.send(Buffer.from(JSON.stringify(request)))
  const answer: JoinAnswer = JSON.parse(await firstFrame(stream))
  stream.close()
  return answer
}

/** A request that names its sender, as ours do not. */
function csrNaming(key: KeyObject, role: string, nodeId: string): string {
  const spki = decodeDer(createPublicKey(key).export({ type: 'spki', format: 'der' }))
  const names = [
    ['O', clusterId],
    ['OU', role],
    ['CN', nodeId],
  ] as const
  const content = sequence(integer(Uint8Array.of(0)), nameOf(names), spki, tagged(0))
  return toPem(
    'CERTIFICATE REQUEST',
    encodeDer(sequence(content, signatureAlgorithm(key), bitString(deps.keys.sign(key, encodeDer(content))))),
  )
}

test('whatever a request for a certificate says of its sender, the token decides: no other role, nobody else’s name', async () => {
  const token = cluster().tokens.worker
  for (const named of [managerId(), '../../etc/passwd', 'x'.repeat(200)]) {
    const key = deps.keys.generate()
    const answer = await ask({ type: 'join', token, csr: csrNaming(key, 'swarm-manager', named), hostname: 'x' })
    assert.ok(answer.type === 'issued', JSON.stringify(answer))
    const identity = identityOf(new X509Certificate(answer.certificate))
    assert.deepEqual(identity, { kind: 'Node', nodeId: answer.nodeId, role: 'Worker', clusterId })
    assert.notEqual(answer.nodeId, named)
  }
})

test('a request for a certificate that was overheard is of no use without its key', async () => {
  const token = cluster().tokens.worker
  const key = deps.keys.generate()
  const csr = makeCsr(deps.keys, key)
  const first = await ask({ type: 'join', token, csr, hostname: 'x' })
  assert.ok(first.type === 'issued')
  const nodes = [...store.view.list('Node')].length
  const again = await ask({ type: 'join', token, csr, hostname: 'y' })
  assert.ok(again.type === 'issued' && again.nodeId === first.nodeId && new X509Certificate(again.certificate).checkPrivateKey(key))
  assert.equal([...store.view.list('Node')].length, nodes)
  const refused = async (request: unknown, own: Credentials['own'], reason: string, object?: string): Promise<void> => {
    const since = lines.length
    const answer = await ask(request, own)
    assert.deepEqual([answer.type, answer.type === 'refused' && answer.reason], ['refused', reason])
    const line = await refusal(since)
    assert.deepEqual([line['address'], line['reason'], line['object']], ['127.0.0.1', reason, object])
  }
  await refused({ type: 'renew', csr }, undefined, 'Unauthorized')
  const thief = await enter('w5')
  const { certificate } = thief
  assert.ok(certificate !== undefined)
  const own = { certificate: certificate.certificate, key: certificate.key }
  // Otherwise the one whose key it is would be taken for the thief when it joins again.
  await refused({ type: 'renew', csr }, own, 'Forbidden', `Node/${certificate.nodeId}`)
})

test('labels and host names that look like paths stay words, or are refused', async () => {
  const token = cluster().tokens.worker
  const csr = (): string => makeCsr(deps.keys, deps.keys.generate())
  for (const labels of [{ '../../evil': 'x' }, { 'a\u0000': 'x' }, { '/etc/evil': '' }]) {
    const answer = await ask({ type: 'join', token, csr: csr(), hostname: 'x', labels })
    assert.deepEqual([answer.type, answer.type === 'refused' && answer.reason], ['refused', 'Invalid'], JSON.stringify(labels))
    assert.ok(lines.some((line) => line['reason'] === 'Invalid' && /the labels of the node cannot be taken/.test(String(line['why']))))
  }
  const long = await ask({ type: 'join', token, csr: csr(), hostname: 'x'.repeat(63_000) })
  assert.ok(long.type === 'refused' || long.type === 'issued')
  const worker = await enter('w6', { hostname: '../../../evil\u001b[31m' })
  const session = await worker.transport.connect(at, 'dispatcher', stop.signal)
  const description = {
    hostname: '../../../evil',
    platform: { os: 'linux', arch: 'x64' },
    resources: { cpus: 1, memoryBytes: 1e9 },
    executor: 'x',
  }
  await session.send(Buffer.from(JSON.stringify({ type: 'hello', nodeName: worker.role.identity.nodeId, description })))
  await until(
    'the node has described itself',
    () => store.view.get('Node', worker.role.identity.nodeId)?.status.description?.hostname === '../../../evil',
  )
  session.close()
  for (const entry of readdirSync(home, { recursive: true, encoding: 'utf8' })) assert.doesNotMatch(entry, /evil/)
  assert.deepEqual(
    lines.filter(({ message }) => message.includes('evil')),
    [],
    'what somebody says is a value of a line, never its message',
  )
})

async function firstFrame(stream: FrameStream): Promise<string> {
  for await (const frame of stream.frames()) return Buffer.from(frame).toString()
  return ''
}

test('garbage, too much, too little, and 10,000 connections that say nothing keep no worker from its work', async () => {
  const worker = await enter('w3')
  const [host = '', port = ''] = at.split(':')
  const sockets: Socket[] = []
  let flood: ChildProcessByStdio<null, Readable, null> | undefined
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
    const rssBefore = process.memoryUsage().rss
    // Another process, for the sake of the number of file descriptors.
    flood = spawn(process.execPath, ['-e', silentClients, host, port, '10000'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const flooded = once(flood.stdout, 'data')
    let done = false
    void flooded.then(() => {
      done = true
    })
    while (!done) await work()
    await work()
    assert.ok(process.memoryUsage().rss - rssBefore < 256 * 1024 * 1024, 'what waits is bounded')
  } finally {
    flood?.kill('SIGKILL')
    for (const socket of sockets) socket.destroy()
  }
})

/** `HOST PORT COUNT`: connects that often and says nothing; prints a line when all were connected. Who is sent away does not come back. */
const silentClients = `
const [host, port, count] = process.argv.slice(1)
const { connect } = require('node:net')
let begun = 0
let connected = 0
const open = () => {
  if (begun++ >= count) return
  connect(port, host).on('error', () => {}).once('connect', () => {
    if (++connected == count) console.log('all')
    open()
  })
}
for (let at = 0; at < 200; at++) open()`

test('no line of the log holds a key or a token, and only the owner reads what is on disk', () => {
  const { ca, tokens } = cluster()
  const text = JSON.stringify(lines, (_, value: unknown) => (value instanceof Error ? `${value.message} ${value.stack}` : value))
  const secrets = [tokens.worker, tokens.manager, ...(ca.key ?? '').split('\n').filter((line) => line.length > 20 && !line.startsWith('-'))]
  assert.ok(secrets.length > 3)
  for (const secret of secrets) assert.ok(!text.includes(secret))
  for (const entry of readdirSync(home, { recursive: true, encoding: 'utf8' })) {
    const found = lstatSync(join(home, entry))
    assert.equal((found.mode & 0o777).toString(8), found.isDirectory() ? '700' : '600', entry)
  }
})
