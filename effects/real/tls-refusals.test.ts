// Who is not let in, and what each side hears about it.

import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { connect as connectRaw, createServer as createTlsServer } from 'node:tls'
import { issueOperatorCertificate } from '../../ca/issue.ts'
import { crossSign, makeRootCa } from '../../ca/root-ca.ts'
import type { FrameStream } from '../effects.ts'
import type { Credentials } from '../gate.ts'
import { ownVersions } from '../stream-versions.ts'
import { createKeys } from './keys.ts'
import { createRandom } from './random.ts'
import { clusterId, createNode, createRoot, issue } from './testdata/tls-nodes.ts'

const { newest: version } = ownVersions

const [hour, day] = [3_600_000, 86_400_000]
const deps = { keys: createKeys(), random: createRandom() }
const protocols = ['dispatcher', 'logs', 'exec', 'raft', 'join', 'unheard-of'] as const
const validity = (fromMs: number, toMs: number) => ({ notBeforeMs: Date.now() + fromMs, notAfterMs: Date.now() + toMs })

async function echo(stream: FrameStream): Promise<void> {
  for await (const frame of stream.frames()) await stream.send(frame)
}

/** A manager that serves every protocol. */
async function manager(t: { after(run: () => void): void }, own: NonNullable<Credentials['own']>, roots: string) {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const served = createNode(roots, { own, isRemoved: (id) => id === 'removed' })
  for (const protocol of protocols) void served.transport.serve(protocol, echo, stop.signal)
  const port = await served.transport.listen('127.0.0.1', 0, stop.signal)
  return { ...served, at: `127.0.0.1:${port}`, port, signal: stop.signal }
}

function operator(root: ReturnType<typeof createRoot>) {
  const key = deps.keys.generate()
  const identity = { kind: 'Operator', user: 'ann', role: 'Admin', clusterId } as const
  return { certificate: issueOperatorCertificate(deps, root, createPublicKey(key), identity, validity(-day, day)), key }
}

test('a manager that may not know the latest members refuses a node that it does not know, and does not call it removed', async (t) => {
  const root = createRoot()
  const stop = new AbortController()
  t.after(() => stop.abort())
  const own = issue(root, { id: 'm' })
  const { transport } = createNode(root.certificate, { own, isRemoved: () => true, knowsMembers: () => false })
  void transport.serve('dispatcher', echo, stop.signal)
  const port = await transport.listen('127.0.0.1', 0, stop.signal)
  const worker = createNode(root.certificate, { own: issue(root, { id: 'w', role: 'Worker' }) })
  const opened = worker.transport.connect(`127.0.0.1:${port}`, 'dispatcher', stop.signal)
  await assert.rejects(opened, { code: 'NotServed', message: /does not know node w, and does not lead/ })
})

