import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineWriter } from './line-writer.ts'

/** Takes what `room` says and no more; without room it throws, as a full disk does. */
class Device {
  text = ''
  room = 0

  readonly write = (bytes: Uint8Array): number => {
    const taken = Math.min(this.room, bytes.length)
    if (taken === 0) throw new Error('ENOSPC')
    this.room -= taken
    this.text += Buffer.from(bytes.subarray(0, taken)).toString('latin1')
    return taken
  }
}

function createWriter(device: Device, maxWaitingBytes: number): LineWriter {
  const writer: LineWriter = new LineWriter({
    write: device.write,
    tellLost: (lines) => writer.write([`lost ${lines}\n`]),
    maxWaitingBytes,
  })
  return writer
}

test('what does not fit is counted, and that is said once, between what waited and what comes next', () => {
  const device = new Device()
  const writer = createWriter(device, 10)
  for (let line = 1; line <= 7; line++) writer.write([`l ${line}\n`])
  assert.equal(device.text, '')
  device.room = 6
  writer.write(['l 8\n'])
  assert.equal(device.text, 'l 1\nl ', 'half a line waits for its other half')
  device.room = Number.POSITIVE_INFINITY
  writer.write(['l 9\n'])
  assert.equal(device.text, 'l 1\nl 2\nlost 6\nl 9\n')
  assert.equal(writer.isWaiting, false)
})

test('a line longer than all that may wait is written where nothing waits', () => {
  const device = new Device()
  device.room = 15
  const writer = createWriter(device, 10)
  writer.write([`${'x'.repeat(19)}\n`])
  device.room = 5
  writer.flush()
  assert.equal(device.text, `${'x'.repeat(19)}\n`)
})

test('wherever it stops and goes on, lines are whole and in order, and those that are missing have been counted', () => {
  const step = fc.record({
    lengths: fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }),
    room: fc.oneof(fc.constant(0), fc.nat(120)),
    flush: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 200 }), (steps, maxWaitingBytes) => {
      const device = new Device()
      const writer = createWriter(device, maxWaitingBytes)
      const written: string[] = []
      for (const { lengths, room, flush } of steps) {
        device.room += room
        if (flush) writer.flush()
        const lines = lengths.map((length, at) => `line ${written.length + at} ${'x'.repeat(length)}`)
        written.push(...lines)
        writer.write(lines.map((line) => `${line}\n`))
      }
      device.room = Number.POSITIVE_INFINITY
      writer.flush()
      let next = 0
      for (const line of device.text.split('\n').slice(0, -1)) {
        const [, lost] = /^lost (\d+)$/.exec(line) ?? []
        if (lost === undefined) assert.equal(line, written[next])
        next += Number(lost ?? 1)
      }
      assert.equal(next, written.length)
      assert.equal(writer.isWaiting, false)
    }),
  )
})
