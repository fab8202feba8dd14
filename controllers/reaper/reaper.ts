// Reaper: what is over is deleted. Tasks of deleted services (row 1), tasks that were to be removed and
// have ended, old tasks of slots beyond the history that the cluster keeps, and objects whose owner is gone.

import type { KitObject, Service, Task } from '../../api/objects.ts'
import { type Commit, maxWritesPerCommit, type StoreView, type Write } from '../../api/store.ts'
import { claims, hasReached, isEnded, isWanted, slotOf } from '../../api/task.ts'
import { commitEach } from '../runtime/commit-each.ts'
import type { Controller, ControllerDeps } from '../runtime/controller.ts'
import { awaitsCount } from '../slots/policy.ts'
import { stopTask } from '../slots/write.ts'

/** Held by services until their tasks have ended. */
export const tasksFinalizer = 'kit/tasks'

const defaultHistory = 5

/** Keys: `service:<name>`, `history:` (all slots that have changed), `gone:<service uid>`, `owner:<uid>`. */
export function reaperController({ store, clock }: Pick<ControllerDeps, 'store' | 'clock'>): Controller {
  const { view } = store
  const changed = new Set<string>()
  return {
    name: 'reaper',
    watches: {
      Service: (service, previous) => [
        ...(service.metadata.deletedAt === undefined && previous !== undefined ? [] : [`service:${service.metadata.name}`]),
        `gone:${service.metadata.uid}`,
        `owner:${service.metadata.uid}`,
      ],
      Task: (task, previous) => [
        ...(concernsHistory(view, task, previous) && changed.add(slotKey(task)) ? ['history:'] : []),
        ...(view.get('Service', task.spec.service)?.metadata.deletedAt === undefined ? [] : [`service:${task.spec.service}`]),
      ],
      Stack: (stack) => [`owner:${stack.metadata.uid}`],
      Cluster: () => [],
    },
    writes: {
      Task: ['spec.desired', 'spec.stop', 'spec.settledAt', 'delete'],
      Service: ['metadata.finalizers', 'metadata.deletedAt', 'delete'],
      Network: ['delete'],
      Secret: ['delete'],
      Config: ['delete'],
      Volume: ['delete'],
      Revision: ['delete'],
    },
    async reconcile(key) {
      const at = key.indexOf(':')
      const subject = key.slice(at + 1)
      switch (key.slice(0, at)) {
        case 'service':
          return reapService(store, subject, clock.wallMs())
        case 'gone':
          return reapTasksOf(store, subject, clock.wallMs())
        case 'history':
          return reapSlots(store, changed, clock.wallMs())
        case 'owner':
          return reapOwned(store, subject, clock.wallMs())
        default:
          return {}
      }
    },
  }
}

type ReaperStore = ControllerDeps['store']

/** Row 1: everything of it is to be removed; when nothing is left the service itself goes. */
async function reapService(store: ReaperStore, name: string, now: number): Promise<{ requeueAfterMs?: number }> {
  const service = store.view.get('Service', name)
  if (service?.metadata.deletedAt === undefined) return {}
  if (!service.metadata.finalizers?.includes(tasksFinalizer)) return {}
  const tasks = [...store.view.tasksOfService(service.metadata.uid)]
  if (tasks.length > 0) {
    await commitEach(store, removals(tasks, now))
    return {}
  }
  await store.commit({ writes: [withoutFinalizer(service)] })
  return {}
}

/** The finalizer goes; the object with it when it was the last one. */
function withoutFinalizer(service: Service): Write {
  const { finalizers = [], ...metadata } = service.metadata
  const left = finalizers.filter((finalizer) => finalizer !== tasksFinalizer)
  if (left.length === 0) return { op: 'delete', kind: 'Service', name: metadata.name, expect: metadata.resourceVersion }
  return { op: 'update', object: { ...service, metadata: { ...metadata, finalizers: left } } }
}

/** Tasks of a service that was deleted under them. */
async function reapTasksOf(store: ReaperStore, serviceUid: string, now: number): Promise<{ requeueAfterMs?: number }> {
  const [first] = store.view.tasksOfService(serviceUid)
  if (first === undefined || store.view.get('Service', first.spec.service)?.metadata.uid === serviceUid) return {}
  await commitEach(store, removals([...store.view.tasksOfService(serviceUid)], now))
  return {}
}

/** Ended tasks are deleted, the others are told to end; each alone, so that one that moves fails alone. */
function removals(tasks: readonly Task[], now: number): { readonly writes: readonly Write[] }[] {
  return tasks.flatMap((task) => {
    if (isEnded(task) && (hasReached(task, 'Complete') || !hasReached(task, 'Assigned'))) return [{ writes: [remove(task)] }]
    return isWanted(task, 'Remove') ? [] : [{ writes: [stopTask(task, 'reaper', now, { reason: 'ServiceDeleted', desired: 'Remove' })] }]
  })
}

