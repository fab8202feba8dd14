import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { classifyTail, decodeFrame, encodeFrame, flags, frameTypes, startChain } from './frame.ts'

const salt = new Uint8Array(16).fill(9)

function series(bodies: readonly string[], from = startChain(salt, 7, 0)): Buffer {
  let at = from
  return Buffer.concat(
    bodies.map((body) => {
      const { frame, next } = encodeFrame(at, frameTypes.batch, flags.encrypted, Buffer.from(body))
      at = next
      return frame
    }),
  )
}

/** The bodies up to the first bad frame, and what is wrong with that. */
function decodeAll(bytes: Buffer, from = startChain(salt, 7, 0)): readonly [readonly string[], string | undefined] {
  const bodies: string[] = []
  let at = from
  for (let offset = 0; offset < bytes.length; ) {
    const frame = decodeFrame(bytes, offset, bytes.length, at)
    if ('bad' in frame) return [bodies, frame.bad]
    bodies.push(frame.body.toString())
    at = frame.next
    offset += frame.bytes
  }
  return [bodies, undefined]
}

test('frames of any size come back, each on an eight-byte border', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 40, unit: 'binary-ascii' }), { maxLength: 10 }), (bodies) => {
      const bytes = series(bodies)
      assert.equal(bytes.length % 8, 0)
      assert.deepEqual(decodeAll(bytes), [bodies, undefined])
    }),
  )
})

test('any damaged byte is noticed at the frame that it is in', () => {
  const bytes = series(['one', 'two and a half', ''])
  for (let offset = 0; offset < bytes.length; offset += 1) {
    const damaged = Buffer.from(bytes)
    damaged[offset] = (damaged[offset] ?? 0) ^ 0x10
    assert.notEqual(decodeAll(damaged)[1], undefined, `offset ${offset}`)
  }
})

test('a frame that was valid in another place does not fit: after another frame, segment or number', () => {
  const [first, other] = [series(['aaa', 'bbb']), series(['xxx', 'bbb'])]
  const mixed = Buffer.concat([other.subarray(0, 32), first.subarray(32)])
  assert.deepEqual(decodeAll(mixed), [['xxx'], 'the frame does not verify'])
  assert.deepEqual(decodeAll(first, startChain(salt, 8, 0)), [[], 'the frame does not verify'])
  assert.deepEqual(decodeAll(first, startChain(salt, 7, 1)), [[], 'found frame number 1, wanted 2'])
  assert.deepEqual(decodeAll(first, startChain(new Uint8Array(16), 7, 0)), [[], 'the frame header does not verify'])
})

test('behind the last good frame: blank, torn, or proof that more had been stored', () => {
  const at = startChain(salt, 7, 0)
  const bytes = Buffer.concat([series(['one', 'two', 'three']), Buffer.alloc(10_000)])
  assert.deepEqual(classifyTail(Buffer.alloc(9000), 0, at), { state: 'blank' })
  const torn = Buffer.alloc(9000)
  torn[8000] = 1
  assert.deepEqual(classifyTail(torn, 0, at), { state: 'torn', end: 8008 })
  assert.deepEqual(classifyTail(bytes.subarray(0, 32), 0, at), { state: 'torn', end: 32 })
  assert.deepEqual(classifyTail(bytes, 0, at), { state: 'damaged', laterFrameAt: 32 })
})
