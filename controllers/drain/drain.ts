// Drain: tasks leave nodes that are drained, down or gone.
//
// Acts on row 3. It only calls the task off; its successor is made by restart (row 6), without delay when
// the node was drained, and waits at Ready until the old one has stopped (row 8). Global services stay
// where they are or end there; that is the global controller's.

import type { Task } from '../../api/objects.ts'
import type { Commit } from '../../api/store.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, Fact } from '../runtime/controller.ts'
import type { MisplacedReason } from '../slots/classify.ts'
import { type SlotControllerDeps, watchSlots } from '../slots/slot-controller.ts'
import { slotCommit, stopTask } from '../slots/write.ts'

const whyOf: Readonly<Record<MisplacedReason, string>> = {
  NodeDrain: 'the node is drained',
  NodeDown: 'the node is down',
  NodeRemoved: 'the node was removed',
}

export function drainController({ store, clock, slots, events }: SlotControllerDeps): Controller {
  return {
    name: 'drain',
    watches: watchSlots(slots),
    writes: { Task: ['spec.desired', 'spec.stop', 'spec.settledAt'] },
    async reconcile(key) {
      const mine = slots.of(key)
      if (mine === undefined) return {}
      const now = clock.wallMs()
      const told = new Map<Commit, readonly Fact[]>()
      for (const { slot, row } of mine.in('misplaced', now)) {
        const writes = row.tasks.map(({ task, reason }) => stopTask(task, 'drain', now, { reason }))
        told.set(slotCommit(store.view, mine.service, slot, writes), row.tasks.map(factOf))
      }
      await commitEach(store, [...told.keys()], (commit) => {
        for (const fact of told.get(commit) ?? []) events.record(fact)
      })
      return {}
    },
  }
}

/** The same of every task, so that a node has one event, which counts them. */
function factOf({ task, reason }: { readonly task: Task; readonly reason: MisplacedReason }): Fact {
  const name = task.spec.nodeName ?? ''
  const type = reason === 'NodeDrain' ? 'Normal' : 'Warning'
  return { object: { kind: 'Node', name }, type, reason: 'TaskMoved', message: `A task moves to another node: ${whyOf[reason]}` }
}
