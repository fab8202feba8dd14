import assert from 'node:assert/strict'
import { isOpen } from '../../api/task.ts'
import type { Checker } from './checker.ts'

/** Far longer than every restart delay and grace period of the workload, far shorter than a step of a clock. */
const limitMs = 180_000

/** No task is held at Ready much longer than its policy says, however clocks are set. */
export function heldTasksAreReleased(): Checker {
  /** Name of the task, and since when it has been seen held without another manager, or another life of it, having come between. */
  let held = new Map<string, number>()
  return {
    name: 'held tasks are released',
    observe({ elapsedMs, view }) {
      const now = new Map<string, number>()
      for (const task of view.list('Task')) {
        if (task.spec.desired !== 'Ready' || !isOpen(task)) continue
        const { name } = task.metadata
        const since = held.get(name) ?? elapsedMs
        now.set(name, since)
        assert.ok(elapsedMs - since <= limitMs, `${name} has been held for ${Math.round((elapsedMs - since) / 1000)} s`)
      }
      held = now
    },
    leads() {
      held = new Map()
    },
  }
}
