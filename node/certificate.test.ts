// Joining and renewing, from the machine's side and the manager's.

import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import type { JoinAnswer } from '../api/join.ts'
import type { Cluster, Node } from '../api/objects.ts'
import type { Store } from '../api/store.ts'
import { type ClusterCa, trustedRoots, wantedIssuer } from '../ca/cluster-ca.ts'
import { makeCsr } from '../ca/csr.ts'
import { identityOf } from '../ca/identity.ts'
import { issuedBy } from '../ca/issued-by.ts'
import { makeToken } from '../ca/join-token.ts'
import { makeRootCa } from '../ca/root-ca.ts'
import { testCertifier } from '../ca/testdata/certifier.ts'
import { answerOf, type Draft } from '../ca/testdata/outside.ts'
import { authorityController } from '../controllers/authority/authority.ts'
import type { FrameStream, Https, HttpsAnswer, HttpsRequest, Peer, Transport } from '../effects/effects.ts'
import { EventLog } from '../server/events.ts'
import { Issuer } from '../server/issuer.ts'
import { streamPair } from '../server/testdata/streams.ts'
import { settle, silentLog, TestClock } from '../server/testdata/world.ts'
import { SimulatedDisk } from '../sim/effects/disk.ts'
import { nobodyOutside } from '../sim/effects/https.ts'
import { createSimulatedKeys } from '../sim/effects/keys.ts'
import { SeededRandom } from '../sim/effects/random.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import {
  type JoinOptions,
  JoinRefused,
  type JoinTrust,
  joinCluster,
  lifetimeOf,
  loadCertificate,
  type NodeCertificate,
  renewCertificate,
  trustRoots,
} from './certificate.ts'
import { CertificateKeeper } from './certificate-keeper.ts'

const signal = new AbortController().signal
const stranger: Peer = { address: '192.0.2.7', node: undefined }

async function createCluster(https: Https = nobodyOutside) {
  const clock = new TestClock()
  const random = new SeededRandom(1)
  const keys = createSimulatedKeys(random)
  const store = createMemoryStore()
  const metadata = { name: 'default', uid: 'c', resourceVersion: 0, generation: 1, createdAt: 0 }
  await store.commit({ writes: [{ op: 'create', object: { kind: 'Cluster', metadata, spec: {}, status: {} } }] })
  const deps = { clock, random, keys, log: silentLog, certifier: testCertifier({ random, keys }, clock, https) }
  const authority = authorityController({ ...deps, store, events: { record: () => {} } })
  await authority.reconcile('default', signal)
  let serve: Parameters<Transport['serve']>[1] | undefined
  const transport: Transport = {
    serve(_, handler) {
      serve = handler
      return new Promise(() => {})
    },
    connect: () => Promise.reject(new Error('not used')),
  }
  let gate: Promise<unknown> = Promise.resolve()
  const slowStore: Store = {
    ...store,
    get view() {
      return store.view
    },
    commit: (transaction) => gate.then(() => store.commit(transaction)),
  }
  const events = new EventLog(clock)
  const issuer = new Issuer({ ...deps, store: slowStore, transport, events: events.recorder('issuer'), clusterId: 'cluster1' })
  void issuer.run(signal)
  const disk = new SimulatedDisk(new SeededRandom(2)).mount()
  const machine = { ...deps, disk }
  const opened: (JoinTrust | undefined)[] = []
  const openAs =
    (peer: Peer) =>
    async (trust?: JoinTrust): Promise<ReturnType<typeof streamPair>['agent']> => {
      opened.push(trust)
      const { agent, manager } = streamPair(peer)
      void serve?.(manager, signal)
      return agent
    }
  const cluster = () => {
    const found = store.view.get('Cluster', 'default')
    assert.ok(found?.status.joinTokens !== undefined && found.status.ca !== undefined)
    return { ...found, ca: found.status.ca, tokens: found.status.joinTokens }
  }
  const join = (more: Partial<JoinOptions> = {}, peer = stranger) =>
    joinCluster(machine, { directory: '/n', token: cluster().tokens.worker, hostname: 'host-2', ...more }, openAs(peer), signal)
  /** One request as bytes, and what comes back. */
  const ask = async (request: unknown, peer = stranger): Promise<JoinAnswer> => {
    const stream = await openAs(peer)()
    await stream.send(Buffer.from(typeof request === 'string' ? request : JSON.stringify(request)))
    for await (const frame of stream.frames()) return JSON.parse(Buffer.from(frame).toString())
    throw new Error('no answer')
  }
  const csr = () => makeCsr(keys, keys.generate())
  const nodes = (): readonly Node[] => [...store.view.list('Node')]
  /** Commits of the issuer wait until the result is called. */
  const holdCommits = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    gate = promise
    return resolve
  }
  return { events, holdCommits, clock, random, keys, store, authority, disk, machine, opened, openAs, cluster, join, ask, csr, nodes }
}

