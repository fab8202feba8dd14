// A state on its way to another member, on a stream of its own, so that it holds up no heartbeat: the message that
// announces it, pieces, an end with their digest; then the receiver says whether it has taken it. At most a window of the
// stream is under way: a slow receiver slows the sender, and nobody else.

import { createHash } from 'node:crypto'
import type { FrameStream } from '../../effects/effects.ts'
import type { SnapshotMessage } from '../peers.ts'
import { decodeMessage, encodeMessage } from './codec.ts'

export const snapshotProtocol = 'raft-snapshot'
const kinds = { piece: 0, end: 1 } as const
const maxPieceBytes = 1024 * 1024
const taken = 'taken'
const longestAnswer = 1_000

/** Resolves when the receiver has it for good. Rejects with what the receiver says against it. */
export async function sendSnapshot(
  stream: FrameStream,
  message: SnapshotMessage,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const close = (): void => stream.close()
  signal.addEventListener('abort', close, { once: true })
  try {
    await stream.send(encodeMessage(message))
    const digest = createHash('sha256')
    for await (const chunk of chunks)
      for (let at = 0; at < chunk.length; at += maxPieceBytes) {
        const piece = chunk.subarray(at, at + maxPieceBytes)
        digest.update(piece)
        await stream.send(Buffer.concat([Buffer.of(kinds.piece), piece]))
      }
    await stream.send(Buffer.concat([Buffer.of(kinds.end), digest.digest()]))
    for await (const frame of stream.frames()) {
      const answer = Buffer.from(frame).toString('utf8', 0, longestAnswer)
      if (answer === taken) return
      throw new Error(`manager ${message.to} did not take the snapshot: ${answer}`)
    }
    throw new Error(`manager ${message.to} closed the stream before it had taken the snapshot`)
  } finally {
    signal.removeEventListener('abort', close)
  }
}

/** @param take rejects when the pieces are not what the message promises; what it throws goes to the sender. */
export async function receiveSnapshot(
  stream: FrameStream,
  from: string,
  to: string,
  take: (message: SnapshotMessage, chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const frames = stream.frames()[Symbol.asyncIterator]()
  const first = await frames.next()
  if (first.done === true) return
  const message = decodeMessage(first.value, from, to)
  if (message.type !== 'snapshot') throw new Error(`a stream for snapshots begins with ${message.type}`)
  try {
    await take(message, piecesOf(frames))
  } catch (error) {
    await stream.send(Buffer.from((error instanceof Error ? error.message : String(error)).slice(0, longestAnswer)))
    throw error
  }
  await stream.send(Buffer.from(taken))
}

/** Ends well only with the end that the sender has written. */
async function* piecesOf(frames: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const digest = createHash('sha256')
  for (;;) {
    const next = await frames.next()
    if (next.done === true) throw new Error('the snapshot ends before its end')
    const [kind, rest] = [next.value[0], next.value.subarray(1)]
    if (kind === kinds.piece) {
      digest.update(rest)
      yield rest
    } else {
      if (kind !== kinds.end || !digest.digest().equals(rest)) throw new Error('the snapshot is not what was sent')
      return
    }
  }
}
