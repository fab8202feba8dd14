import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FrameStream } from '../../effects/effects.ts'
import { testTransport } from '../../effects/transport.suite.ts'
import { EventQueue } from './event-queue.ts'
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
