// How many tasks there are of which sort. Counted once, when somebody asks for the first time, and kept from then on by what
// changes. In a cluster of a million tasks a count takes a second or two, so it is taken in parts, with others having their
// turn in between: objects do not change, and what happens meanwhile is added to what has been counted.

import type { Task } from '../api/objects.ts'
import type { Store, StoreEvent } from '../api/store.ts'
import { isEndpoint, isOpen } from '../api/task.ts'
import { type Filter, farthestIn } from '../controllers/scheduler/filters.ts'

const reasonOfFilter: Readonly<Record<Filter['name'], string>> = {
  ready: 'node_available',
  resources: 'resources',
  plugins: 'plugins',
  constraints: 'constraints',
  platform: 'platform',
  hostPorts: 'host_ports',
  maxReplicas: 'max_replicas',
}
/** What a pending task waits for. */
export const pendingReasons: readonly string[] = ['allocation', 'scheduling', 'any_node', ...Object.values(reasonOfFilter)]

type Counts = ReadonlyMap<string, number>

export interface TaskCounts {
  /** By observed state. */
  readonly states: Counts
  /** Wanted ones without a node, by what they wait for. */
  readonly pending: Counts
  /** That are up, by uid of their service. */
  readonly healthy: Counts
}

/** Counted without a pause: some 20 ms. */
const atOnce = 10_000

/** Returns the counts of the moment. `pause` lets others have a turn. */
export function followTaskCounts(store: Pick<Store, 'view' | 'subscribe'>, pause: () => Promise<void>): () => Promise<TaskCounts> {
  let counter: Counter | undefined
  store.subscribe((events) => {
    if (events.length === 0)
      counter = undefined // Another state has taken the place of this one.
    else counter?.apply(events)
  })
  return async () => {
    for (;;) {
      counter ??= new Counter([...store.view.list('Task')], pause)
      const present = counter
      await present.isComplete
      if (present === counter) return present
    }
  }
}

class Counter implements TaskCounts {
  readonly states = new Map<string, number>()
  readonly pending = new Map<string, number>()
  readonly healthy = new Map<string, number>()
  readonly isComplete: Promise<void>

  /** `tasks`: those of the moment. What changes from here on is applied, also while they are being counted. */
  constructor(tasks: readonly Task[], pause: () => Promise<void>) {
    this.isComplete = this.#count(tasks, pause)
  }

  async #count(tasks: readonly Task[], pause: () => Promise<void>): Promise<void> {
    for (let at = 0; at < tasks.length; at += atOnce) {
      if (at > 0) await pause()
      for (const task of tasks.slice(at, at + atOnce)) this.#add(task, 1)
    }
  }

  apply(events: readonly StoreEvent[]): void {
    for (const { type, object, previous } of events) {
      if (object.kind !== 'Task') continue
      if (type !== 'DELETED') this.#add(object, 1)
      const before = type === 'DELETED' ? object : previous
      if (before?.kind === 'Task') this.#add(before, -1)
    }
  }

  #add(task: Task, by: 1 | -1): void {
    add(this.states, task.status.state, by)
    if (isEndpoint(task)) add(this.healthy, task.spec.serviceUid, by)
    const reason = pendingReason(task)
    if (reason !== undefined) add(this.pending, reason, by)
  }
}

function add(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}

function pendingReason(task: Task): string | undefined {
  const { state, error } = task.status
  if ((state !== 'New' && state !== 'Pending') || !isOpen(task)) return undefined
  if (state === 'New') return 'allocation'
  if (error === undefined) return 'scheduling'
  const filter = farthestIn(error)
  return filter === undefined ? 'any_node' : reasonOfFilter[filter]
}
