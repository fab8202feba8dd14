import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeFrame, type Frame, FrameReader, type FrameType } from './frame-codec.ts'
import { readAccepted, readHello, readRefusal } from './greeting.ts'

function readAll(chunks: readonly Buffer[], maxDataBytes = 1_000_000): readonly Frame[] {
  const reader = new FrameReader()
  reader.maxDataBytes = maxDataBytes
  const frames: Frame[] = []
  for (const chunk of chunks) {
    reader.push(chunk)
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame)
  }
  return frames
}

test('frames come out as they went in, wherever the bytes were cut', () => {
  const frame = fc.record({ type: fc.constantFrom<FrameType>(0, 1, 2, 3, 4, 5, 6), payload: fc.uint8Array({ maxLength: 300 }) })
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }), (frames, cuts) => {
      const all = Buffer.concat(frames.map(({ type, payload }) => encodeFrame(type, payload)))
      const chunks: Buffer[] = []
      for (let at = 0, k = 0; at < all.length; k += 1) {
        const length = cuts[k % cuts.length] ?? 1
        chunks.push(all.subarray(at, at + length))
        at += length
      }
      assert.deepEqual(
        readAll(chunks).map(({ type, payload }) => [type, payload.toString('hex')]),
        frames.map(({ type, payload }) => [type, Buffer.from(payload).toString('hex')]),
      )
    }),
  )
})

test('a frame that is longer than allowed is refused by its header', () => {
  const header = (type: number, length: number): Buffer => {
    const bytes = Buffer.alloc(5)
    bytes[0] = type
    bytes.writeUInt32BE(length, 1)
    return bytes
  }
  for (const [type, length, max] of [
    [0, 101, 100],
    [0, 0xffff_ffff, 8_000_000],
    [0, 1, 0],
    [1, 4097, 8_000_000],
    [4, 4097, 8_000_000],
    [7, 0, 8_000_000],
    [255, 0, 8_000_000],
  ] as const)
    assert.throws(() => readAll([header(type, length)], max), /too long|no frames of type/)
  assert.deepEqual(readAll([header(0, 100)], 100), [])
})

test('eight megabytes in small pieces are put together once', () => {
  const frame = encodeFrame(0, Buffer.alloc(8_000_000, 1))
  const chunks = Array.from({ length: Math.ceil(frame.length / 1000) }, (_, at) => frame.subarray(at * 1000, (at + 1) * 1000))
  const [found, ...more] = readAll(chunks, 8_000_000)
  assert.equal(found?.payload.length, 8_000_000)
  assert.equal(more.length, 0)
})

test('any bytes are frames, or refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (chunks) => {
      try {
        for (const { type } of readAll(chunks.map((chunk) => Buffer.from(chunk)))) assert.ok(type <= 6)
      } catch (error) {
        assert.match(String(error), /too long|no frames of type/)
      }
    }),
    { numRuns: 5_000 },
  )
})

test('any greeting is read or refused, and a window is never larger than ours', () => {
  const text = fc.oneof(
    fc.json().map(Buffer.from),
    fc.uint8Array().map(Buffer.from),
    fc.constant(Buffer.from('{"__proto__":{},"window":[]}')),
  )
  fc.assert(
    fc.property(text, (payload) => {
      for (const read of [readHello, readAccepted, readRefusal]) {
        try {
          read(payload)
        } catch (error) {
          assert.ok(error instanceof Error)
        }
      }
    }),
    { numRuns: 5_000 },
  )
  const hello = (window: unknown, protocol: unknown = 'raft'): Buffer => Buffer.from(JSON.stringify({ protocol, window }))
  const huge = { frames: 1e12, bytes: 1e12, maxFrameBytes: 1e12 }
  assert.deepEqual(readHello(hello(huge)).window, { frames: 256, bytes: 1024 * 1024, maxFrameBytes: 8 * 1024 * 1024 + 64 * 1024 })
  for (const frames of [0, -1, 0.5, '1', null, 1e300]) assert.throws(() => readHello(hello({ ...huge, frames })), /window/)
  for (const protocol of ['', 'Raft', '../x', 'a\n', 'x'.repeat(33), 7, null])
    assert.throws(() => readHello(hello(huge, protocol)), /protocol/)
  const refusal = readRefusal(Buffer.from(JSON.stringify({ code: 'Surprise', why: 'a\u001b[2Jb\nc', nowMs: 1 })))
  assert.deepEqual(refusal, { code: 'Forbidden', why: 'a [2Jb c', nowMs: 1 })
})
