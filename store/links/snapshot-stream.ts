// A state on its way to another member, on a stream of its own, so that it holds up no heartbeat: the message that
// announces it; how much of it the receiver has from a stream that broke; pieces from there on; an end with the digest of all
// of it; then the receiver says whether it has taken it. At most a window of the stream is under way, and no more than a bounded
// number of bytes each second: a slow receiver slows the sender, a quick one leaves it time for the others.

import { createHash } from 'node:crypto'
import type { Clock, FrameStream } from '../../effects/effects.ts'
import { resumesSnapshots } from '../../effects/stream-versions.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { SnapshotMessage } from '../peers.ts'
import { decodeMessage, encodeMessage } from './codec.ts'

export const snapshotProtocol = 'raft-snapshot'
const kinds = { piece: 0, end: 1 } as const
const maxPieceBytes = 1024 * 1024
const offsetBytes = 6
const taken = 'taken'
const longestAnswer = 1_000
const maxBytesPerSecond = 64 * 1024 * 1024
/** Shorter ones are not worth a timer. */
const leastPauseMs = 5
/** Who broke off may come back for so long. Meanwhile half a state is in memory. */
const resumeMs = 30_000

/** Resolves when the receiver has it for good. Rejects with what the receiver says against it. */
export async function sendSnapshot(
  clock: Clock,
  stream: FrameStream,
  message: SnapshotMessage,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const close = (): void => stream.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    await stream.send(encodeMessage(message))
    const answers = stream.frames()[Symbol.asyncIterator]()
    const from = canResume(stream) ? await offsetOf(answers, message.to) : 0
    const digest = createHash('sha256')
    const beganMs = clock.monotonicMs()
    let offset = 0
    for await (const chunk of chunks) {
      digest.update(chunk)
      const missing = chunk.subarray(Math.max(0, from - offset))
      for (let at = 0; at < missing.length; at += maxPieceBytes)
        await stream.send(Buffer.concat([Buffer.of(kinds.piece), missing.subarray(at, at + maxPieceBytes)]))
      offset += chunk.length
      const dueMs = beganMs + (Math.max(0, offset - from) / maxBytesPerSecond) * 1_000
      const pauseMs = dueMs - clock.monotonicMs()
      if (pauseMs >= leastPauseMs) await clock.sleep(pauseMs, signal)
    }
    await stream.send(Buffer.concat([Buffer.of(kinds.end), digest.digest()]))
    const answer = textOf(await nextOf(answers, message.to))
    if (answer !== taken) throw new Error(`manager ${message.to} did not take the snapshot: ${answer}`)
  } finally {
    signal.removeEventListener('abort', close)
  }
}

async function offsetOf(answers: AsyncIterator<Uint8Array>, to: string): Promise<number> {
  const answer = await nextOf(answers, to)
  if (answer.length !== offsetBytes) throw new Error(`manager ${to} did not take the snapshot: ${textOf(answer)}`)
  return Buffer.from(answer).readUIntBE(0, offsetBytes)
}

async function nextOf(answers: AsyncIterator<Uint8Array>, to: string): Promise<Uint8Array> {
  const next = await answers.next()
  if (next.done === true) throw new Error(`manager ${to} closed the stream before it had taken the snapshot`)
  return next.value
}

function textOf(answer: Uint8Array): string {
  return Buffer.from(answer).toString('utf8', 0, longestAnswer)
}

function canResume({ peer: { version = resumesSnapshots } }: FrameStream): boolean {
  return version >= resumesSnapshots
}

/** @param chunks rejects when the sender did not come back in time, or sent something else than it had promised. */
type Take = (message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>) => Promise<void>

export interface SnapshotReceiverDeps {
  readonly clock: Clock
  /** Of this member. */
  readonly id: string
  /** Rejects when the pieces are not what the message promises; what it throws goes to the sender. */
  readonly take: Take
}

/** Takes states from others, at most one of each, over as many streams as it needs. */
export class SnapshotReceiver {
  readonly #deps: SnapshotReceiverDeps
  readonly #arriving = new Map<string, Arriving>()

  constructor(deps: SnapshotReceiverDeps) {
    this.#deps = deps
  }