test('a machine with a token becomes a node, trusts only the root of the token, and finds its certificate again', async () => {
  const { join, nodes, cluster, opened, disk } = await createCluster()
  const certificate = await join()
  const [node] = nodes()
  assert.equal(nodes().length, 1)
  assert.deepEqual(node?.spec, { role: 'Worker', availability: 'Active' })
  assert.equal(node?.metadata.name, certificate.nodeId)
  const parsed = new X509Certificate(certificate.certificate)
  assert.deepEqual(identityOf(parsed), { kind: 'Node', nodeId: certificate.nodeId, role: 'Worker', clusterId: 'cluster1' })
  assert.ok(parsed.verify(new X509Certificate(cluster().ca.certificate).publicKey))
  assert.equal(node?.status.certificate?.notAfter, parsed.validToDate.getTime())
  assert.deepEqual(opened, [undefined, { root: cluster().ca.certificate, clusterId: 'cluster1' }])
  const loaded = await loadCertificate(disk, '/n')
  assert.deepEqual({ ...loaded, key: undefined }, { ...certificate, key: undefined })
  assert.ok(loaded?.key.equals(certificate.key))
})

test('the token decides the role, and the availability is taken over', async () => {
  const { join, nodes, cluster } = await createCluster()
  assert.equal((await join({ token: cluster().tokens.manager, availability: 'Drain' })).role, 'Manager')
  assert.deepEqual(nodes()[0]?.spec, { role: 'Manager', availability: 'Drain' })
})

test('joining again, after an answer that was lost or a certificate that expired, gives the same node', async () => {
  const { join, nodes, cluster } = await createCluster()
  const first = await join()
  const again = await join()
  assert.equal(again.nodeId, first.nodeId)
  assert.equal(nodes().length, 1)
  await assert.rejects(join({ token: cluster().tokens.manager }), /is a node already, as Worker/)
})

test('two requests of one machine at once make one node', async () => {
  const { ask, keys, cluster, nodes } = await createCluster()
  const request = { type: 'join', token: cluster().tokens.worker, csr: makeCsr(keys, keys.generate()), hostname: 'x' }
  const answers = await Promise.all([ask(request), ask(request), ask(request)])
  assert.deepEqual(answers.map(reason), ['issued', 'issued', 'issued'])
  assert.equal(nodes().length, 1)
})

test('labels are taken over by a node that is made, when they are labels', async () => {
  const { join, nodes } = await createCluster()
  await join({ labels: { region: 'region2' } })
  await join({ labels: { region: 'other' } })
  assert.deepEqual(
    nodes().map(({ metadata }) => metadata.labels),
    [{ region: 'region2' }],
  )
  await assert.rejects(join({ directory: '/other', labels: { '': 'x' } }), /the labels of the node cannot be taken/)
})

test('a root that the token does not name is not trusted with the token', async () => {
  const { join, random, keys, opened } = await createCluster()
  const other = makeToken(makeRootCa({ keys, random }, 0).certificate, random)
  await assert.rejects(join({ token: other }), /the join token is of another cluster/)
  assert.equal(opened.length, 1, 'the token was never sent')
  await assert.rejects(join({ token: 'SWMTKN-1-abc' }), /a part is missing/)
})

test('wrong tokens are refused, and after a few the address has to wait', async () => {
  const { ask, csr, clock, random, cluster, nodes } = await createCluster()
  const request = (token: string) => ({ type: 'join', token, csr: csr(), hostname: 'x' })
  const wrong = request(makeToken(cluster().ca.certificate, random))
  for (let at = 0; at < 5; at++) assert.equal(reason(await ask(wrong)), 'Forbidden')
  assert.equal(reason(await ask(request(cluster().tokens.worker))), 'TooManyRequests', 'even the right one')
  assert.equal(reason(await ask(request(cluster().tokens.worker), { ...stranger, address: '192.0.2.8' })), 'issued')
  await clock.advance(60_000)
  assert.equal(reason(await ask(request(cluster().tokens.worker))), 'issued')
  assert.equal(nodes().length, 2)
})

