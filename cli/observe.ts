// Watches what commands wait for: a live copy of some kinds, looked at again whenever anything changed
// and at least four times a second, because waiting times pass without an event.

import { reasonOf } from '../api/errors.ts'
import type { Kind } from '../api/objects.ts'
import type { WireObject } from '../api/wire.ts'
import type { Client, Selectors } from '../client/client.ts'
import type { Clock } from '../effects/effects.ts'
import { CommandError, exitCodes } from './exit.ts'

const lookAgainMs = 250

export interface Observed {
  /** In order of name. */
  list<K extends Kind>(kind: K): readonly WireObject<K>[]
}

/**
 * Calls `look` until it answers something. Resolves with that, or with `undefined` when `timeoutMs` have
 * passed. Ends the command when `signal` fired. The copy is complete before the first look.
 */
export async function observe<T>(
  deps: {
    readonly client: Client
    readonly clock: Clock
    readonly signal: AbortSignal
    /** Where somebody who interrupts the command looks on. */
    readonly interrupted?: string
  },
  kinds: Readonly<Partial<Record<Kind, Selectors>>>,
  timeoutMs: number,
  look: (observed: Observed) => T | undefined,
): Promise<T | undefined> {
  const stop = new AbortController()
  const signal = AbortSignal.any([deps.signal, stop.signal])
  const copies = new Map<Kind, Map<string, WireObject>>()
  let failure: unknown
  let wake: () => void = () => {}
  const observed: Observed = {
    list<K extends Kind>(kind: K) {
      const all = [...(copies.get(kind)?.values() ?? [])].filter((object): object is WireObject<K> => object.kind === kind)
      return all.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    },
  }
  const wanted = Object.entries(kinds).flatMap(([kind, selectors]) => (selectors === undefined ? [] : [{ kind: kind as Kind, selectors }]))
  const following = wanted.map(async ({ kind, selectors }) => {
    for (;;) {
      try {
        const { items, metadata } = await deps.client.list(kind, selectors)
        copies.set(kind, new Map(items.map((item) => [item.metadata.name, item])))
        wake()
        for await (const event of deps.client.watch(kind, { ...selectors, resourceVersion: metadata.resourceVersion }, signal)) {
          if (event.type === 'BOOKMARK') continue
          if (event.type === 'DELETED') copies.get(kind)?.delete(event.object.metadata.name)
          else copies.get(kind)?.set(event.object.metadata.name, event.object)
          wake()
        }
        return
      } catch (error) {
        if (signal.aborted) return
        if (reasonOf(error) !== 'Expired') throw error
      }
    }
  })
  const failed = Promise.all(following).catch((error: unknown) => {
    failure = error
    wake()
  })
  const deadline = deps.clock.monotonicMs() + timeoutMs
  try {
    for (;;) {
      if (failure !== undefined) throw failure
      const answer = wanted.every(({ kind }) => copies.has(kind)) ? look(observed) : undefined
      if (answer !== undefined) return answer
      const leftMs = deadline - deps.clock.monotonicMs()
      if (deps.signal.aborted)
        throw new CommandError(
          exitCodes.interrupted,
          `Interrupted: the cluster goes on with it; ${deps.interrupted ?? '`kit wait` and `kit rollout status` wait again'}.`,
        )
      if (leftMs <= 0) return undefined
      const woken = new Promise<void>((resolve) => (wake = resolve))
      const pause = new AbortController()
      await Promise.race([
        woken,
        deps.clock.sleep(Math.min(leftMs, lookAgainMs), AbortSignal.any([signal, pause.signal])).catch(() => undefined),
      ])
      pause.abort()
    }
  } finally {
    stop.abort()
    await failed
  }
}
