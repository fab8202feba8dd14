import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { issueNodeCertificate } from '../../ca/issue.ts'
import type { Authority } from '../../ca/root-ca.ts'
import { makeRootCa } from '../../ca/root-ca.ts'
import type { FrameStream } from '../../effects/effects.ts'
import type { Gate, NodeTransport } from '../../effects/gate.ts'
import { testTransport } from '../../effects/transport.suite.ts'
import { createGate, protocols } from '../../server/authorization.ts'
import { createSimulatedClock, simulatedEpochMs } from './clock.ts'
import { EventQueue } from './event-queue.ts'
import { createSimulatedKeys } from './keys.ts'
import { SeededRandom } from './random.ts'
import { SimulatedNetwork } from './transport.ts'

testTransport('the simulated network', () => {
  const queue = new EventQueue()
  const network = new SimulatedNetwork(queue, new SeededRandom(1))
  return {
    a: network.join('a', queue.lane()),
    b: network.join('b', queue.lane()),
    toB: 'b',
    toNobody: 'nobody',
    run: (work) => queue.settle(work),
  }
})

const random = new SeededRandom(5)
const authorities = { keys: createSimulatedKeys(random), random }
const root = makeRootCa(authorities, simulatedEpochMs)
const hourMs = 3_600_000

interface Holder {
  readonly role?: 'Worker' | 'Manager'
  readonly authority?: Authority
  readonly clusterId?: string
  /** From now, in hours. */
  readonly valid?: readonly [from: number, to: number]
}

/** Hosts with certificates, and the nodes that are no members any more. */
function certifiedNetwork() {
  const queue = new EventQueue()
  const network = new SimulatedNetwork(queue, new SeededRandom(1))
  const removed = new Set<string>()
  const plug = (id: string, holder?: Holder): NodeTransport => {
    const { role = 'Worker', authority = root, clusterId = 'c', valid: [from, to] = [-1, 1] } = holder ?? {}
    const lane = queue.lane()
    const clock = createSimulatedClock(lane)
    const key = authorities.keys.generate()
    const validity = { notBeforeMs: simulatedEpochMs + from * hourMs, notAfterMs: simulatedEpochMs + to * hourMs }
    const identity = { kind: 'Node', nodeId: id, role, clusterId } as const
    const certificate = issueNodeCertificate(authorities, authority, createPublicKey(key), identity, validity)
    const credentials = { clusterId: 'c', roots: root.certificate, own: holder === undefined ? undefined : { certificate, key } }
    const rules = createGate({ clock, isRemoved: (node) => removed.has(node) })
    const gate: Gate = {
      ...rules,
      mayServe: () => true,
      mayOpen: (protocol, node) => (Object.hasOwn(protocols, protocol) ? rules.mayOpen(protocol, node) : node !== undefined),
    }
    return network.plug(id, lane).createTransport({ credentials: { current: () => credentials, subscribe: () => () => {} }, gate })
  }
  return { queue, network, plug, removed }
}

testTransport('the simulated network with certificates', async () => {
  const { queue, plug } = certifiedNetwork()
  const { signal } = new AbortController()
  const [a, b] = [plug('a', { role: 'Manager' }), plug('b', { role: 'Manager' })]
  for (const each of [a, b]) await each.listen('', 4242, signal)
  return { a, b, toB: 'b:4242', toNobody: 'nobody:4242', run: (work) => queue.settle(work) }
})

const other = makeRootCa(authorities, simulatedEpochMs)
const visitors: readonly (readonly [name: string, holder: Holder | undefined, code: string])[] = [
  ['nobody in particular', undefined, 'NoCertificate'],
  ['one of another root', { authority: other }, 'NotTrusted'],
  ['one of another cluster', { clusterId: 'd', authority: other }, 'WrongCluster'],
  ['one that has expired', { valid: [-2, -1] }, 'Expired'],
  ['one that is not valid yet', { valid: [1, 2] }, 'NotYetValid'],
  ['one that was removed', {}, 'Removed'],
]
for (const [name, holder, code] of visitors) {
  test(`with certificates, ${name} may join, and is refused a session with ${code}`, async () => {
    const { queue, network, plug, removed } = certifiedNetwork()
    if (code === 'Removed') removed.add('visitor')
    const { signal } = new AbortController()
    const manager = plug('manager', { role: 'Manager' })
    await manager.listen('', 4242, signal)
    const seen: unknown[] = []
    for (const protocol of ['join', 'dispatcher', 'raft']) void manager.serve(protocol, async () => {}, signal)
    network.watch = ({ protocol, node }) => {
      seen.push([protocol, node])
      return () => {}
    }
    const visitor = plug('visitor', holder)
    for (const protocol of ['dispatcher', 'raft']) {
      await assert.rejects(queue.settle(visitor.connect('manager:4242', protocol, signal)), { code })
    }
    await queue.settle(visitor.connect('manager:4242', 'join', signal))
    assert.deepEqual(seen, [['join', undefined]])
  })
}

