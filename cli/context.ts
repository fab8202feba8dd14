// What a command works with. `main.ts` makes it from the process; tests make it from strings. A command
// writes data to `out`, messages to `err`, and never touches the process itself.

import type { Client } from '../client/client.ts'
import type { Clock } from '../effects/effects.ts'

export interface Context {
  /** Connects to the cluster that the options and the environment name. Made on first use. */
  readonly client: () => Promise<Client>
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
  readonly readStdin: () => Promise<Uint8Array>
  /** Directory of the local cluster (`--dir`). */
  readonly localDirectory: string
  /** Colours and in-place output are welcome. */
  readonly isTerminal: boolean
  /** Paths of what this program starts. */
  readonly programs: { readonly node: string; readonly kitd: string; readonly shim: string }
}
