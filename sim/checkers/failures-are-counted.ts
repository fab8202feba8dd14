import assert from 'node:assert/strict'
import type { Service, Task } from '../../api/objects.ts'
import { updatePolicyOf } from '../../api/schema/defaults.ts'
import { isEnded } from '../../api/task.ts'
import { type Checker, touchedTasks } from './checker.ts'

/** What ended this shortly before the end of the rollout may not have been seen yet. */
const blindMs = 5_000

/** A rollout that says it is complete has counted every one of its tasks that failed under its eyes. */
export function failuresAreCounted(): Checker {
  /** By rollout: the tasks that failed too early, with when it was seen. */
  const failed = new Map<string, Map<string, number>>()
  return {
    name: 'failures are counted',
    observe(observation) {
      for (const task of touchedTasks(observation)) {
        const id = task.spec.rollout?.id
        const service = observation.view.get('Service', task.spec.service)
        if (id === undefined || service?.status.update?.id !== id || !isFailure(task, service)) continue
        const tasks = failed.get(id) ?? new Map<string, number>()
        failed.set(id, tasks)
        if (!tasks.has(task.metadata.name)) tasks.set(task.metadata.name, observation.nowMs)
      }
      for (const { type, object, previous } of observation.events) {
        if (type !== 'MODIFIED' || object.kind !== 'Service' || previous?.kind !== 'Service') continue
        const { update } = object.status
        if (update === undefined || !update.state.endsWith('Completed') || previous.status.update?.state === update.state) continue
        const seen = [...(failed.get(update.id) ?? [])].filter(([, at]) => at < observation.nowMs - blindMs)
        assert.ok(
          update.failures >= seen.length,
          `the rollout ${update.id} of ${object.metadata.name} completed with ${update.failures} failures; these failed: ${seen.map(([name]) => name).join(', ')}`,
        )
        failed.delete(update.id)
      }
    },
  }
}

/** It ended before anyone asked it to, without having run for the monitor time, and not with its node. */
function isFailure(task: Task, service: Service): boolean {
  if (!isEnded(task) || task.spec.stop !== undefined || task.status.nodeFault !== undefined || task.status.state === 'Orphaned')
    return false
  const { monitorMs } = updatePolicyOf(service, service.status.update?.state === 'RollbackStarted' ? 'rollback' : 'update')
  return task.status.startedAt === undefined || task.status.at - task.status.startedAt <= monitorMs
}