  /** @param signal ends all waiting. */
  async receive(stream: FrameStream, from: string, signal: AbortSignal): Promise<void> {
    const frames = stream.frames()[Symbol.asyncIterator]()
    const first = await frames.next()
    if (first.done === true) return
    const message = decodeMessage(first.value, from, this.#deps.id)
    if (message.type !== 'snapshot') throw new Error(`a stream for snapshots begins with ${message.type}`)
    const arriving = this.#arrivingOf(message, canResume(stream), signal)
    await arriving.goOn(stream, frames)
  }

  #arrivingOf(message: SnapshotMessage, resumes: boolean, signal: AbortSignal): Arriving {
    const { from } = message
    const before = this.#arriving.get(from)
    if (before?.isOf(message) === true && resumes) return before
    before?.abandon()
    const arriving = new Arriving(this.#deps, message, signal)
    this.#arriving.set(from, arriving)
    void arriving.done.finally(() => {
      if (this.#arriving.get(from) === arriving) this.#arriving.delete(from)
    })
    return arriving
  }
}

/** One state, from its first piece until it is taken or refused. */
class Arriving {
  readonly #clock: Clock
  readonly #message: SnapshotMessage
  readonly #signal: AbortSignal
  readonly #abandoned = new AbortController()
  readonly #digest = createHash('sha256')
  #bytes = 0
  #stream: FrameStream | undefined
  #frames: AsyncIterator<Uint8Array> | undefined
  #onFrames: () => void = () => undefined
  /** What the sender is told. Never rejects. */
  readonly done: Promise<string>

  constructor({ clock, take }: SnapshotReceiverDeps, message: SnapshotMessage, signal: AbortSignal) {
    this.#clock = clock
    this.#message = message
    this.#signal = AbortSignal.any([signal, this.#abandoned.signal])
    this.done = take(message, this.#pieces()).then(
      () => taken,
      (error: unknown) => messageOf(error).slice(0, longestAnswer),
    )
  }

  isOf({ term, meta }: SnapshotMessage): boolean {
    const { term: ourTerm, meta: ours } = this.#message
    return term === ourTerm && meta.index === ours.index && meta.term === ours.term
  }

  abandon(): void {
    this.#abandoned.abort()
    this.#stream?.close()
  }

  /** With the pieces of this stream, in place of the one before. Resolves when it was told what became of the state. */
  async goOn(stream: FrameStream, frames: AsyncIterator<Uint8Array>): Promise<void> {
    const before = this.#stream
    this.#stream = stream
    this.#frames = undefined // What still comes of the one before does not count: this one brings it again.
    before?.close()
    if (canResume(stream)) {
      const offset = Buffer.alloc(offsetBytes)
      offset.writeUIntBE(this.#bytes, 0, offsetBytes)
      await stream.send(offset)
    }
    if (this.#stream !== stream) return
    this.#frames = frames
    this.#onFrames()
    const answer = await this.done
    if (this.#stream !== stream) return
    await stream.send(Buffer.from(answer))
    if (answer !== taken) throw new Error(answer)
  }

  /** Of whichever stream goes on with it. Ends well only with the end that the sender has written. */
  async *#pieces(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const frames = this.#frames ?? (await this.#another())
      const next = await frames.next().catch(() => undefined)
      if (this.#frames !== frames) continue
      if (next === undefined || next.done === true) {
        this.#frames = undefined
        continue
      }
      const [kind, rest] = [next.value[0], next.value.subarray(1)]
      if (kind === kinds.piece) {
        this.#digest.update(rest)
        this.#bytes += rest.length
        yield rest
      } else {
        if (kind !== kinds.end || !this.#digest.digest().equals(rest)) throw new Error('the snapshot is not what was sent')
        return
      }
    }
  }

  async #another(): Promise<AsyncIterator<Uint8Array>> {
    const over = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onFrames = resolve
    const late = this.#clock.sleep(resumeMs, AbortSignal.any([over.signal, this.#signal])).catch(() => undefined)
    await Promise.race([promise, late])
    over.abort()
    if (this.#frames === undefined || this.#signal.aborted) throw new Error('the snapshot ends before its end')
    return this.#frames
  }
}
