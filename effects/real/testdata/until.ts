// Waiting, in tests that run on the real clock. Those that simulate time wait with `cluster.until` of `sim/cluster.ts`.

import { setTimeout as sleep } from 'node:timers/promises'

const lookAgainMs = 5

/** Looks until it is so. Rejects with `what`, which it waited for, after `withinMs`. */
export async function until(what: string, isSo: () => boolean, withinMs = 30_000): Promise<void> {
  const deadlineMs = performance.now() + withinMs
  while (!isSo()) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(lookAgainMs)
  }
}
