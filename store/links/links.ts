// The streams to the other members: what Raft says to them goes out, what they say comes in. Nothing waits for anybody
// here: what cannot leave soon is dropped, Raft is told, and sends again. Two members share one stream, whoever opened it, so
// that one who has just joined need not know where the others are; states have streams of their own (snapshot-stream.ts).
//
// When the other end of a stream breaks it off, and nobody listens there any more, its process has ended: Raft is told, which
// need not wait then until a leader was silent for long.
//
// Elections and heartbeats go before entries: they are small, and a leader that cannot be heard is none.

import type { Clock, FrameStream, Log, Random, Transport } from '../../effects/effects.ts'
import { comparesStates } from '../../effects/stream-versions.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import type { PeerHandler, PeerMessage, Peers, SnapshotMessage } from '../peers.ts'
import { decodeMessage, encodeMessage } from './codec.ts'
import { SnapshotReceiver, sendSnapshot, snapshotProtocol } from './snapshot-stream.ts'

export interface PeerLinksDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly transport: Transport
  /** Of this member. */
  readonly id: string
  /** host:port of a member, as far as this one knows it. */
  readonly addressOf: (id: string) => string | undefined
}

export const raftProtocol = 'raft'
/** Of entries that wait to leave, per member. What is more is dropped. */
const maxWaitingBytes = 16 * 1024 * 1024
/** Of small messages. The newest say the most. */
const maxWaitingControl = 1_024
const firstRedialMs = 50
const longestRedialMs = 1_000
/** A message that could not leave for so long: the other end is gone, and nobody has said so. */
const stuckMs = 5_000
/** To say which member it is. */
const greetMs = 5_000
const lookMs = 1_000
const lifeBytes = 6
/** A process that ends closes its streams before it no longer listens, or after. */
const looksForMissed = 3
/** Members that are there say something within that: heartbeats while one leads, questions for votes while none does. */
const silentMs = 4_000
/** With whom nothing was talked about for so long no stream is kept. */
const quietMs = 60_000
/** Who was heard so lately is there. Members say something to each other every second. */
const thereMs = 3_000
/** Whoever was told for so long, and by no leader anything else, that there is another one under its id, is one too many. */
const twinMs = 10_000

export class PeerLinks implements Peers {
  readonly #deps: PeerLinksDeps
  readonly #links = new Map<string, Link>()
  readonly #snapshots: SnapshotReceiver
  #handler: PeerHandler | undefined
  /** Of this process: another one under the same id has another. */
  readonly #life: number
  #signal = AbortSignal.abort()

  constructor(deps: PeerLinksDeps) {
    this.#deps = deps
    this.#snapshots = new SnapshotReceiver({ ...deps, take: async (message, chunks) => this.#handler?.receiveSnapshot(message, chunks) })
    this.#life = Buffer.from(deps.random.bytes(lifeBytes)).readUIntBE(0, lifeBytes)
  }

  serve(handler: PeerHandler): void {
    this.#handler = handler
  }

  /** Connects, and lets others connect, until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { transport } = this.#deps
    this.#signal = signal
    for (const link of this.#links.values()) this.#dial(link)
    try {
      await Promise.all([
        transport.serve(raftProtocol, (stream, ended) => this.#accept(stream, ended), signal),
        transport.serve(snapshotProtocol, (stream, ended) => this.#acceptSnapshot(stream, ended), signal),
        this.#look(signal),
      ])
    } finally {
      for (const link of this.#links.values()) link.end()
    }
  }

  /** Whether that member has said anything of late. */
  isHeard(id: string): boolean {
    const heardMs = this.#links.get(id)?.heardMs
    return heardMs !== undefined && this.#deps.clock.monotonicMs() - heardMs < silentMs
  }

  send(messages: readonly PeerMessage[]): void {
    const nowMs = this.#deps.clock.monotonicMs()
    for (const message of messages) {
      const link = this.#linkTo(message.to)
      if (!link.put(message, nowMs)) this.#handler?.unreachable(link.id)
      this.#dial(link)
    }
  }

  async sendSnapshot(message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const { transport, addressOf, clock } = this.#deps
    const address = addressOf(message.to)
    if (address === undefined) throw new Error(`where manager ${message.to} is, is not known here`)
    const stream = await transport.connect(address, snapshotProtocol, signal)
    try {
      if (stream.peer.node?.id !== message.to) throw new Error(`at ${address} is another manager than ${message.to}`)
      await sendSnapshot(clock, stream, message, chunks, signal)
    } finally {
      stream.close()
    }
  }