test('a replaced token lets nobody in, and nodes that have joined stay', async () => {
  const { join, cluster, store, authority, nodes } = await createCluster()
  const old = cluster().tokens.worker
  await join()
  await store.commit({ writes: [{ op: 'update', object: { ...present(store), spec: { ca: { rotateWorkerToken: 1 } } } }] })
  await authority.reconcile('default', signal)
  await assert.rejects(join({ directory: '/other', token: old }), /the join token is not valid: it may have been replaced/)
  await join({ directory: '/other' })
  assert.equal(nodes().length, 2)
})

test('a node renews with a new key, in the role that it has now', async () => {
  const { join, machine, openAs, store, nodes } = await createCluster()
  const first = await join()
  const peer: Peer = { address: '192.0.2.7', node: { id: first.nodeId, role: 'Worker', clusterId: 'cluster1' } }
  const [node] = nodes()
  assert.ok(node)
  await store.commit({ writes: [{ op: 'update', object: { ...node, status: { ...node.status, role: 'Manager' } } }] })
  const renewed = await renewCertificate(machine, '/n', await openAs(peer)(), signal)
  assert.equal(renewed.role, 'Manager')
  assert.equal(renewed.nodeId, first.nodeId)
  assert.ok(!renewed.key.equals(first.key))
  await assert.rejects(renewCertificate(machine, '/n', await openAs(stranger)(), signal), /only a node can renew/)
  await store.commit({ writes: [{ op: 'delete', kind: 'Node', name: first.nodeId }] })
  await assert.rejects(renewCertificate(machine, '/n', await openAs(peer)(), signal), /was removed from the cluster/)
})

test('a request that its node has given up changes nothing any more', async () => {
  const { join, ask, csr, clock, store, nodes, holdCommits } = await createCluster()
  const { nodeId } = await join()
  const before = nodes()[0]?.status.certificate
  const release = holdCommits()
  const peer: Peer = { address: '192.0.2.7', node: { id: nodeId, role: 'Worker', clusterId: 'cluster1' } }
  const refused = assert.rejects(ask({ type: 'renew', csr: csr() }, peer), /no answer/)
  await clock.advance(10_000)
  const [node] = nodes()
  assert.ok(node !== undefined)
  await store.commit({ writes: [{ op: 'update', object: { ...node, spec: { ...node.spec, availability: 'Pause' } } }] })
  release()
  await refused
  await settle()
  assert.deepEqual(nodes()[0]?.status.certificate, before)
})

test('a renewal whose answers are lost until the certificate has expired gives the same node, also after a restart in between', async () => {
  const { join, machine, openAs, disk, nodes } = await createCluster()
  const first = await join()
  const peer: Peer = { address: '192.0.2.7', node: { id: first.nodeId, role: 'Worker', clusterId: 'cluster1' } }
  /** The request arrives; what comes back does not. */
  const cut = async (): Promise<FrameStream> => {
    const stream = await openAs(peer)()
    return {
      peer: stream.peer,
      send: (frame) => stream.send(frame),
      async *frames() {
        for await (const _ of stream.frames()) break
        yield* []
        throw new Error('the cable was pulled')
      },
      close: () => stream.close(),
    }
  }
  for (let lost = 0; lost < 3; lost++) {
    await assert.rejects(renewCertificate(machine, '/n', await cut(), signal), /cable/)
    await trustRoots({ disk }, '/n', first, first.root)
  }
  assert.ok((await loadCertificate(disk, '/n'))?.key.equals(first.key), 'it goes on with what it has')
  const again = await join()
  assert.equal(again.nodeId, first.nodeId)
  assert.equal(nodes().length, 1)
  const renewed = await renewCertificate(machine, '/n', await openAs(peer)(), signal)
  assert.ok(!renewed.key.equals(first.key))
  assert.deepEqual(await disk.list('/n/certificates'), ['node.json'])
  assert.equal((await join()).nodeId, first.nodeId)
})

