// Tells of what sources did. Whoever reads a directory may be another manager than the one that leads, and events are in the
// memory of the leader: so it reads them off the status. A new leader tells of the last change again.

import { isDeepStrictEqual } from 'node:util'
import type { Controller, ControllerDeps, Result } from '../runtime/controller.ts'

export function sourceEventsController({ store, events }: Pick<ControllerDeps, 'store' | 'events'>): Controller {
  return {
    name: 'source-events',
    watches: {
      Source: ({ metadata, status: { lastChange } }, previous) =>
        isDeepStrictEqual(lastChange, previous?.status.lastChange) ? [] : [metadata.name],
    },
    writes: {},
    async reconcile(name): Promise<Result> {
      const source = store.view.get('Source', name)
      const change = source?.status.lastChange
      if (source === undefined || change === undefined) return {}
      const { reason, message, at } = change
      const series = `${source.metadata.uid} ${at} ${message}`
      events.record({
        object: { kind: 'Source', name },
        type: reason === 'Healed' ? 'Warning' : 'Normal',
        ...{ reason, message, series, isOnce: true },
      })
      return {}
    },
  }
}
