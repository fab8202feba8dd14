// Tells those who wait for a container that it may have changed, from the engine's stream of events. Events
// only wake: what is true is asked of the engine each time, so a lost or late event does no harm. The
// stream is open while somebody waits; whenever it begins, again after an engine was away, everybody is woken.

import { setTimeout as sleep } from 'node:timers/promises'
import { Bell } from '../first-of.ts'
import { labels } from './container-options.ts'
import type { Engine } from './engine.ts'
import { untilAborted } from './shared-work.ts'

const firstBackoffMs = 100
const maxBackoffMs = 5_000

export class ContainerWatch {
  readonly #engine: Engine
  readonly #label: string
  readonly #bells = new Map<string, { readonly bell: Bell; waiting: number }>()
  #stop: (() => void) | undefined

  constructor(engine: Engine, nodeId: string) {
    this.#engine = engine
    this.#label = `${labels.node}=${nodeId}`
  }

  /** The first value that `probe` gives; while it fails it has none. Rejects when `signal` fires only. */
  async untilFound<T>(task: string, probe: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
    const entry = this.#enter(task)
    try {
      for (;;) {
        signal.throwIfAborted()
        const changed = new AbortController()
        const stopWaiting = (): void => changed.abort(signal.reason)
        signal.addEventListener('abort', stopWaiting, { once: true })
        try {
          const change = entry.bell.wait(changed.signal)
          change.catch(() => {})
          const found = await untilAborted(probeOnce(probe), signal)
          if (found.value !== undefined) return found.value
          // An engine that answers with an error sends no event when it has recovered.
          await (found.failed ? Promise.race([change, sleep(maxBackoffMs, undefined, { ref: false })]) : change)
        } finally {
          signal.removeEventListener('abort', stopWaiting)
          changed.abort(new Error('no longer needed'))
        }
      }
    } finally {
      this.#leave(task)
    }
  }

  #enter(task: string): { readonly bell: Bell } {
    const entry = this.#bells.get(task) ?? { bell: new Bell(), waiting: 0 }
    entry.waiting += 1
    this.#bells.set(task, entry)
    if (this.#stop === undefined) {
      const stopper = new AbortController()
      this.#stop = () => stopper.abort(new Error('nobody waits for a container'))
      void this.#listen(stopper.signal)
    }
    return entry
  }

  #leave(task: string): void {
    const entry = this.#bells.get(task)
    if (entry === undefined) return
    entry.waiting -= 1
    if (entry.waiting === 0) this.#bells.delete(task)
    if (this.#bells.size > 0) return
    this.#stop?.()
    this.#stop = undefined
  }

  async #listen(signal: AbortSignal): Promise<void> {
    let backoffMs = firstBackoffMs
    while (!signal.aborted) {
      try {
        for await (const changed of this.#engine.changes(this.#label, signal)) {
          backoffMs = firstBackoffMs
          if (changed !== undefined) this.#bells.get(changed[labels.task] ?? '')?.bell.notify()
          else for (const { bell } of this.#bells.values()) bell.notify()
        }
      } catch {
        // The engine is away, or ended the stream; those who wait learn it when it is back.
      }
      await sleep(backoffMs, undefined, { signal, ref: false }).catch(() => {})
      backoffMs = Math.min(2 * backoffMs, maxBackoffMs)
    }
  }
}

async function probeOnce<T>(probe: () => Promise<T | undefined>): Promise<{ readonly value: T | undefined; readonly failed: boolean }> {
  try {
    return { value: await probe(), failed: false }
  } catch {
    return { value: undefined, failed: true }
  }
}