  #linkTo(id: string): Link {
    const link = this.#links.get(id) ?? new Link(id, this.#deps.clock.monotonicMs())
    this.#links.set(id, link)
    return link
  }

  async #acceptSnapshot(stream: FrameStream, signal: AbortSignal): Promise<void> {
    const from = stream.peer.node?.id
    if (from === undefined || this.#handler === undefined) return
    await this.#snapshots.receive(stream, from, signal)
  }

  async #accept(stream: FrameStream, signal: AbortSignal): Promise<void> {
    const id = stream.peer.node?.id
    if (id === undefined || id === this.#deps.id) return
    const close = (): void => stream.close()
    signal.addEventListener('abort', close, { once: true })
    try {
      await this.#converse(this.#linkTo(id), stream)
    } finally {
      signal.removeEventListener('abort', close)
    }
  }

  /** Until there is a stream to the member, whoever opens it. One attempt at a time. */
  #dial(link: Link): void {
    if (link.isDialing || link.isOpen || !link.isWanted || this.#signal.aborted) return
    link.isDialing = true
    void this.#keepDialing(link, this.#signal).finally(() => {
      link.isDialing = false
      this.#dial(link)
    })
  }

  async #keepDialing(link: Link, signal: AbortSignal): Promise<void> {
    const { clock, random, transport, addressOf, log } = this.#deps
    for (let delayMs = firstRedialMs; !signal.aborted && link.isWanted && !link.isOpen; delayMs = Math.min(2 * delayMs, longestRedialMs)) {
      const address = addressOf(link.id)
      let isRefused = false
      const stream =
        address === undefined
          ? undefined
          : await transport.connect(address, raftProtocol, signal).catch((error: unknown) => {
              isRefused = errorCodeOf(error) === 'ECONNREFUSED'
              log.debug('Could not connect to another manager', { object: `Node/${link.id}`, address, error })
              return undefined
            })
      const found = stream?.peer.node?.id
      if (stream !== undefined && found === link.id) {
        await this.#converse(link, stream)
        if (link.twinSinceMs === undefined) return
      } else if (stream !== undefined) log.warn('Another manager is where one was', { object: `Node/${link.id}`, address, found })
      stream?.close()
      link.forget()
      if (isRefused) {
        link.looksLeft = 0
        this.#handler?.gone(link.id)
      } else this.#handler?.unreachable(link.id)
      await clock.sleep(delayMs * (0.5 + random.next()), signal).catch(() => undefined)
    }
  }

  /** Sends and delivers until the stream ends. */
  async #converse(link: Link, stream: FrameStream): Promise<void> {
    const { id, log, clock } = this.#deps
    const saysWho = (stream.peer.version ?? comparesStates) >= comparesStates
    // Nothing is said to a member, and nothing of it is believed, before it is known to be the only one of its id.
    let sending = saysWho
      ? stream.send(encodeMessage({ from: id, to: link.id, type: 'member', life: this.#life }))
      : link.use(stream, clock)
    let isKnown = !saysWho
    let wasHeard = false
    const over = new AbortController()
    const late = (): void => {
      if (!isKnown) stream.close()
    }
    clock.sleep(greetMs, over.signal).then(late, () => undefined)
    try {
      for await (const frame of stream.frames()) {
        const message = decodeMessage(frame, link.id, id)
        if (message.type === 'twin') return this.#hearOfTwin(link, stream)
        if (message.type === 'member') {
          if (isKnown) throw new Error('a member says twice who it is')
          if (!(await this.#admit(link, stream, message.life))) return
          isKnown = true
          sending = link.use(stream, clock)
          continue
        }
        if (!isKnown) throw new Error('a member does not say who it is')
        this.#noteTaken(link, message)
        wasHeard = true
        link.heardMs = clock.monotonicMs()
        this.#handler?.receive(message)
      }
    } catch (error) {
      if (!this.#signal.aborted) log.info('The stream of another manager broke', { object: `Node/${link.id}`, error })
    } finally {
      over.abort()
      stream.close()
      link.drop(stream)
      await sending.catch(() => undefined)
      if (!this.#signal.aborted) this.#handler?.unreachable(link.id)
      if (wasHeard && !link.wasEnded(stream)) link.looksLeft = looksForMissed
      this.#dial(link)
    }
  }

  /** False where another process under the same id is there: two of them could vote twice, or take back what one has said. */
  async #admit(link: Link, stream: FrameStream, life: number): Promise<boolean> {
    const { id, log, clock } = this.#deps
    const isThere = link.isOpen && link.heardMs !== undefined && clock.monotonicMs() - link.heardMs < thereMs
    if (link.life !== undefined && link.life !== life && isThere) {
      log.error('Refused a second manager under one id', { object: `Node/${link.id}`, address: stream.peer.address })
      await stream.send(encodeMessage({ from: id, to: link.id, type: 'twin' })).catch(() => undefined)
      return false
    }
    if (link.life !== life) link.end() // Of a process that is gone, though nobody has said so.
    link.life = life
    link.heardMs = clock.monotonicMs()
    return true
  }

  /**
   * That member takes this process for the one of its id. Members may differ in that: who is not the leader hears little of the
   * others, and may have let the second one in while the first was silent. Whom the leader keeps up with is the one.
   */
  #noteTaken(link: Link, { type }: PeerMessage): void {
    link.twinSinceMs = undefined
    if (type === 'append' || type === 'heartbeat') for (const each of this.#links.values()) each.twinSinceMs = undefined
  }

  #hearOfTwin(link: Link, stream: FrameStream): void {
    const { id, log, clock } = this.#deps
    const nowMs = clock.monotonicMs()
    link.twinSinceMs ??= nowMs
    log.warn('Another manager runs under the id of this one', { object: `Node/${link.id}`, address: stream.peer.address })
    if (nowMs - link.twinSinceMs < twinMs) return
    this.#handler?.twin(
      `another manager runs under the id of this one, ${id}, says manager ${link.id}: its state directory is a copy of that one's, or the other way round. Two under one id could lose what was acknowledged. Start one of them only, and let the other join with an empty directory`,
    )
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    while (!signal.aborted) {
      await clock.sleep(lookMs, signal).catch(() => undefined)
      const nowMs = clock.monotonicMs()
      for (const [id, link] of this.#links) {
        if (link.isStuck(nowMs) || link.isQuiet(nowMs)) link.end()
        if (link.isQuiet(nowMs) && !link.isDialing) this.#links.delete(id)
      }
    }
  }
}

/** What waits for one member, and the streams that are open to it; the newest takes what is sent. */
class Link {
  readonly id: string
  isDialing = false
  /** The other end has broken the last stream off: as often it is worth a look whether it is still there. */
  looksLeft = 0
  /** Undefined before its first word. */
  heardMs: number | undefined
  /** Of the process at the other end, as it has said. */
  life: number | undefined
  /** Since when it says of this member only that there is another one. */
  twinSinceMs: number | undefined
  readonly #streams: FrameStream[] = []
  readonly #ended = new WeakSet<FrameStream>()
  #control: PeerMessage[] = []
  #bulk: PeerMessage[] = []
  #bulkBytes = 0
  #saidMs: number
  #sendingSinceMs: number | undefined
  #wake: () => void = () => undefined

  constructor(id: string, nowMs: number) {
    this.id = id
    this.#saidMs = nowMs
  }

  get isOpen(): boolean {
    return this.#streams.length > 0
  }

  /** Whether there is a reason for a stream. */
  get isWanted(): boolean {
    return this.looksLeft > 0 || this.#control.length + this.#bulk.length > 0
  }

  /** Whether that was the wish of this end. */
  wasEnded(stream: FrameStream): boolean {
    return this.#ended.has(stream)
  }

  isStuck(nowMs: number): boolean {
    return this.#sendingSinceMs !== undefined && nowMs - this.#sendingSinceMs >= stuckMs
  }

  isQuiet(nowMs: number): boolean {
    return nowMs - Math.max(this.#saidMs, this.heardMs ?? 0) >= quietMs
  }

  /** False when something was dropped for it. */
  put(message: PeerMessage, nowMs: number): boolean {
    this.#saidMs = nowMs
    const bytes = bytesOf(message)
    let hasRoom = true
    if (bytes === 0) {
      if (this.#control.length >= maxWaitingControl) hasRoom = this.#control.shift() === undefined
      this.#control.push(message)
    } else if (this.#bulk.length > 0 && this.#bulkBytes + bytes > maxWaitingBytes) hasRoom = false
    else {
      this.#bulk.push(message)
      this.#bulkBytes += bytes
    }
    this.#wake()
    return hasRoom
  }

  /** Nobody takes it now, and what is said later will be news. */
  forget(): void {
    this.looksLeft = Math.max(0, this.looksLeft - 1)
    this.#control = []
    this.#bulk = []
    this.#bulkBytes = 0
  }

  /** Resolves when the stream is of no more use. */
  async use(stream: FrameStream, clock: Clock): Promise<void> {
    this.#streams.push(stream)
    this.looksLeft = 0
    this.#wake() // Whoever sent on another stream leaves that to this one.
    while (this.#streams.includes(stream)) {
      const message = this.#streams.at(-1) === stream ? this.#take() : undefined
      if (message === undefined) await this.#change()
      else if (isUnderstood(message, stream)) {
        this.#sendingSinceMs = clock.monotonicMs()
        await stream.send(encodeMessage(message)).catch(() => this.drop(stream))
        this.#sendingSinceMs = undefined
      }
    }
    stream.close()
  }

  drop(stream: FrameStream): void {
    const at = this.#streams.indexOf(stream)
    if (at >= 0) this.#streams.splice(at, 1)
    this.#wake()
  }

  end(): void {
    for (const stream of this.#streams.splice(0)) {
      this.#ended.add(stream)
      stream.close()
    }
    this.#wake()
  }

  #take(): PeerMessage | undefined {
    const first = this.#control.shift()
    if (first !== undefined) return first
    const next = this.#bulk.shift()
    if (next !== undefined) this.#bulkBytes -= bytesOf(next)
    return next
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake
      this.#wake = () => {
        this.#wake = () => undefined
        before()
        resolve()
      }
    })
  }
}

/** A kit of before would take the stream for broken. */
function isUnderstood({ type }: PeerMessage, { peer: { version = comparesStates } }: FrameStream): boolean {
  return type !== 'state' || version >= comparesStates
}

/** Of entries only: everything else is small. */
function bytesOf(message: PeerMessage): number {
  return message.type === 'append' ? message.entries.reduce((sum, { data }) => sum + data.length, 0) : 0
}