test('who may open what: every identity at every protocol', async (t) => {
  const root = createRoot()
  const other = createRoot()
  const server = await manager(t, issue(root, { id: 'm' }), root.certificate)
  const selfSigned = makeRootCa(deps, Date.now())
  const all = protocols.filter((protocol) => protocol !== 'unheard-of')
  const identities: readonly (readonly [name: string, own: Credentials['own'], may: readonly string[], code: string, why: RegExp])[] = [
    ['a manager', issue(root, { id: 'm2' }), all, 'Forbidden', /a manager may not open/],
    ['a worker', issue(root, { id: 'w', role: 'Worker' }), all.filter((each) => each !== 'raft'), 'Forbidden', /a worker may not open/],
    ['nobody', undefined, ['join'], 'NoCertificate', /has no certificate/],
    ['an operator', operator(root), ['join'], 'Forbidden', /a user’s, not a node’s/],
    ['a removed node', issue(root, { id: 'removed' }), ['join'], 'Removed', /node removed was removed from the cluster/],
    [
      'an expired one',
      issue(root, { id: 'w', validity: validity(-3 * day, -2 * hour) }),
      ['join'],
      'Expired',
      /expired on .*clock there says .* clock here .*wrong/,
    ],
    [
      'an early one',
      issue(root, { id: 'w', validity: validity(2 * hour, day) }),
      ['join'],
      'NotYetValid',
      /not valid before .*clock there says .* wrong/,
    ],
    ['another root', issue(other, { id: 'w' }), ['join'], 'NotTrusted', /not signed by the root of this cluster/],
    [
      'another cluster',
      issue(other, { id: 'w', clusterId: 'cluster2' }),
      ['join'],
      'WrongCluster',
      /of another cluster \(cluster2, not cluster1\)/,
    ],
    ['our root, another cluster', issue(root, { id: 'w', clusterId: 'cluster2' }), ['join'], 'WrongCluster', /another cluster/],
    ['signed by itself', { certificate: selfSigned.certificate, key: selfSigned.key }, ['join'], 'NotTrusted', /signed by itself/],
    ['the root itself', { certificate: root.certificate, key: root.key }, ['join'], 'NotTrusted', /names no node/],
    [
      'signed by a worker',
      issue({ ...issue(root, { role: 'Worker' }), intermediates: '' }, { id: 'm3' }),
      ['join'],
      'NotTrusted',
      /not signed/,
    ],
  ]
  for (const [name, own, may, code, why] of identities) {
    const { transport } = createNode(root.certificate, { own })
    // Nodes do not ask for what the table does not have: here they shall.
    const caller = createNode(root.certificate, { own, isOpen: true })
    for (const protocol of protocols) {
      if (may.includes(protocol)) {
        const stream = await transport.connect(server.at, protocol, server.signal)
        await stream.send(Buffer.from('hello'))
        for await (const frame of stream.frames()) {
          assert.equal(Buffer.from(frame).toString(), 'hello')
          break
        }
        assert.deepEqual(stream.peer, { address: '127.0.0.1', node: { id: 'm', role: 'Manager', clusterId }, version })
        stream.close()
      } else {
        const seen = server.refused.length
        await assert.rejects(caller.transport.connect(server.at, protocol, server.signal), (error: Error & { code?: string }) => {
          assert.equal(error.code, code, `${name} at ${protocol}: ${error.message}`)
          assert.match(error.message, why, name)
          assert.ok(error.message.startsWith(server.at), 'the address is named')
          return true
        })
        assert.equal(server.refused.length, seen + 1, `${name} at ${protocol} is recorded`)
        assert.equal(server.refused.at(-1)?.code, code)
        assert.equal(server.refused.at(-1)?.protocol, protocol)
      }
    }
  }
})

test('who may serve: a node does not talk to whoever answers', async (t) => {
  const root = createRoot()
  const other = createRoot()
  const { transport } = createNode(root.certificate, { own: issue(root, { id: 'w', role: 'Worker' }), isRemoved: (id) => id === 'removed' })
  const cases: readonly (readonly [own: NonNullable<Credentials['own']>, code: string, why: RegExp])[] = [
    [issue(root, { id: 'w2', role: 'Worker' }), 'Forbidden', /is node w2, a worker, which may not serve dispatcher/],
    [issue(other), 'NotTrusted', /cannot be trusted: the certificate is not signed by the root of this cluster/],
    [issue(other, { clusterId: 'cluster2' }), 'WrongCluster', /of another cluster \(cluster2, not cluster1\)/],
    [issue(root, { validity: validity(-day, -hour) }), 'Expired', /expired on .*; the clock here says .*: one of both clocks may be wrong/],
    [issue(root, { validity: validity(hour, day) }), 'NotYetValid', /not valid before .*; the clock here says/],
    [issue(root, { id: 'removed' }), 'Removed', /node removed was removed/],
    [operator(root), 'Forbidden', /a user’s/],
    [{ certificate: root.certificate, key: root.key }, 'NotTrusted', /names no node/],
  ]
  for (const [own, code, why] of cases) {
    const server = await manager(t, own, root.certificate)
    await assert.rejects(transport.connect(server.at, 'dispatcher', server.signal), (error: Error & { code?: string }) => {
      assert.match(error.message, why)
      assert.equal(error.code, code)
      return error.message.startsWith(server.at)
    })
  }
})