/** Certificates for ten hours, and what a machine does whose clock is off by `offsetMs` from that of the manager. */
async function createMachine(offsetMs: number) {
  const cluster = await createCluster()
  const { store, machine, openAs, clock } = cluster
  await store.commit({ writes: [{ op: 'update', object: { ...present(store), spec: { ca: { nodeCertExpiry: '10h' } } } }] })
  const wall = { offsetMs }
  const lines: string[] = []
  const write = (message: string): void => void lines.push(message)
  const own = {
    ...machine,
    log: { debug: write, info: write, warn: write, error: write },
    clock: {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs() + wall.offsetMs,
      sleep: clock.sleep.bind(clock),
    },
  }
  const { token, ...join } = { token: cluster.cluster().tokens.worker, directory: '/n', hostname: 'host-2' }
  const first = await joinCluster(own, { ...join, token }, openAs(stranger), signal)
  const peer: Peer = { address: '192.0.2.7', node: { id: first.nodeId, role: 'Worker', clusterId: 'cluster1' } }
  const stop = new AbortController()
  const renewedAtMs: number[] = []
  const beganMs = clock.monotonicMs()
  const isReachable = { now: true }
  const open = () => (isReachable.now ? openAs(peer)() : Promise.reject(new Error('away')))
  const onNew = () => renewedAtMs.push(clock.monotonicMs() - beganMs)
  const keeping = new CertificateKeeper(own, { directory: '/n', first, open, onNew }).run(stop.signal)
  const end = async (): Promise<void> => {
    stop.abort()
    await settle()
    await keeping
  }
  return { clock, wall, lines, renewedAtMs, isReachable, end }
}

const hour = 3_600_000

for (const [name, offsetMs] of [
  ['five hours ahead', 5 * hour],
  ['two days ahead', 48 * hour],
  ['five hours behind', -5 * hour],
] as const)
  test(`a node whose clock is ${name} renews in time, and not more often than others`, async () => {
    const { clock, renewedAtMs, lines, end } = await createMachine(offsetMs)
    await clock.advance(40 * hour)
    const gaps = renewedAtMs.map((at, index) => at - (renewedAtMs[index - 1] ?? 0)).slice(1)
    assert.ok((renewedAtMs[0] ?? Infinity) <= 8 * hour, String(renewedAtMs))
    assert.ok(gaps.length >= 4 && gaps.every((gap) => gap >= 5 * hour - 1 && gap <= 8 * hour), String(gaps))
    assert.ok(lines.includes('The clock of this machine is not that of the manager: one of both is wrong'))
    await end()
  })

test('a clock that is set back, or goes on while the machine sleeps, is noticed within seconds', async () => {
  const { clock, wall, renewedAtMs, end } = await createMachine(0)
  await clock.advance(hour)
  wall.offsetMs = -5 * hour
  await clock.advance(11_000)
  assert.equal(renewedAtMs.length, 1)
  wall.offsetMs = 4 * hour
  await clock.advance(11_000)
  assert.equal(renewedAtMs.length, 2)
  await clock.advance(hour)
  assert.equal(renewedAtMs.length, 2)
  await end()
})

test('the longer nobody could be asked, the less is waited before the certificate ends', async () => {
  const { clock, renewedAtMs, isReachable, lines, end } = await createMachine(0)
  isReachable.now = false
  await clock.advance(9 * hour)
  const tries = lines.filter((line) => line.startsWith('Could not renew')).length
  assert.ok(tries > 3 && tries < 100, `${tries} tries`)
  isReachable.now = true
  await clock.advance(hour / 4)
  assert.equal(renewedAtMs.length, 1, 'with an hour left it asks every few minutes')
  await end()
})

test('a certificate is renewed when half to four fifths of its life are over, also after failures', async () => {
  const { join, machine, openAs, clock, store } = await createCluster()
  await store.commit({ writes: [{ op: 'update', object: { ...present(store), spec: { ca: { nodeCertExpiry: '90h' } } } }] })
  const first = await join()
  const peer: Peer = { address: '192.0.2.7', node: { id: first.nodeId, role: 'Worker', clusterId: 'cluster1' } }
  const stop = new AbortController()
  const news: string[] = []
  let reachable = false
  const open = () => (reachable ? openAs(peer)() : Promise.reject(new Error('away')))
  const keeper = new CertificateKeeper(machine, { directory: '/n', first, open, onNew: (fresh) => news.push(fresh.certificate) })
  const keeping = keeper.run(stop.signal)
  await clock.advance(44 * hour)
  assert.equal(news.length, 0)
  await clock.advance(30 * hour)
  assert.equal(news.length, 0, 'nobody answers')
  reachable = true
  await clock.advance(2 * hour)
  assert.equal(news.length, 1)
  stop.abort()
  await settle()
  await keeping
})

