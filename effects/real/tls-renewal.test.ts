// Certificates, roots and members change while streams are open.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crossSign } from '../../ca/root-ca.ts'
import type { FrameStream } from '../effects.ts'
import { createKeys } from './keys.ts'
import { createRandom } from './random.ts'
import { createNode, createRoot, issue } from './testdata/tls-nodes.ts'

const deps = { keys: createKeys(), random: createRandom() }
const streamCount = 20
const renewals = 30

async function echo(stream: FrameStream): Promise<void> {
  for await (const frame of stream.frames()) await stream.send(frame)
}

/** Sends numbers and hears them again, in order, until it is told to stop. Resolves with how many. */
async function load(stream: FrameStream, isOver: () => boolean): Promise<number> {
  const heard = stream.frames()[Symbol.asyncIterator]()
  let count = 0
  while (!isOver()) {
    await stream.send(Buffer.from(String(count)))
    const { value } = await heard.next()
    assert.equal(Buffer.from(value ?? []).toString(), String(count))
    count += 1
  }
  stream.close()
  return count
}

test('a root takes the place of another under load, and no stream is dropped', async (t) => {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const [first, second] = [createRoot(), createRoot()]
  const crossed = crossSign(deps, first, second)
  const server = createNode(first.certificate, { own: issue(first, { id: 'm' }) })
  const worker = createNode(first.certificate, { own: issue(first, { id: 'w', role: 'Worker' }) })
  void server.transport.serve('dispatcher', echo, stop.signal)
  const to = `127.0.0.1:${await server.transport.listen('127.0.0.1', 0, stop.signal)}`
  const connect = (): Promise<FrameStream> => worker.transport.connect(to, 'dispatcher', stop.signal)
  let isOver = false
  const loads = await Promise.all(Array.from({ length: streamCount }, async () => [load(await connect(), () => isOver)] as const))
  /** Credentials change, now of this node, now of that; each time new streams come about and old ones go on. */
  const steps: (() => void)[] = [
    () => server.credentials.change({ own: issue(first, { id: 'm' }) }),
    () => worker.credentials.change({ own: issue(first, { id: 'w', role: 'Worker' }) }),
    () => server.credentials.change({ own: issue(crossed, { id: 'm' }) }),
    () => server.credentials.change({ roots: first.certificate + second.certificate }),
    () => worker.credentials.change({ own: issue(crossed, { id: 'w', role: 'Worker' }) }),
    () => worker.credentials.change({ roots: first.certificate + second.certificate }),
    () => server.credentials.change({ roots: second.certificate, own: issue(second, { id: 'm' }) }),
    () => worker.credentials.change({ roots: second.certificate, own: issue(second, { id: 'w', role: 'Worker' }) }),
  ]
  for (const step of steps) {
    step()
    ;(await connect()).close()
  }
  for (let at = 0; at < renewals; at += 1) {
    server.credentials.change({ own: issue(second, { id: 'm' }) })
    ;(await connect()).close()
  }
  isOver = true
  for (const [ended] of loads) assert.ok((await ended) > 0)
  // Who slept through it is not let in, and is told why.
  const sleeper = createNode(first.certificate + second.certificate, { own: issue(first, { id: 'w', role: 'Worker' }) })
  await assert.rejects(
    sleeper.transport.connect(to, 'dispatcher', stop.signal),
    /refuses dispatcher: the certificate is not signed by the root/,
  )
  assert.deepEqual(server.failed, [])
})

test('new connections go with the new certificate', async (t) => {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const root = createRoot()
  const server = createNode(root.certificate, { own: issue(root, { id: 'm1' }) })
  const worker = createNode(root.certificate, { own: issue(root, { id: 'w1', role: 'Worker' }) })
  const peers: (string | undefined)[] = []
  const note = async (stream: FrameStream): Promise<void> => {
    peers.push(stream.peer.node?.id)
    await echo(stream)
  }
  void server.transport.serve('dispatcher', note, stop.signal)
  const to = `127.0.0.1:${await server.transport.listen('127.0.0.1', 0, stop.signal)}`
  const before = await worker.transport.connect(to, 'dispatcher', stop.signal)
  server.credentials.change({ own: issue(root, { id: 'm2' }) })
  worker.credentials.change({ own: issue(root, { id: 'w2', role: 'Worker' }) })
  // A certificate and the key of another one: whoever does that hears of it, and nothing changes.
  const mixed = { certificate: issue(root, { id: 'm3' }).certificate, key: issue(root).key }
  assert.throws(() => server.credentials.change({ own: mixed }), /mismatch/)
  const after = await worker.transport.connect(to, 'dispatcher', stop.signal)
  assert.deepEqual([before.peer.node?.id, after.peer.node?.id], ['m1', 'm2'])
  assert.deepEqual(peers, ['w1', 'w2'])
  await before.send(Buffer.from('still here'))
  for await (const frame of before.frames()) {
    assert.equal(Buffer.from(frame).toString(), 'still here')
    break
  }
})

test('a node that is removed loses its streams, and others keep theirs', async (t) => {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const root = createRoot()
  const removed = new Set<string>()
  const server = createNode(root.certificate, { own: issue(root, { id: 'm' }), isRemoved: (id) => removed.has(id) })
  void server.transport.serve('dispatcher', echo, stop.signal)
  const to = `127.0.0.1:${await server.transport.listen('127.0.0.1', 0, stop.signal)}`
  const [one, two] = ['w1', 'w2'].map((id) => createNode(root.certificate, { own: issue(root, { id, role: 'Worker' }) }))
  const [first, second] = await Promise.all([one, two].map((node) => node?.transport.connect(to, 'dispatcher', stop.signal)))
  removed.add('w1')
  server.transport.dropRemoved()
  await assert.rejects(async () => {
    for await (const _ of first?.frames() ?? []);
  }, /broke the stream/)
  await assert.rejects(one?.transport.connect(to, 'dispatcher', stop.signal) ?? Promise.resolve(), /node w1 was removed/)
  await second?.send(Buffer.from('x'))
  for await (const frame of second?.frames() ?? []) {
    assert.equal(Buffer.from(frame).toString(), 'x')
    break
  }
})

test('the end of listening ends every stream, and connecting can be given up', async (t) => {
  const stop = new AbortController()
  const listening = new AbortController()
  t.after(() => stop.abort())
  const root = createRoot()
  const server = createNode(root.certificate, { own: issue(root, { id: 'm' }) })
  const worker = createNode(root.certificate, { own: issue(root, { id: 'w', role: 'Worker' }) })
  void server.transport.serve('dispatcher', echo, stop.signal)
  const to = `127.0.0.1:${await server.transport.listen('127.0.0.1', 0, listening.signal)}`
  const stream = await worker.transport.connect(to, 'dispatcher', stop.signal)
  const givingUp = new AbortController()
  const connecting = worker.transport.connect(to, 'dispatcher', givingUp.signal)
  givingUp.abort(new Error('no longer wanted'))
  await assert.rejects(connecting, /no longer wanted/)
  listening.abort()
  await assert.rejects(async () => {
    for await (const _ of stream.frames());
  }, /the connection to m \(127.0.0.1\) broke/)
  await assert.rejects(worker.transport.connect(to, 'dispatcher', stop.signal), /nobody listens there/)
})
