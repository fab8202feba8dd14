import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock, FrameStream, Transport } from '../../effects/effects.ts'
import { createClock } from '../../effects/real/clock.ts'
import { createRandom } from '../../effects/real/random.ts'
import { until } from '../../effects/real/testdata/until.ts'
import { Loopback } from '../../effects/real/transport.ts'
import { comparesStates } from '../../effects/stream-versions.ts'
import type { PeerMessage, SnapshotMessage } from '../peers.ts'
import { simpleConfiguration } from '../raft/configuration.ts'
import type { Message } from '../raft/message.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { PeerLinks, raftProtocol } from './links.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const never = new AbortController().signal
const heartbeat = (from: string, to: string, context: number): Message => ({ from, to, term: 1, type: 'heartbeat', commit: 0, context })
const state = (from: string, to: string): PeerMessage => ({ from, to, type: 'state', index: 1, rules: 1, hash: '00'.repeat(12) })
const append = (to: string, bytes: number): Message => ({
  from: 'a',
  to,
  term: 1,
  type: 'append',
  prevIndex: 0,
  prevTerm: 0,
  commit: 0,
  entries: [{ index: 1, term: 1, type: 'normal', data: Buffer.alloc(bytes) }],
})
const snapshot: SnapshotMessage = {
  from: 'a',
  to: 'b',
  term: 1,
  type: 'snapshot',
  meta: { index: 7, term: 1, configuration: simpleConfiguration(['a', 'b']) },
}

type Wrap = (transport: Transport) => Transport
interface Options {
  /** Whether it knows where the others are. */
  readonly knows?: boolean
  readonly wrap?: Wrap
  readonly clock?: Clock
}

/** Members of one process. */
function group(t: { after(work: () => Promise<void>): void }) {
  const loopback = new Loopback()
  const running: (() => Promise<void>)[] = []
  t.after(async () => {
    for (const end of running) await end()
  })
  return (id: string, { knows = true, wrap = (transport) => transport, clock = createClock() }: Options = {}) => {
    const got: PeerMessage[] = []
    const lost: string[] = []
    const twins: string[] = []
    const lines: string[] = []
    const gone: string[] = []
    const states: Buffer[] = []
    /** Why a state was given up. */
    const given: string[] = []
    const transport = wrap(loopback.transport({ id, role: 'Manager', clusterId: 'c' }))
    const links = new PeerLinks({
      clock,
      random: createRandom(),
      log: { ...log, info: (message, fields) => void lines.push(`${message} ${JSON.stringify(fields)}`) },
      transport,
      id,
      addressOf: (other) => (knows ? other : undefined),
    })
    links.serve({
      receive: (message) => void got.push(message),
      twin: (why) => void twins.push(why),
      unreachable: (other) => void lost.push(other),
      gone: (other) => void gone.push(other),
      async receiveSnapshot(message, chunks) {
        assert.deepEqual(message.meta, snapshot.meta)
        const pieces: Uint8Array[] = []
        try {
          for await (const chunk of chunks) pieces.push(chunk)
        } catch (error) {
          given.push(String(error))
          throw error
        }
        const whole = Buffer.concat(pieces)
        if (whole.includes('bad')) throw new Error('that is no state')
        states.push(whole)
      },
    })
    const stop = new AbortController()
    const ended = links.run(stop.signal)
    const end = async (): Promise<void> => {
      stop.abort()
      await ended
    }
    running.push(end)
    return { links, transport, got, lost, twins, lines, gone, states, given, end }
  }
}

/** Says it again until it has arrived, as Raft does. */
async function say(links: PeerLinks, message: Message, got: readonly PeerMessage[]): Promise<void> {
  await until('it has arrived', () => {
    links.send([message])
    return got.some((each) => each.type === 'heartbeat' && message.type === 'heartbeat' && each.context === message.context)
  })
}

test('members talk in both directions, and a message is from whom the connection says', async (t) => {
  const start = group(t)
  const [a, b] = [start('a'), start('b')]
  await say(a.links, heartbeat('somebody', 'b', 1), b.got)
  await say(b.links, heartbeat('b', 'a', 2), a.got)
  assert.deepEqual([b.got[0]?.from, a.got[0]?.from], ['a', 'b'])
})

