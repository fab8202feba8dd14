// The API on a real socket with TLS: every sort of certificate at every entry of the table, what happens to connections when
// users and certificates change, and what those meet who want to do harm.

import assert from 'node:assert/strict'
import { createPublicKey, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { request as requestHttps } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { User } from '../../api/objects.ts'
import type { Store } from '../../api/store.ts'
import { keyDigest, type OperatorRole } from '../../ca/identity.ts'
import { issueOperatorCertificate } from '../../ca/issue.ts'
import { makeRootCa } from '../../ca/root-ca.ts'
import { createKeys } from '../../effects/real/keys.ts'
import { createRandom } from '../../effects/real/random.ts'
import { ChangingCredentials, clusterId, createRoot, issue } from '../../effects/real/testdata/tls-nodes.ts'
import { until } from '../../effects/real/testdata/until.ts'
import { endpoints } from '../access.ts'
import { createRecognize } from '../recognize.ts'
import { methods, requestFor, verbs } from '../testdata/table-requests.ts'
import { createWorld } from '../testdata/world.ts'
import { type RemoteApiLimits, serveRemoteApi } from './remote-api.ts'

const [hour, day] = [3_600_000, 86_400_000]
const deps = { keys: createKeys(), random: createRandom() }
const configs = '/apis/kit/v1/configs'

interface Own {
  readonly certificate: string
  readonly key: KeyObject
}

function validity(fromMs: number, toMs: number) {
  return { notBeforeMs: Date.now() + fromMs, notAfterMs: Date.now() + toMs }
}

function certify(root: ReturnType<typeof createRoot>, name: string, role: OperatorRole, of = clusterId, valid = validity(-hour, day)): Own {
  const key = deps.keys.generate()
  const identity = { kind: 'Operator', user: name, role, clusterId: of } as const
  return { certificate: issueOperatorCertificate(deps, root, createPublicKey(key), identity, valid), key }
}

async function remember(store: Store, name: string, role: OperatorRole, { key, certificate: pem }: Own): Promise<void> {
  const certificate = { pem, publicKey: keyDigest(createPublicKey(key)), expires: new Date(Date.now() + day).toISOString() }
  const metadata = { name, uid: name, resourceVersion: 0, generation: 1, createdAt: 0 }
  const user: User = { kind: 'User', metadata, spec: { role, request: '-' }, status: { certificate } }
  await store.commit({ writes: [{ op: 'create', object: user }] })
}

const open: { close(): Promise<void> }[] = []
after(async () => {
  for (const each of open) await each.close()
})

async function createServer(limits: Partial<RemoteApiLimits> = {}) {
  const root = createRoot()
  const frames = {
    send: async () => {},
    async *frames() {
      yield Buffer.from('hello')
      await new Promise(() => {})
    },
    close: () => {},
  }
  const world = createWorld({
    async *logs() {},
    stats: async () => ({ tasks: [] }),
    explainTask: () => ({}),
    exec: async () => frames,
  })
  const { store } = world
  const credentials = new ChangingCredentials({ clusterId, roots: root.certificate, own: issue(root, { id: 'm' }) })
  const refused: string[] = []
  const time = { offsetMs: 0 }
  const clock = { wallMs: () => Date.now() + time.offsetMs }
  const api = await serveRemoteApi('127.0.0.1', 0, {
    handle: world.router.handle,
    credentials,
    clock,
    recognize: createRecognize({ clock, view: store.view }),
    refused: (_, why) => refused.push(why),
    limits,
  })
  store.subscribe((events) => {
    if (events.some(({ object }) => object.kind === 'User')) api.recheck()
  })
  open.push(api)
  const add = async (name: string, role: OperatorRole, own = certify(root, name, role)): Promise<Own> => {
    await remember(store, name, role, own)
    return own
  }
  const tls = (own: Own | undefined) => ({
    host: '127.0.0.1',
    port: api.port,
    ca: root.certificate,
    servername: 'swarm-manager',
    ...(own === undefined ? {} : { cert: own.certificate, key: own.key.export({ type: 'pkcs8', format: 'pem' }) }),
  })
  return { root, api, credentials, refused, time, add, tls, ...world }
}
type TestServer = Awaited<ReturnType<typeof createServer>>

function session({ api, tls }: TestServer, own: Own | undefined): ClientHttp2Session {
  return connectHttp2(`https://127.0.0.1:${api.port}`, tls(own)).on('error', () => {})
}

function ask(client: ClientHttp2Session, method: string, path: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ':method': method, ':path': path })
    let status = 0
    let text = ''
    stream.on('response', (headers) => {
      status = Number(headers[':status'])
      // That it has begun is all: a watch does not end by itself.
      if (status === 200 && path.includes('watch=true')) stream.close()
    })
    stream.once('close', () => resolve({ status, text }))
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    stream.once('error', reject)
    stream.end()
  })
}

