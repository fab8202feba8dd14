// Global services: one task on each node that may have it.
//
// Acts on rows 12 (an eligible node without a task) and 2 (a node that went bad or no longer fits). What
// happens to tasks that end, or are of an old revision, is for restart and update, as everywhere.

import type { Service } from '../../api/objects.ts'
import type { Commit } from '../../api/store.ts'
import { isWanted } from '../../api/task.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller } from '../runtime/controller.ts'
import { targetOf } from '../slots/policy.ts'
import { countReplicas } from '../slots/replica-counts.ts'
import { type SlotControllerDeps, watchSlots } from '../slots/slot-controller.ts'
import type { ServiceSlots } from '../slots/slot-index.ts'
import { anyLeaving, createTask, holdFor, slotCommit, stopTask } from '../slots/write.ts'

export function globalController(deps: SlotControllerDeps): Controller {
  const { store, clock, slots } = deps
  return {
    name: 'global',
    watches: watchSlots(slots),
    writes: {
      Task: ['create', 'spec.desired', 'spec.stop', 'spec.verdict', 'spec.settledAt'],
      Service: ['status.replicas'],
    },
    async reconcile(key) {
      const service = store.view.get('Service', key)
      const mine = slots.of(key)
      if (service === undefined || mine === undefined || service.spec.mode !== 'Global' || service.metadata.deletedAt !== undefined)
        return {}
      const now = clock.wallMs()
      const canCreate = service.status.revisionGeneration === service.metadata.generation
      const stops = mine.in('surplus', now).map(({ slot, row }) => removal(deps, service, slot, row.nodeGone, now))
      const creations = canCreate ? mine.in('empty', now).map(({ slot }) => creation(deps, service, slot, now)) : []
      // Slots of a global service depend on their own node only, so that no claim of another slot matters.
      await commitEach(store, [...stops, ...creations])
      await count(deps, key, mine)
      return {}
    },
  }
}

function creation({ store: { view }, nodes }: SlotControllerDeps, service: Service, slot: string, now: number): Commit {
  const revision = targetOf(service)
  if (revision === undefined) return { writes: [] }
  const held = anyLeaving(view, service.metadata.uid, slot, nodes)
  const hold = held ? { hold: holdFor(view, service, now, now) } : {}
  const task = createTask(
    view,
    { service, slot, revision, desired: held ? 'Ready' : 'Running', now, placedFor: nodes.placementHash(service), ...hold },
    'global',
  )
  return slotCommit(view, service, slot, task)
}

function removal({ store: { view } }: SlotControllerDeps, service: Service, slot: string, nodeGone: boolean, now: number): Commit {
  const wanted = view.tasksOfSlot(service.metadata.uid, slot).filter((task) => !isWanted(task, nodeGone ? 'Remove' : 'Shutdown'))
  const options = nodeGone ? ({ reason: 'NodeRemoved', desired: 'Remove' } as const) : ({ reason: 'NodeNotEligible' } as const)
  return slotCommit(
    view,
    service,
    slot,
    wanted.map((task) => stopTask(task, 'global', now, options)),
  )
}

/** Wanted are the nodes that may have a task: every slot but those that are absent or about to be. */
async function count({ store, clock }: SlotControllerDeps, name: string, slots: ServiceSlots): Promise<void> {
  const service = store.view.get('Service', name)
  if (service === undefined || service.metadata.uid !== slots.serviceUid) return
  const now = clock.wallMs()
  const { slots: all, running, completed } = slots.counts(now)
  const desired = all - slots.count('absent', now) - slots.count('surplus', now)
  const { replicas } = service.status
  if (replicas?.desired === desired && replicas.running === running && (replicas.completed ?? 0) === completed) return
  await store.commit({
    writes: [
      {
        op: 'update',
        object: {
          ...service,
          status: { ...service.status, replicas: countReplicas({ desired, running, completed }) },
        },
      },
    ],
  })
}