test('who has said something of late is heard, and nobody else', async (t) => {
  const start = group(t)
  const [a, b] = [start('a'), start('b')]
  a.links.send([heartbeat('a', 'c', 1)])
  assert.deepEqual(
    ['b', 'c'].map((id) => a.links.isHeard(id)),
    [false, false],
  )
  await say(b.links, heartbeat('b', 'a', 1), a.got)
  assert.deepEqual(
    ['b', 'c'].map((id) => a.links.isHeard(id)),
    [true, false],
  )
})

test('who knows no address answers on the stream of whoever connected', async (t) => {
  const start = group(t)
  const [a, b] = [start('a'), start('b', { knows: false })]
  await say(a.links, heartbeat('a', 'b', 1), b.got)
  await say(b.links, heartbeat('b', 'a', 2), a.got)
})

test('a member that comes back is talked to again, and Raft heard that it was away', async (t) => {
  const start = group(t)
  const [a, before] = [start('a'), start('b')]
  await say(a.links, heartbeat('a', 'b', 1), before.got)
  await say(before.links, heartbeat('b', 'a', 2), a.got) // Who has never answered is not missed.
  await before.end()
  await until('a misses b', () => a.lost.includes('b'))
  await until('a knows that nobody listens', () => a.gone.includes('b'))
  await say(a.links, heartbeat('a', 'b', 2), start('b').got)
})

test('a member that is nowhere is told to Raft, again and again', async (t) => {
  const a = group(t)('a')
  await until('Raft is told for the third time', () => {
    a.links.send([heartbeat('a', 'b', 1)])
    return a.gone.filter((id) => id === 'b').length >= 3
  })
})

/** Streams that take who this is, a message, and nothing after it, until they are released. */
function stuck(released: Promise<void>): Wrap {
  return (transport) => ({
    serve: (...args) => transport.serve(...args),
    async connect(...args) {
      const stream = await transport.connect(...args)
      let sent = 0
      const held: FrameStream = {
        peer: stream.peer,
        frames: () => stream.frames(),
        close: () => stream.close(),
        async send(frame) {
          if (sent++ > 1) await released
          await stream.send(frame)
        },
      }
      return held
    },
  })
}

/** What both ends understand is what a kit of before does. */
const ofBefore: Wrap = (transport) => ({
  serve: (protocol, handler, signal) => transport.serve(protocol, (stream, ended) => handler(older(stream), ended), signal),
  connect: async (...args) => older(await transport.connect(...args)),
})

function older(stream: FrameStream): FrameStream {
  return { ...methodsOf(stream), peer: { ...stream.peer, version: comparesStates - 1 } }
}

function methodsOf(stream: FrameStream): FrameStream {
  return { peer: stream.peer, send: (frame) => stream.send(frame), frames: () => stream.frames(), close: () => stream.close() }
}

test('what members say of their states is said to those that understand it, and to no other', async (t) => {
  const report: PeerMessage = { from: 'a', to: 'b', type: 'state', index: 7, rules: 1, hash: '0123456789abcdef01234567' }
  for (const isOld of [false, true]) {
    const start = group(t)
    const version = isOld ? { wrap: ofBefore } : {}
    const [a, b] = [start('a', version), start('b', version)]
    await say(a.links, heartbeat('a', 'b', 1), b.got)
    a.links.send([report])
    await say(a.links, heartbeat('a', 'b', 2), b.got)
    assert.deepEqual(
      b.got.filter(({ type }) => type === 'state'),
      isOld ? [] : [report],
    )
  }
})

test('entries that cannot leave are bounded and Raft is told; heartbeats go before them', async (t) => {
  const start = group(t)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const [a, b] = [start('a', { wrap: stuck(released) }), start('b')]
  a.links.send([heartbeat('a', 'b', 1)])
  await until('b has the first', () => b.got.length === 1)
  a.lost.length = 0
  for (let sent = 0; sent < 40; sent++) a.links.send([append('b', 1024 * 1024)])
  assert.deepEqual([...new Set(a.lost)], ['b'])
  a.links.send([heartbeat('a', 'b', 2)])
  release()
  await until('b has what was not dropped', () => b.got.filter(({ type }) => type === 'append').length >= 16)
  const order = b.got.map((each) => (each.type === 'heartbeat' ? each.context : 'entries'))
  assert.ok(order.indexOf(2) <= 2, `one message at most was on its way already: ${order}`)
  assert.ok(order.filter((each) => each === 'entries').length <= 17)
})

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}

test('a state arrives whole, however large its pieces', async (t) => {
  const start = group(t)
  const [a, b] = [start('a'), start('b')]
  const large = 'x'.repeat(3 * 1024 * 1024 + 1)
  await a.links.sendSnapshot(snapshot, pieces('one', large, 'three'), never)
  assert.equal(b.states[0]?.toString(), `one${large}three`)
})

