// A node is lost, or leaves, or stands still, and what then has to be waited for is waited for once: under three managers whose
// leader is lost at any moment of it.

import assert from 'node:assert/strict'
import type { Task } from '../api/objects.ts'
import { slotOf } from '../api/task.ts'
import type { SimulatedCluster } from './cluster.ts'
import { lateMs, later, outlastsTheLeader, running, type Scenario, service, tasksOf, template } from './leader-loss.suite.ts'

const lost = 'worker-1'
const beatMs = 1_000
/** Of three that are missed, the first was due soon after the last that was heard. */
const soonestDownMs = 1.5 * beatMs
const orphanAfterMs = 8_000
const replicas = 6
const holdMs = 60_000

const lostNode = (cluster: SimulatedCluster) => cluster.store?.view.get('Node', cluster.nodeOf(lost) ?? '')

const onLostNode = (cluster: SimulatedCluster): readonly Task[] =>
  tasksOf(cluster).filter(({ spec }) => spec.nodeName === cluster.nodeOf(lost))

const areGivenUp = (cluster: SimulatedCluster): boolean => {
  const tasks = onLostNode(cluster)
  return tasks.length > 0 && tasks.every(({ status }) => status.state === 'Orphaned')
}

const runElsewhere = (cluster: SimulatedCluster): boolean =>
  running(cluster).length === replicas && running(cluster).every(({ spec }) => spec.nodeName !== cluster.nodeOf(lost))

/** The machine goes off, with all that runs there. */
function lose(cluster: SimulatedCluster): void {
  cluster.kill(lost)
  cluster.machine(lost).powerOff()
}

function assertBetween(value: number, least: number, most: number, what: string): void {
  assert.ok(value >= least && value <= most, `${what}: ${value} ms, and not between ${least} and ${most}`)
}

const scenarios: readonly Scenario[] = [
  {
    name: 'tasks of a lost node that are given up after a time',
    settings: () => ({ heartbeatPeriod: `${beatMs}ms`, orphanAfter: `${orphanAfterMs}ms` }),
    spec: { replicas, template: template(1) },
    change: async ({ cluster }) => lose(cluster),
    isDone: ({ cluster }) => areGivenUp(cluster) && runElsewhere(cluster),
    outcome({ cluster, askedMs }) {
      const { state, stateAt = 0 } = lostNode(cluster)?.status ?? {}
      assertBetween(stateAt - askedMs, soonestDownMs, 3 * beatMs + lateMs, 'until the node was down')
      for (const { status } of onLostNode(cluster))
        assertBetween(status.at - stateAt, orphanAfterMs, orphanAfterMs + lateMs, 'until its tasks were given up')
      const orphans = tasksOf(cluster).filter(({ status }) => status.state === 'Orphaned')
      return [state, orphans.map(slotOf).toSorted(), running(cluster).map(slotOf).toSorted()]
    },
  },
  {
    name: 'tasks of a node that leaves',
    spec: { replicas, template: template(1) },
    async change({ cluster }) {
      lose(cluster)
      while (!(await cluster.leave(lost))) await later(cluster, beatMs)
    },
    isDone: ({ cluster }) => areGivenUp(cluster) && runElsewhere(cluster),
    outcome({ cluster }) {
      const { state, message } = lostNode(cluster)?.status ?? {}
      return [state, message, onLostNode(cluster).map(({ status }) => status.error), running(cluster).map(slotOf).toSorted()]
    },
  },
  {
    // The next leader knows since when it waits for a node that does not say whether the task before has stopped.
    name: 'a task that waits for the one before it, whose node stands still',
    settings: () => ({ heartbeatPeriod: `${holdMs}ms` }),
    spec: { replicas, template: template(1), update: { parallelism: 0, monitor: '1s' } },
    async change({ cluster, patch }) {
      cluster.freeze(lost, 2 * holdMs)
      const placement = { constraints: [`node.id != ${cluster.nodeOf(lost)}`] }
      await patch('Service', 'web', { spec: { template: { ...template(2), placement } } })
    },
    isDone: ({ cluster }) =>
      service(cluster)?.status.update?.state === 'Completed' &&
      running(cluster).length === replicas &&
      running(cluster).every(({ spec }) => spec.revision === service(cluster)?.status.revision),
    outcome({ cluster }) {
      const slots = onLostNode(cluster)
        .filter(({ spec }) => spec.desired === 'Shutdown')
        .map(slotOf)
      const waited = running(cluster).filter((task) => slots.includes(slotOf(task)))
      for (const { spec, metadata } of waited)
        assertBetween((spec.settledAt ?? 0) - metadata.createdAt, holdMs, holdMs + lateMs, 'until it was started all the same')
      return [waited.length, running(cluster).map(slotOf).toSorted()]
    },
  },
]

for (const scenario of scenarios) outlastsTheLeader(import.meta.filename, scenario)
