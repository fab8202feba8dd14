// Keeps the wanted ports open: one listener for each, opened when it is wanted, tried again with backoff while
// it cannot be opened, closed when it is wanted no more.

import type { Clock, Log } from '../../effects/effects.ts'
import { messageOf } from '../../effects/thrown.ts'
import { Bell, firstOf, untilAborted } from '../first-of.ts'
import { keyOfPort } from './endpoints.ts'
import type { Choose, Listener, ListenPort, PortServer } from './port-server.ts'

const firstRetryMs = 1_000
const maxRetryMs = 30_000

interface Kept {
  readonly stop: () => void
  readonly ended: Promise<void>
  isOpen: boolean
  /** Why it is not open, once that is known. */
  problem: string | undefined
}

interface ListenersDeps {
  readonly clock: Clock
  readonly log: Log
  readonly portServer: PortServer
}

type ChooseFor = (key: string, ...tried: Parameters<Choose>) => ReturnType<Choose>

export class Listeners {
  readonly #deps: ListenersDeps
  readonly #choose: ChooseFor
  readonly #kept = new Map<string, Kept>()
  readonly #ending = new Set<Promise<void>>()
  readonly #changed = new Bell()

  /** @param choose is asked anew for every client, so a port that goes to another service stays open. */
  constructor(deps: ListenersDeps, choose: ChooseFor) {
    this.#deps = deps
    this.#choose = choose
  }

  want(ports: readonly ListenPort[]): void {
    const wanted = new Map(ports.map((port) => [keyOfPort(port), port]))
    for (const [key, kept] of this.#kept) {
      if (wanted.has(key)) continue
      this.#kept.delete(key)
      kept.stop()
      const ending = kept.ended.finally(() => this.#ending.delete(ending))
      this.#ending.add(ending)
    }
    for (const [key, port] of wanted) if (!this.#kept.has(key)) this.#keep(key, port)
  }

  /** Why the port is not open; `undefined` when it is. */
  problem(key: string): string | undefined {
    const kept = this.#kept.get(key)
    return kept === undefined || kept.isOpen ? undefined : (kept.problem ?? `port ${key} is still being opened`)
  }

  /** The next change of any problem. */
  change(signal: AbortSignal): Promise<void> {
    return this.#changed.wait(signal)
  }

  /** Resolves when every port is open or has been tried in vain, and after `limitMs` in any case. */
  async settled(limitMs: number, signal: AbortSignal): Promise<void> {
    const isSettled = (): boolean => [...this.#kept.values()].every(({ isOpen, problem }) => isOpen || problem !== undefined)
    if (isSettled()) return
    await firstOf<void>(signal, [
      async (inner) => {
        while (!isSettled()) await this.#changed.wait(inner)
      },
      (inner) => this.#deps.clock.sleep(limitMs, inner),
    ])
  }

  /** Closes all. */
  async end(): Promise<void> {
    this.want([])
    await Promise.all(this.#ending)
  }

  #keep(key: string, port: ListenPort): void {
    const stopper = new AbortController()
    const stop = (): void => stopper.abort(new Error('the port is not published any more'))
    // The turn that a promise takes: `kept` is there before anything of it changes.
    const kept: Kept = {
      stop,
      ended: Promise.resolve().then(() => this.#run(key, port, kept, stopper.signal)),
      isOpen: false,
      problem: undefined,
    }
    this.#kept.set(key, kept)
  }

  async #run(key: string, port: ListenPort, kept: Kept, signal: AbortSignal): Promise<void> {
    for (let retryMs = firstRetryMs; !signal.aborted; retryMs = Math.min(2 * retryMs, maxRetryMs)) {
      const listener = await this.#open(key, port, kept, signal)
      if (listener === undefined) await this.#deps.clock.sleep(retryMs, signal).catch(() => {})
      else {
        await untilAborted(signal).catch(() => {})
        listener.close()
      }
    }
  }

  async #open(key: string, port: ListenPort, kept: Kept, signal: AbortSignal): Promise<Listener | undefined> {
    try {
      const listener = await this.#deps.portServer.listen(port, (tried) => this.#choose(key, tried), signal)
      kept.isOpen = true
      kept.problem = undefined
      this.#changed.notify()
      return listener
    } catch (error) {
      if (signal.aborted) return undefined
      const problem = messageOf(error)
      if (problem !== kept.problem) this.#deps.log.warn('Could not open a published port; trying again', { port: key, problem })
      kept.problem = problem
      this.#changed.notify()
      return undefined
    }
  }
}
