// What a command works with. `main.ts` makes it from the process; tests make it from strings. A command
// writes data to `out`, messages to `err`, and never touches the process itself.

import type { ReadStream, WriteStream } from 'node:tty'
import type { TerminalSize } from '../api/exec.ts'
import type { Client } from '../client/client.ts'
import type { Clock } from '../effects/effects.ts'
import type { Target } from './target.ts'

export interface Streams {
  /** Until its end, or until `signal` fires. */
  readonly input: (signal: AbortSignal) => AsyncIterable<Uint8Array>
  /** Resolves when more may be written. */
  readonly output: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>
  /** When both standard input and output are one. */
  readonly terminal?: {
    readonly size: () => TerminalSize
    readonly onResize: (listener: (size: TerminalSize) => void) => void
    /** Keys go to the command as they are pressed, until the result is called. */
    readonly enter: () => () => void
  }
}

export interface Context {
  /** Connects to the cluster that the options and the environment name. Made on first use. */
  readonly client: () => Promise<Client>
  /** Contexts that `--context a,b` or KIT_CONTEXT names, where those are several: only `kit ui` takes more than one. */
  readonly contexts: readonly string[]
  /** Connects to the cluster of a context. Made on first use. */
  readonly clientOf: (context: string) => Promise<Client>
  /** The cluster that they name. */
  readonly target: () => Promise<Target>
  readonly clock: Clock
  /** Writes data, with its own line ends. */
  readonly out: (text: string) => void
  /** Writes one message line. */
  readonly err: (line: string) => void
  /** Fires on the first Ctrl-C. */
  readonly signal: AbortSignal
  /** Fires when nobody reads what we print any more, as in `kit logs -f | head`: who only prints may end. */
  readonly unread: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: () => AsyncIterable<Uint8Array>
  /** The standard streams as bytes, for what is connected to them. Made on first use. */
  readonly streams: () => Streams
  /** Directory of the local cluster (`--dir`). */
  readonly localDirectory: string
  /** For a screen of its own: when both standard input and output are a terminal, and somebody sits there (no CI). */
  readonly terminal?: { readonly stdin: ReadStream; readonly stdout: WriteStream }
  /** How many signs of a line of `out` have room on the terminal that shows it. Elsewhere nothing is made narrower. */
  readonly width?: () => number
  /** Colours and in-place output are welcome. */
  readonly isTerminal: boolean
  /** Paths of what this program starts. */
  readonly programs: { readonly node: string; readonly kit: string; readonly kitd: string; readonly shim: string }
}
