// Reads what log-writer.ts writes, while it is being written: from the older file to the newer one, and
// then whatever is added, across rotations. The reader holds the file it reads, so nothing of it is lost
// when that file becomes the older one; only a reader that is slower than a whole file misses lines.

import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import type { LogLine, LogOptions } from '../../api/session.ts'
import { errorCodeOf } from '../../effects/thrown.ts'
import { fileOf, readExit } from './task-files.ts'
import { untilFound } from './until-found.ts'

const chunkBytes = 64 * 1024
const newline = 0x0a

/** Oldest first. With `follow` it goes on until the task has ended or `signal` fires. What is added then is new, whatever time it bears: the clock may be set back. */
export async function* readLog(directory: string, task: string, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
  const wanted = (line: LogLine): boolean => options.since === undefined || line.at >= options.since
  const reader = new LogReader(directory, task)
  try {
    let existing: LogLine[] = []
    for (const line of reader.read()) {
      if (!wanted(line)) continue
      if (options.tail === undefined) yield line
      else existing = keepLast(existing, line, options.tail)
      if (signal.aborted) return
    }
    yield* existing.slice(existing.length - Math.min(options.tail ?? 0, existing.length))
    while (options.follow === true && !signal.aborted) {
      const ended = await untilFound(directory, () => reader.progress(), signal).catch(() => 'ended' as const)
      yield* reader.read()
      if (ended === 'ended') return
    }
  } finally {
    reader.close()
  }
}

/** Cut only now and then: dropping the first of many for each line would be slow. */
function keepLast(lines: LogLine[], line: LogLine, count: number): LogLine[] {
  lines.push(line)
  return lines.length > 2 * count + 100 ? lines.slice(lines.length - count) : lines
}

class LogReader {
  readonly #directory: string
  readonly #task: string
  #file: number | undefined
  #offset = 0
  #rest = Buffer.alloc(0)
  #begun = false

  constructor(directory: string, task: string) {
    this.#directory = directory
    this.#task = task
  }

  /** The lines that have been added since the last call. */
  *read(): Iterable<LogLine> {
    if (!this.#begun) {
      this.#begun = true
      this.#file = tryOpen(fileOf.olderLog(this.#directory))
    }
    for (;;) {
      this.#file ??= tryOpen(fileOf.log(this.#directory))
      if (this.#file === undefined) return
      // Whether it has been replaced is asked before its end is read: nothing is added to it afterwards.
      const isReplaced = this.#isReplaced(this.#file)
      yield* this.#readToEnd(this.#file)
      if (!isReplaced) return
      this.close()
    }
  }

  /** `more` when there is something to read, `ended` when the task has ended. */
  progress(): 'more' | 'ended' | undefined {
    if (readExit(this.#directory) !== undefined || !existsSync(this.#directory)) return 'ended'
    if (this.#file === undefined) return existsSync(fileOf.log(this.#directory)) ? 'more' : undefined
    return fstatSync(this.#file).size > this.#offset || this.#isReplaced(this.#file) ? 'more' : undefined
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    this.#offset = 0
    this.#rest = Buffer.alloc(0)
  }

  #isReplaced(file: number): boolean {
    const current = tryOpen(fileOf.log(this.#directory))
    if (current === undefined) return false
    try {
      return fstatSync(current).ino !== fstatSync(file).ino
    } finally {
      closeSync(current)
    }
  }

  *#readToEnd(file: number): Iterable<LogLine> {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    for (
      let length = readSync(file, chunk, 0, chunkBytes, this.#offset);
      length > 0;
      length = readSync(file, chunk, 0, chunkBytes, this.#offset)
    ) {
      this.#offset += length
      const bytes = Buffer.concat([this.#rest, chunk.subarray(0, length)])
      let start = 0
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
        const line = parseLine(this.#task, bytes.toString('utf8', start, end))
        if (line !== undefined) yield line
        start = end + 1
      }
      this.#rest = Buffer.from(bytes.subarray(start))
    }
  }
}

function parseLine(task: string, line: string): LogLine | undefined {
  const match = /^(\d+) ([oe]) /.exec(line)
  if (match === null) return undefined
  return { task, stream: match[2] === 'o' ? 'stdout' : 'stderr', at: Number(match[1]), text: line.slice(match[0].length) }
}

function tryOpen(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
