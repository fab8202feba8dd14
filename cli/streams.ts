// The standard streams of this process as bytes: what `kit exec` connects to a command.

import { spawnSync } from 'node:child_process'
import type { ReadStream, WriteStream } from 'node:tty'
import type { Streams } from './context.ts'

interface Standard {
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  readonly stderr: WriteStream
}

/** What ends this program, and must not leave a terminal behind that shows no keys. */
const deadly = ['SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

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
              // Raw here still makes "\n" a new line, where programs with a screen of their own mean one line down. Restored with the rest.
              spawnSync('stty', ['-opost'], { stdio: [0, 'ignore', 'ignore'] })
              const leave = (): void => {
                stdin.setRawMode(false)
                for (const signal of deadly) process.off(signal, die)
              }
              const die = (signal: NodeJS.Signals): void => {
                leave()
                process.kill(process.pid, signal)
              }
              for (const signal of deadly) process.on(signal, die)
              return leave
            },
          },
        }
      : {}),
  }
}
