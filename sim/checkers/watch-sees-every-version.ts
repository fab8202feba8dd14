import assert from 'node:assert/strict'
import type { StoreEvent } from '../../api/store.ts'
import type { Checker } from './checker.ts'

/**
 * What watchers saw, each in its own way (never interrupted, resuming, slow), is exactly what was
 * committed: every version, in order, once. The watchers of the run call what `begin` gives them.
 */
export function watchSeesEveryVersion(): Checker & {
  /** The watcher of that manager, from `since` on. The one before it counts no longer: it ended with its process. */
  begin(watcher: string, since: number): (events: readonly StoreEvent[]) => void
} {
  const committed: { readonly version: number; readonly line: string }[] = []
  const positions = new Map<string, { at: number }>()
  const line = ({ type, resourceVersion, object }: StoreEvent): string =>
    `${resourceVersion} ${type} ${object.kind}/${object.metadata.name}`
  return {
    name: 'a watch sees every version in order',
    observe({ events }) {
      for (const event of events) committed.push({ version: event.resourceVersion, line: line(event) })
    },
    begin(watcher, since) {
      const first = committed.findIndex(({ version }) => version > since)
      const position = { at: first < 0 ? committed.length : first }
      positions.set(watcher, position)
      return (events) => {
        if (positions.get(watcher) !== position) return
        for (const event of events) {
          assert.equal(line(event), committed[position.at]?.line, `watcher ${watcher} at position ${position.at}`)
          position.at += 1
        }
      }
    },
    settled() {
      for (const [watcher, { at }] of positions)
        assert.equal(at, committed.length, `watcher ${watcher} missed the last ${committed.length - at} events`)
    },
  }
}