test('who is told to accept expired certificates accepts those of managers, and of nobody else', async (t) => {
  const root = createRoot()
  const expired = validity(-day, -hour / 2)
  const stop = new AbortController()
  t.after(() => stop.abort())
  const open = (own: Credentials['own'], acceptsExpired = true) =>
    createNode(root.certificate, { own, acceptsExpired, isRemoved: (id) => id === 'removed' }).transport
  const served = open(issue(root, { id: 'm1', validity: expired }))
  void served.serve('raft', echo, stop.signal)
  const at = `127.0.0.1:${await served.listen('127.0.0.1', 0, stop.signal)}`
  const stream = await open(issue(root, { id: 'm2', validity: expired })).connect(at, 'raft', stop.signal)
  assert.equal(stream.peer.node?.id, 'm1')
  stream.close()
  const another = createRoot()
  for (const [own, code] of [
    [issue(root, { id: 'w', role: 'Worker', validity: expired }), 'Expired'],
    [issue(root, { id: 'removed', validity: expired }), 'Removed'],
    [issue(another, { id: 'm3', validity: expired }), 'NotTrusted'],
    [issue(root, { id: 'm3', clusterId: 'cluster2', validity: expired }), 'Expired'],
    [issue(root, { id: 'm3', validity: validity(2 * hour, day) }), 'NotYetValid'],
  ] as const)
    await assert.rejects(open(own).connect(at, 'raft', stop.signal), { code })
  await assert.rejects(open(issue(root, { id: 'm4' }), false).connect(at, 'raft', stop.signal), { code: 'Expired' })
})