function askHttp1(server: TestServer, own: Own | undefined, path: string, headers: Readonly<Record<string, string>> = {}, body?: string) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const outgoing = requestHttps({ ...server.tls(own), method, path, headers, agent: false }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, text }))
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** However it ends. */
function closed(it: { once(event: 'close', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => it.once('close', () => resolve()))
}

test('every entry of the table, asked with every sort of certificate', async () => {
  const server = await createServer()
  const { root, add, store } = server
  const other = createRoot()
  const selfSigned = makeRootCa(deps, Date.now())
  const removed = await add('removed', 'Admin')
  await store.commit({ writes: [{ op: 'delete', kind: 'User', name: 'removed' }] })
  await add('replaced', 'Admin')
  await add('expired', 'Admin', certify(root, 'expired', 'Admin', clusterId, validity(-day, -hour)))
  await add('early', 'Admin', certify(root, 'early', 'Admin', clusterId, validity(hour, day)))
  const elsewhere = certify(other, 'viewer', 'Admin', 'cluster2')
  type Expect = 'Viewer' | 'Operator' | 'Admin' | RegExp
  const identities: readonly (readonly [name: string, own: Own | undefined, expect: Expect])[] = [
    ['nobody', undefined, /this needs a certificate of a user, and there is none/],
    ['of another root', certify(other, 'admin', 'Admin'), /not signed by the root of this cluster/],
    ['of another cluster', elsewhere, /of another cluster \(cluster2, not cluster1\)/],
    ['our root, another cluster', certify(root, 'admin', 'Admin', 'cluster2'), /another cluster/],
    ['expired', certify(root, 'expired', 'Admin', clusterId, validity(-day, -hour)), /expired on/],
    ['not yet valid', certify(root, 'early', 'Admin', clusterId, validity(hour, day)), /not valid before/],
    ['signed by itself', { certificate: selfSigned.certificate, key: selfSigned.key }, /signed by itself/],
    ['the root', { certificate: root.certificate, key: root.key }, /names no node and no user/],
    ['signed by a node', certify({ ...issue(root), intermediates: '' }, 'admin', 'Admin'), /not signed/],
    ['a worker', issue(root, { id: 'w', role: 'Worker' }), /is that of node w, not a user's/],
    ['a manager', issue(root, { id: 'm2', role: 'Manager' }), /is that of node m2, not a user's/],
    ['a removed node', issue(root, { id: 'gone', role: 'Worker' }), /is that of node gone/],
    ['a removed user', removed, /user \\"removed\\" was removed from the cluster/],
    ['a user who never was', certify(root, 'never', 'Admin'), /user \\"never\\" was removed/],
    ['a certificate before the last', certify(root, 'replaced', 'Admin'), /not the one that user \\"replaced\\" was given last/],
    ['a viewer', await add('viewer', 'Viewer'), 'Viewer'],
    ['an operator', await add('operator', 'Operator'), 'Operator'],
    ['an admin', await add('admin', 'Admin'), 'Admin'],
    // What the certificate says of the role was true when it was made.
    ['an admin who became a viewer', await add('fallen', 'Viewer', certify(root, 'fallen', 'Admin')), 'Viewer'],
  ]
  let asked = 0
  for (const [name, own, expect] of identities) {
    const client = session(server, own)
    const role = expect instanceof RegExp ? 'Nobody' : expect
    for (const [endpoint, row] of Object.entries(endpoints)) {
      for (const verb of verbs) {
        const may = row[verb]
        // Of what is no resource, other verbs have the same method; a command needs a connection of its own.
        if (may === undefined) continue
        const { path } = requestFor(endpoint, verb)
        const { status, text } = await ask(client, methods[verb], path)
        const what = `${name}: ${verb} ${endpoint} → ${status} ${text}`
        asked += 1
        if (may.includes(role)) assert.ok(![401, 403].includes(status), what)
        else if (expect instanceof RegExp) {
          assert.ok(status === (text.includes('is that of node') ? 403 : 401), what)
          assert.match(text, expect, what)
          assert.match(text, /"kind":"Status".*kit swarm user add NAME --role ROLE/, what)
        } else assert.equal(status, 403, what)
      }
    }
    client.close()
  }
  assert.ok(asked > 1_500)
})

test('HTTP/1.1, HTTP/2 and upgrades all lead to the same API', async () => {
  const server = await createServer()
  const own = await server.add('ann', 'Operator')
  const body = JSON.stringify({ apiVersion: 'kit/v1', kind: 'Config', metadata: { name: 'c' }, spec: { data: 'YQ==' } })
  assert.equal((await askHttp1(server, own, configs, { 'content-type': 'application/json' }, body)).status, 201)
  const client = session(server, own)
  assert.match((await ask(client, 'GET', `${configs}/c`)).text, /"data":"YQ=="/)
  client.close()
  const metadata = { name: 't', resourceVersion: 0, createdAt: 0 }
  const spec = { service: 's', serviceUid: 'u', slot: 1, attempt: 1, revision: 'r', desired: 'Running' } as const
  await server.store.commit({
    writes: [{ op: 'create', object: { kind: 'Task', metadata, spec, status: { state: 'Running', at: 1 } } }],
  })
  assert.match(await execOver(server, own), /^HTTP\/1.1 101 Switching Protocols.*hello$/s)
  assert.match(await execOver(server, await server.add('bob', 'Viewer')), /^HTTP\/1.1 403 .*takes role operator or admin/s)
  assert.match(await execOver(server, undefined), /^HTTP\/1.1 401 /)
})

/** What comes back until it is the answer of the command, or the end. */
function execOver(server: TestServer, own: Own | undefined): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ ...server.tls(own), ALPNProtocols: ['http/1.1'] }).on('error', () => {})
    const body = '{"command":["ls"]}'
    socket.write(
      `POST /apis/kit/v1/tasks/t/exec HTTP/1.1\r\nhost: kit\r\nconnection: upgrade\r\nupgrade: kit-exec\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
      if (text.endsWith('hello')) socket.destroy()
    })
    socket.once('close', () => resolve(text))
  })
}

/** An open watch, and when it ends. */
function watching(server: TestServer, own: Own): { readonly begun: Promise<unknown>; readonly ended: Promise<void> } {
  const socket = connectTls({ ...server.tls(own), ALPNProtocols: ['http/1.1'] }).on('error', () => {})
  socket.write(`GET ${configs}?watch=true HTTP/1.1\r\nhost: kit\r\n\r\n`)
  return { begun: once(socket, 'data'), ended: new Promise((resolve) => socket.once('close', () => resolve())) }
}

test('a user who is removed, gets another role or another certificate, or runs out of time loses what is open; others do not', async () => {
  const server = await createServer()
  const { store, time } = server
  const stays = watching(server, await server.add('stays', 'Viewer'))
  await stays.begun
  let others = 0
  void stays.ended.then(() => (others += 1))
  const change = async (name: string, next: (user: User) => User): Promise<void> => {
    const user = store.view.get('User', name)
    assert.ok(user)
    await store.commit({ writes: [{ op: 'update', object: next(user) }] })
  }
  const ways: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
    removed: (name) => store.commit({ writes: [{ op: 'delete', kind: 'User', name }] }),
    marked: (name) => change(name, (user) => ({ ...user, metadata: { ...user.metadata, deletedAt: 1 } })),
    demoted: (name) => change(name, (user) => ({ ...user, spec: { ...user.spec, role: 'Viewer' } })),
    replaced: (name) =>
      change(name, (user) => ({ ...user, status: { certificate: { pem: '', publicKey: 'x', expires: '2126-01-01T00:00:00Z' } } })),
  }
  for (const [name, way] of Object.entries(ways)) {
    const own = await server.add(name, 'Admin')
    const watch = watching(server, own)
    const overHttp2 = session(server, own)
    const lost = closed(overHttp2)
    assert.equal((await ask(overHttp2, 'GET', configs)).status, 200)
    await watch.begun
    await way(name)
    await watch.ended
    await lost
    assert.equal((await askHttp1(server, own, configs)).status, name === 'demoted' ? 200 : 401, name)
  }
  assert.equal(others, 0)
  time.offsetMs = 2 * day
  await stays.ended
})

test('a new certificate of the node is for new connections, and open ones go on', async () => {
  const server = await createServer()
  const own = await server.add('ann', 'Viewer')
  const first = session(server, own)
  const serialOf = (client: ClientHttp2Session): string => (client.socket as TLSSocket).getPeerX509Certificate()?.serialNumber ?? ''
  await ask(first, 'GET', configs)
  const before = serialOf(first)
  server.credentials.change({ own: issue(server.root, { id: 'm' }) })
  const second = session(server, own)
  await ask(second, 'GET', configs)
  assert.notEqual(serialOf(second), before)
  assert.equal((await ask(first, 'GET', configs)).status, 200)
  first.close()
  second.close()
})

test('only TLS 1.3 is spoken, no session is taken up again, and a client that asks for another name sees that it is none', async () => {
  const server = await createServer()
  const own = await server.add('ann', 'Viewer')
  const old = connectTls({ ...server.tls(own), maxVersion: 'TLSv1.2' })
  assert.match(String((await once(old, 'error'))[0]), /alert protocol version|protocol version/i)
  const sessions: Buffer[] = []
  const isReused = async (more: { readonly session?: Buffer }): Promise<boolean> => {
    const socket = connectTls({ ...server.tls(own), ...more, ALPNProtocols: ['http/1.1'] })
    socket.on('session', (each: Buffer) => sessions.push(each))
    await once(socket, 'secureConnect')
    const reused = socket.isSessionReused()
    socket.write('GET /livez HTTP/1.1\r\nhost: kit\r\nconnection: close\r\n\r\n')
    await closed(socket.resume())
    return reused
  }
  assert.equal(await isReused({}), false)
  assert.ok(sessions.length > 0)
  for (const session of [...sessions]) assert.equal(await isReused({ session }), false)
  const wrong = connectTls({ ...server.tls(own), servername: 'swarm-worker' })
  assert.equal(((await once(wrong, 'error'))[0] as { code?: string }).code, 'ERR_TLS_CERT_ALTNAME_INVALID')
})

/** A plain connection that sends the bytes, if any. */
function raw({ api }: TestServer, bytes?: string): Socket {
  const socket = connectTcp(api.port, '127.0.0.1').on('error', () => {})
  if (bytes !== undefined) socket.write(Buffer.from(bytes, 'latin1'))
  return socket
}

test('connections that say nothing, half a handshake or nonsense end by themselves, and a flood of them hinders no user', async () => {
  const server = await createServer({ handshakeMs: 300, strangerMs: 300, strangers: 64, strangersPerAddress: 32 })
  const own = await server.add('ann', 'Viewer')
  const client = session(server, own)
  for (const bytes of [undefined, '\x16\x03\x01\x02\x00\x01', 'GET / HTTP/1.1\r\n\r\n', '\0'.repeat(70_000)]) {
    const socket = raw(server, bytes)
    await closed(socket.resume())
  }
  // Who shakes hands without a certificate, and says nothing then, or begins and does not end.
  for (const text of ['', 'GET /livez HTTP/1.1\r\nx: ']) {
    const silent = connectTls({ ...server.tls(undefined), ALPNProtocols: ['http/1.1'] }).on('error', () => {})
    await once(silent, 'secureConnect')
    if (text !== '') silent.write(text)
    await closed(silent.resume())
  }
  const flood: Socket[] = []
  for (let batch = 0; batch < 10; batch++) {
    flood.push(...Array.from({ length: 50 }, () => raw(server)))
    await Promise.all(flood.slice(-50).map((socket) => once(socket, 'connect')))
    assert.equal((await ask(client, 'GET', configs)).status, 200)
    assert.equal((await askHttp1(server, own, configs)).status, 200)
  }
  for (const socket of flood) socket.destroy()
  client.close()
})

test('a user has so many connections, and not more', async () => {
  const server = await createServer({ connectionsPerUser: 3 })
  const own = await server.add('ann', 'Viewer')
  const watches = [1, 2, 3].map(() => watching(server, own))
  await Promise.all(watches.map(({ begun }) => begun))
  await assert.rejects(askHttp1(server, own, configs))
  assert.match(server.refused.at(-1) ?? '', /user ann has 3 connections/)
  assert.equal((await askHttp1(server, await server.add('bob', 'Viewer'), configs)).status, 200)
})

test('headers that are too large are refused, and so is a body of somebody whom nobody knows, before it is read', async () => {
  const server = await createServer()
  const own = await server.add('ann', 'Admin')
  assert.equal((await askHttp1(server, own, configs, { 'x-much': 'a'.repeat(20_000) })).status, 431)
  const client = session(server, own)
  const large = client.request({ ':path': configs, 'x-much': 'a'.repeat(200_000) })
  large.on('response', (headers) => assert.notEqual(headers[':status'], 200))
  await closed(large.on('error', () => {}))
  client.destroy()
  assert.equal((await askHttp1(server, own, configs, { 'content-type': 'application/json' }, 'x'.repeat(3 * 1024 * 1024 + 1))).status, 413)

  // Of a body that is announced nothing is waited for.
  const stranger = connectTls({ ...server.tls(undefined), ALPNProtocols: ['http/1.1'] }).on('error', () => {})
  stranger.write(`POST ${configs} HTTP/1.1\r\nhost: kit\r\ncontent-type: application/json\r\ncontent-length: 3000000\r\n\r\n{`)
  let text = ''
  stranger.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await closed(stranger)
  assert.match(text, /^HTTP\/1.1 401 /)
})

/** A frame of HTTP/2 (RFC 9113 §4.1). */
function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}
const [headersType, resetType, settingsType, pingType, continuationType] = [1, 3, 4, 6, 9]
/** GET https://kit/ by the static table of RFC 7541. */
const getRoot = Buffer.concat([Buffer.from([0x82, 0x87, 0x84, 0x01, 3]), Buffer.from('kit')])

test('what HTTP/2 can be made to do is bounded: requests at a time, and floods of what costs the server more than the client', async () => {
  const server = await createServer({ streams: 10 })
  const own = await server.add('ann', 'Viewer')
  const client = session(server, own)
  assert.equal((await ask(client, 'GET', configs)).status, 200)
  assert.equal(client.remoteSettings.maxConcurrentStreams, 10)
  const floods: Readonly<Record<string, (n: number) => Buffer>> = {
    'requests that are broken off at once': (n) =>
      Buffer.concat([frame(headersType, 0x5, 2 * n + 1, getRoot), frame(resetType, 0, 2 * n + 1, Buffer.from([0, 0, 0, 8]))]),
    'settings, answers to which are not read': () => frame(settingsType, 0, 0, Buffer.alloc(0)),
    'pings, answers to which are not read': () => frame(pingType, 0, 0, Buffer.alloc(8)),
    'headers without end': (n) => frame(n === 0 ? headersType : continuationType, 0, 1, n === 0 ? getRoot : Buffer.alloc(16_000, 0x82)),
    'frames of no known stream': (n) => frame(0, 0, 2 * n + 1, Buffer.alloc(1)),
  }
  const begin = async (): Promise<TLSSocket> => {
    const socket = connectTls({ ...server.tls(own), ALPNProtocols: ['h2'] }).on('error', () => {})
    await once(socket, 'secureConnect')
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(settingsType, 0, 0, Buffer.alloc(0))]))
    return socket
  }
  const decent = await begin()
  let text = ''
  decent.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  decent.write(frame(headersType, 0x5, 1, getRoot))
  await until('the decent client has its answer', () => text.includes('could not find the requested resource'))
  for (const [name, bytes] of Object.entries(floods)) {
    const socket = await begin()
    const end = closed(socket)
    // Nothing is read of what comes: an end is seen when writing fails.
    for (let n = 0; n < 200_000 && !socket.destroyed; n += 500) {
      const many = Buffer.concat(Array.from({ length: name === 'headers without end' ? 5 : 500 }, (_, at) => bytes(n + at)))
      if (!socket.write(many)) await Promise.race([once(socket, 'drain').catch(() => undefined), end])
      assert.equal((await ask(client, 'GET', configs)).status, 200, `others are served during ${name}`)
    }
    await until('the flood is cut off', () => socket.destroyed)
  }
  assert.equal(decent.destroyed, false)
  decent.destroy()
  client.close()
})
