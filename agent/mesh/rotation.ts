// Whose turn it is among the tasks that serve one port: one after the other, by name, passing over those
// that failed again and again. Names give an order that survives every change of who takes part.

/** Failures in a row after which a task is passed over. */
const maxFailures = 3
const ejectionMs = 5_000

interface Failures {
  readonly count: number
  readonly ejectedUntilMs: number
}

export class Rotation {
  readonly #failures = new Map<string, Failures>()
  #last = ''

  /**
   * The next of `candidates` (sorted by name) that is not in `tried`. At most half of the candidates are passed over,
   * and even they are better than nobody.
   */
  next(candidates: readonly string[], tried: readonly string[], nowMs: number): string | undefined {
    const open = tried.length === 0 ? candidates : candidates.filter((task) => !tried.includes(task))
    const ejected = this.#ejected(candidates, nowMs)
    const chosen = this.#after(open.filter((task) => !ejected.has(task))) ?? this.#after(open)
    if (chosen !== undefined) this.#last = chosen
    return chosen
  }

  succeeded(task: string): void {
    this.#failures.delete(task)
  }

  failed(task: string, nowMs: number): void {
    const count = (this.#failures.get(task)?.count ?? 0) + 1
    this.#failures.set(task, { count, ejectedUntilMs: count < maxFailures ? 0 : nowMs + ejectionMs })
  }

  /** Forgets the failures of all others. */
  keep(isKnown: (task: string) => boolean): void {
    for (const task of this.#failures.keys()) if (!isKnown(task)) this.#failures.delete(task)
  }

  #after(tasks: readonly string[]): string | undefined {
    return tasks.find((task) => task > this.#last) ?? tasks[0]
  }

  /** Where more than half would be passed over, those that failed longest ago are tried again. */
  #ejected(candidates: readonly string[], nowMs: number): ReadonlySet<string> {
    if (this.#failures.size === 0) return new Set()
    const untilMs = (task: string): number => this.#failures.get(task)?.ejectedUntilMs ?? 0
    const failing = candidates.filter((task) => untilMs(task) > nowMs).toSorted((a, b) => untilMs(b) - untilMs(a))
    return new Set(failing.slice(0, Math.floor(candidates.length / 2)))
  }
}