function remove(task: Task): Write {
  return { op: 'delete', kind: 'Task', name: task.metadata.name, expect: task.metadata.resourceVersion }
}

function slotKey(task: Task): string {
  return `${task.spec.serviceUid}/${slotOf(task)}`
}

/** Most events are about tasks that live, and nothing of their slot can be deleted but when there is one more. */
function concernsHistory(view: StoreView, task: Task, previous: Task | undefined): boolean {
  const { spec } = task
  if (view.get('Service', spec.service)?.metadata.uid !== spec.serviceUid) return true
  return isEnded(task) || (previous === undefined && view.tasksOfSlot(spec.serviceUid, slotOf(task)).length > 1)
}

/** Empties `slots`. Those that could not be looked after come back. */
async function reapSlots(store: ReaperStore, slots: Set<string>, now: number): Promise<{ requeueAfterMs?: number }> {
  const due = [...slots]
  slots.clear()
  try {
    await commitEach(store, pastHistory(store.view, due))
    for (const uid of new Set(due.map((slot) => slot.slice(0, slot.indexOf('/'))))) await reapTasksOf(store, uid, now)
  } catch (error) {
    for (const slot of due) slots.add(slot)
    throw error
  }
  return {}
}

function pastHistory(view: StoreView, slots: readonly string[]): readonly Commit[] {
  const limit = view.get('Cluster', 'default')?.spec.taskHistoryLimit ?? defaultHistory
  return slots.flatMap((key) => {
    const at = key.indexOf('/')
    const uid = key.slice(0, at)
    const tasks = view.tasksOfSlot(uid, key.slice(at + 1))
    const [first] = tasks
    const service = first === undefined ? undefined : view.get('Service', first.spec.service)
    if (service?.metadata.uid !== uid) return []
    return beyondHistory(tasks, service, limit).map((task) => ({ writes: [remove(task)] }))
  })
}

/**
 * Ended tasks that were to be removed, and the oldest ended ones until at most `limit` tasks are left in
 * the slot, live ones included. Claims stay: they are the slot's memory. So does what the rollout under way
 * has still to count: a failure must not be forgotten because it was replaced fast and update is slow.
 * A negative limit keeps history.
 */
export function beyondHistory(tasks: readonly Task[], service: Service, limit: number): readonly Task[] {
  const over = tasks.filter((task) => isEnded(task) && !awaitsCount(task, service))
  const removed = over.filter((task) => isWanted(task, 'Remove'))
  if (limit < 0) return removed
  const rest = tasks.filter((task) => !removed.includes(task))
  const deletable = over.filter((task) => !removed.includes(task) && !claims(task)).toSorted((a, b) => a.spec.attempt - b.spec.attempt)
  return [...removed, ...deletable.slice(0, Math.max(0, rest.length - limit))]
}

/** Objects whose owners are all gone. Tasks belong to their service and are handled above. */
async function reapOwned(store: ReaperStore, ownerUid: string, now: number): Promise<{ requeueAfterMs?: number }> {
  const orphans: Write[] = []
  for (const object of store.view.ownedBy(ownerUid)) {
    if (object.kind !== 'Task' && isOrphan(store.view, object)) orphans.push(...removal(object, now))
  }
  for (let from = 0; from < orphans.length; from += maxWritesPerCommit)
    await store.commit({ writes: orphans.slice(from, from + maxWritesPerCommit) })
  return {}
}

function isOrphan(view: StoreView, object: Exclude<KitObject, Task>): boolean {
  const owners = object.metadata.ownerReferences ?? []
  return owners.length > 0 && owners.every(({ kind, name, uid }) => ownerUid(view, kind, name) !== uid)
}

function ownerUid(view: StoreView, kind: string, name: string): string | undefined {
  if (kind === 'Stack' || kind === 'Service' || kind === 'Source' || kind === 'Node') return view.get(kind, name)?.metadata.uid
  return undefined
}

/** With finalizers an object is only marked; whoever holds it finishes. */
function removal(object: Exclude<KitObject, Task>, now: number): readonly Write[] {
  const { kind, metadata } = object
  if ((metadata.finalizers ?? []).length === 0) return [{ op: 'delete', kind, name: metadata.name, expect: metadata.resourceVersion }]
  if (metadata.deletedAt !== undefined) return []
  return [{ op: 'update', object: { ...object, metadata: { ...metadata, deletedAt: now } } as KitObject }]
}
