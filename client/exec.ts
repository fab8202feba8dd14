// The client's side of a command in a task, or of its own program: carries its standard streams over a connection of frames
// (api/exec.ts), and knows how it ended.

import { StatusError } from '../api/errors.ts'
import { decodeExecFrame, type ExecExit, type ExecFrame, encodeExecFrame, execChunks, stdinWindowBytes } from '../api/exec.ts'
import type { FrameConnection } from '../api/request.ts'
import type { ExecStreams } from './client.ts'

/** Closes the connection in every case, which ends a command. `what` is at the other end. */
export async function runOver(
  connection: FrameConnection,
  what: 'the command' | 'the program of the task' | 'the task',
  hasInput: boolean,
  streams: ExecStreams,
  signal: AbortSignal,
): Promise<ExecExit> {
  const send = (frame: ExecFrame): Promise<void> => connection.send(encodeExecFrame(frame))
  const window = new Window()
  const close = (): void => {
    window.close()
    connection.close()
  }
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  // A connection that breaks is noticed by whoever reads it, below.
  if (hasInput) feed(send, streams.input, window).catch(() => {})
  streams.onResize?.((size) => void send({ type: 'resize', ...size }).catch(() => {}))
  try {
    for await (const bytes of connection.frames()) {
      const frame = decodeExecFrame(bytes)
      if (frame.type === 'stdout' || frame.type === 'stderr') await streams.output(frame.type, frame.bytes)
      else if (frame.type === 'consumed') window.free(frame.bytes)
      else if (frame.type === 'failed') throw new StatusError(frame.reason, frame.message)
      else if (frame.type === 'exit') return frame
    }
    throw new Error('it was closed')
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof StatusError) throw error
    throw new StatusError(
      'Unavailable',
      `the connection to ${what} broke: ${what === 'the command' ? 'it has been ended, or its node is away' : 'its node is away, or its manager was'}`,
      {},
      { cause: error },
    )
  } finally {
    signal.removeEventListener('abort', close)
    close()
  }
}

async function feed(send: (frame: ExecFrame) => Promise<void>, input: AsyncIterable<Uint8Array>, window: Window): Promise<void> {
  for await (const piece of input) {
    for (const bytes of execChunks(piece)) {
      if (!(await window.take(bytes.length))) return
      await send({ type: 'stdin', bytes })
    }
  }
  await send({ type: 'end' })
}

/** How much input may be on its way. */
class Window {
  #used = 0
  #closed = false
  #wake = (): void => {}

  /** False when nobody needs more. */
  async take(bytes: number): Promise<boolean> {
    while (!this.#closed && this.#used + bytes > stdinWindowBytes)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    this.#used += bytes
    return !this.#closed
  }

  free(bytes: number): void {
    this.#used -= bytes
    this.#wake()
  }

  close(): void {
    this.#closed = true
    this.#wake()
  }
}
