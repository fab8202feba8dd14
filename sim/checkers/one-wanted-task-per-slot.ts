import assert from 'node:assert/strict'
import { isOpen, isWanted, slotOf } from '../../api/task.ts'
import { type Checker, touchedTasks } from './checker.ts'

/** Never two open tasks of a slot that are wanted Running, unless an update starts the new one first. */
export function oneWantedTaskPerSlot(): Checker {
  return {
    name: 'one wanted task per slot',
    observe(observation) {
      for (const { spec } of touchedTasks(observation)) {
        const service = observation.view.get('Service', spec.service)
        const order =
          service?.status.update?.state.startsWith('Rollback') === true ? service.spec.rollback?.order : service?.spec.update?.order
        const slot = spec.node ?? String(spec.slot)
        const wanted = observation.view.tasksOfSlot(spec.serviceUid, slot).filter((task) => isOpen(task) && isWanted(task, 'Running'))
        const most = order === 'StartFirst' ? 2 : 1
        assert.ok(
          wanted.length <= most,
          `slot ${spec.service}.${slot} has ${wanted.length} wanted tasks: ${wanted.map((task) => `${task.metadata.name} (${task.spec.desired}, slot ${slotOf(task)})`).join(', ')}`,
        )
      }
    },
  }
}