/** A node that keeps its certificate while the test goes on. */
async function createKeeper() {
  const cluster = await createCluster()
  const first = await cluster.join()
  const peer: Peer = { address: '192.0.2.7', node: { id: first.nodeId, role: 'Worker', clusterId: 'cluster1' } }
  const stop = new AbortController()
  const news: NodeCertificate[] = []
  const onNew = (fresh: NodeCertificate): number => news.push(fresh)
  const keeper = new CertificateKeeper(cluster.machine, { directory: '/n', first, open: () => cluster.openAs(peer)(), onNew })
  const keeping = keeper.run(stop.signal)
  const rotate = async (ca: Cluster['spec']['ca']): Promise<ClusterCa> => {
    await cluster.store.commit({ writes: [{ op: 'update', object: { ...present(cluster.store), spec: { ...(ca && { ca }) } } }] })
    await cluster.authority.reconcile('default', signal)
    return cluster.cluster().ca
  }
  const end = async (): Promise<void> => {
    stop.abort()
    await settle()
    await keeping
  }
  return { ...cluster, first, keeper, news, rotate, end }
}

test('a node renews when it is asked, and trusts both roots until the new one is all there is', async () => {
  const { keeper, news, rotate, first, disk, end } = await createKeeper()
  const old = keeper.issuer()
  const ca = await rotate({ rotateRoot: 1 })
  assert.ok(ca.rotation !== undefined)
  const changed = keeper.change(old, signal)
  keeper.tell({ roots: trustedRoots(ca) })
  await settle()
  assert.deepEqual(
    news.map(({ root }) => root),
    [trustedRoots(ca)],
  )
  assert.equal(news[0]?.certificate, first.certificate, 'the certificate is not touched by that')
  keeper.tell({ roots: trustedRoots(ca), renewal: wantedIssuer(ca) })
  await settle()
  assert.equal(keeper.issuer(), wantedIssuer(ca))
  await changed
  assert.equal(news.length, 2)
  assert.notEqual(keeper.issuer(), old)
  const { certificate } = ca.rotation
  keeper.tell({ roots: certificate, renewal: wantedIssuer(ca) })
  await settle()
  assert.deepEqual(
    news.map(({ root }) => root),
    [trustedRoots(ca), trustedRoots(ca), certificate],
  )
  const loaded = await loadCertificate(disk, '/n')
  assert.ok(loaded !== undefined)
  const { key, ...kept } = loaded
  assert.deepEqual({ ...kept, key: undefined }, { ...news[2], key: undefined })
  assert.ok(new X509Certificate(kept.certificate).checkPrivateKey(key))
  await end()
})

test('roots that do not vouch for its certificate are not trusted: it renews, and tries again', async () => {
  const { keeper, news, first, keys, random, clock, cluster, end } = await createKeeper()
  const foreign = makeRootCa({ keys, random }, clock.wallMs()).certificate
  keeper.tell({ roots: foreign })
  await settle()
  assert.ok(news.length > 0)
  for (const { root } of news) assert.equal(root, cluster().ca.certificate)
  const tries = news.length
  await clock.advance(60_000)
  assert.ok(news.length > tries && news.length < tries + 10, `${news.length} renewals in a minute`)
  keeper.tell({ roots: first.root })
  await settle()
  const settled = news.length
  await clock.advance(3_600_000)
  assert.equal(news.length, settled)
  await end()
})

test('a renewal that cannot be had now is tried again soon, and at once when something new is said', async () => {
  const { keeper, news, rotate, clock, holdCommits, end } = await createKeeper()
  const ca = await rotate({ rotateRoot: 1 })
  const release = holdCommits()
  keeper.tell({ roots: trustedRoots(ca), renewal: wantedIssuer(ca) })
  await settle()
  await clock.advance(15_000)
  assert.equal(keeper.issuer() === wantedIssuer(ca), false)
  release()
  await clock.advance(20_000)
  assert.equal(keeper.issuer(), wantedIssuer(ca))
  assert.equal(news.at(-1)?.root, trustedRoots(ca))
  await end()
})

test('how long certificates last counts from the next one on', async () => {
  const { keeper, news, rotate, end, clock } = await createKeeper()
  const ca = await rotate({ rotateRoot: 1, nodeCertExpiry: '1h' })
  keeper.tell({ renewal: wantedIssuer(ca) })
  await settle()
  assert.equal(new X509Certificate(news[0]?.certificate ?? '').validToDate.getTime(), clock.wallMs() + 3_600_000)
  await end()
})

