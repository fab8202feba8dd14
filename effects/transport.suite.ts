// What every Transport promises: run against the loopback and the simulated network.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FrameStream, Peer, Transport } from './effects.ts'

export interface TransportUnderTest {
  /** Two managers, `a` and `b`. */
  readonly a: Transport
  readonly b: Transport
  /** Where `a` reaches `b`, and where it reaches nobody. */
  readonly toB: string
  readonly toNobody: string
  /** Lets `work` come to its end: a simulated network has to be driven. */
  run<T>(work: Promise<T>): Promise<T>
}

export function testTransport(name: string, make: () => TransportUnderTest | Promise<TransportUnderTest>): void {
  const check = (behaviour: string, body: (under: TransportUnderTest, signal: AbortSignal) => Promise<void>): void => {
    test(`${name}: ${behaviour}`, async () => {
      const under = await make()
      const stop = new AbortController()
      await under.run(body(under, stop.signal).finally(() => stop.abort()))
    })
  }
  const echo = async (stream: FrameStream, peers: Peer[] = []): Promise<void> => {
    peers.push(stream.peer)
    for await (const frame of stream.frames()) await stream.send(frame)
  }

  check('frames arrive whole and in order, both ways, and each end knows the other', async ({ a, b, toB }, signal) => {
    const peers: Peer[] = []
    void b.serve('echo', (stream) => echo(stream, peers), signal)
    const stream = await a.connect(toB, 'echo', signal)
    assert.equal(stream.peer.node?.id, 'b')
    const texts = ['one', '', 'three', 'x'.repeat(70_000)]
    for (const text of texts) await stream.send(Buffer.from(text))
    const found: string[] = []
    for await (const frame of stream.frames()) if (found.push(Buffer.from(frame).toString()) === texts.length) break
    assert.deepEqual(found, texts)
    assert.deepEqual(
      peers.map(({ node }) => node?.id),
      ['a'],
    )
    for (const { address, node } of [stream.peer, ...peers]) assert.ok(address !== '' && node?.role === 'Manager' && node.clusterId !== '')
    stream.close()
  })

  check('a node that nobody serves, and a protocol that nobody serves, refuse', async ({ a, b, toB, toNobody }, signal) => {
    void b.serve('echo', (stream) => echo(stream), signal)
    await assert.rejects(a.connect(toNobody, 'echo', signal), (error: Error) => error.message.includes(toNobody))
    await assert.rejects(a.connect(toB, 'raft', signal), /raft/)
  })

  check('an orderly close ends the peer’s frames after all of them were read', async ({ a, b, toB }, signal) => {
    const found: string[] = []
    const ended = new Promise<void>((resolve) => {
      const read = async (stream: FrameStream): Promise<void> => {
        for await (const frame of stream.frames()) found.push(Buffer.from(frame).toString())
        resolve()
      }
      void b.serve('read', read, signal)
    })
    const stream = await a.connect(toB, 'read', signal)
    for (const text of ['one', 'two', 'three']) await stream.send(Buffer.from(text))
    stream.close()
    await ended
    assert.deepEqual(found, ['one', 'two', 'three'])
    await assert.rejects(stream.send(Buffer.from('four')))
  })

  check('whoever serves no more is handed no stream, also one that was on its way', async ({ a, b, toB }, signal) => {
    const stop = new AbortController()
    const calls: boolean[] = []
    void b.serve(
      'late',
      async (stream, ended) => {
        calls.push(ended.aborted)
        if (!ended.aborted) await new Promise((resolve) => ended.addEventListener('abort', resolve, { once: true }))
        stream.close()
      },
      stop.signal,
    )
    const stream = await a.connect(toB, 'late', signal)
    stop.abort()
    try {
      for await (const _ of stream.frames()) assert.fail('nothing was sent')
    } catch (error) {
      assert.ok(!(error instanceof assert.AssertionError), String(error))
    }
    assert.ok(!calls.includes(true), 'it was called after its end')
  })

  check('a handler that fails breaks its stream only', async ({ a, b, toB }, signal) => {
    const fail = async (stream: FrameStream): Promise<void> => {
      for await (const frame of stream.frames()) if (frame.length === 0) throw new Error('bad frame')
    }
    void b.serve('fail', fail, signal)
    const [bad, good] = [await a.connect(toB, 'fail', signal), await a.connect(toB, 'fail', signal)]
    await bad.send(new Uint8Array(0))
    await assert.rejects(async () => {
      for await (const _ of bad.frames()) assert.fail('nothing was sent back')
    })
    await assert.rejects(bad.send(new Uint8Array(1)))
    await good.send(new Uint8Array(1))
    good.close()
  })

  check('a peer that does not read holds the sender back, and reading lets it go on', async ({ a, b, toB }, signal) => {
    let read = (): void => {}
    const mayRead = new Promise<void>((resolve) => {
      read = resolve
    })
    const received = Promise.withResolvers<number>()
    const slow = async (stream: FrameStream): Promise<void> => {
      await mayRead
      let count = 0
      for await (const _ of stream.frames()) count += 1
      received.resolve(count)
    }
    void b.serve('slow', slow, signal)
    const stream = await a.connect(toB, 'slow', signal)
    let sent = 0
    const total = 5_000
    const sending = (async () => {
      for (; sent < total; sent += 1) await stream.send(new Uint8Array(1))
      stream.close()
    })()
    void b.serve('ping', (stream) => echo(stream), signal)
    const ping = await a.connect(toB, 'ping', signal)
    await ping.send(new Uint8Array(1))
    for await (const _ of ping.frames()) break
    assert.ok(sent < total, 'the window is bounded')
    read()
    await sending
    assert.equal(await received.promise, total)
  })

  check('serving ends with its signal, and connecting with its own', async ({ a, b, toB }, signal) => {
    const serving = new AbortController()
    const served = b.serve('echo', (stream) => echo(stream), serving.signal)
    serving.abort()
    await served
    await assert.rejects(a.connect(toB, 'echo', signal))
    const connecting = new AbortController()
    connecting.abort(new Error('no longer wanted'))
    await assert.rejects(a.connect(toB, 'echo', connecting.signal), /no longer wanted/)
  })
}
