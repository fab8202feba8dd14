// Makes sure that an image is on this node. One that is there already is taken as it is, and no registry is
// asked; one that is missing is pulled once for all tasks that wait for it, whatever their number.

import { FatalTaskError } from '../executor.ts'
import { isRecord } from '../frames.ts'
import { type Engine, EngineError, type HealthConfig } from './engine.ts'
import { SharedWork } from './shared-work.ts'

/** Each report of a task is a write in the cluster's log. */
const reportEveryMs = 5_000

export class Images {
  readonly #engine: Engine
  readonly #pulls = new SharedWork<void>()
  readonly #listeners = new Map<string, Set<(message: string) => void>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** Throws FatalTaskError when the engine or the registry says no. `report` hears how far the pull has come. */
  async ensure(
    reference: string,
    auth: string | undefined,
    signal: AbortSignal,
    report: (message: string) => void = () => {},
  ): Promise<{ readonly healthCheck?: HealthConfig }> {
    const found = await this.#engine.image(reference)
    if (found !== undefined) return found
    const key = `${reference} ${auth ?? ''}`
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(report))
    try {
      report(`pulling ${reference}`)
      await this.#pulls.join(key, signal, (inner) => this.#pull(reference, auth, listeners, inner))
    } catch (error) {
      if (error instanceof EngineError) throw new FatalTaskError(`cannot get image ${reference}: ${error.message}`, { cause: error })
      throw error
    } finally {
      listeners.delete(report)
      if (listeners.size === 0) this.#listeners.delete(key)
    }
    const pulled = await this.#engine.image(reference)
    if (pulled === undefined) throw new Error(`image ${reference} is gone right after it was pulled`)
    return pulled
  }

  async #pull(
    reference: string,
    auth: string | undefined,
    listeners: ReadonlySet<(message: string) => void>,
    signal: AbortSignal,
  ): Promise<void> {
    const progress = new PullProgress()
    let reportedMs = performance.now()
    for await (const line of this.#engine.pull(reference, auth, signal)) {
      progress.add(line)
      if (performance.now() - reportedMs < reportEveryMs) continue
      reportedMs = performance.now()
      for (const listener of listeners) listener(`pulling ${reference}: ${progress.text()}`)
    }
    signal.throwIfAborted()
  }
}

/** What of an image is here, from the lines that the engine sends while it pulls. */
export class PullProgress {
  readonly #layers = new Map<string, { readonly current: number; readonly total: number }>()

  add({ id, status, progressDetail }: Readonly<Record<string, unknown>>): void {
    if (typeof id !== 'string' || typeof status !== 'string') return
    const known = this.#layers.get(id)
    if (status === 'Download complete' && known !== undefined) this.#layers.set(id, { ...known, current: known.total })
    if (status !== 'Downloading' || !isRecord(progressDetail)) return
    const { current, total } = progressDetail
    if (typeof current === 'number' && typeof total === 'number' && total > 0) this.#layers.set(id, { current, total })
  }

  /** A layer counts once its size is known. */
  text(): string {
    const sum = (pick: 'current' | 'total'): number => [...this.#layers.values()].reduce((all, layer) => all + layer[pick], 0)
    return `${megabytes(sum('current'))} of ${megabytes(sum('total'))} MB`
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