test('a machine that joins in the middle of a rotation checks the root of its token, and trusts both', async () => {
  const { rotate, join } = await createKeeper()
  const ca = await rotate({ rotateRoot: 1 })
  const joined = await join({ directory: '/other' })
  assert.equal(joined.root, trustedRoots(ca))
  assert.equal(issuedBy(joined.certificate, joined.root), wantedIssuer(ca))
})

test('what is no request, or too much, is refused and changes nothing', async () => {
  const { ask, cluster, nodes, csr } = await createCluster()
  const { worker: token } = cluster().tokens
  const cases: readonly (readonly [unknown, string])[] = [
    ['{', 'BadRequest'],
    ['[]', 'BadRequest'],
    [{ type: 'join', token, hostname: 'x' }, 'BadRequest'],
    [{ type: 'join', token, csr: 'nonsense', hostname: 'x' }, 'Invalid'],
    [{ type: 'join', token, csr: `${csr().slice(0, -60)}AAAA\n-----END CERTIFICATE REQUEST-----\n`, hostname: 'x' }, 'Invalid'],
    [{ type: 'join', token: 'x'.repeat(70_000), csr: csr(), hostname: 'x' }, 'RequestEntityTooLarge'],
    [{ type: 'renew', csr: csr() }, 'Unauthorized'],
  ]
  for (const [request, wanted] of cases) assert.equal(reason(await ask(request)), wanted, JSON.stringify(request).slice(0, 60))
  assert.deepEqual(nodes(), [])
})

function reason(answer: JoinAnswer): string {
  return answer.type === 'refused' ? answer.reason : answer.type
}

function present(store: ReturnType<typeof createMemoryStore>) {
  const found = store.view.get('Cluster', 'default')
  assert.ok(found)
  return found
}

test('while no authority outside signs, a joining machine hears why, and it is the same node once one does', async () => {
  let answer: ((request: HttpsRequest) => HttpsAnswer) | undefined
  const https: Https = {
    request: async (request) => (answer === undefined ? Promise.reject(new Error('connect ECONNREFUSED')) : answer(request)),
  }
  const { join, nodes, cluster, store, machine, events, clock } = await createCluster(https)
  const { certificate } = cluster().ca
  const externalCAs = [{ url: 'https://ca.test/sign', caCert: certificate }]
  await store.commit({ writes: [{ op: 'update', object: { ...present(store), spec: { ca: { externalCAs } } } }] })
  const why = /nobody has signed a certificate for this node: https:\/\/ca\.test\/sign: connect ECONNREFUSED/
  await assert.rejects(join(), (error: Error) => error instanceof JoinRefused && error.reason === 'Unavailable' && why.test(error.message))
  assert.equal(nodes().length, 1)
  assert.match(JSON.stringify(events.list()), /"reason":"CertificateNotSigned".*ECONNREFUSED/)

  const authority = { ...cluster().ca, intermediates: '', key: createPrivateKey(cluster().ca.key ?? '') }
  // As cfssl does without being told: five minutes ago.
  const lie = (draft: Draft): Draft => ({ ...draft, validity: { ...draft.validity, notBeforeMs: clock.wallMs() - 300_000 } })
  answer = (request) => answerOf(machine, authority, request, lie)
  const joined = await join()
  assert.deepEqual([joined.nodeId, nodes().length], [nodes()[0]?.metadata.name, 1])
  assert.equal(joined.madeMs, clock.wallMs(), 'it is not taken for older or younger than it is')
  assert.equal(lifetimeOf(joined).notBeforeMs, clock.wallMs() - 3_600_000)
  assert.equal((await loadCertificate(machine.disk, '/n'))?.madeMs, clock.wallMs())
})

test('a stream waits as long as authorities outside may take, and strangers no longer than before', async () => {
  const https: Https = {
    request: (_, until) => new Promise((_resolve, reject) => until.addEventListener('abort', () => reject(until.reason))),
  }
  const { join, cluster, store, clock, openAs } = await createCluster(https)
  const caCert = cluster().ca.certificate
  const externalCAs = ['one', 'two', 'three', 'four'].map((name) => ({ url: `https://${name}/`, caCert }))
  await store.commit({ writes: [{ op: 'update', object: { ...present(store), spec: { ca: { externalCAs } } } }] })
  const refused = assert.rejects(join(), /four\/: there was no answer within 5 s/)
  const silent = await openAs(stranger)()
  let ended = false
  const ending = (async () => {
    for await (const _ of silent.frames()) assert.fail()
    ended = true
  })()
  await clock.advance(10_000)
  assert.ok(ended)
  await ending
  await clock.advance(10_000)
  await refused
})
