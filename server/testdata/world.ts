// A router on a store in memory, a clock that stands still unless moved, and chance that counts.

import { type ApiAnswer, type ApiRequest, type Method, localAdmin } from '../../api/request.ts'
import type { Store } from '../../api/store.ts'
import { isJsonObject, type JsonObject } from '../../api/wire.ts'
import { validateObject } from '../../api/schema/validate.ts'
import { inProcessClient } from '../../client/in-process.ts'
import type { Clock, Log, Random } from '../../effects/effects.ts'
import { createMemoryStore } from '../../store/mvcc/memory-store.ts'
import { EventLog } from '../events.ts'
import { createRouter, type RouterDeps } from '../router.ts'

interface Sleeper {
  readonly atMs: number
  readonly wake: () => void
}

export class TestClock implements Clock {
  #nowMs = Date.parse('2026-01-01T00:00:00Z')
  readonly #sleepers = new Set<Sleeper>()

  monotonicMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return this.#nowMs
  }

  sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const wake = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const stop = (): void => {
        this.#sleepers.delete(sleeper)
        reject(signal.reason)
      }
      const sleeper: Sleeper = { atMs: this.#nowMs + delayMs, wake }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  /** Wakes whoever is due, in order, and lets what follows from it run. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms
    for (;;) {
      await settle()
      const next = [...this.#sleepers].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      this.#sleepers.delete(next)
      next.wake()
    }
    this.#nowMs = end
  }
}

/** One turn of the event loop: all that is pending has run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export function countingRandom(): Random {
  let count = 0
  return { next: () => 0.5, bytes: (length) => Uint8Array.from({ length }, (_, at) => (at === 0 ? ++count : at * 7) % 256) }
}

export const silentLog: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

export function createWorld(given: Partial<RouterDeps> = {}) {
  const clock = new TestClock()
  const store: Store = given.store ?? createMemoryStore()
  const events = new EventLog(clock)
  const deps: RouterDeps = { store, clock, random: countingRandom(), log: silentLog, events, admission: { validate: validateObject }, version: '0.1.0', ...given }
  const router = createRouter(deps)
  const request = (method: Method, path: string, more: Partial<ApiRequest> = {}): ApiRequest => {
    const [bare = '', search = ''] = path.split('?')
    const query = Object.fromEntries(new URLSearchParams(search))
    return { method, path: bare, query, headers: {}, identity: localAdmin, signal: new AbortController().signal, ...more }
  }
  const ask = async (method: Method, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> => {
    const response = await router.handle(request(method, path, { body, headers }))
    if (!('body' in response)) throw new Error('a stream, not an answer')
    return response
  }
  return { clock, store, events, router, ask, request, deps, client: inProcessClient({ router, clock, name: 'tester' }) }
}

export const services = '/apis/kit/v1/services'

export function service(name: string, spec: JsonObject = {}, metadata: JsonObject = {}) {
  return { apiVersion: 'kit/v1', kind: 'Service', metadata: { name, ...metadata }, spec: { template: { image: 'nginx' }, ...spec } }
}

/** What stands at a path such as `items.0.metadata.name` of an answer, if anything. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((found, key) => (Array.isArray(found) ? found[Number(key)] : isJsonObject(found) ? found[key] : undefined), value)
}
