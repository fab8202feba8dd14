// The engine's log format. Without a terminal each message is a frame: 8 bytes of header (stream 1 or 2, three
// zeros, length), then the time, a space and the text with its line end; a long line comes in several
// frames, of which only the last has a line end. With a terminal there are no frames, only lines.

import type { LogLine } from '../../api/session.ts'

export interface Frame {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Uint8Array
}

/** A longer line is cut into several, so that a program without line ends takes no memory here. */
const maxLineBytes = 64 * 1024
const headerBytes = 8
/** The engine's own messages are below 64 KiB; a header that says more is no header. */
const maxFrameBytes = 16 * 1024 * 1024

/** One frame per message; with a terminal one per line. */
export async function* readFrames(source: AsyncIterable<Uint8Array>, hasTerminal: boolean): AsyncIterable<Frame> {
  let rest = Buffer.alloc(0)
  for await (const chunk of source) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    for (let length = nextLength(rest, hasTerminal); length !== undefined; length = nextLength(rest, hasTerminal)) {
      yield hasTerminal ? { stream: 'stdout', bytes: rest.subarray(0, length) } : frameOf(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  }
  if (hasTerminal && rest.length > 0) yield { stream: 'stdout', bytes: rest }
}

/** Bytes up to the end of what comes first, or undefined when that is not there yet. */
function nextLength(bytes: Buffer, hasTerminal: boolean): number | undefined {
  if (hasTerminal) {
    const end = bytes.indexOf('\n')
    return end >= 0 ? end + 1 : bytes.length >= maxLineBytes ? bytes.length : undefined
  }
  if (bytes.length < headerBytes) return undefined
  const length = bytes.readUInt32BE(4)
  if (length > maxFrameBytes) throw new Error(`the Docker engine sent a message of ${length} bytes`)
  return bytes.length < headerBytes + length ? undefined : headerBytes + length
}

function frameOf(bytes: Buffer): Frame {
  return { stream: bytes[0] === 2 ? 'stderr' : 'stdout', bytes: bytes.subarray(headerBytes) }
}

/** Puts together the lines that came in several messages. */
export async function* readLines(task: string, frames: AsyncIterable<Frame>): AsyncIterable<LogLine> {
  const begun: Partial<Record<Frame['stream'], LogLine>> = {}
  for await (const { stream, bytes } of frames) {
    const message = Buffer.from(bytes).toString('utf8')
    const [, time = '', text = ''] = /^(\S+) ([\s\S]*)$/.exec(message) ?? []
    const at = Date.parse(time)
    const before = begun[stream]
    const line = before ?? { task, stream, at: Number.isNaN(at) ? 0 : at, text: '' }
    const whole = { ...line, text: line.text + (Number.isNaN(at) ? message : text) }
    const isComplete = whole.text.endsWith('\n')
    if (isComplete || whole.text.length >= maxLineBytes) {
      yield { ...whole, text: isComplete ? whole.text.replace(/\r?\n$/, '') : whole.text }
      delete begun[stream]
    } else begun[stream] = whole
  }
  for (const line of Object.values(begun)) yield line
}
