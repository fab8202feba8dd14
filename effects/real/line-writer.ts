// Lines to a file that may be full, or a pipe whose reader is slow, without failing or holding up whoever writes them.
// What cannot be written waits, in order, up to a bound; what does not fit is counted, and that is said where it is missing.

export interface LineWriterOptions {
  /** As `write(2)`: how many of the bytes were taken, from the first one on. Throws when none can be. */
  readonly write: (bytes: Uint8Array) => number
  /** Called when lines are written again. It writes a line that says how many are missing at this place. */
  readonly tellLost: (lines: number) => void
  /** Of lines that wait. What is written at once may be longer. */
  readonly maxWaitingBytes: number
}

export class LineWriter {
  readonly #options: LineWriterOptions
  /** Lines that were written at once are one. Of the first one, what is left of it: one that has been begun is never dropped, so that none is torn. */
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #lost = 0

  constructor(options: LineWriterOptions) {
    this.#options = options
  }

  /** Whether there is something that `flush` would try again. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0 || this.#lost > 0
  }

  /** Tries all that waits, then these lines: all of them wait, or none. Never throws. */
  write(lines: readonly string[]): void {
    this.flush()
    const bytes = Buffer.from(lines.join(''))
    if (this.#hasRoomFor(bytes)) {
      this.#waiting.push(bytes)
      this.#waitingBytes += bytes.length
      this.#writeWaiting()
    } else this.#lost += lines.length
  }

  /** Never throws. */
  flush(): void {
    this.#writeWaiting()
    if (this.#waiting.length > 0 || this.#lost === 0) return
    const lines = this.#lost
    this.#lost = 0
    this.#options.tellLost(lines)
  }

  /** Not after a loss, until that has been told: so there is one gap, and one place to say it. */
  #hasRoomFor(bytes: Uint8Array): boolean {
    return this.#lost === 0 && (this.#waiting.length === 0 || this.#waitingBytes + bytes.length <= this.#options.maxWaitingBytes)
  }

  #writeWaiting(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const taken = this.#tryWrite(first)
      if (taken === 0) return
      this.#waitingBytes -= taken
      if (taken < first.length) this.#waiting[0] = first.subarray(taken)
      else this.#waiting.shift()
    }
  }

  /** Whatever is wrong, only trying again shows whether it still is: no space, no quota, a full pipe, an input or output error. */
  #tryWrite(bytes: Uint8Array): number {
    try {
      return this.#options.write(bytes)
    } catch {
      return 0
    }
  }
}
