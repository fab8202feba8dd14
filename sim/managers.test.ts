// Rollouts, storms of restarts and a drain under three managers whose leader is lost at any moment: nothing that was remembered
// is forgotten, and it ends as it would have.
// `KIT_MOMENTS=10000 npm test -- sim/managers.test.ts` is the complete run: every moment of each.

import assert from 'node:assert/strict'
import { isOpen, slotOf } from '../api/task.ts'
import type { SimulatedCluster } from './cluster.ts'
import { lateMs, later, outlastsTheLeader, running, type Scenario, service, tasksOf, template, whenSo } from './leader-loss.suite.ts'

const updated = (cluster: SimulatedCluster): number =>
  running(cluster).filter(({ spec }) => spec.revision === service(cluster)?.status.revision).length

const scenarios: readonly Scenario[] = [
  {
    name: 'a rolling update',
    spec: { replicas: 6, template: template(1), update: { parallelism: 2, delay: '500ms', monitor: '1s' } },
    change: ({ patch }) => patch('Service', 'web', { spec: { template: template(2) } }),
    isDone: ({ cluster }) =>
      service(cluster)?.status.update?.state === 'Completed' &&
      running(cluster).length === 6 &&
      running(cluster).every(({ spec }) => spec.revision === service(cluster)?.status.revision),
    outcome: ({ cluster }) => [service(cluster)?.status.update?.state, running(cluster).map(slotOf).toSorted()],
  },
  {
    name: 'a rolling update that fails and goes back',
    spec: {
      replicas: 4,
      template: template(1),
      update: { parallelism: 1, delay: '200ms', monitor: '2s', failureAction: 'Rollback', maxFailureRatio: 0.2 },
    },
    change: ({ patch }) => patch('Service', 'web', { spec: { template: template(2, 'crashes') } }),
    isDone: ({ cluster }) => service(cluster)?.status.update?.state === 'RollbackCompleted' && running(cluster).length === 4,
    outcome: ({ cluster }) => [service(cluster)?.status.update?.state, running(cluster).length],
  },
  {
    name: 'a rolling update that somebody pauses and lets go on',
    spec: { replicas: 6, template: template(1), update: { parallelism: 1, delay: '500ms', monitor: '1s' } },
    async change({ cluster, patch }) {
      await patch('Service', 'web', { spec: { template: template(2) } })
      await whenSo(cluster, () => updated(cluster) >= 2)
      await patch('Service', 'web', { spec: { paused: true } })
      await whenSo(cluster, () => service(cluster)?.status.update?.state === 'Paused')
      const stopped = updated(cluster)
      await later(cluster, 5_000)
      assert.ok(updated(cluster) - stopped <= 1, 'a paused rollout begins with no other slot')
      await patch('Service', 'web', { spec: { paused: false } })
    },
    isDone: ({ cluster }) =>
      service(cluster)?.status.update?.state === 'Completed' && updated(cluster) === 6 && running(cluster).length === 6,
    outcome: ({ cluster }) => [service(cluster)?.status.update?.state, running(cluster).map(slotOf).toSorted()],
  },
  {
    name: 'a storm of restarts that is allowed three attempts',
    spec: {
      replicas: 3,
      template: { ...template(1, 'crashes'), restart: { condition: 'Any', delay: '500ms', maxAttempts: 3, window: '1h' } },
    },
    isStorm: true,
    change: async () => undefined,
    isDone: ({ cluster }) => {
      const slots = [...Map.groupBy(tasksOf(cluster), slotOf).values()]
      return (
        slots.length === 3 && slots.every((tasks) => tasks.every((task) => !isOpen(task)) && tasks.some(({ spec }) => spec.attempt > 3))
      )
    },
    outcome: ({ cluster }) =>
      [...Map.groupBy(tasksOf(cluster), slotOf)]
        .map(([slot, tasks]) => [slot, Math.max(...tasks.map(({ spec }) => spec.attempt))])
        .toSorted(),
  },
  {
    // The next leader knows since when they wait: none begins early, and none waits anew.
    name: 'tasks that wait longer to be started again than the leader is away',
    spec: {
      replicas: 3,
      template: { ...template(1, 'crashes'), restart: { condition: 'Any', delay: '15s', maxAttempts: 1, window: '1h' } },
    },
    isStorm: true,
    change: async () => undefined,
    isDone: ({ cluster }) => {
      const slots = [...Map.groupBy(tasksOf(cluster), slotOf).values()]
      return slots.length === 3 && slots.every((tasks) => tasks.length === 2 && tasks.every((task) => !isOpen(task)))
    },
    outcome: ({ cluster }) =>
      [...Map.groupBy(tasksOf(cluster), slotOf)]
        .map(([slot, tasks]) => {
          const [first, second] = tasks.toSorted((a, b) => a.spec.attempt - b.spec.attempt)
          const waitedMs = (second?.status.at ?? 0) - (first?.status.at ?? 0)
          assert.ok(waitedMs > 15_000 && waitedMs < 15_000 + lateMs, `slot ${slot} waited ${waitedMs} ms`)
          return slot
        })
        .toSorted(),
  },
  {
    name: 'a drain',
    spec: { replicas: 6, template: template(1) },
    change: ({ cluster, patch }) => patch('Node', cluster.nodeOf('worker-1') ?? '', { spec: { availability: 'Drain' } }),
    isDone: ({ cluster }) => {
      const drained = cluster.nodeOf('worker-1')
      return running(cluster).length === 6 && running(cluster).every(({ spec }) => spec.nodeName !== drained)
    },
    outcome: ({ cluster }) => running(cluster).map(slotOf).toSorted(),
  },
]

for (const scenario of scenarios) outlastsTheLeader(import.meta.filename, scenario)
