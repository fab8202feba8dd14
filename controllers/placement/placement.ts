// Placement: tasks whose node no longer satisfies the constraints they were placed for, or no longer has
// what they reserve, are stopped; restart makes their successors, the scheduler finds them another node.
//
// Acts on row 4. SwarmKit writes Rejected while the task still runs; here the task is stopped and says why.

import { commitEach } from '../runtime/commit-each.ts'
import type { Controller } from '../runtime/controller.ts'
import { type SlotControllerDeps, watchSlots } from '../slots/slot-controller.ts'
import { slotCommit, stopTask } from '../slots/write.ts'

export function placementController({ store, clock, slots }: SlotControllerDeps): Controller {
  return {
    name: 'placement',
    watches: watchSlots(slots),
    writes: { Task: ['spec.desired', 'spec.stop', 'spec.settledAt'] },
    async reconcile(key) {
      const mine = slots.of(key)
      if (mine === undefined) return {}
      const now = clock.wallMs()
      const commits = mine.in('unfit', now).map(({ slot, row }) => {
        const writes = row.tasks.map(({ task, reason }) => stopTask(task, 'placement', now, { reason }))
        return slotCommit(store.view, mine.service, slot, writes)
      })
      await commitEach(store, commits)
      return {}
    },
  }
}
