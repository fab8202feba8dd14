import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FrameStream, Transport } from '../effects/effects.ts'
import { createMemoryStore } from '../store/mvcc/memory-store.ts'
import { task } from '../store/mvcc/testdata/builders.ts'
import type { StreamRequest } from './dispatcher/dispatcher.ts'
import { LogBroker } from './logs.ts'
import { NodeStreams } from './node-streams.ts'
import { StatsBroker } from './stats.ts'
import { streamPair } from './testdata/streams.ts'
import { countingRandom, settle, TestClock } from './testdata/world.ts'

const encode = (value: object) => Buffer.from(JSON.stringify(value))

/** Nodes that are asked and answer only as the test says. */
function createNodes() {
  const clock = new TestClock()
  const asked: StreamRequest[] = []
  const stop = new AbortController()
  let accept: (stream: FrameStream) => Promise<void> = () => Promise.reject(new Error('nothing is served'))
  const transport: Transport = {
    serve(_protocol, handler, until) {
      accept = (stream) => handler(stream, until)
      return new Promise((resolve) => until.addEventListener('abort', () => resolve()))
    },
    connect: () => Promise.reject(new Error('not used')),
  }
  const requestStream = async (_nodeName: string, message: StreamRequest) => {
    asked.push(message)
    return true
  }
  /** The node's end of a stream that it opens for the last request. */
  const answer = async (nodeName: string, change: (manager: FrameStream) => FrameStream = (manager) => manager) => {
    const { agent, manager } = streamPair(nodeName)
    void accept(change(manager)).catch(() => {})
    await agent.send(encode({ id: asked.at(-1)?.id }))
    return agent
  }
  return { clock, asked, stop, answer, deps: { clock, random: countingRandom(), transport, requestStream } }
}

const stats = (id: string): StreamRequest => ({ type: 'stats', id })

async function ends(stream: FrameStream): Promise<void> {
  for await (const _ of stream.frames()) assert.fail('something came')
}

test('a request is answered by one stream: a second one, or that of another node, is closed', async () => {
  const { answer, deps, stop } = createNodes()
  const streams = new NodeStreams(deps, 'stats')
  const running = streams.run(stop.signal)
  const opening = streams.open('n1', stats, stop.signal)
  await settle()
  await ends(await answer('n2'))
  const [, second] = await Promise.all([answer('n1'), answer('n1')])
  const stream = await opening
  await ends(second)
  assert.equal(streams.count, 1)
  stream?.close()
  await settle()
  assert.equal(streams.count, 0)
  stop.abort()
  await running
})

test('a stream that is not opened in time is given up, and closed when it comes', async () => {
  const { answer, clock, deps, stop } = createNodes()
  const streams = new NodeStreams(deps, 'stats')
  void streams.run(stop.signal)
  const opening = streams.open('n1', stats, stop.signal)
  await settle()
  assert.equal(streams.count, 1)
  await clock.advance(10_000)
  assert.equal(await opening, undefined)
  await ends(await answer('n1'))
  assert.equal(streams.count, 0)
})

test('when leadership ends, open streams are closed and requests are off', async () => {
  const { answer, deps, stop } = createNodes()
  const streams = new NodeStreams(deps, 'stats')
  void streams.run(stop.signal)
  const opening = streams.open('n1', stats, new AbortController().signal)
  await settle()
  const stream = await answer('n1')
  assert.ok(await opening)
  stop.abort()
  await ends(stream)
  await settle()
  assert.equal(streams.count, 0)
})

test('a node that opens its stream and does not say what its tasks use is given up', async () => {
  const { answer, clock, deps, stop } = createNodes()
  const broker = new StatsBroker(deps)
  void broker.run(stop.signal)
  const reading = assert.rejects(broker.read('n1'), /node "n1" does not say what its tasks use/)
  await settle()
  await answer('n1')
  await settle()
  await clock.advance(10_000)
  await reading
})

test('a log that breaks off says which task is missing', async () => {
  const { answer, deps, stop } = createNodes()
  const store = createMemoryStore()
  await store.commit({ writes: [{ op: 'create', object: task('web.1.a', { nodeName: 'n1' }, { state: 'Running' }) }] })
  const broker = new LogBroker({ ...deps, store })
  void broker.run(stop.signal)
  const lines: string[] = []
  const reading = (async () => {
    for await (const { text } of broker.read({ kind: 'Task', name: 'web.1.a' }, {}, stop.signal)) lines.push(text)
  })()
  await settle()
  const agent = await answer('n1', (manager) => ({
    ...manager,
    async *frames() {
      yield* manager.frames()
      throw new Error('the connection broke')
    },
  }))
  await agent.send(encode({ task: 'web.1.a', stream: 'stdout', at: 1, text: 'one' }))
  agent.close()
  await assert.rejects(reading, /the log is incomplete: no answer about web\.1\.a on n1/)
  assert.deepEqual(lines, ['one'])
})
