import assert from 'node:assert/strict'
import type { StoreEvent } from '../../api/store.ts'
import { slotOf } from '../../api/task.ts'
import type { Checker } from './checker.ts'

/**
 * What went down with its node is held against nobody: no rollout counts it among its failures, and it takes none of
 * the restarts that its slot has. What had been found unhealthy before that has failed.
 */
export function nodesTakeTheBlame(wentDownWithNode: (task: string) => boolean): Checker {
  return {
    name: 'nodes take the blame',
    observe({ events }) {
      const isExcused = (task: string, health: string | undefined): boolean => health !== 'Unhealthy' && wentDownWithNode(task)
      for (const { object, previous } of events) {
        if (object.kind === 'Service' && previous?.kind === 'Service') {
          const [before, after] = [previous.status.update, object.status.update]
          if (after === undefined || before === undefined || after.id !== before.id || after.failures <= before.failures) continue
          const counted = newlyCounted(events).filter(({ metadata, status }) => !isExcused(metadata.name, status.health))
          assert.ok(
            after.failures - before.failures <= counted.length,
            `the rollout ${after.id} of ${object.metadata.name} counts ${after.failures - before.failures} more failures; of these its nodes are to blame for all but ${counted.length}`,
          )
        }
        if (object.kind !== 'Task' || previous !== undefined) continue
        const replaced = events.flatMap(({ object: other }) =>
          other.kind === 'Task' &&
          other.spec.serviceUid === object.spec.serviceUid &&
          slotOf(other) === slotOf(object) &&
          other.spec.verdict === 'Replaced'
            ? [other]
            : [],
        )
        const newest = replaced.toSorted((a, b) => b.spec.attempt - a.spec.attempt)[0]
        if (
          newest === undefined ||
          newest.spec.attempt + 1 !== object.spec.attempt ||
          !isExcused(newest.metadata.name, newest.status.health)
        )
          continue
        const [had, has] = [newest.spec.restarts?.length ?? 0, object.spec.restarts?.length ?? 0]
        assert.ok(
          has <= had,
          `${object.metadata.name} has ${has} restarts behind it, and ${newest.metadata.name}, which went down with its node, had ${had}`,
        )
      }
    },
  }
}

function newlyCounted(events: readonly StoreEvent[]): readonly Extract<StoreEvent['object'], { kind: 'Task' }>[] {
  return events.flatMap(({ object, previous }) =>
    object.kind === 'Task' && previous?.kind === 'Task' && object.spec.rollout?.counted === true && previous.spec.rollout?.counted !== true
      ? [object]
      : [],
  )
}
