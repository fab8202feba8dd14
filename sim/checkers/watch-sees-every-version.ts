import assert from 'node:assert/strict'
import type { StoreEvent } from '../../api/store.ts'
import type { Checker } from './checker.ts'

/**
 * What watchers saw, each in its own way (never interrupted, resuming, slow), is exactly what was
 * committed: every version, in order, once. `seen` is called by the watchers of the run.
 */
export function watchSeesEveryVersion(): Checker & {
  /** The watcher of that manager, from `since` on: it had another before, or none. */
  begin(watcher: string, since: number): void
  seen(watcher: string, events: readonly StoreEvent[]): void
} {
  const committed: { readonly version: number; readonly line: string }[] = []
  const positions = new Map<string, number>()
  const line = ({ type, resourceVersion, object }: StoreEvent): string =>
    `${resourceVersion} ${type} ${object.kind}/${object.metadata.name}`
  return {
    name: 'a watch sees every version in order',
    observe({ events }) {
      for (const event of events) committed.push({ version: event.resourceVersion, line: line(event) })
    },
    begin(watcher, since) {
      const at = committed.findIndex(({ version }) => version > since)
      positions.set(watcher, at < 0 ? committed.length : at)
    },
    seen(watcher, events) {
      let at = positions.get(watcher)
      if (at === undefined) return
      for (const event of events) {
        assert.equal(line(event), committed[at]?.line, `watcher ${watcher} at position ${at}`)
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
