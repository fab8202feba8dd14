import assert from 'node:assert/strict'
import { compareDesired, compareStates } from '../../api/task.ts'
import type { Checker } from './checker.ts'

/** Observed and desired state of a task never go back; what is set once is never changed. */
export function statesOnlyMoveForward(): Checker {
  return {
    name: 'states only move forward',
    observe({ events }) {
      for (const { object, previous } of events) {
        if (object.kind !== 'Task' || previous?.kind !== 'Task') continue
        const { name } = object.metadata
        assert.ok(
          compareStates(previous.status.state, object.status.state) <= 0,
          `${name} went back from ${previous.status.state} to ${object.status.state}`,
        )
        assert.ok(
          compareDesired(previous.spec.desired, object.spec.desired) <= 0,
          `${name} was wanted ${previous.spec.desired} and then ${object.spec.desired}`,
        )
        if (previous.spec.nodeName !== undefined)
          assert.equal(object.spec.nodeName, previous.spec.nodeName, `${name} was moved to another node`)
        if (previous.spec.stop !== undefined) assert.deepEqual(object.spec.stop, previous.spec.stop, `${name}: stop was written twice`)
        assert.equal(object.spec.revision, previous.spec.revision, `${name} changed its revision`)
      }
    },
  }
}
