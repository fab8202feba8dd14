import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock, FrameStream } from '../../effects/effects.ts'
import { resumesSnapshots } from '../../effects/stream-versions.ts'
import type { SnapshotMessage } from '../peers.ts'
import { sendSnapshot } from './snapshot-stream.ts'

const mib = 1024 * 1024
const never = new AbortController().signal
const configuration = { voters: ['a', 'b'], outgoing: [], learners: [], learnersNext: [], autoLeave: true }
const message: SnapshotMessage = { type: 'snapshot', from: 'a', to: 'b', term: 1, meta: { index: 5, term: 1, configuration } }

/** Time passes only for those who wait. */
function waitingClock(): Clock {
  let nowMs = 0
  return {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (delayMs) => {
      nowMs += delayMs
    },
  }
}

/** To a member that has the first `has` bytes already, and takes the rest. */
function takingStream(has: number): { readonly stream: FrameStream; readonly sent: Uint8Array[] } {
  const sent: Uint8Array[] = []
  const offset = Buffer.alloc(6)
  offset.writeUIntBE(has, 0, 6)
  const stream: FrameStream = {
    peer: { node: undefined, address: 'b', version: resumesSnapshots },
    async *frames() {
      yield offset
      yield Buffer.from('taken')
    },
    send: async (frame) => void sent.push(frame),
    close: () => undefined,
  }
  return { stream, sent }
}

async function* state(size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += 5 * mib) yield Buffer.alloc(Math.min(5 * mib, size - at), 'x')
}

for (const [has, seconds] of [
  [0, 1],
  [48 * mib, 0.25],
] as const)
  test(`a state of 64 MiB of which ${has / mib} are there takes ${seconds} s, in pieces of at most a MiB`, async () => {
    const clock = waitingClock()
    const { stream, sent } = takingStream(has)
    await sendSnapshot(clock, stream, message, state(64 * mib), never)
    const pieces = sent.slice(1, -1)
    assert.equal(
      pieces.reduce((sum, piece) => sum + piece.length - 1, 0),
      64 * mib - has,
    )
    assert(pieces.every((piece) => piece.length <= mib + 1))
    assert(Math.abs(clock.monotonicMs() - seconds * 1_000) < 5, `${clock.monotonicMs()} ms`)
  })
