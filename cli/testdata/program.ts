// The program in the process of a test: with a client that the test gives it, on a clock that runs as fast as it can.

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '../../client/client.ts'
import { settle, type TestClock } from '../../server/testdata/world.ts'
import { describeFailure } from '../failure.ts'
import { createProgram } from '../program.ts'

export interface Running {
  readonly out: () => string
  readonly err: () => string
  /** As Ctrl-C does. */
  readonly interrupt: () => void
  /** Its exit code. */
  readonly ended: Promise<number>
}

/** Without a terminal, or on one of that size that only shows. `words` come after `kit`. */
export function startProgram(words: readonly string[], client: Client, clock: TestClock, size?: { readonly columns: number; readonly rows: number }): Running {
  const interrupted = new AbortController()
  let [out, err] = ['', '']
  let isOver = false
  const program = createProgram(
    () => ({
      client: async () => client,
      contexts: [],
      clientOf: async () => client,
      target: async () => ({ socket: join(tmpdir(), 'kit.sock') }),
      clock,
      out: (text) => {
        out += text
      },
      err: (line) => {
        err += `${line}\n`
      },
      signal: interrupted.signal,
      unread: new AbortController().signal,
      env: {},
      stdin: async function* () {},
      streams: () => ({
        input: async function* () {},
        output: async () => undefined,
        ...(size === undefined ? {} : { terminal: { size: () => size, onResize: () => undefined, enter: () => () => undefined } }),
      }),
      localDirectory: join(tmpdir(), 'kit'),
      ...(size === undefined ? {} : { width: () => size.columns }),
      isTerminal: size !== undefined,
      programs: { node: '', kit: '', kitd: '', shim: '' },
    }),
    (text) => {
      err += text
    },
  )
  const ended = program
    .run(words)
    .catch((error: unknown) => {
      const { code, lines } = describeFailure(error, interrupted.signal.aborted)
      err += lines.map((line) => `${line}\n`).join('')
      return code
    })
    .finally(() => (isOver = true))
  // What a command loads takes real turns of the event loop; time passes only while it waits.
  const passing = (async () => {
    while (!isOver) {
      await settle()
      await clock.advance(250)
    }
  })()
  return { out: () => out, err: () => err, interrupt: () => interrupted.abort(), ended: Promise.all([ended, passing]).then(([code]) => code) }
}
