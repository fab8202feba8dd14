// A task's output on disk, in two files of bounded size: when the newer one is full it takes the place of
// the older one. Each line is `<ms since 1970> <o|e> <text>`. Writing is synchronous: a program that floods
// its log is slowed down to the speed of the disk and never fills it, nor the shim's memory. What cannot be
// written (no space) is dropped; the task goes on.

import { closeSync, openSync, renameSync, writeSync } from 'node:fs'
import { fileOf } from './task-files.ts'

/** A longer line is written as several. */
export const maxLineBytes = 16 * 1024
const newline = 0x0a

export type Stream = 'stdout' | 'stderr'

export class LogWriter {
  readonly #directory: string
  readonly #maxFileBytes: number
  readonly #unfinished: Record<Stream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  readonly #buffer = Buffer.allocUnsafe(4 * maxLineBytes)
  #used = 0
  #file: number
  #size = 0

  constructor(directory: string, maxFileBytes: number) {
    this.#directory = directory
    this.#maxFileBytes = maxFileBytes
    this.#file = openSync(fileOf.log(directory), 'w', 0o600)
  }

  /** Any piece of output, as it arrives. Copies into one buffer, since a flood of tiny lines must not become a flood of objects. */
  write(stream: Stream, chunk: Buffer): void {
    const prefix = Buffer.from(`${Date.now()} ${stream === 'stdout' ? 'o' : 'e'} `)
    const bytes = this.#unfinished[stream].length === 0 ? chunk : Buffer.concat([this.#unfinished[stream], chunk])
    let at = 0
    for (;;) {
      const end = bytes.indexOf(newline, at)
      const fits = end >= 0 && end - at <= maxLineBytes
      if (!fits && bytes.length - at < maxLineBytes) break
      const lineEnd = fits ? end : at + maxLineBytes
      this.#put(prefix, bytes, at, lineEnd)
      at = fits ? lineEnd + 1 : lineEnd
    }
    this.#unfinished[stream] = Buffer.from(bytes.subarray(at))
    this.#flush()
  }

  /** Writes what has no line end, and ends. */
  close(): void {
    for (const stream of ['stdout', 'stderr'] as const) if (this.#unfinished[stream].length > 0) this.write(stream, Buffer.of(newline))
    closeSync(this.#file)
  }

  #put(prefix: Buffer, bytes: Buffer, start: number, end: number): void {
    if (this.#used + prefix.length + (end - start) + 1 > this.#buffer.length) this.#flush()
    this.#used += prefix.copy(this.#buffer, this.#used)
    this.#used += bytes.copy(this.#buffer, this.#used, start, end)
    this.#used = this.#buffer.writeUInt8(newline, this.#used)
  }

  #flush(): void {
    const used = this.#used
    this.#used = 0
    try {
      if (this.#size > 0 && this.#size + used > this.#maxFileBytes) this.#rotate()
      this.#size += writeSync(this.#file, this.#buffer, 0, used)
    } catch {
      // Nobody could be told, and the task matters more than its log.
    }
  }

  #rotate(): void {
    renameSync(fileOf.log(this.#directory), fileOf.olderLog(this.#directory))
    const next = openSync(fileOf.log(this.#directory), 'w', 0o600)
    closeSync(this.#file)
    this.#file = next
    this.#size = 0
  }
}
