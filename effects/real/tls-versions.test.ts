// Nodes of two versions of kit: what they say of themselves when they meet.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { type StreamVersions, versionOf } from '../stream-versions.ts'
import { createNode, createRoot, issue, type TestNode } from './testdata/tls-nodes.ts'
import { alpn } from './tls/context.ts'
import { encodeFrame, FrameReader, frameTypes } from './tls/frame-codec.ts'
import { fullWindow } from './tls/socket-frames.ts'

const root = createRoot()
const roots = root.certificate

async function listening(t: { after(work: () => void): void }, versions: StreamVersions) {
  const node = createNode(roots, { own: issue(root, { id: 'b' }), versions })
  const stop = new AbortController()
  t.after(() => stop.abort())
  const port = await node.transport.listen('127.0.0.1', 0, stop.signal)
  const found: (number | undefined)[] = []
  void node.transport.serve(
    'raft',
    async (stream) => {
      found.push(stream.peer.version)
      for await (const _ of stream.frames()) return
    },
    stop.signal,
  )
  return { node, port, found, signal: stop.signal }
}

const caller = (versions: StreamVersions): TestNode => createNode(roots, { own: issue(root, { id: 'a' }), versions })

test('what both speak is the highest that both know', () => {
  const cases: readonly (readonly [StreamVersions, StreamVersions, number | undefined])[] = [
    [{ oldest: 1, newest: 2 }, { oldest: 1, newest: 2 }, 2],
    [{ oldest: 1, newest: 2 }, { oldest: 1, newest: 1 }, 1],
    [{ oldest: 2, newest: 4 }, { oldest: 3, newest: 9 }, 4],
    [{ oldest: 2, newest: 2 }, { oldest: 1, newest: 1 }, undefined],
    [{ oldest: 1, newest: 1 }, { oldest: 2, newest: 3 }, undefined],
  ]
  for (const [ours, theirs, version] of cases) assert.equal(versionOf(ours, theirs), version)
})

test('each end of a stream knows what both understand', async (t) => {
  const { port, found, signal } = await listening(t, { oldest: 1, newest: 5 })
  for (const newest of [3, 5, 9]) {
    const stream = await caller({ oldest: 1, newest }).transport.connect(`127.0.0.1:${port}`, 'raft', signal)
    assert.equal(stream.peer.version, Math.min(newest, 5))
    assert.equal(found.at(-1), Math.min(newest, 5))
    stream.close()
  }
})

test('who has no version in common with the other is told which of the two is too old, and so is the log', async (t) => {
  const { node, port, signal } = await listening(t, { oldest: 3, newest: 4 })
  const says = async (versions: StreamVersions): Promise<unknown> =>
    await caller(versions)
      .transport.connect(`127.0.0.1:${port}`, 'raft', signal)
      .catch((error: unknown) => error)
  assert.match(
    String(await says({ oldest: 1, newest: 2 })),
    /refuses raft: the node that connects speaks versions 1 to 2, and the one that was reached versions 3 to 4: upgrade the one that connects/,
  )
  assert.match(String(await says({ oldest: 5, newest: 5 })), /speaks version 5, .*: upgrade the one that was reached/)
  assert.deepEqual(
    node.refused.map(({ code, node: from }) => [code, from?.id]),
    [
      ['WrongVersion', 'a'],
      ['WrongVersion', 'a'],
    ],
  )
})

/** The first frame of a kit that knew nothing of versions. */
const helloOfBefore = encodeFrame(frameTypes.hello, Buffer.from(JSON.stringify({ protocol: 'raft', window: fullWindow })))

async function answerTo(port: number, hello: Buffer): Promise<readonly [type: number | undefined, text: string]> {
  const own = issue(root, { id: 'old' })
  const key = own.key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const socket = connectTls({ host: '127.0.0.1', port, ALPNProtocols: [alpn], rejectUnauthorized: false, cert: own.certificate, key })
  socket.write(hello)
  const reader = new FrameReader()
  for await (const chunk of socket) {
    reader.push(chunk)
    const frame = reader.next()
    if (frame === undefined) continue
    socket.destroy()
    return [frame.type, frame.payload.toString()]
  }
  return [undefined, '']
}

test('a kit of before, which says nothing of versions, is spoken to in the first one while that is known', async (t) => {
  const known = await listening(t, { oldest: 1, newest: 2 })
  const [type] = await answerTo(known.port, helloOfBefore)
  assert.equal(type, frameTypes.accepted)
  assert.deepEqual(known.found, [1])
  const forgotten = await listening(t, { oldest: 2, newest: 2 })
  const [refused, text] = await answerTo(forgotten.port, helloOfBefore)
  assert.equal(refused, frameTypes.refused)
  assert.match(text, /speaks version 1, and the one that was reached version 2: upgrade the one that connects/)
})

test('versions that are none are no greeting', async (t) => {
  const { node, port } = await listening(t, { oldest: 1, newest: 2 })
  for (const versions of [null, {}, 7, { oldest: 2, newest: 1 }, { oldest: 0, newest: 1 }, { oldest: '1', newest: '2' }]) {
    const hello = encodeFrame(frameTypes.hello, Buffer.from(JSON.stringify({ protocol: 'raft', window: fullWindow, versions })))
    assert.deepEqual(await answerTo(port, hello), [undefined, ''], JSON.stringify(versions))
  }
  assert.deepEqual(new Set(node.refused.map(({ code }) => code)), new Set(['Malformed']))
})
