// Drain: tasks leave nodes that are drained, down or gone.
//
// Acts on row 3. It only calls the task off; its successor is made by restart (row 6), without delay when
// the node was drained, and waits at Ready until the old one has stopped (row 8). Global services stay
// where they are or end there; that is the global controller's.

import { commitEach } from '../runtime/commit-each.ts'
import type { Controller } from '../runtime/controller.ts'
import { type SlotControllerDeps, watchSlots } from '../slots/slot-controller.ts'
import { slotCommit, stopTask } from '../slots/write.ts'

export function drainController({ store, clock, slots }: SlotControllerDeps): Controller {
  return {
    name: 'drain',
    watches: watchSlots(slots),
    writes: { Task: ['spec.desired', 'spec.stop', 'spec.settledAt'] },
    async reconcile(key) {
      const mine = slots.of(key)
      if (mine === undefined) return {}
      const now = clock.wallMs()
      const commits = mine.in('misplaced', now).map(({ slot, row }) => {
        const writes = row.tasks.map(({ task, reason }) => stopTask(task, 'drain', now, { reason }))
        return slotCommit(store.view, mine.service, slot, writes)
      })
      await commitEach(store, commits)
      return {}
    },
  }
}
