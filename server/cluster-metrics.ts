// What is running where, for Prometheus: looked up when somebody asks, in a pass over services and nodes (task-counts.ts has
// the tasks). Told by the leader alone: sums over managers count nothing twice.

import { Gauge, type Registry } from 'prom-client'
import type { Node, Service, Source } from '../api/objects.ts'
import type { Store } from '../api/store.ts'
import { taskStates } from '../api/task.ts'
import { isStored, resources } from './resources.ts'
import { followTaskCounts, pendingReasons, type TaskCounts } from './task-counts.ts'

/** Services with series of their own, the first by name. How many others there are is a metric, too. */
export const maxServices = 1_000

export interface ClusterMetricsDeps {
  readonly registry: Registry
  readonly store: Pick<Store, 'view' | 'subscribe'>
  readonly leads: () => boolean
  /** Lets others have a turn. */
  readonly pause: () => Promise<void>
}

/** Returns what counts anew: to be awaited before the registry is read, in the same turn. */
export function createClusterMetrics({ registry, store, leads, pause }: ClusterMetricsDeps): () => Promise<void> {
  const gauge = <L extends string>(name: string, help: string, ...labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers: [registry] })
  const desired = gauge('kit_service_replicas_desired', 'Tasks that a service should have.', 'service')
  const running = gauge('kit_service_replicas_running', 'Tasks of it that run.', 'service')
  const completed = gauge('kit_service_replicas_completed', 'Tasks of it that have finished for good, and are not missing.', 'service')
  const healthy = gauge('kit_service_replicas_healthy', 'Running tasks that pass their health check, or have none.', 'service')
  const rollout = gauge('kit_service_rollout', '1, with the state of its last rollout. Absent while there was none.', 'service', 'state')
  const omitted = gauge('kit_services_omitted', `Services without series of their own: those beyond the first ${maxServices} by name.`)
  const tasks = gauge('kit_tasks', 'Tasks by observed state, ended ones that are still kept included.', 'state')
  const pending = gauge('kit_tasks_pending', 'Wanted tasks without a node, by what they wait for.', 'reason')
  const nodes = gauge('kit_nodes', 'Nodes by role, state and availability.', 'role', 'state', 'availability')
  const trouble = gauge('kit_nodes_with_trouble', 'Nodes whose executor runs nothing at present; `kit get nodes` says why.')
  const sources = gauge(
    'kit_sources',
    'Sources (GitOps) by whether the cluster is as their files say; `kit gitops ls` says why not.',
    'ready',
  )
  const objects = gauge('kit_objects', 'Objects in the store by kind.', 'kind')
  const all = [desired, running, completed, healthy, rollout, tasks, pending, nodes, sources, objects]

  const taskCounts = followTaskCounts(store, pause)
  const countTasks = ({ states, pending: waiting }: TaskCounts): void => {
    for (const state of taskStates) tasks.set({ state }, states.get(state) ?? 0)
    for (const reason of pendingReasons) pending.set({ reason }, waiting.get(reason) ?? 0)
  }

  const countServices = (list: Iterable<Service>, healthyOf: ReadonlyMap<string, number>): void => {
    let count = 0
    for (const { metadata, status } of list) {
      count += 1
      if (count > maxServices) continue
      const { name: service, uid } = metadata
      desired.set({ service }, status.replicas?.desired ?? 0)
      running.set({ service }, status.replicas?.running ?? 0)
      completed.set({ service }, status.replicas?.completed ?? 0)
      healthy.set({ service }, healthyOf.get(uid) ?? 0)
      if (status.update !== undefined) rollout.set({ service, state: status.update.state }, 1)
    }
    omitted.set(Math.max(0, count - maxServices))
  }

  const countNodes = (list: Iterable<Node>): void => {
    let inTrouble = 0
    for (const { spec, status } of list) {
      nodes.inc({ role: spec.role ?? 'Worker', state: status.state ?? 'Unknown', availability: spec.availability ?? 'Active' })
      if (status.state === 'Ready' && status.description?.trouble !== undefined) inTrouble += 1
    }
    trouble.set(inTrouble)
  }

  const countSources = (list: Iterable<Source>): void => {
    for (const ready of ['True', 'False', 'Unknown']) sources.set({ ready }, 0)
    for (const { status } of list) sources.inc({ ready: status.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown' })
  }

  return async () => {
    const counts = leads() ? await taskCounts() : undefined
    for (const each of all) each.reset()
    for (const each of [omitted, trouble]) each.remove()
    if (counts === undefined || !leads()) return
    const { view } = store
    countTasks(counts)
    countServices(view.list('Service'), counts.healthy)
    countNodes(view.list('Node'))
    countSources(view.list('Source'))
    for (const { kind } of resources.filter(isStored)) objects.set({ kind }, view.count(kind))
  }
}
