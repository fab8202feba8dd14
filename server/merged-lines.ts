// Lines of many writers as one stream, by their times. What one node hands over is in order; of several, the oldest line goes
// first once every writer that has not ended has one. While a log is followed, nobody waits longer than a moment for a
// writer that says nothing. Writers wait while too much of theirs is unread, so memory has a bound.

import type { LogLine } from '../api/session.ts'
import type { Clock } from '../effects/effects.ts'

/** Unread: of all writers together, and of one where there are many. */
const [maxQueuedLines, minQueuedLines] = [8192, 16]
/** How long a line waits for a writer that was heard before, and for one that was not, while a log is followed. */
const [quietMs, unheardMs] = [200, 1_000]

export interface LineWriter {
  /** False when nobody reads any more. */
  push(line: LogLine): Promise<boolean>
  /** It may say something, or is found to say nothing. */
  heard(): void
  end(): void
}

interface Writer {
  readonly lines: { readonly line: LogLine; readonly arrivedMs: number }[]
  isHeard: boolean
  hasEnded: boolean
  wake: () => void
}

type Next = { readonly writer: Writer } | { readonly waitMs: number } | 'wait' | 'end'

export class MergedLines {
  readonly #clock: Clock
  readonly #follows: boolean
  readonly #writers = new Set<Writer>()
  #closed = false
  #changed = Promise.withResolvers<void>()

  constructor(clock: Clock, follows: boolean) {
    this.#clock = clock
    this.#follows = follows
  }

  add(): LineWriter {
    const writer: Writer = { lines: [], isHeard: false, hasEnded: false, wake: () => {} }
    this.#writers.add(writer)
    return {
      push: async (line) => {
        while (!this.#closed && this.#isFull(writer))
          await new Promise<void>((resolve) => {
            writer.wake = resolve
          })
        if (this.#closed) return false
        writer.isHeard = true
        writer.lines.push({ line, arrivedMs: this.#clock.monotonicMs() })
        if (writer.lines.length === 1 || this.#isFull(writer)) this.#changed.resolve()
        return true
      },
      heard: () => {
        writer.isHeard = true
      },
      end: () => {
        writer.hasEnded = true
        this.#changed.resolve()
      },
    }
  }

  /** What is there is still read, without waiting for anybody. */
  close(): void {
    this.#closed = true
    for (const { wake } of this.#writers) wake()
    this.#changed.resolve()
  }

  async *lines(): AsyncGenerator<LogLine, void, void> {
    for (;;) {
      this.#changed = Promise.withResolvers()
      const next = this.#next()
      if (next === 'end') return
      if (next === 'wait') await this.#changed.promise
      else if ('waitMs' in next) await this.#changedWithin(next.waitMs)
      else {
        const oldest = next.writer.lines.shift()
        next.writer.wake()
        if (oldest !== undefined) yield oldest.line
      }
    }
  }

  #next(): Next {
    let oldest: { readonly writer: Writer; readonly at: number; readonly arrivedMs: number } | undefined
    let patienceMs = 0
    for (const writer of this.#writers) {
      const [first] = writer.lines
      if (first === undefined) {
        if (writer.hasEnded) this.#writers.delete(writer)
        else patienceMs = Math.max(patienceMs, writer.isHeard ? quietMs : unheardMs)
      } else if (oldest === undefined || first.line.at < oldest.at) oldest = { writer, at: first.line.at, arrivedMs: first.arrivedMs }
    }
    if (oldest === undefined) return this.#closed ? 'end' : 'wait'
    if (this.#closed || patienceMs === 0) return oldest
    if (!this.#follows) return 'wait'
    // Who has nothing to say may not hold up one who has much.
    if (patienceMs === quietMs && this.#isFull(oldest.writer)) return oldest
    const waitMs = oldest.arrivedMs + patienceMs - this.#clock.monotonicMs()
    return waitMs > 0 ? { waitMs } : oldest
  }

  #isFull({ lines }: Writer): boolean {
    return lines.length >= Math.max(minQueuedLines, maxQueuedLines / this.#writers.size)
  }

  async #changedWithin(ms: number): Promise<void> {
    const done = new AbortController()
    const late = this.#clock.sleep(ms, done.signal).catch(() => {})
    await Promise.race([this.#changed.promise, late])
    done.abort()
  }
}
