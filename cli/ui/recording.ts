// A dashboard on paper: what was on the screen, and when, in the form of asciinema (asciicast v2), so that `kit ui --replay` and
// any player of such files show it. Each frame is the lines that are different from the one before.

import { isJsonObject } from '../../api/wire.ts'
import type { Clock } from '../../effects/effects.ts'
import { messageOf } from '../../effects/thrown.ts'
import type { Size } from './panes.ts'
import type { Session } from './session.ts'

export interface Moment {
  /** Since it began. */
  readonly atMs: number
  /** With their escape sequences. */
  readonly lines: readonly string[]
}

export interface Recording {
  /** ms since 1970. */
  readonly startedAt: number
  /** At least one, in the order of time. */
  readonly moments: readonly Moment[]
}

export function headOf({ columns, rows }: Size, startedAt: number): string {
  return `${JSON.stringify({ version: 2, width: columns, height: rows, timestamp: Math.floor(startedAt / 1000), title: 'kit ui' })}\n`
}

/** Nothing where nothing is different. */
export function momentOf({ atMs, lines }: Moment, before: readonly string[]): string {
  const painted = lines.flatMap((line, at) => (line === before[at] ? [] : [`\u001b[${at + 1};1H${line}\u001b[0m\u001b[K`]))
  const rest = lines.length < before.length ? [`\u001b[${lines.length + 1};1H\u001b[J`] : []
  const text = [...painted, ...rest].join('')
  return text === '' ? '' : `${JSON.stringify([atMs / 1000, 'o', text])}\n`
}

export function resizeOf(atMs: number, { columns, rows }: Size): string {
  return `${JSON.stringify([atMs / 1000, 'r', `${columns}x${rows}`])}\n`
}

/**
 * Frame by frame, as they are made: what was recorded is there also when this program is killed. When `write` throws, as on a full disk,
 * the recording ends and the screen says so. Returns what ends it, and that what went wrong, if anything did.
 */
export function recordSession(
  session: Pick<Session, 'frame' | 'size' | 'subscribe' | 'complain'>,
  clock: Clock,
  write: (text: string) => void,
): () => string | undefined {
  const startedAt = clock.monotonicMs()
  let [lines, { size }]: [readonly string[], { size: Size }] = [[], session]
  let trouble: string | undefined
  write(headOf(size, clock.wallMs()))
  const keep = (): void => {
    const atMs = clock.monotonicMs() - startedAt
    try {
      if (session.size !== size) write(resizeOf(atMs, session.size))
      size = session.size
      write(momentOf({ atMs, lines: session.frame() }, lines))
      lines = session.frame()
    } catch (error) {
      trouble = `the recording ends here: ${messageOf(error)}`
      stop()
      session.complain(trouble)
    }
  }
  const stop = session.subscribe(keep)
  keep()
  return () => {
    stop()
    return trouble
  }
}

/** Throws with what is wrong: only what `momentOf` writes is understood. A last line that is torn is left out. */
export function parseRecording(text: string): Recording {
  const [head = '', ...rows] = text.split('\n')
  const header = parsed(head)
  if (!isJsonObject(header) || header['version'] !== 2) throw new Error('it is no recording of `kit ui --record`')
  const moments: Moment[] = []
  let lines: readonly string[] = []
  for (const row of rows) {
    const event = parsed(row)
    if (!Array.isArray(event)) break
    const [seconds, kind, what] = event
    if (typeof seconds !== 'number' || kind !== 'o' || typeof what !== 'string') continue
    lines = painted(lines, what)
    moments.push({ atMs: seconds * 1000, lines })
  }
  if (moments.length === 0) throw new Error('there is nothing in it')
  return { startedAt: Number(header['timestamp'] ?? 0) * 1000, moments }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function painted(before: readonly string[], text: string): readonly string[] {
  const lines = [...before]
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is written
  for (const [, row = '', line, end] of text.matchAll(/\u001b\[(\d+);1H(?:(.*?)\u001b\[0m\u001b\[K|(\u001b\[J))/g)) {
    const at = Number(row) - 1
    if (end !== undefined) lines.length = Math.min(lines.length, at)
    else lines[at] = line ?? ''
  }
  return Array.from(lines, (line) => line ?? '')
}
