import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFrames, readLines } from './log-lines.ts'

const time = '2026-01-02T03:04:05.678901234Z'
const at = Date.parse('2026-01-02T03:04:05.678Z')

function frame(stream: 1 | 2, text: string): Buffer {
  const bytes = Buffer.from(text)
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([header, bytes])
}

async function* inPieces(bytes: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function read(bytes: Buffer, size: number, hasTerminal: boolean): Promise<readonly (readonly [string, string, number])[]> {
  const lines: [string, string, number][] = []
  for await (const line of readLines('web', readFrames(inPieces(bytes, size), hasTerminal))) lines.push([line.stream, line.text, line.at])
  return lines
}

for (const size of [1, 7, 4096]) {
  test(`messages that arrive in pieces of ${size} bytes are lines with stream and time`, async () => {
    const bytes = Buffer.concat([frame(1, `${time} one\n`), frame(2, `${time} ünt\n`), frame(1, `${time} \n`)])
    const expected = [
      ['stdout', 'one', at],
      ['stderr', 'ünt', at],
      ['stdout', '', at],
    ]
    assert.deepEqual(await read(bytes, size, false), expected)
  })
}

test('a long line in several messages is one line again, whatever comes in between', async () => {
  const bytes = Buffer.concat([
    frame(1, `${time} long, `),
    frame(2, `${time} other\n`),
    frame(1, `${time} longer`),
    frame(1, `${time} .\n`),
    frame(1, `${time} unfinished`),
  ])
  assert.deepEqual(await read(bytes, 4096, false), [
    ['stderr', 'other', at],
    ['stdout', 'long, longer.', at],
    ['stdout', 'unfinished', at],
  ])
})

test('a line without an end is cut, and takes no more memory than that', async () => {
  const part = 'x'.repeat(40_000)
  const bytes = Buffer.concat([frame(1, `${time} ${part}`), frame(1, `${time} ${part}`), frame(1, `${time} end\n`)])
  assert.deepEqual(
    (await read(bytes, 4096, false)).map(([, text]) => text.length),
    [80_000, 3],
  )
})

test('with a terminal there are lines only', async () => {
  const bytes = Buffer.from(`${time} one\r\n${time} two\r\n`)
  assert.deepEqual(await read(bytes, 5, true), [
    ['stdout', 'one', at],
    ['stdout', 'two', at],
  ])
})

test('what is no message is not taken for one', async () => {
  await assert.rejects(read(Buffer.from('HTTP/1.1 500 oops'), 4096, false), /a message of \d+ bytes/)
})