test('a state that its receiver does not take, or that breaks off, was not sent', async (t) => {
  const start = group(t)
  const [a, b] = [start('a'), start('b')]
  await assert.rejects(a.links.sendSnapshot(snapshot, pieces('a bad one'), never), /did not take the snapshot: that is no state/)
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('the disk is gone')
  }
  await assert.rejects(a.links.sendSnapshot(snapshot, broken(), never), /the disk is gone/)
  await assert.rejects(a.links.sendSnapshot({ ...snapshot, to: 'c' }, pieces('x'), never), /cannot be reached/)
  assert.deepEqual(b.states, [])
})

test('a state that breaks off goes on where it ended, in a new stream, and not one of another index', async (t) => {
  const start = group(t)
  let frames = 0
  let breaks = 0
  let sent = 0
  const breaking: Wrap = (transport) => ({
    serve: (...args) => transport.serve(...args),
    connect: async (...args) => {
      const stream = await transport.connect(...args)
      frames = 0
      return {
        ...methodsOf(stream),
        send: (frame) => {
          frames += 1
          sent += frame.length
          if (frames <= 3 || breaks === 0) return stream.send(frame)
          breaks -= 1
          stream.close()
          return Promise.reject(new Error('the cable was pulled'))
        },
      }
    },
  })
  const [a, b] = [start('a', { wrap: breaking }), start('b')]
  const all = Array.from({ length: 8 }, (_, at) => `${at}`.repeat(100_000))
  breaks = 3
  for (let at = 0; at < 3; at += 1) await assert.rejects(a.links.sendSnapshot(snapshot, pieces(...all), never), /the cable was pulled/)
  await a.links.sendSnapshot(snapshot, pieces(...all), never)
  assert.equal(b.states[0]?.toString(), all.join(''))
  assert.ok(sent < 1_300_000, `${sent} bytes were sent of 800,000: what was there was not sent again`)
  breaks = 1
  await assert.rejects(a.links.sendSnapshot({ ...snapshot, term: 2 }, pieces(...all), never), /the cable was pulled/)
  await a.links.sendSnapshot(snapshot, pieces('another one'), never)
  assert.equal(b.states[1]?.toString(), 'another one')
})

test('half a state whose sender does not come back is given up, and the next one is taken', async (t) => {
  const start = group(t)
  const [a, b] = [start('a'), start('b', { clock: fast() })]
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('the disk is gone')
  }
  await assert.rejects(a.links.sendSnapshot(snapshot, broken(), never), /the disk is gone/)
  await until('b has given up', () => b.given.length === 1)
  assert.match(b.given[0] ?? '', /the snapshot ends before its end/)
  await a.links.sendSnapshot(snapshot, pieces('whole'), never)
  assert.equal(b.states[0]?.toString(), 'whole')
})

test('a member of before does not hear how much is there, and its state is taken', async (t) => {
  const start = group(t)
  const [a, b] = [start('a', { wrap: ofBefore }), start('b', { wrap: ofBefore })]
  await a.links.sendSnapshot(snapshot, pieces('one', 'two'), never)
  assert.equal(b.states[0]?.toString(), 'onetwo')
})

/** Five seconds for each of ours: faster, and a busy machine would be late for what is there. */
function fast(): Clock {
  const clock = createClock()
  return { ...clock, monotonicMs: () => clock.monotonicMs() * 5, sleep: (delayMs, signal) => clock.sleep(delayMs / 5, signal) }
}

