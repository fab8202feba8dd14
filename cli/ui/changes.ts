// What has become of objects, for whoever made something of all of them and wants to know what is different since. So much is
// remembered as comes between two frames, and no more: who asks too late reads all again.

export interface Change<T> {
  /** Undefined: it is new. */
  readonly before: T | undefined
  /** Undefined: it is gone. */
  readonly after: T | undefined
}

/** Of five thousand events a second, what comes in two tenths of one, at least. */
const mostKept = 2_000

export class Changes<T> {
  #kept: Change<T>[] = []
  #dropped = 0

  /** All that there was until now. */
  get end(): number {
    return this.#dropped + this.#kept.length
  }

  add(before: T | undefined, after: T | undefined): void {
    if (this.#kept.length === mostKept) {
      this.#kept = this.#kept.slice(mostKept / 2)
      this.#dropped += mostKept / 2
    }
    this.#kept.push({ before, after })
  }

  /** From what was there at that `end` to what is there now. Undefined where that is not remembered any more. */
  since(end: number): readonly Change<T>[] | undefined {
    return end < this.#dropped ? undefined : net(this.#kept.slice(end - this.#dropped))
  }
}

/** One for each that is another now: what it was in between nobody has seen. */
function net<T>(changes: readonly Change<T>[]): readonly Change<T>[] {
  const gone: Change<T>[] = []
  /** Of what is there now, what was there at first. */
  const first = new Map<T, T | undefined>()
  for (const { before, after } of changes) {
    const isOurs = before !== undefined && first.has(before)
    const was = isOurs ? first.get(before) : before
    if (isOurs) first.delete(before)
    if (after !== undefined) first.set(after, was)
    else if (was !== undefined) gone.push({ before: was, after })
  }
  return [...gone, ...[...first].map(([after, before]) => ({ before, after }))]
}
