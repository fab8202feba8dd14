// The writes that rows ask for, made of a slot and what was decided, with the guard that each carries:
// the slot's last change, the service's generation and its rollout. A new task's name is made of the first
// of these, so that acting twice on one state cannot make two tasks.

import { contentHash } from '../../api/content-name.ts'
import type { Service, Task } from '../../api/objects.ts'
import type { Commit, Guard, StoreView, Write } from '../../api/store.ts'
import { claims, isEnded, isOpen, isWanted } from '../../api/task.ts'
import { isLeaving, type NodeFacts } from './classify.ts'
import { stopCapMs } from './policy.ts'

export type StopBy = NonNullable<Task['spec']['stop']>['by']

/**
 * Sets desired Shutdown or Remove. What is set once (`stop`, `settledAt`) is left when it is there. A task that
 * ended by itself gets no `stop`: nobody stopped it, and a rollout still has to count it (ADR 7).
 */
export function stopTask(
  task: Task,
  by: StopBy,
  now: number,
  options: { readonly reason?: string; readonly desired?: 'Shutdown' | 'Remove'; readonly verdict?: Task['spec']['verdict'] } = {},
): Write {
  const { spec } = task
  const { reason, desired = 'Shutdown', verdict } = options
  const stop =
    spec.stop ?? (isWanted(task, 'Shutdown') || isEnded(task) ? undefined : { by, ...(reason === undefined ? {} : { reason }), at: now })
  return {
    op: 'update',
    object: {
      ...task,
      spec: {
        ...spec,
        desired: isWanted(task, desired) ? spec.desired : desired,
        settledAt: spec.settledAt ?? now,
        ...(stop === undefined ? {} : { stop }),
        ...(verdict === undefined ? {} : { verdict }),
      },
    },
  }
}

export interface NewTask {
  readonly service: Service
  readonly slot: string
  readonly revision: string
  readonly desired: 'Ready' | 'Running'
  readonly now: number
  /** Set when desired is Ready: when it may start. */
  readonly hold?: { readonly notBefore: number; readonly until: number }
  readonly restarts?: readonly number[]
  readonly rolloutId?: string
  /** Placement hash, for global services, whose creator has chosen the node. */
  readonly placedFor?: string
}

/** Creates the task and takes the claim from every task of the slot that is not open. */
export function createTask(
  view: StoreView,
  { service, slot, revision, desired, now, hold, restarts, rolloutId, placedFor }: NewTask,
  by: StopBy,
): readonly Write[] {
  const { name, uid } = service.metadata
  const existing = view.tasksOfSlot(uid, slot)
  const attempt = existing.reduce((highest, { spec }) => Math.max(highest, spec.attempt), 0) + 1
  const isGlobal = service.spec.mode === 'Global'
  const task: Task = {
    kind: 'Task',
    metadata: { name: `${name}.${slot}.${contentHash([uid, slot, view.slotIndex(uid, slot)])}`, resourceVersion: 0, createdAt: now },
    spec: {
      service: name,
      serviceUid: uid,
      ...(isGlobal ? { node: slot, nodeName: slot } : { slot: Number(slot) }),
      revision,
      attempt,
      desired,
      ...(hold === undefined ? {} : { hold }),
      ...(restarts === undefined || restarts.length === 0 ? {} : { restarts }),
      ...(rolloutId === undefined ? {} : { rollout: { id: rolloutId } }),
      ...(placedFor === undefined ? {} : { placedFor }),
    },
    status: { state: 'New', at: now, message: 'created' },
  }
  const superseded = existing
    .filter((other) => claims(other) && !isOpen(other))
    .map((other) => stopTask(other, by, now, { verdict: 'Replaced' }))
  return [...superseded, { op: 'create', object: task }]
}

/** When a successor may start at the latest, although its predecessor has not stopped. */
export function holdFor(
  view: StoreView,
  service: Service,
  notBefore: number,
  now: number,
): { readonly notBefore: number; readonly until: number } {
  const template = view.get('Revision', service.status.revision ?? '')?.spec.template ?? service.spec.template
  return { notBefore, until: now + stopCapMs(template) }
}

export function anyLeaving(view: StoreView, serviceUid: string, slot: string, nodes: Pick<NodeFacts, 'node'>): boolean {
  return view.tasksOfSlot(serviceUid, slot).some((task) => isLeaving(task, nodes))
}

/** The guard of every slot write; `claims` for rows 2 and 12, which depend on all slots of the service. */
export function slotCommit(view: StoreView, service: Service, slot: string, writes: readonly Write[], claimsToo = false): Commit {
  return { writes, guards: [slotGuard(view, service, slot), serviceGuard(service), ...(claimsToo ? [claimsGuard(view, service)] : [])] }
}

export function slotGuard(view: StoreView, service: Service, slot: string): Guard {
  const serviceUid = service.metadata.uid
  return { on: 'slot', serviceUid, slot, index: view.slotIndex(serviceUid, slot) }
}

export function claimsGuard(view: StoreView, service: Service): Guard {
  const serviceUid = service.metadata.uid
  return { on: 'claims', serviceUid, index: view.claimsIndex(serviceUid) }
}

export function serviceGuard({ metadata, status }: Service): Guard {
  const { update } = status
  return {
    on: 'service',
    name: metadata.name,
    uid: metadata.uid,
    generation: metadata.generation,
    ...(update === undefined ? {} : { updateId: update.id, updateState: update.state }),
  }
}
