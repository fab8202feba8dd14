// Replicated services: as many claimed slots as `spec.replicas`, no more, no fewer.
//
// Acts on two rows of the slot contract only: it fills empty slots (12) and removes surplus ones (2).
// Ended, waiting, outdated and misplaced slots are claimed, and belong to restart, update and drain;
// where a task runs is the scheduler's business. It also counts for people.

import type { Service } from '../../api/objects.ts'
import { replicasOf } from '../../api/schema/defaults.ts'
import { type Commit, maxWritesPerCommit, type Write } from '../../api/store.ts'
import { isWanted } from '../../api/task.ts'
import type { Controller } from '../runtime/controller.ts'
import { targetOf } from '../slots/policy.ts'
import { countReplicas } from '../slots/replica-counts.ts'
import { lookAgainAt, type SlotControllerDeps, watchSlots } from '../slots/slot-controller.ts'
import type { ServiceSlots } from '../slots/slot-index.ts'
import { anyLeaving, claimsGuard, createTask, holdFor, serviceGuard, slotGuard, stopTask } from '../slots/write.ts'

/** Slots in one commit. All of them depend on the same set of claims, so they cannot be committed side by side. */
const mostSlots = 250

/** What has to change for the service to match its spec. Nothing in it has happened yet. */
export interface Plan {
  readonly create: readonly number[]
  /** Those to go first at the front. */
  readonly remove: readonly string[]
}

export function decide(
  replicas: number,
  claimed: number,
  lowestFree: (count: number) => readonly number[],
  surplus: (count: number) => readonly string[],
): Plan {
  if (claimed < replicas) return { create: lowestFree(Math.min(replicas - claimed, mostSlots)), remove: [] }
  if (claimed > replicas) return { create: [], remove: surplus(Math.min(claimed - replicas, mostSlots)) }
  return { create: [], remove: [] }
}

export function replicatedController(deps: SlotControllerDeps): Controller {
  const { store, clock, slots } = deps
  return {
    name: 'replicated',
    watches: watchSlots(slots),
    writes: {
      Task: ['create', 'spec.desired', 'spec.stop', 'spec.verdict', 'spec.settledAt'],
      Service: ['status.replicas'],
    },
    async reconcile(key) {
      const service = store.view.get('Service', key)
      const mine = slots.of(key)
      if (service === undefined || mine === undefined || (service.spec.mode ?? 'Replicated') !== 'Replicated') return {}
      if (service.metadata.deletedAt !== undefined) return {} // Its tasks are the reaper's.
      const now = clock.wallMs()
      const { claimed } = mine.counts(now)
      const plan = decide(
        replicasOf(service),
        claimed,
        (count) => mine.lowestFree(count, now),
        (count) => mine.surplus(count, now),
      )
      const canCreate = service.status.revisionGeneration === service.metadata.generation
      if (plan.remove.length > 0) await store.commit(removal(deps, service, plan.remove, now))
      else if (plan.create.length > 0 && canCreate) await store.commit(creation(deps, service, plan.create, now))
      await count(deps, key, mine)
      return plan.create.length + plan.remove.length >= mostSlots ? { requeueAfterMs: 1 } : lookAgainAt(undefined, now)
    },
  }
}

function creation({ store: { view }, nodes }: SlotControllerDeps, service: Service, numbers: readonly number[], now: number): Commit {
  const revision = targetOf(service)
  const { uid } = service.metadata
  const writes: Write[] = []
  for (const slot of numbers.map(String)) {
    if (revision === undefined) continue
    const held = anyLeaving(view, uid, slot, nodes)
    writes.push(
      ...createTask(
        view,
        { service, slot, revision, desired: held ? 'Ready' : 'Running', now, ...(held ? { hold: holdFor(view, service, now, now) } : {}) },
        'replicated',
      ),
    )
  }
  return guarded(view, service, numbers.map(String), writes)
}

/** The tasks of a slot go in the order in which they were made: one that does not fit in has its claim still, and comes again. */
function removal({ store: { view } }: SlotControllerDeps, service: Service, surplus: readonly string[], now: number): Commit {
  const tasks = surplus.flatMap((slot) => view.tasksOfSlot(service.metadata.uid, slot)).filter((task) => !isWanted(task, 'Remove'))
  const writes = tasks
    .slice(0, maxWritesPerCommit)
    .map((task) => stopTask(task, 'replicated', now, { reason: 'ScaledDown', desired: 'Remove' }))
  return guarded(view, service, surplus, writes)
}

function guarded(view: SlotControllerDeps['store']['view'], service: Service, slots: readonly string[], writes: readonly Write[]): Commit {
  return { writes, guards: [serviceGuard(service), claimsGuard(view, service), ...slots.map((slot) => slotGuard(view, service, slot))] }
}

/** Service.status.replicas, written only when it says something new. */
async function count({ store, clock }: SlotControllerDeps, name: string, slots: ServiceSlots): Promise<void> {
  const service = store.view.get('Service', name)
  if (service === undefined || service.metadata.uid !== slots.serviceUid) return
  const { running, completed } = slots.counts(clock.wallMs())
  const desired = replicasOf(service)
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