test('what is not a kit node is said to be none', async (t) => {
  const root = createRoot()
  const { transport } = createNode(root.certificate, { own: issue(root), dialMs: 1_000 })
  const own = issue(root, { id: 'm' })
  const options = { cert: own.certificate, key: own.key.export({ type: 'pkcs8', format: 'pem' }) }
  const listening = async (server: ReturnType<typeof createServer>): Promise<string> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const signal = new AbortController().signal
  const rejects = async (to: string, code: string, why: RegExp): Promise<void> => {
    await assert.rejects(transport.connect(to, 'dispatcher', signal), (error: Error & { code?: string }) => {
      assert.match(error.message, why)
      assert.equal(error.code, code, error.message)
      return error.message.includes(to)
    })
  }
  await rejects(
    await listening(createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    'Malformed',
    /not a kit node/,
  )
  await rejects(await listening(createServer((socket) => socket.on('error', () => {}).destroy())), 'ECONNRESET', /closed the connection/)
  await rejects(
    await listening(createServer((socket) => t.after(() => socket.destroy()))),
    'ETIMEDOUT',
    /does not answer: nothing came within 1 s/,
  )
  await rejects(await listening(createTlsServer(options, (socket) => socket.on('error', () => {}))), 'Malformed', /does not speak kit\/1/)
  const kitAlpn = { ...options, ALPNProtocols: ['kit/1'] }
  await rejects(await listening(createTlsServer(kitAlpn, (socket) => t.after(() => socket.destroy()))), 'ETIMEDOUT', /does not answer/)
  await rejects(
    await listening(createTlsServer(kitAlpn, (socket) => socket.on('error', () => {}).write(Buffer.alloc(64)))),
    'Malformed',
    /makes no sense/,
  )
  await rejects(
    await listening(createTlsServer({ ...kitAlpn, maxVersion: 'TLSv1.2' }, (socket) => socket.on('error', () => {}))),
    'Malformed',
    /not a kit node/,
  )
  await rejects('127.0.0.1:1', 'ECONNREFUSED', /nobody listens there/)
  for (const bad of ['', 'host', 'host:', ':1', 'host:0', 'host:70000', 'a b:1', 'host:1:2', 'x'.repeat(1e5)])
    await assert.rejects(transport.connect(bad, 'dispatcher', signal), /HOST:PORT/)
})

test('old versions of TLS, other protocols and sessions of before are not taken', async (t) => {
  const root = createRoot()
  const server = await manager(t, issue(root, { id: 'm' }), root.certificate)
  const own = issue(root, { id: 'w', role: 'Worker' })
  const options = {
    port: server.port,
    host: '127.0.0.1',
    ca: root.certificate,
    cert: own.certificate,
    key: own.key.export({ type: 'pkcs8', format: 'pem' }),
    servername: 'swarm-manager',
    ALPNProtocols: ['kit/1'],
  }
  const ends = (more: object): Promise<string> =>
    new Promise((resolve) => {
      const socket = connectRaw({ ...options, ...more })
      socket.on('error', (error) => resolve(error.message)).on('close', () => resolve('closed'))
      socket.on('data', () => resolve('data'))
      socket.resume()
    })
  assert.match(await ends({ maxVersion: 'TLSv1.2' }), /protocol version/)
  assert.match(await ends({ ALPNProtocols: ['http/1.1'] }), /application protocol/)
  assert.match(await ends({ ALPNProtocols: [] }), /closed|reset/i)
  const sessions: Buffer[] = []
  const first = connectRaw(options)
  first.on('session', (session) => sessions.push(session))
  await new Promise((resolve) => first.once('secureConnect', resolve))
  assert.equal(first.authorized, true)
  assert.match(first.getPeerX509Certificate()?.subject ?? '', /CN=m$/)
  first.end()
  await new Promise((resolve) => first.resume().once('close', resolve))
  for (const session of sessions) {
    const again = connectRaw({ ...options, session })
    await new Promise((resolve) => again.once('secureConnect', resolve))
    assert.equal(again.isSessionReused(), false)
    again.destroy()
  }
})

test('a node that has not joined reaches join only, and believes nobody', async (t) => {
  const root = createRoot()
  const server = await manager(t, issue(root, { id: 'm' }), root.certificate)
  const stranger = createNode('')
  const stream = await stranger.transport.connectToStranger(server.at, server.signal)
  assert.deepEqual(stream.peer, { address: '127.0.0.1', node: undefined, version })
  await stream.send(Buffer.from('root, please'))
  for await (const frame of stream.frames()) {
    assert.equal(Buffer.from(frame).toString(), 'root, please')
    break
  }
  await assert.rejects(stream.send(Buffer.alloc(64 * 1024 + 1)), /too long/)
  stream.close()
  // With no root at all, nobody is trusted: not even whom the system would trust.
  await assert.rejects(stranger.transport.connect(server.at, 'join', server.signal), /cannot be trusted/)
  await assert.rejects(createNode('').transport.listen('127.0.0.1', 0, server.signal), /without a certificate/)
  // With the root, which it has checked, it can be sure who is there.
  const checked = await createNode(root.certificate).transport.connect(server.at, 'join', server.signal)
  assert.equal(checked.peer.node?.id, 'm')
  checked.close()
})

test('while one root follows another, nodes of both sides reach each other', async (t) => {
  const [first, second] = [createRoot(), createRoot()]
  const crossed = crossSign(deps, first, second)
  const both = first.certificate + second.certificate
  const server = await manager(t, issue(crossed, { id: 'm' }), both)
  const old = createNode(first.certificate, { own: issue(first, { id: 'w1', role: 'Worker' }) })
  const middle = createNode(both, { own: issue(crossed, { id: 'w2', role: 'Worker' }) })
  const young = createNode(second.certificate, { own: issue(second, { id: 'w3', role: 'Worker' }) })
  for (const { transport } of [old, middle, young]) {
    const stream = await transport.connect(server.at, 'dispatcher', server.signal)
    assert.equal(stream.peer.node?.id, 'm')
    stream.close()
  }
  const conservative = await manager(t, issue(first, { id: 'm2' }), first.certificate)
  const stream = await middle.transport.connect(conservative.at, 'dispatcher', conservative.signal)
  stream.close()
  await assert.rejects(young.transport.connect(conservative.at, 'dispatcher', conservative.signal), /not signed by the root/)
})
