// Lines of tasks for the screen that shows them, for as long as it does. A broken connection becomes a line between them, and
// is mended.

import type { LogLine } from '../../api/session.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../effects/effects.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { View } from './places.ts'

/** Lines that are kept, and those that are asked for at first, of each task. */
const mostLines = 5_000
const firstLines = 200
const tryAgainMs = 2_000

export interface ReadLog {
  /** Lines of tasks, and what kept us from reading. */
  readonly lines: readonly (LogLine | string)[]
  /** Lines that were read and are not kept any more: the oldest. */
  readonly dropped: number
}

export const emptyLog: ReadLog = { lines: [], dropped: 0 }

/** Until `signal` fires or the task has ended. `show` is given all that is kept, each time that there is more. */
export async function readLogs(
  { client, clock }: { readonly client: Client; readonly clock: Clock },
  { kind, name }: Extract<View, { screen: 'logs' }>,
  show: (log: ReadLog) => void,
  signal: AbortSignal,
): Promise<void> {
  let lines: (LogLine | string)[] = []
  let dropped = 0
  const add = (line: LogLine | string): void => {
    if (signal.aborted) return
    lines.push(line)
    // Not one by one: each time that costs all of them.
    if (lines.length > mostLines * 1.2) {
      dropped += lines.length - mostLines
      lines = lines.slice(-mostLines)
    }
    show({ lines, dropped })
  }
  show(emptyLog)
  let since: number | undefined
  let problem = ''
  while (!signal.aborted) {
    try {
      const options = since === undefined ? { follow: true, tail: firstLines } : { follow: true, since: since + 1 }
      for await (const line of client.logs(kind, name, options, signal)) {
        problem = ''
        since = Math.max(since ?? 0, line.at)
        add(line)
      }
      return
    } catch (error) {
      const message = messageOf(error)
      if (message !== problem) add(message)
      problem = message
    }
    await clock.sleep(tryAgainMs, signal).catch(() => undefined)
  }
}
