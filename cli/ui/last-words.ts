// The last lines of a task that failed, for the screen of its service. They are asked for once: a task that has ended says no more.

import type { LogLine } from '../../api/session.ts'
import type { Client } from '../../client/client.ts'
import { messageOf } from '../../effects/thrown.ts'

export interface LastWords {
  /** Name of the task. */
  readonly task: string
  /** Undefined until they are there. */
  readonly lines?: readonly LogLine[]
  /** Why they are not to be had. */
  readonly problem?: string
}

const mostLines = 5

export async function readLastWords(client: Client, task: string, signal: AbortSignal): Promise<LastWords> {
  const lines: LogLine[] = []
  try {
    for await (const line of client.logs('Task', task, { tail: mostLines }, signal)) lines.push(line)
    return { task, lines: lines.slice(-mostLines) }
  } catch (error) {
    return lines.length > 0 ? { task, lines: lines.slice(-mostLines) } : { task, problem: messageOf(error) }
  }
}