/** Nobody reaches it: it connects to others. */
const unserved: Wrap = (transport) => ({
  connect: (...args) => transport.connect(...args),
  serve: (_protocol, _handler, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
})

test('a second process under one id is refused while the first is there, and told so until it ends; the first is not disturbed', async (t) => {
  const start = group(t)
  const clock = fast()
  const [a, b] = [start('a', { clock }), start('b', { clock })]
  await say(b.links, heartbeat('b', 'a', 1), a.got)
  let attempts = 0
  const counted: Wrap = (transport) => ({
    ...unserved(transport),
    connect: (...args) => {
      attempts += 1
      return transport.connect(...args)
    },
  })
  const copy = start('b', { clock, wrap: counted })
  const beginMs = clock.monotonicMs()
  await until('a sees two of one name', () => {
    b.links.send([heartbeat('b', 'a', 2)])
    copy.links.send([heartbeat('b', 'a', 666)])
    return copy.twins.length > 0
  })
  assert.ok(
    clock.monotonicMs() - beginMs >= 10_000,
    'not before it was told for long: a process that was started again may be taken for one',
  )
  assert.match(copy.twins[0] ?? '', /another manager runs under the id of this one, b, says manager a: its state directory is a copy/)
  assert.ok(attempts < 40, `${attempts} attempts in ten seconds: each is a handshake of TLS, and a line in a log`)
  assert.ok(
    a.got.every((message) => message.type !== 'heartbeat' || message.context !== 666),
    'nothing that it says is heard',
  )
  await say(b.links, heartbeat('b', 'a', 3), a.got)
  assert.deepEqual([a.twins, b.twins], [[], []])
  await b.end()
  await say(start('b', { clock, wrap: unserved }).links, heartbeat('b', 'a', 4), a.got)
})

test('a second process that a follower takes for the first, which it has not heard for long, ends all the same: the leader does not', async (t) => {
  const start = group(t)
  const clock = fast()
  const [leader, follower, first] = [start('a', { clock }), start('c', { clock }), start('b', { clock })]
  await say(first.links, heartbeat('b', 'c', 1), follower.got)
  await say(first.links, heartbeat('b', 'a', 1), leader.got)
  const beginMs = clock.monotonicMs()
  await until('four seconds are over', () => clock.monotonicMs() - beginMs > 4_000) // Members that do not lead have little to say to each other.
  await say(first.links, heartbeat('b', 'a', 2), leader.got)
  const copy = start('b', { clock, wrap: unserved })
  await say(copy.links, heartbeat('b', 'c', 666), follower.got)
  await until('the copy ends', () => {
    leader.links.send([heartbeat('a', 'b', 3)])
    first.links.send([state('b', 'a'), state('b', 'c')])
    follower.links.send([state('c', 'b')])
    copy.links.send([heartbeat('b', 'a', 666), state('b', 'c')])
    return copy.twins.length > 0
  })
  assert.match(copy.twins[0] ?? '', /another manager runs under the id of this one, b, says manager a/)
  assert.ok(copy.got.length > 0 && first.got.length > 0)
  assert.deepEqual(first.twins, [], 'whom the leader tells what is new is the one')
})

test('whoever opens a stream and does not say who it is, is heard by nobody, and keeps nobody from connecting', async (t) => {
  const start = group(t)
  const clock = fast()
  const [a, mute] = [start('a', { clock }), start('mute', { clock, wrap: unserved })]
  const stream = await mute.transport.connect('a', raftProtocol, never)
  await stream.send(encodeMessage(heartbeat('mute', 'a', 666)))
  await until('a misses the mute one', () => a.lost.includes('mute'))
  const silent = await mute.transport.connect('a', raftProtocol, never)
  for await (const frame of silent.frames()) assert.equal(decodeMessage(frame, 'a', 'mute').type, 'member')
  assert.deepEqual(a.got, [])
  await say(mute.links, heartbeat('mute', 'a', 1), a.got)
})

test('a member that says what is no message loses its stream and nobody else theirs, and the log says whose it was', async (t) => {
  const start = group(t)
  const [a, b, odd] = [start('a'), start('b'), start('odd', { wrap: unserved })]
  await say(b.links, heartbeat('b', 'a', 1), a.got)
  const member = encodeMessage({ from: 'odd', to: 'a', type: 'member', life: 7 })
  const nonsense: readonly (readonly Uint8Array[])[] = [
    [Buffer.alloc(0)],
    [Buffer.from('GET / HTTP/1.1')],
    [member, Buffer.alloc(64, 0xff)],
    [member, member],
    [member, encodeMessage(append('a', 100)).subarray(0, 60)],
    [member, Buffer.concat([encodeMessage(heartbeat('odd', 'a', 666)), Buffer.of(1)])],
  ]
  for (const frames of nonsense) {
    const before = a.lines.length
    const stream = await odd.transport.connect('a', raftProtocol, never)
    for (const frame of frames) await stream.send(frame).catch(() => undefined)
    await until('a drops the stream', () =>
      a.lines.slice(before).some((line) => line.startsWith('The stream of another manager broke {"object":"Node/odd"')),
    )
  }
  await say(b.links, heartbeat('b', 'a', 2), a.got)
  assert.ok(a.got.every(({ from }) => from === 'b'))
  assert.ok(a.lost.every((id) => id === 'odd'))
})
