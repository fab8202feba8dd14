import assert from 'node:assert/strict'
import type { StoreEvent } from '../../api/store.ts'
import type { Checker } from './checker.ts'

/**
 * What watchers saw, each in its own way (never interrupted, resuming, slow), is exactly what was
 * committed: every version, in order, once. `seen` is called by the watchers of the run.
 */
export function watchSeesEveryVersion(): Checker & {
  begin(watcher: string): void
  seen(watcher: string, events: readonly StoreEvent[]): void
} {
  const committed: string[] = []
  const positions = new Map<string, number>()
  const line = ({ type, resourceVersion, object }: StoreEvent): string =>
    `${resourceVersion} ${type} ${object.kind}/${object.metadata.name}`
  return {
    name: 'a watch sees every version in order',
    observe({ events }) {
      for (const event of events) committed.push(line(event))
    },
    begin(watcher) {
      for (const other of positions.keys()) positions.delete(other) // Their store is gone with its process.
      positions.set(watcher, committed.length)
    },
    seen(watcher, events) {
      let at = positions.get(watcher)
      if (at === undefined) return
      for (const event of events) {
        assert.equal(line(event), committed[at], `watcher ${watcher} at position ${at}`)
        at += 1
      }
      positions.set(watcher, at)
    },
    settled() {
      for (const [watcher, at] of positions)
        assert.equal(at, committed.length, `watcher ${watcher} missed the last ${committed.length - at} events`)
    },
  }
}