test('with certificates, a worker may open a session and not raft, and its streams end when it is removed', async () => {
  const { queue, plug, removed } = certifiedNetwork()
  const { signal } = new AbortController()
  const manager = plug('manager', { role: 'Manager' })
  await manager.listen('', 4242, signal)
  const peers: unknown[] = []
  const hold = async (stream: FrameStream): Promise<void> => {
    peers.push(stream.peer.node)
    for await (const frame of stream.frames()) await stream.send(frame)
  }
  for (const protocol of ['dispatcher', 'raft']) void manager.serve(protocol, hold, signal)
  const worker = plug('worker', {})
  await assert.rejects(queue.settle(worker.connect('manager:4242', 'raft', signal)), { code: 'Forbidden' })
  const stream = await queue.settle(worker.connect('manager:4242', 'dispatcher', signal))
  manager.dropRemoved()
  await stream.send(new Uint8Array(1))
  await queue.run(queue.nowMs() + 100)
  assert.deepEqual(peers, [{ id: 'worker', role: 'Worker', clusterId: 'c' }])
  removed.add('worker')
  manager.dropRemoved()
  await queue.run(queue.nowMs() + 100)
  await assert.rejects(stream.send(new Uint8Array(1)), /reset/)
})

async function connected(seed = 1) {
  const queue = new EventQueue()
  const network = new SimulatedNetwork(queue, new SeededRandom(seed))
  const lanes = { a: queue.lane(), b: queue.lane() }
  const [a, b] = [network.join('a', lanes.a), network.join('b', lanes.b)]
  const { signal } = new AbortController()
  const received: string[] = []
  const outcome = { ended: 'no' }
  const read = async (stream: FrameStream): Promise<void> => {
    try {
      for await (const frame of stream.frames()) received.push(Buffer.from(frame).toString())
      outcome.ended = 'closed'
    } catch {
      outcome.ended = 'broken'
    }
  }
  void b.serve('read', read, signal)
  const stream = await queue.settle(a.connect('b', 'read', signal))
  const send = (text: string): Promise<void> => stream.send(Buffer.from(text))
  return { queue, network, lanes, a, signal, stream, received, outcome, send }
}

test('a reset loses a suffix of what was under way, and both ends learn of it', async () => {
  const { queue, network, stream, received, outcome, send } = await connected()
  await send('one')
  await queue.run(queue.nowMs() + 100)
  await send('two')
  network.resetBetween('a', 'b')
  await queue.run(queue.nowMs() + 100)
  assert.deepEqual(received, ['one'])
  assert.equal(outcome.ended, 'broken')
  await assert.rejects(send('three'), /reset/)
  await assert.rejects(async () => {
    for await (const _ of stream.frames()) assert.fail('nothing was sent back')
  }, /reset/)
})

test('a cut in one direction is silence there, and after it heals the frames arrive in order', async () => {
  const { queue, network, received, send } = await connected()
  network.cut('a', 'b')
  await send('one')
  await send('two')
  await queue.run(queue.nowMs() + 1_000)
  assert.deepEqual(received, [])
  network.heal('a', 'b')
  await send('three')
  await queue.run(queue.nowMs() + 1_000)
  assert.deepEqual(received, ['one', 'two', 'three'])
})

test('nobody connects across a cut, in whichever direction it is', async () => {
  const { queue, network, a, signal } = await connected()
  network.cut('b', 'a')
  await assert.rejects(queue.settle(a.connect('b', 'read', signal)), /no answer/)
  network.heal('b', 'a')
  await queue.settle(a.connect('b', 'read', signal))
})

test('a node that dies breaks its streams, and its successor is a new one', async () => {
  const { queue, network, lanes, a, signal, send } = await connected()
  lanes.b.close()
  network.leave('b')
  await queue.run(queue.nowMs() + 100)
  await assert.rejects(send('one'), /reset/)
  await assert.rejects(queue.settle(a.connect('b', 'read', signal)), /nobody serves it/)
  const successor = network.join('b', queue.lane())
  void successor.serve('read', async () => {}, signal)
  await queue.settle(a.connect('b', 'read', signal))
})

test('a slow link delays frames and keeps their order; the same seed gives the same times', async () => {
  const times: number[] = []
  for (let run = 0; run < 2; run += 1) {
    const { queue, network, received, send } = await connected(9)
    network.slow('a', 'b', 1_000)
    const texts = Array.from({ length: 20 }, (_, at) => `frame ${at}`)
    for (const text of texts) await send(text)
    await queue.run(queue.nowMs() + 100)
    assert.ok(received.length < texts.length)
    await queue.run(
      1e9,
      () => {},
      () => received.length === texts.length,
    )
    assert.deepEqual(received, texts)
    times.push(queue.nowMs())
  }
  assert.equal(times[0], times[1])
})
