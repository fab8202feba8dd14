import assert from 'node:assert/strict'
import { durationMs } from '../../api/duration.ts'
import { type Checker, touchedTasks } from './checker.ts'

/** A slot is never restarted within one revision more often than its policy allows inside its window. */
export function restartLimitsAreRespected(): Checker {
  return {
    name: 'restart limits are respected',
    observe(observation) {
      for (const task of touchedTasks(observation)) {
        const policy = observation.view.get('Revision', task.spec.revision)?.spec.template.restart
        const most = policy?.maxAttempts ?? 0
        if (most === 0) continue
        const restarts = task.spec.restarts ?? []
        const windowMs = durationMs(policy?.window ?? '0s') ?? 0
        if (windowMs === 0)
          assert.ok(restarts.length <= most, `${task.metadata.name} was restarted ${restarts.length} times; ${most} are allowed`)
        else {
          // The restart that created this task was judged by those inside the window before it.
          const crowded = restarts.filter(
            (_, at) => at + most < restarts.length && (restarts[at + most] ?? 0) - (restarts[at] ?? 0) < windowMs,
          )
          assert.deepEqual(crowded, [], `${task.metadata.name}: more than ${most} restarts within ${windowMs} ms: ${restarts.join(', ')}`)
        }
      }
    },
  }
}
