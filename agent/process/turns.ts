// Starting a process keeps the whole daemon waiting until the kernel has made it, and on a busy machine that
// takes long. Hundreds of tasks that start at once take turns, so that everything else gets on in between.
// Turns go round the services, so that one with a thousand tasks that crash does not hold up the others.

export class Turns {
  #free: number
  /** By whose they are; whoever is next comes first. Each has at least one that waits. */
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  /** Runs `work` when it is its turn, that many at once: of one owner in the order of the calls. */
  async take<T>(owner: string, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#wait(owner, resolve))
    try {
      return await work()
    } finally {
      const next = this.#next()
      if (next === undefined) this.#free++
      else next()
    }
  }

  #wait(owner: string, begin: () => void): void {
    const others = this.#waiting.get(owner)
    if (others === undefined) this.#waiting.set(owner, [begin])
    else others.push(begin)
  }

  #next(): (() => void) | undefined {
    for (const [owner, waiting] of this.#waiting) {
      const next = waiting.shift()
      this.#waiting.delete(owner)
      if (waiting.length > 0) this.#waiting.set(owner, waiting)
      return next
    }
    return undefined
  }
}
