// The standard streams of this process as bytes: what `kit exec` connects to a command.

import type { ReadStream, WriteStream } from 'node:tty'
import type { Streams } from './context.ts'

interface Standard {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  readonly stderr: WriteStream
}

export function createStreams({ stdin, stdout, stderr }: Standard): Streams {
  const size = (): { columns: number; rows: number } => ({ columns: stdout.columns, rows: stdout.rows })
  return {
    async *input(signal) {
      const stop = (): void => void stdin.destroy()
      signal.addEventListener('abort', stop, { once: true })
      try {
        for await (const chunk of stdin) yield chunk
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    output: (stream, bytes) => new Promise((resolve) => (stream === 'stdout' ? stdout : stderr).write(bytes, () => resolve())),
    ...(stdin.isTTY && stdout.isTTY
      ? {
          terminal: {
            size,
            onResize: (listener) => stdout.on('resize', () => listener(size())),
            enter() {
              stdin.setRawMode(true)
              return () => stdin.setRawMode(false)
            },
          },
        }
      : {}),
  }
}
